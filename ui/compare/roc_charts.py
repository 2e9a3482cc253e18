"""ROC and precision-recall curves of binary models, zoomed into the corner where they bend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mnist_models.metrics.roc import ThresholdCurve
from mnist_models.metrics.scores import YES
from mnist_models.text import Text, t, translated
from ui.widgets.charts import NEUTRAL, PROBABILITY, SHARE, Layered, share_axis

_SPANS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # of both axes
_COLUMNS = ("x", "y", "threshold", "step", "half", "near", "digit")
_POINTS = 40  # of the piece of a curve that is shown
_NEAR = 10  # every so many points one reacts to the pointer: each costs a browser two shapes


@dataclass(frozen=True)
class Axes:
    """What a kind of curve shows.

    Attributes:
        x, y: the titles.
        best: the value of x in the corner where a perfect model is; of y it is 1.
    """

    x: Text
    y: Text
    best: Literal[0, 1]


ROC = Axes(t("false alarms"), t("recall"), best=0)
PRECISION_RECALL = Axes(t("recall"), t("precision"), best=1)


def curve_chart(
    curves: Mapping[str, ThresholdCurve], axes: Axes, colour: str, chosen: str | None = None
) -> Layered:
    """A line for each binary model, with a dot at the threshold of one half.

    Args:
        curves: by class, at least one.
        axes: what they show.
        colour: of the lines.
        chosen: the class whose curve is highlighted, if any.
    """
    span = _span(max(_needed(curve, axes) for curve in curves.values()))
    x_scale = alt.Scale(domain=sorted([axes.best, abs(axes.best - span)]), nice=False)
    y_scale = alt.Scale(domain=[1 - span, 1], nice=False)
    near = alt.selection_point(on="pointerover", nearest=True, fields=["digit"], empty=False)
    front = near | (alt.datum.digit == chosen) if chosen is not None else near
    base = alt.Chart(_points(curves, axes, span)).encode(
        x=alt.X("x:Q", title=translated(axes.x), scale=x_scale, axis=share_axis()),
        y=alt.Y("y:Q", title=translated(axes.y), scale=y_scale, axis=share_axis()),
        detail="digit:N",
        color=alt.when(front)
        .then(alt.value(colour))
        .otherwise(alt.value(colour if chosen is None else NEUTRAL)),
    )
    lines = base.mark_line(clip=True).encode(
        size=alt.when(front).then(alt.value(3)).otherwise(alt.value(1)), order="step:Q"
    )
    targets = (
        base.transform_filter("datum.near")
        .mark_point(size=90, opacity=0, clip=True, aria=False)
        .encode(
            tooltip=[
                alt.Tooltip("digit:N", title=t("model for digit")),
                alt.Tooltip("x:Q", title=translated(axes.x), format=SHARE),
                alt.Tooltip("y:Q", title=translated(axes.y), format=SHARE),
                alt.Tooltip("threshold:Q", title=t("threshold"), format=PROBABILITY),
            ]
        )
    )
    halves = base.transform_filter("datum.half").mark_point(
        filled=True, size=60, opacity=1, clip=True
    )
    return alt.layer(lines, targets.add_params(near), halves).properties(height=300)


def _points(curves: Mapping[str, ThresholdCurve], axes: Axes, span: float) -> pd.DataFrame:
    """The points in the corner that is shown, one more at each end, and those at one half."""
    columns: dict[str, list[NDArray]] = {name: [] for name in _COLUMNS}
    for label, curve in curves.items():
        drawn = _in_sight(curve, axes, span)
        place = int((drawn.thresholds >= YES).sum())
        for name, values, at in zip(
            _COLUMNS, (drawn.x, drawn.y, drawn.thresholds), (*curve.at(), YES), strict=False
        ):
            columns[name].append(np.insert(values, place, at).round(5))
        steps = np.arange(len(drawn.x) + 1)
        columns["step"].append(steps)
        columns["half"].append(steps == place)
        columns["near"].append((steps % _NEAR == 0) | (steps == place))
        columns["digit"].append(np.full(len(steps), label))
    return pd.DataFrame({name: np.concatenate(arrays) for name, arrays in columns.items()})


def _in_sight(curve: ThresholdCurve, axes: Axes, span: float) -> ThresholdCurve:
    """The piece of a curve in the corner that is shown, thinned, and the next point at each end."""
    near = np.flatnonzero((np.abs(curve.x - axes.best) <= span) & (curve.y >= 1 - span))
    if not len(near):
        return curve.thinned(2)
    first, last = int(near[0]), int(near[-1])
    pieces = (
        _cut(curve, max(0, first - 1), first),
        _cut(curve, first, last + 1).thinned(_POINTS),
        _cut(curve, last + 1, last + 2),
    )
    x, y, thresholds = (
        np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("x", "y", "thresholds")
    )
    return ThresholdCurve(x, y, thresholds, curve.area)


def _cut(curve: ThresholdCurve, start: int, end: int) -> ThresholdCurve:
    part = slice(start, end)
    return ThresholdCurve(curve.x[part], curve.y[part], curve.thresholds[part], curve.area)


def _needed(curve: ThresholdCurve, axes: Axes) -> float:
    """How much of both axes is needed to show the curve's bend well inside, and its dot."""
    x, y = (
        np.append(values, at) for values, at in zip((curve.x, curve.y), curve.at(), strict=True)
    )
    distances: NDArray[np.float64] = np.maximum(np.abs(x - axes.best), 1 - y)
    return max(4 * float(distances.min()), 1.05 * float(distances[-1]))


def _span(needed: float) -> float:
    return next(span for span in _SPANS if span >= min(1, needed))
