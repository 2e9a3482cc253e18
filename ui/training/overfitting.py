"""The page Training: overfitting and its two remedies, from the experiment "overfitting"."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.networks.training_studies import gap_by_dropout
from mnist_models.runs.run import Run
from mnist_models.text import Texts, paragraph, t
from ui.shared.experiments import shipped
from ui.training.learning_curves import ACCURACY_KEYS, EpochCurve, epoch_curves
from ui.widgets.charts import (
    DASHED,
    HEIGHT,
    NEUTRAL,
    SHARE,
    SOLID,
    Layered,
    line_legend,
    share_axis,
    show_chart,
    version_of,
)
from ui.widgets.contender_style import COLOURS
from ui.widgets.controls import pick
from ui.widgets.tables import Column, show_table

ABOUT_RANGES = t(
    "Each figure is the median over the seeds, with the range in brackets. Gap: train − test, in "
    "percentage points."
)
ACCURACY_COLUMNS = {
    "test": Column(t("test accuracy")),
    "train": Column(t("train accuracy")),
    "gap": Column(t("gap, points")),
}

_REMEDIES = Texts({"data": t("More data"), "dropout": t("Dropout")})
_SIDES = Texts({"training": t("training"), "test": t("test")})


def show_overfitting(_: Run) -> None:
    """The gap between training and test accuracy, with more data and with more dropout."""
    st.header(t("Overfitting and its two remedies"), anchor=False)
    if not (found := shipped("overfitting")):
        return
    st.caption(
        t(
            "The single model as {network}, trained for {epochs} epochs. Overfitting: it reads the "
            "pictures that it learned from better than others, so its train accuracy is higher "
            "than its test accuracy.",
            network=found["network"],
            epochs=found["epochs"],
        )
    )
    remedy = pick(t("Remedy"), _REMEDIES, "remedy", title=_REMEDIES)
    (_show_data if remedy == "data" else _show_dropout)(found)


def _show_data(found: Evidence) -> None:
    st.markdown(t("**Remedy 1, more data:** the same network trained on more and more pictures"))
    show_chart(
        lambda: learning_size(found["rows"]),
        *("learning_size", version_of(found["rows"])),
        text=t("Train and test accuracy by number of training pictures"),
    )
    st.caption(t("A dot per seed, lines through their medians. The grey gap is overfitting."))


def _show_dropout(found: Evidence) -> None:
    st.markdown(
        t("**Remedy 2, dropout:** a share of the hidden units is switched off in each step")
    )
    curves, domain = dropout_curves(found["dropout"])
    for column, (dropout, own) in zip(st.columns(len(curves)), curves.items(), strict=True):
        with column:
            st.markdown(t("Dropout {dropout}", dropout=dropout))
            show_chart(
                partial(epoch_curves, own, t("accuracy"), domain=domain),
                *("dropout", dropout, version_of(found["dropout"])),
                text=t("Accuracy per epoch with dropout {dropout}", dropout=dropout),
            )
    about = t(
        "Solid: training accuracy, measured with units switched off. Dashed: validation accuracy, "
        "measured with all units. Both accuracies in the table are measured with all units too, "
        "after training."
    )
    st.caption(paragraph(about, ABOUT_RANGES))
    show_table(
        pd.DataFrame(gap_by_dropout(found["dropout"])),
        file_name="dropout.csv",
        alt=t("Accuracy and gap with each dropout"),
        columns={"dropout": Column(t("dropout")), **ACCURACY_COLUMNS},
    )


def learning_size(entries: Sequence[dict[str, Any]]) -> Layered:
    """Accuracy over the number of training pictures; the shaded gap is overfitting.

    Args:
        entries: `rows` of the experiment "overfitting".
    """
    keys = {"training": "train_accuracy", "test": "test_accuracy"}
    frame = pd.DataFrame(
        [(e["rows"], e["seed"], side, e[key]) for e in entries for side, key in keys.items()],
        columns=["rows", "seed", "pictures", "accuracy"],
    )
    medians = frame.groupby(["rows", "pictures"])["accuracy"].median().unstack().reset_index()
    frame["pictures"] = frame["pictures"].map(_SIDES)
    scale = alt.Scale(zero=False)
    # Ticks where the measurements are: a logarithmic axis puts its own anywhere.
    axis = alt.Axis(values=medians["rows"].tolist(), format=",", labelAngle=0, labelOverlap=False)
    logarithmic = alt.Scale(type="log", nice=False)
    x = alt.X("rows:Q", title=t("training pictures"), scale=logarithmic, axis=axis)
    dashes = alt.Scale(domain=list(_SIDES.values()), range=[SOLID, DASHED])
    gap = (
        alt.Chart(medians)
        .mark_area(color=NEUTRAL, opacity=0.2)
        .encode(
            x=x,
            y=alt.Y("training:Q", scale=scale, axis=share_axis(), title=t("accuracy")),
            y2="test:Q",
        )
    )
    base = alt.Chart(frame).encode(x=x)
    lines = base.mark_line(color=COLOURS["single"]).encode(
        y=alt.Y("median(accuracy):Q", scale=scale),
        strokeDash=alt.StrokeDash("pictures:N", scale=dashes, legend=line_legend()),
    )
    dots = base.mark_point(filled=True, color=COLOURS["single"], size=45, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        tooltip=[
            alt.Tooltip("rows", format=",", title=t("training pictures")),
            alt.Tooltip("pictures", title=t("accuracy on")),
            alt.Tooltip("seed", title=t("seed")),
            alt.Tooltip("accuracy", format=SHARE, title=t("accuracy")),
        ],
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
