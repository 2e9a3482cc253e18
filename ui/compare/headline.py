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
from mnist_models.translation import in_this_language
from ui.shared.picture_cards import Found, ask_for, asked_for, show_pictures
from ui.widgets.contender_style import Looks, looks

_PARAMETER = "digits"  # in the address: whose pictures are open


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
    """The 2 × 2 table of who reads what; each cell opens its pictures."""
    titles, counts = _titles(looks(duel)), asdict(duel.paired)
    with st.container(key="paired", gap="xsmall"):
        rows = [st.container(horizontal=True, wrap=False, gap="xsmall") for _ in range(2)]
        for place, (outcome, title) in enumerate(titles.items()):
            rows[place // 2].button(
                f"**{counts[outcome]:,}**  \n{title}",
                key=f"paired_{outcome}",
                width="stretch",
                on_click=ask_for,
                args=(_PARAMETER, outcome),
            )
    st.caption(paragraph(mcnemar_sentence(duel), t("Click a number to see its pictures.")))
    asked = asked_for(_PARAMETER)[0]
    chosen = next((outcome for outcome in titles if outcome == asked), None)
    if chosen:
        pictures = outcome_rows(duel, chosen)
        title = t(
            "{title}: {count:,} picture",
            "{title}: {count:,} pictures",
            title=titles[chosen],
            count=len(pictures),
        )
        found = Found(title, pictures, right=chosen == "both_right")
        show_pictures(duel, found, page="compare", parameter=_PARAMETER, key="paired_digits")


def _titles(pair: Looks) -> dict[Outcome, Text]:
    first, second = pair
    return {
        "both_right": t("Both right"),
        "only_first": t("Only {sign} {name} right", sign=first.sign, name=first.name),
        "only_second": t("Only {sign} {name} right", sign=second.sign, name=second.name),
        "both_wrong": t("Both wrong"),
    }


def offer_reports(duel: Duel) -> None:
    """A button per run that saves its report, which is made when somebody clicks."""
    runs = {contender.run.name: contender.run for contender in (duel.first, duel.second)}
    with st.container(key="reports", horizontal=True):
        for name, run in runs.items():
            st.download_button(
                t("Save all figures of {name} on one page", name=name),
                in_this_language(partial(report_html, run)),
                file_name=f"report-{name}.html",
                mime="text/html",
                icon=":material/download:",
                on_click="ignore",
                key=f"report_{name}",
            )
