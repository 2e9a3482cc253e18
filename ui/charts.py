"""The charts of the pages. Each takes plain numbers and returns an Altair chart.

Blue is the single model and orange the multi-model everywhere: a pair that colour-blind people
can tell apart, with at least 3:1 contrast on the light and on the dark background.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.evaluation import Metrics
from mnist_models.recipes import APPROACHES, TITLES, Approach

Layered = alt.LayerChart | alt.FacetChart  # what Altair's types say that layers become

COLOURS: dict[Approach, str] = {"single": "#2f7fc1", "multi": "#d9731a"}
MISTAKE_COLOUR = "#c2410c"
NEUTRAL = "#8a929c"  # what belongs to neither

_APPROACH_SCALE = alt.Scale(
    domain=[TITLES[a] for a in APPROACHES], range=[COLOURS[a] for a in APPROACHES]
)
_LEGEND = alt.Legend(title=None, orient="top", symbolType="square")


def recall_bars(metrics: dict[Approach, Metrics], classes: Sequence[Any]) -> Layered:
    """Per-class accuracy (recall) of each approach with its 95 % Wilson interval."""
    frame = pd.DataFrame(
        [
            {
                "class": str(label),
                "approach": TITLES[approach],
                "accuracy": m.recall[k],
                "low": m.recall_interval[k][0],
                "high": m.recall_interval[k][1],
            }
            for approach, m in metrics.items()
            for k, label in enumerate(classes)
        ]
    )
    base = alt.Chart(frame).encode(
        x=alt.X("class:N", title="digit", sort=None, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("approach:N", sort=None),
        color=alt.Color("approach:N", scale=_APPROACH_SCALE, legend=_LEGEND),
        tooltip=["approach", "class", *(alt.Tooltip(c, format=".4f") for c in _INTERVAL)],
    )
    # Dots and not bars: the scale does not begin at zero, or all digits would look alike.
    scale = alt.Scale(domain=[_floor(frame["low"].min()), 1.0], nice=False)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("accuracy:Q", title="accuracy on the digit", scale=scale)
    )
    spans = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    return alt.layer(spans, dots).properties(height=320)


def binary_dots(
    balanced: Sequence[float], published: Sequence[float], classes: Sequence[Any]
) -> Layered:
    """Balanced accuracy of each binary model, ours beside the published one."""
    rows = [
        {"digit": str(c), "whose": "ours", "accuracy": a}
        for c, a in zip(classes, balanced, strict=True)
    ]
    rows += [
        {"digit": str(c), "whose": "published", "accuracy": a}
        for c, a in zip(classes, published, strict=False)
    ]
    frame = pd.DataFrame(rows)
    base = alt.Chart(frame).encode(
        x=alt.X("digit:N", sort=None, axis=alt.Axis(labelAngle=0), title="binary model for digit")
    )
    scale = alt.Scale(domain=[_floor(frame["accuracy"].min()), 1.0], nice=False)
    gaps = base.mark_rule(color=NEUTRAL).encode(
        y=alt.Y("min(accuracy):Q", scale=scale, title="balanced accuracy"), y2="max(accuracy):Q"
    )
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        color=alt.Color(
            "whose:N",
            legend=_LEGEND,
            scale=alt.Scale(domain=["ours", "published"], range=[COLOURS["multi"], NEUTRAL]),
        ),
        shape=alt.Shape("whose:N", legend=_LEGEND, scale=alt.Scale(range=["circle", "diamond"])),
        tooltip=["whose", "digit", alt.Tooltip("accuracy", format=".5f")],
    )
    return alt.layer(gaps, dots).properties(height=280)


def confusion_heatmap(
    confusion: Sequence[Sequence[int]],
    classes: Sequence[Any],
    *,
    percent: bool,
    largest_mistake: float,
) -> Layered:
    """A confusion matrix; mistakes in red, what is right in blue, so that both can be read.

    Args:
        confusion: (K, K) counts, row the true class, column the answer.
        classes: (K,) labels.
        percent: show shares of the row instead of counts.
        largest_mistake: the value with the full red, the same for charts to be compared.
    """
    counts = np.asarray(confusion)
    shares = counts / counts.sum(axis=1, keepdims=True).clip(1)
    values = shares * 100 if percent else counts
    frame = pd.DataFrame(
        [
            {
                "true": str(t),
                "answer": str(a),
                "count": int(counts[i, j]),
                "share": float(shares[i, j]),
                "value": float(values[i, j]),
                "text": _cell(values[i, j], percent=percent),
                "right": i == j,
            }
            for i, t in enumerate(classes)
            for j, a in enumerate(classes)
        ]
    )
    order = [str(label) for label in classes]
    base = alt.Chart(frame).encode(
        x=alt.X("answer:N", sort=order, title="answer", axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("true:N", sort=order, title="true digit"),
        tooltip=["true", "answer", "count", alt.Tooltip("share", format=".2%")],
    )
    # Opacity and not lightness carries the value, so that the cells suit a dark page as well.
    strength = alt.Opacity(
        "value:Q",
        legend=None,
        scale=alt.Scale(domain=[0, max(largest_mistake, 1e-9)], range=[0.06, 1], clamp=True),
    )
    right, strong = "datum.right", f"!datum.right && datum.value > {0.6 * largest_mistake}"
    mistakes = base.mark_rect(color=MISTAKE_COLOUR).encode(opacity=strength)
    diagonal = base.mark_rect(color=COLOURS["single"], opacity=0.3)
    text = {"light": "#1b2430", "dark": "#e8edf3"}[st.context.theme.type or "light"]
    texts = base.mark_text(fontSize=12, color=text).encode(text="text:N")
    return alt.layer(
        mistakes.transform_filter(f"!({right})"),
        diagonal.transform_filter(right),
        texts.transform_filter(f"!({strong})"),
        texts.mark_text(fontSize=12, color="#ffffff").transform_filter(strong),
    ).properties(height=alt.Step(34))


def largest_mistake(matrices: Sequence[Sequence[Sequence[int]]], *, percent: bool) -> float:
    """The largest value off the diagonal of several (K, K) matrices: one scale for all of them."""
    arrays = [np.asarray(m, dtype=float) for m in matrices]
    if percent:
        arrays = [100 * a / a.sum(axis=1, keepdims=True).clip(1) for a in arrays]
    return max((float((a - np.diag(a.diagonal())).max()) for a in arrays), default=0.0)


_INTERVAL = ("accuracy", "low", "high")


def _floor(value: float) -> float:
    """The next lower multiple of 0.02, where an axis may begin."""
    return max(0.0, float(np.floor(value * 50 - 1e-9) / 50))


def _cell(value: float, *, percent: bool) -> str:
    if value == 0:
        return ""
    return f"{value:.1f}" if percent else f"{int(value)}"
