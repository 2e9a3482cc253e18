"""What the charts of the pages share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

Layered = alt.LayerChart | alt.FacetChart  # what Altair's types say that layers become

NEUTRAL = "#8a929c"  # what belongs to neither
HEIGHT = 320  # of a chart of lines, in pixels

# Lengths of strokes and gaps. Solid is what was learned from, and what is first.
SOLID: list[float] = [1, 0]
DASHED: list[float] = [6, 4]
DOTTED: list[float] = [2, 3]


def legend_on_top(**look: Any) -> alt.Legend:
    """A legend above the chart, an entry per line, so that it fits a phone."""
    return alt.Legend(title=None, orient="top", columns=1, labelLimit=0, **look)


def line_legend(**look: Any) -> alt.Legend:
    """The same for lines that differ by their dashes."""
    stroke = {"symbolType": "stroke", "symbolSize": 500, "symbolStrokeWidth": 2, "offset": 4}
    return legend_on_top(**stroke | look)


def zoomed(values: Iterable[float], *, step: float = 0.02) -> alt.Scale:
    """A scale for shares that ends at 1 and begins below the smallest, at a multiple of the step.

    For dots and lines: a bar must begin at zero.
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
) -> Layered:
    """Probability against what came true, a line for each of several; on the diagonal both agree.

    Args:
        frame: a row per dot with the columns `whose`, "predicted", "observed" and "answers", and
            "low" and "high" where the observed share has an interval.
        whose: the column that tells the lines apart.
        channels: how: "color", "shape" and "strokeDash", see `contender_style.encoding`.
        titles: of the axes.
        height: in pixels.
    """
    share = alt.Scale(domain=[0, 1])
    diagonal = (
        alt.Chart(pd.DataFrame({"predicted": [0, 1], "observed": [0, 1]}))
        .mark_line(color=NEUTRAL)
        .encode(x="predicted:Q", y="observed:Q")
    )
    base = alt.Chart(frame).encode(
        x=alt.X("predicted:Q", scale=share, title=titles[0]),
        y=alt.Y("observed:Q", scale=share, title=titles[1]),
        color=channels["color"],
    )
    lines = base.mark_line().encode(strokeDash=channels["strokeDash"])
    columns = [c for c in ("predicted", "observed", "low", "high") if c in frame]
    shares = (alt.Tooltip(column, format=".3f") for column in columns)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        shape=channels["shape"],
        detail=f"{whose}:N",
        tooltip=[whose, *shares, alt.Tooltip("answers", format=",")],
    )
    spans = [base.mark_rule().encode(y="low:Q", y2="high:Q")] if "low" in frame else []
    return alt.layer(diagonal, *spans, lines, dots).properties(height=height)


def dots_per_seed(frame: pd.DataFrame, whose: str, color: Any, title: str) -> Layered:
    """Accuracies line by line, as the frame has them: a dot per seed, a bar at their median.

    Args:
        frame: a row per dot with the columns `whose`, "seed" and "accuracy".
        whose: the column that tells the lines apart.
        color: of the dots.
        title: of the accuracy.
    """
    order = list(dict.fromkeys(frame[whose]))
    base = alt.Chart(frame).encode(
        y=alt.Y(f"{whose}:N", sort=order, title=None, axis=alt.Axis(ticks=False, labelLimit=220))
    )
    scale = alt.Scale(zero=False, padding=12)
    dots = base.mark_point(filled=True, size=80, opacity=0.8).encode(
        x=alt.X("accuracy:Q", scale=scale, title=title),
        color=color,
        tooltip=[whose, "seed", alt.Tooltip("accuracy", format=".4f")],
    )
    bars = base.mark_tick(color=NEUTRAL, thickness=2, size=22).encode(
        x=alt.X("median(accuracy):Q", scale=scale)
    )
    return alt.layer(bars, dots).properties(height=alt.Step(38))


def version_of(data: object) -> str:
    """What changes with the data: names a chart of them, see `show_chart`."""
    return str(hash(str(data)))


def show_chart(make: Callable[[], Layered | alt.Chart], *of: str, text: str) -> None:
    """Draw a chart that many visitors look at: what Altair makes of it is kept.

    Altair takes longer to check and write a chart than everything else on a page together.

    Args:
        make: makes the chart when it is not kept.
        of: what the chart depends on, the kind of chart first: versions of runs, choices.
        text: the chart for those who cannot see it.
    """
    st.vega_lite_chart(_specification(of, make), alt=text)


@st.cache_data(max_entries=128, show_spinner=False)
def _specification(
    of: tuple[str, ...],  # noqa: ARG001 - it is the cache's key
    _make: Callable[[], Layered | alt.Chart],
) -> dict[str, Any]:
    specification = _make().to_dict()
    specification.pop("config", None)  # Altair's default size of a view; Streamlit has its own
    tables = {name: pd.DataFrame(rows) for name, rows in specification.get("datasets", {}).items()}
    return specification | {"datasets": tables}
