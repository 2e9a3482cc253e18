"""The page Compare: who knows where touching digits must be cut, from the experiment "numbers"."""

from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.experiment_sentences import (
    by_strokes_sentence,
    needless_sentence,
    numbers_sentence,
)
from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.numbers import SPACINGS, number_rows
from mnist_models.formatting import count_text, percent_text
from mnist_models.learning.approaches import PAIR, TITLES
from mnist_models.text import paragraph, t, translated
from ui.shared.experiments import say_it_is_the_same_for_all, shipped
from ui.widgets.charts import (
    Layered,
    dots_with_intervals,
    legend_on_top,
    show_chart,
    version_of,
)
from ui.widgets.contender_style import COLOURS, MARKS
from ui.widgets.tables import Column, offer_table

_COLUMNS = {
    "approach": Column(t("approach")),
    "digits": Column(t("digits")),
    "numbers": Column(t("numbers"), count_text),
    "exactly": Column(t("read exactly"), percent_text),
    "low": Column(t("interval from"), percent_text),
    "high": Column(t("interval to"), percent_text),
}


def show_numbers(_: Duel) -> None:
    """How many numbers each approach reads exactly, with cuts of its own."""
    if not (found := shipped("numbers")):
        return
    say_it_is_the_same_for_all()
    st.markdown(f"**{numbers_sentence(found, 'close')}**")
    st.markdown(
        t(
            "A cut through the middle of a digit leaves two pieces that are none. The single "
            "model's ten numbers always sum to 1, so it must call a piece something; each of the "
            "ten can say no."
        )
    )
    st.markdown(by_strokes_sentence(found, "close"))
    show_chart(
        partial(number_dots, found),
        *("numbers", version_of(found["numbers"])),
        text=t("How many numbers each approach reads exactly, by how their digits stand"),
    )
    st.caption(paragraph(needless_sentence(found), _about(found)))
    offer_table(
        t("As a table"),
        lambda: pd.DataFrame(number_rows(found)),
        key="numbers_table",
        file_name="numbers.csv",
        alt=t("How many numbers each approach reads exactly, with intervals"),
        columns=_COLUMNS,
        about=t(
            "With gaps: the columns of neighbouring digits are {low} to {high} of their height "
            "apart. Touching columns: they overlap by up to {overlap}. Pushed together: from where "
            "their ink first touches they are moved on by up to {overlap}.",
            low=percent_text(found["between"]["apart"][0], 0),
            high=percent_text(found["between"]["apart"][1], 0),
            overlap=percent_text(-found["between"]["close"][0], 0),
        ),
    )


def _about(found: Evidence) -> str:
    return t(
        "Numbers of {fewest} to {most} digits were put together of the pen strokes of one person "
        "each, {height} pixels high, with pens of {thin} to {thick} pixels. The networks had not "
        "seen that person, and the rule for cuts, the same for both, was fitted on other people. "
        "The lines are 95 % Wilson intervals. Made with `{command}`.",
        fewest=found["lengths"][0],
        most=found["lengths"][1],
        height=found["height"],
        thin=found["pens"][0],
        thick=found["pens"][1],
        command=found["command"],
    )


def number_dots(found: Evidence) -> Layered:
    """The share that each approach reads exactly, by spacing, with Wilson intervals."""
    names = [TITLES[approach] for approach in PAIR]
    colours = alt.Scale(domain=names, range=[COLOURS[approach] for approach in PAIR])
    shapes = alt.Scale(domain=names, range=[shape for shape, *_ in MARKS])
    legend = legend_on_top(symbolSize=120, symbolStrokeWidth=0)
    return dots_with_intervals(
        pd.DataFrame(number_rows(found)),
        *("exactly", "digits", "approach"),
        {
            "color": alt.Color("approach:N", scale=colours, legend=legend),
            "shape": alt.Shape("approach:N", scale=shapes, legend=legend),
        },
        orders={"digits": list(SPACINGS.values()), "approach": names},
        titles={
            name: translated(_COLUMNS[name].title) for name in ("exactly", "digits", "approach")
        },
        axis=t("numbers read exactly"),
    )
