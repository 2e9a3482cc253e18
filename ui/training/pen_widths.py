"""How well drawings by people are read: the shipped benchmark, pen by pen."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.pen_widths import accuracy_by_pen
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.runs.run import Run
from ui.shared.experiments import shipped
from ui.widgets.charts import (
    DASHED,
    DOTTED,
    HEIGHT,
    NEUTRAL,
    SOLID,
    Layered,
    line_legend,
    show_chart,
    version_of,
    zoomed,
)
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import FOUR_DIGITS, offer_table

_RUNS = {"pens": SOLID, "strong": DASHED, "reference": DOTTED}  # those with both approaches
_PLACES = {"as drawn": False, "big and centred": True}


@st.fragment
def show_drawings(_: Run) -> None:
    """Accuracy over the pen's width for both approaches, and the same as a table."""
    st.subheader("Drawings by people, pen by pen", anchor=False)
    if found := shipped("drawing"):
        _show_pens(found)


def _show_pens(found: Evidence) -> None:
    place = st.segmented_control(
        "Drawings", list(_PLACES), default="as drawn", required=True, key="drawings_place"
    )
    entries = accuracy_by_pen(found, big=_PLACES[place])
    shown = [entry for entry in entries if entry["run"] in _RUNS]
    for column, approach in zip(st.columns(2, gap="medium"), APPROACHES, strict=True):
        with column:
            st.markdown(f"**{TITLES[approach]}**")
            own = [entry for entry in shown if entry["approach"] == approach]
            show_chart(
                partial(pen_lines, own, approach, zoomed(entry["accuracy"] for entry in shown)),
                *("pens", approach, version_of(shown)),
                text=f"{TITLES[approach]}: share of drawings read correctly over the pen's width",
            )
    st.caption(
        "Of 7,494 digits that 30 people wrote, the share read correctly, over the width of the pen "
        "on a canvas of 280 pixels. The run *pens* has learned from those people, so its figures "
        "are those of five trainings that each left six of them out. All other runs know MNIST "
        "only."
    )
    offer_table(
        "As a table, all runs",
        partial(_by_pen, entries),
        key="drawings_table",
        file_name=f"drawings-{place.replace(' ', '-')}.csv",
        alt="Share of drawings read correctly per run, approach and pen",
        columns={f"{e['pen']} px": FOUR_DIGITS for e in entries},
    )


def _by_pen(entries: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A row per run and approach, a column per pen."""
    frame = pd.DataFrame(entries).pivot_table(
        index=["run", "approach"], columns="pen", values="accuracy", sort=False
    )
    frame.columns = [f"{pen} px" for pen in frame.columns]
    return frame.reset_index()


def pen_lines(entries: Sequence[dict[str, Any]], approach: Approach, scale: alt.Scale) -> Layered:
    """A line per run over the pens; the one that learned from pens in the approach's colour.

    Args:
        entries: of `accuracy_by_pen`, one approach's.
        approach: which.
        scale: of the accuracy, one for charts to be compared.
    """
    names = [name for name in _RUNS if any(entry["run"] == name for entry in entries)]
    colours = [COLOURS[approach] if name == "pens" else NEUTRAL for name in names]
    legend = line_legend()
    base = alt.Chart(pd.DataFrame(entries)).encode(
        x=alt.X("pen:Q", title="pen, pixels", axis=alt.Axis(values=[8, 12, 16, 20, 24])),
        y=alt.Y(
            "accuracy:Q",
            title="drawings read correctly",
            scale=scale,
            axis=alt.Axis(format=".0%"),
        ),
        color=alt.Color("run:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
        tooltip=["run", "pen", alt.Tooltip("accuracy", format=".4f")],
    )
    dashes = alt.Scale(domain=names, range=[_RUNS[name] for name in names])
    lines = base.mark_line().encode(strokeDash=alt.StrokeDash("run:N", scale=dashes, legend=legend))
    dots = base.mark_point(filled=True, size=60, opacity=1)
    return alt.layer(lines, dots).properties(height=HEIGHT)
