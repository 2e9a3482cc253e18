"""The page Training: how well people's drawings are read with each pen, from the benchmark."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.pen_widths import STROKES, accuracy_by_pen, accuracy_of
from mnist_models.formatting import percent_text
from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.runs.run import Run
from mnist_models.text import Text, Texts, t
from ui.shared.experiments import shipped
from ui.widgets.charts import (
    DASHED,
    DOTTED,
    HEIGHT,
    NEUTRAL,
    SHARE,
    SOLID,
    Layered,
    line_legend,
    share_axis,
    show_chart,
    version_of,
    zoomed,
)
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import Column, offer_table

_RUNS = {"pens": SOLID, "strong": DASHED, "reference": DOTTED}  # those with both approaches
_PLACES = Texts({"as-drawn": t("As drawn"), "big-and-centred": t("Big and centred")})


@st.fragment
def show_drawings(_: Run) -> None:
    """Accuracy over the width of the pen for both approaches, as charts and as a table."""
    st.header(t("People's drawings, pen by pen"), anchor=False)
    if found := shipped("drawing"):
        _show_pens(found)


def _show_pens(found: Evidence) -> None:
    place = st.segmented_control(
        t("Drawings"),
        list(_PLACES),
        format_func=_PLACES.__getitem__,
        default="as-drawn",
        required=True,
        key="drawings_place",
    )
    entries = accuracy_by_pen(found, big=place == "big-and-centred")
    shown = [entry for entry in entries if entry["run"] in _RUNS]
    for column, approach in zip(st.columns(2, gap="medium"), PAIR, strict=True):
        with column:
            st.markdown(f"**{TITLES[approach]}**")
            own = [entry for entry in shown if entry["approach"] == approach]
            show_chart(
                partial(pen_lines, own, approach, zoomed(entry["accuracy"] for entry in shown)),
                *("pens", approach, version_of(shown)),
                text=t(
                    "{approach}: share of drawings read correctly by width of the pen",
                    approach=TITLES[approach],
                ),
            )
    st.caption(
        t(
            "The share of 7,494 digits by 30 people that is read correctly, over the width of the "
            "pen on a canvas of 280 pixels. The run *pens* learned from those people, so its "
            "figures come from five trainings that each left six of them out. All other runs know "
            "only MNIST."
        )
    )
    strokes = accuracy_of(found, STROKES, "rasterise")
    if "pens.single" in strokes and "pens.multi" in strokes:
        st.caption(
            t(
                "On the page Draw the strokes themselves are known, and the width of the pen makes "
                "no difference. From their strokes *pens* reads {single} (single model) and "
                "{multi} (multi-model) of these digits.",
                single=percent_text(strokes["pens.single"]),
                multi=percent_text(strokes["pens.multi"]),
            )
        )
    offer_table(
        t("As a table, all runs"),
        partial(_by_pen, entries),
        key="drawings_table",
        file_name=f"drawings-{place}.csv",
        alt=t("Share of drawings read correctly by run, approach and pen"),
        columns={_pen_title(e["pen"]): Column(write=percent_text) for e in entries},
    )


def _by_pen(entries: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A row per run and approach, a column per pen."""
    names = [t("run"), t("approach")]
    frame = pd.DataFrame(
        [(e["run"], TITLES[e["approach"]], e["accuracy"], _pen_title(e["pen"])) for e in entries],
        columns=[*names, "accuracy", "pen"],
    )
    table = frame.pivot_table(index=names, columns="pen", values="accuracy", sort=False)
    return table.rename_axis(columns=None).reset_index()


def _pen_title(pen: int) -> Text:
    return t("{pen} px", pen=pen)


def pen_lines(entries: Sequence[dict[str, Any]], approach: Approach, scale: alt.Scale) -> Layered:
    """A line per run over the width of the pen; that of the run "pens" in the approach's colour.

    Args:
        entries: those of one approach, from `accuracy_by_pen`.
        approach: which one.
        scale: of the accuracy, the same for charts that are compared.
    """
    names = [name for name in _RUNS if any(entry["run"] == name for entry in entries)]
    colours = [COLOURS[approach] if name == "pens" else NEUTRAL for name in names]
    legend = line_legend()
    base = alt.Chart(pd.DataFrame(entries)).encode(
        x=alt.X(
            "pen:Q", title=t("width of the pen, pixels"), axis=alt.Axis(values=[8, 12, 16, 20, 24])
        ),
        y=alt.Y(
            "accuracy:Q",
            title=t("drawings read correctly"),
            scale=scale,
            axis=share_axis(),
        ),
        color=alt.Color("run:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
        tooltip=[
            alt.Tooltip("run", title=t("run")),
            alt.Tooltip("pen", title=t("width of the pen, pixels")),
            alt.Tooltip("accuracy", format=SHARE, title=t("accuracy")),
        ],
    )
    dashes = alt.Scale(domain=names, range=[_RUNS[name] for name in names])
    lines = base.mark_line().encode(strokeDash=alt.StrokeDash("run:N", scale=dashes, legend=legend))
    dots = base.mark_point(filled=True, size=60, opacity=1)
    return alt.layer(lines, dots).properties(height=HEIGHT)
