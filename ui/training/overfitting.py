"""The page Training, overfitting and its two remedies: the shipped experiment "overfitting"."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.training_studies import gap_by_dropout
from mnist_models.runs.run import Run
from ui.shared.experiments import shipped
from ui.training.learning_curves import ACCURACY_KEYS, EpochCurve, epoch_curves
from ui.widgets.charts import (
    DASHED,
    HEIGHT,
    NEUTRAL,
    SOLID,
    Layered,
    line_legend,
    show_chart,
    version_of,
)
from ui.widgets.contender_style import COLOURS
from ui.widgets.controls import pick
from ui.widgets.tables import show_table

ABOUT_RANGES = (
    "Each figure is the median over the seeds, in brackets their range. Gap: train − test."
)
_ABOUT = (
    "The single model as {network}, {epochs} epochs. Overfitting: it reads the pictures that it "
    "learned from better than others, so train lies above test accuracy."
)


def show_overfitting(_: Run) -> None:
    """The gap between training and test accuracy, with more data and with more dropout."""
    st.subheader("Overfitting and its two remedies", anchor=False)
    if not (found := shipped("overfitting")):
        return
    st.caption(_ABOUT.format_map(found))
    _REMEDIES[pick("Remedy", _REMEDIES, "remedy")](found)


def _show_data(found: Evidence) -> None:
    st.markdown("**Remedy 1, more data:** the same network on more and more pictures")
    show_chart(
        lambda: learning_size(found["rows"]),
        *("learning size", version_of(found["rows"])),
        text="Train and test accuracy by pictures",
    )
    st.caption("A dot per seed, lines through their medians. The grey gap is overfitting.")


def _show_dropout(found: Evidence) -> None:
    st.markdown("**Remedy 2, dropout:** a share of the hidden units is silenced in each step")
    curves, domain = dropout_curves(found["dropout"])
    for column, (dropout, own) in zip(st.columns(len(curves)), curves.items(), strict=True):
        with column:
            st.markdown(f"Dropout {dropout}")
            show_chart(
                partial(epoch_curves, own, "accuracy", domain=domain),
                *("dropout", dropout, version_of(found["dropout"])),
                text=f"Accuracy per epoch with dropout {dropout}",
            )
    st.caption(
        "Solid: training accuracy, measured with units silenced. Dashed: validation accuracy, with "
        f"all units, as both accuracies in the table, after training. {ABOUT_RANGES}"
    )
    show_table(
        pd.DataFrame(gap_by_dropout(found["dropout"])),
        file_name="dropout.csv",
        alt="Accuracy and gap with each dropout",
    )


_REMEDIES = {"More data": _show_data, "Dropout": _show_dropout}


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
        strokeDash=alt.StrokeDash("pictures:N", scale=dashes, legend=line_legend()),
    )
    dots = base.mark_point(filled=True, color=COLOURS["single"], size=45, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        tooltip=["rows", "pictures", "seed", alt.Tooltip("accuracy", format=".4f")],
    )
    return alt.layer(gap, lines, dots).properties(height=HEIGHT)


def dropout_curves(
    entries: Sequence[dict[str, Any]],
) -> tuple[dict[str, list[EpochCurve]], tuple[float, float]]:
    """Training and validation accuracy per epoch with each dropout, medians over the seeds.

    Args:
        entries: `dropout` of the experiment "overfitting".

    Returns:
        Two curves per dropout, and the smallest and largest value: one scale for all charts.
    """
    found = {
        f"{dropout:g}": [
            EpochCurve(
                "single",
                rows,
                np.median([e[key] for e in entries if e["dropout"] == dropout], axis=0).tolist(),
            )
            for rows, key in ACCURACY_KEYS.items()
        ]
        for dropout in sorted({e["dropout"] for e in entries})
    }
    figures = [value for pair in found.values() for curve in pair for value in curve.values]
    return found, (min(figures), max(figures))
