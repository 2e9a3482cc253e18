"""What the charts of all pages share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.text import t
from mnist_models.translation import language
from ui.widgets.theme import ink

Layered = alt.LayerChart | alt.FacetChart  # what layers become, according to Altair's types

NEUTRAL = "#8a929c"  # for marks that belong to neither contender
HEIGHT = 320  # of a line chart, in pixels
SHARE = ".2%"  # how a tooltip writes a share, as `formatting.percent_text` does
PROBABILITY = ".1%"  # how a tooltip writes a probability
_LOCALE = {  # of D3: with it, a percent sign stands after a space as in all other text
    "decimal": ".",
    "thousands": ",",
    "grouping": [3],
    "currency": ["", ""],
    "percent": " %",
    "minus": "−",
}

# Lengths of strokes and gaps. Solid stands for training rows and for the first contender.
SOLID: list[float] = [1, 0]
DASHED: list[float] = [6, 4]
DOTTED: list[float] = [2, 3]


def legend_on_top(**look: Any) -> alt.Legend:
    """A legend above the chart, one entry per line, so that it fits on a phone."""
    return alt.Legend(title=None, orient="top", columns=1, labelLimit=0, **look)


def line_legend(**look: Any) -> alt.Legend:
    """The same for lines that differ in their dashes."""
    stroke = {"symbolType": "stroke", "symbolSize": 500, "symbolStrokeWidth": 2, "offset": 4}
    return legend_on_top(**stroke | look)


def share_axis() -> alt.Axis:
    """An axis for shares, in per cent with no more decimals than its steps need."""
    return alt.Axis(format="~%")


def zoomed(values: Iterable[float], *, step: float = 0.02) -> alt.Scale:
    """A scale for shares that ends at 1 and starts below the smallest, at a multiple of the step.

    For dots and lines only: bars must start at zero.
    """
    smallest = min(values, default=0.0)
    floor = float(np.floor(smallest / step - 1e-9) * step)
    return alt.Scale(domain=[max(0.0, floor), 1.0], nice=False)


def reliability_chart(
    frame: pd.DataFrame,
    whose: str,
    channels: Mapping[str, Any],
    titles: tuple[str, str],
    height: int,
    *,
    whose_title: str,
) -> Layered:
    """Predicted probability against observed share, one line each; they agree on the diagonal.

    Args:
        frame: a row per dot with the columns `whose`, "predicted", "observed" and "answers", and
            "low" and "high" if the observed share has an interval.
        whose: the column that tells the lines apart.
        channels: "color", "shape" and "strokeDash" of the lines, see `contender_style.encoding`.
        titles: of the axes.
        height: in pixels.
        whose_title: of that column, in tooltips.
    """
    share = alt.Scale(domain=[0, 1])
    diagonal = (
        alt.Chart(pd.DataFrame({"predicted": [0, 1], "observed": [0, 1]}))
        .mark_line(color=NEUTRAL)
        .encode(x="predicted:Q", y="observed:Q")
    )
    base = alt.Chart(frame).encode(
        x=alt.X("predicted:Q", scale=share, axis=share_axis(), title=titles[0]),
        y=alt.Y("observed:Q", scale=share, axis=share_axis(), title=titles[1]),
        color=channels["color"],
    )
    lines = base.mark_line().encode(strokeDash=channels["strokeDash"])
    columns = {
        "predicted": t("predicted"),
        "observed": t("observed"),
        "low": t("interval from"),
        "high": t("interval to"),
    }
    shares = (
        alt.Tooltip(column, format=PROBABILITY, title=title)
        for column, title in columns.items()
        if column in frame
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        shape=channels["shape"],
        detail=f"{whose}:N",
        tooltip=[
            alt.Tooltip(whose, title=whose_title),
            *shares,
            alt.Tooltip("answers", format=",", title=t("answers")),
        ],
    )
    spans = [base.mark_rule().encode(y="low:Q", y2="high:Q")] if "low" in frame else []
    return alt.layer(diagonal, *spans, lines, dots).properties(height=height)


def dots_with_intervals(
    frame: pd.DataFrame,
    share: str,
    row: str,
    whose: str,
    channels: Mapping[str, Any],
    *,
    orders: Mapping[str, Sequence[str]],
    titles: Mapping[str, str],
    axis: str,
) -> Layered:
    """Shares as dots with their intervals, in each row one of each.

    Args:
        frame: with the columns `share`, `row`, `whose`, "low" and "high".
        share, row, whose: the columns for the place of a dot, its row, and whose it is.
        channels: "color" and "shape" of the dots, see `contender_style.encoding`.
        orders: of the values of `row` and `whose`, by column.
        titles: in tooltips, by column.
        axis: title of the axis.
    """
    scale = alt.Scale(domain=[0, 1])
    shares = {share: titles[share], "low": t("interval from"), "high": t("interval to")}
    base = alt.Chart(frame).encode(
        y=alt.Y(f"{row}:N", sort=list(orders[row]), title=None),
        yOffset=alt.YOffset(f"{whose}:N", sort=list(orders[whose])),
        color=channels["color"],
        tooltip=[
            *(alt.Tooltip(column, title=titles[column]) for column in (whose, row)),
            *(alt.Tooltip(column, format=SHARE, title=title) for column, title in shares.items()),
        ],
    )
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X(f"{share}:Q", scale=scale, axis=share_axis(), title=axis),
        shape=channels["shape"],
    )
    spans = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    return alt.layer(spans, dots).properties(height=alt.Step(22))


def version_of(data: object) -> str:
    """A key that changes with the data of a chart, see `show_chart`."""
    return str(hash(str(data)))


def show_chart(make: Callable[[], Layered | alt.Chart], *of: str, text: str) -> None:
    """Draw a chart that many visitors look at; Altair's output is cached.

    Altair takes longer to validate and serialise a chart than everything else on a page together.

    Args:
        make: makes the chart if it is not in the cache, in the language that is spoken.
        of: what the chart depends on, the kind of chart first: versions of runs, choices.
        text: describes the chart for those who cannot see it.
    """
    config = {
        "text": {"color": ink()},  # Vega's own is the first colour of a series
        "locale": {"number": _LOCALE},
    }
    specification = _specification((language(), *of), make) | {"config": config}
    height = specification.get("height")
    st.vega_lite_chart(
        specification,
        # Also of the place where the browser will draw it, or what is below would jump.
        height=height if isinstance(height, int) else "content",
        alt=text,
    )


@st.cache_data(max_entries=128, show_spinner=False)
def _specification(
    of: tuple[str, ...],  # noqa: ARG001 - the cache's key
    _make: Callable[[], Layered | alt.Chart],
) -> dict[str, Any]:
    specification = _make().to_dict()
    specification.pop("config", None)  # Altair's default view size; Streamlit has its own
    tables = {name: pd.DataFrame(rows) for name, rows in specification.get("datasets", {}).items()}
    return specification | {"datasets": tables}
