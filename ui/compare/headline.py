"""The first screen of the page Compare: the answer, and the digits that it was counted from."""

from dataclasses import asdict
from functools import partial

import streamlit as st

from mnist_models.comparison.contenders import Duel, Outcome
from mnist_models.comparison.mistakes import outcome_rows
from mnist_models.comparison.report import report_html
from mnist_models.comparison.sentences import accuracy_text, beside_accuracy, mcnemar_sentence
from mnist_models.evidence.experiments import Evidence
from mnist_models.formatting import percent_text
from ui.shared.picture_cards import show_digits
from ui.widgets.contender_style import Looks, looks

_CELL = "digits"  # in the address: whose digits are open
_LEAST_SURE, _SUREST = "the least sure answers first.", "the surest mistakes first."
_ORDER: dict[Outcome, str] = {
    "both_right": _LEAST_SURE,
    "only_first": _SUREST,
    "only_second": _SUREST,
    "both_wrong": _SUREST,
}


def show_accuracies(duel: Duel, seeds: Evidence | None) -> None:
    """Both test accuracies, with intervals and what stands beside them.

    Args:
        duel: whose.
        seeds: the experiment "seeds", if it is there.
    """
    for look, column in zip(looks(duel), st.columns(2), strict=True):
        with column, st.container(key=f"{look.key}_accuracy", border=True, height="stretch"):
            metrics = look.contender.metrics
            st.metric(f"{look.sign} {look.name}: test accuracy", percent_text(metrics.accuracy))
            st.caption(
                "  \n".join([accuracy_text(metrics), *beside_accuracy(look.contender, seeds)])
            )


@st.fragment
def show_paired(duel: Duel) -> None:
    """The 2 × 2 table of who reads what; each cell opens its digits."""
    titles, counts = _titles(looks(duel)), asdict(duel.paired)
    chosen = next((o for o in titles if o == st.query_params.get(_CELL)), None)
    with st.container(key="paired"):
        for outcome, title in titles.items():
            st.button(
                f"**{counts[outcome]:,}**  \n{title}",
                key=f"paired_{outcome}",
                width="stretch",
                type="primary" if outcome == chosen else "secondary",
                on_click=_toggle,
                args=(outcome,),
            )
    st.caption(f"{mcnemar_sentence(duel)} Click a number to see its digits.")
    if chosen:
        rows = outcome_rows(duel, chosen)
        show_digits(duel, rows, key="paired_digits", caption=f"{titles[chosen]}: {_ORDER[chosen]}")


def _titles(pair: Looks) -> dict[Outcome, str]:
    first, second = (f"{look.sign} {look.name}" for look in pair)
    return {
        "both_right": "Both right",
        "only_first": f"Only {first} right",
        "only_second": f"Only {second} right",
        "both_wrong": "Both wrong",
    }


def _toggle(outcome: Outcome) -> None:
    if st.query_params.get(_CELL) == outcome:
        del st.query_params[_CELL]
    else:
        st.query_params[_CELL] = outcome


def offer_reports(duel: Duel) -> None:
    """A button per run that saves its report; it is made when somebody clicks."""
    runs = {contender.run.name: contender.run for contender in (duel.first, duel.second)}
    with st.container(key="reports", horizontal=True):
        for name, run in runs.items():
            st.download_button(
                f"Save all figures of {name} as one page",
                partial(report_html, run),
                file_name=f"report-{name}.html",
                mime="text/html",
                icon=":material/download:",
                on_click="ignore",
                key=f"report_{name}",
            )
