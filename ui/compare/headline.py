"""The first screen of the page Compare: both accuracies, and the digits behind them."""

from dataclasses import asdict
from functools import partial

import streamlit as st

from mnist_models.comparison.contenders import Duel, Outcome
from mnist_models.comparison.mistakes import outcome_rows
from mnist_models.comparison.report import report_html
from mnist_models.comparison.sentences import accuracy_text, beside_accuracy, mcnemar_sentence
from mnist_models.evidence.experiments import Evidence
from mnist_models.formatting import percent_text
from mnist_models.text import Text, paragraph, t
from ui.shared.picture_cards import show_digits
from ui.widgets.contender_style import Looks, looks

_CELL = "digits"  # in the address: whose digits are open


def show_accuracies(duel: Duel, seeds: Evidence | None) -> None:
    """Both test accuracies, with their intervals and the figures to compare them with.

    Args:
        duel: whose.
        seeds: the experiment "seeds", if it is there.
    """
    for look, column in zip(looks(duel), st.columns(2), strict=True):
        with column, st.container(key=f"{look.key}_accuracy", border=True, height="stretch"):
            metrics = look.contender.metrics
            title = t("{sign} {name}: test accuracy", sign=look.sign, name=look.name)
            st.metric(title, percent_text(metrics.accuracy))
            st.caption(
                "  \n".join([accuracy_text(metrics), *beside_accuracy(look.contender, seeds)])
            )


@st.fragment
def show_paired(duel: Duel) -> None:
    """The 2 × 2 table of who reads what; each cell opens its digits."""
    titles, counts = _titles(looks(duel)), asdict(duel.paired)
    chosen = next((o for o in titles if o == st.query_params.get(_CELL)), None)
    with st.container(key="paired", gap="xsmall"):
        rows = [st.container(horizontal=True, wrap=False, gap="xsmall") for _ in range(2)]
        for place, (outcome, title) in enumerate(titles.items()):
            rows[place // 2].button(
                f"**{counts[outcome]:,}**  \n{title}",
                key=f"paired_{outcome}",
                width="stretch",
                type="primary" if outcome == chosen else "secondary",
                on_click=_toggle,
                args=(outcome,),
            )
    st.caption(paragraph(mcnemar_sentence(duel), t("Click a number to see its digits.")))
    if chosen:
        title = titles[chosen]
        caption = (
            t("{title}: the least confident answers first.", title=title)
            if chosen == "both_right"
            else t("{title}: the most confident mistakes first.", title=title)
        )
        show_digits(duel, outcome_rows(duel, chosen), key="paired_digits", caption=caption)


def _titles(pair: Looks) -> dict[Outcome, Text]:
    first, second = pair
    return {
        "both_right": t("Both right"),
        "only_first": t("Only {sign} {name} right", sign=first.sign, name=first.name),
        "only_second": t("Only {sign} {name} right", sign=second.sign, name=second.name),
        "both_wrong": t("Both wrong"),
    }


def _toggle(outcome: Outcome) -> None:
    if st.query_params.get(_CELL) == outcome:
        del st.query_params[_CELL]
    else:
        st.query_params[_CELL] = outcome


def offer_reports(duel: Duel) -> None:
    """A button per run that saves its report, which is made when somebody clicks."""
    runs = {contender.run.name: contender.run for contender in (duel.first, duel.second)}
    with st.container(key="reports", horizontal=True):
        for name, run in runs.items():
            st.download_button(
                t("Save all figures of {name} on one page", name=name),
                partial(report_html, run),
                file_name=f"report-{name}.html",
                mime="text/html",
                icon=":material/download:",
                on_click="ignore",
                key=f"report_{name}",
            )
