"""The charts of the page Training that show shipped experiments: overfitting and sampling."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ui.charts import COLOURS, NEUTRAL, Layered
from ui.curves import (
    ACCURACIES,
    DASHED,
    HEIGHT,
    LEGEND,
    LOOK,
    SOLID,
    Curve,
    epoch_curves,
)

ABOUT_OVERFITTING = (
    "The single model as {network}, {epochs} epochs. Overfitting: it reads the pictures that it "
    "learned from better than others, so train lies above test accuracy."
)
ABOUT_SAMPLING = (
    "Test accuracy: of all ten models together. Distinct rows: how many different pictures a "
    "binary model ever saw, mean of the ten. Seconds: of training, all ten at once, "
    "on a machine that did other work too: an order of magnitude and no more."
)


def learning_size(entries: Sequence[dict[str, Any]]) -> Layered:
    """Accuracy over the number of training rows; the shaded gap is overfitting.

    Args:
        entries: `rows` of the experiment "overfitting".
    """
    sides: dict[str, str] = {"training": "train_accuracy", "test": "test_accuracy"}
    frame = pd.DataFrame(
        [(e["rows"], e["seed"], side, e[key]) for e in entries for side, key in sides.items()],
        columns=["rows", "seed", "pictures", "accuracy"],
    )
    medians = frame.groupby(["rows", "pictures"])["accuracy"].median().unstack().reset_index()
    scale = alt.Scale(zero=False)
    # Ticks where the measurements are: a logarithmic axis puts its own anywhere.
    axis = alt.Axis(values=medians["rows"].tolist(), format=",", labelAngle=0, labelOverlap=False)
    logarithmic = alt.Scale(type="log", nice=False)
    x = alt.X("rows:Q", title="training pictures", scale=logarithmic, axis=axis)
    dashes = alt.Scale(domain=list(sides), range=[SOLID, DASHED])
    gap = (
        alt.Chart(medians)
        .mark_area(color=NEUTRAL, opacity=0.2)
        .encode(x=x, y=alt.Y("training:Q", scale=scale, title="accuracy"), y2="test:Q")
    )
    base = alt.Chart(frame).encode(x=x)
    lines = base.mark_line(color=COLOURS["single"]).encode(
        y=alt.Y("median(accuracy):Q", scale=scale),
        strokeDash=alt.StrokeDash("pictures:N", scale=dashes, legend=LEGEND),
    )
    dots = base.mark_point(filled=True, color=COLOURS["single"], size=45, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        tooltip=["rows", "pictures", "seed", alt.Tooltip("accuracy", format=".4f")],
    )
    return alt.layer(gap, lines, dots).properties(height=HEIGHT)


def dropout_charts(entries: Sequence[dict[str, Any]]) -> dict[str, Layered]:
    """Training and validation accuracy per epoch, a chart for each dropout, on one scale.

    Args:
        entries: `dropout` of the experiment "overfitting"; medians over the seeds are drawn.
    """
    curves = {
        f"{dropout:g}": [
            np.median([e[key] for e in entries if e["dropout"] == dropout], axis=0).tolist()
            for key in ACCURACIES.values()
        ]
        for dropout in sorted({e["dropout"] for e in entries})
    }
    figures = [value for pair in curves.values() for curve in pair for value in curve]
    domain = (min(figures), max(figures))
    return {
        dropout: epoch_curves(
            [Curve("single", rows, curve) for rows, curve in zip(ACCURACIES, pair, strict=True)],
            "accuracy",
            domain=domain,
        )
        for dropout, pair in curves.items()
    }


def strategy_dots(runs: Sequence[dict[str, Any]], names: Sequence[str]) -> Layered:
    """Test accuracy per sampling strategy: a dot per seed, a bar at their median."""
    keys = ["strategy", "seed", "test_accuracy"]
    base = alt.Chart(pd.DataFrame(runs)[keys]).encode(
        y=alt.Y("strategy:N", sort=list(names), title=None, axis=alt.Axis(ticks=False))
    )
    scale = alt.Scale(zero=False, padding=12)
    dots = base.mark_point(filled=True, size=80, opacity=0.8, color=COLOURS["multi"]).encode(
        x=alt.X("test_accuracy:Q", scale=scale, title="test accuracy, all ten digits"),
        tooltip=["strategy", "seed", alt.Tooltip("test_accuracy", format=".4f")],
    )
    ticks = base.mark_tick(color=NEUTRAL, thickness=2, size=22).encode(
        x=alt.X("median(test_accuracy):Q", scale=scale)
    )
    return alt.layer(ticks, dots).properties(height=alt.Step(38))


def reliability_diagram(bins: Sequence[dict[str, Any]]) -> Layered:
    """Probability against what came true; on the grey diagonal both are the same.

    Args:
        bins: see `evidence.reliability_bins`.
    """
    share = alt.Scale(domain=[0, 1])
    diagonal = (
        alt.Chart(pd.DataFrame({"predicted": [0, 1], "observed": [0, 1]}))
        .mark_line(color=NEUTRAL)
        .encode(x="predicted:Q", y="observed:Q")
    )
    base = alt.Chart(pd.DataFrame(bins)).encode(
        x=alt.X("predicted:Q", scale=share, title="probability of yes, as the models say it"),
        y=alt.Y("observed:Q", scale=share, title="share that is the digit"),
    )
    legend = alt.Legend(**LOOK, labelExpr="datum.label + ' the prior correction'")
    dashes = alt.Scale(domain=["before", "after"], range=[DASHED, SOLID])
    lines = base.mark_line(color=COLOURS["multi"]).encode(
        strokeDash=alt.StrokeDash("correction:N", scale=dashes, legend=legend)
    )
    shares = (alt.Tooltip(c, format=".3f") for c in ("predicted", "observed"))
    dots = base.mark_point(filled=True, size=60, opacity=1, color=COLOURS["multi"]).encode(
        detail="correction:N",
        tooltip=["correction", *shares, alt.Tooltip("answers", format=",")],
    )
    return alt.layer(diagonal, lines, dots).properties(height=340)
