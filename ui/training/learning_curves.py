"""The charts of the page Training that follow one run: its curves, epoch by epoch.

Everywhere, solid lines are training rows, and dashed lines are rows that nothing was learned from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from mnist_models.formatting import number_text
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.runs.run import Run
from mnist_models.text import Text, Texts, paragraph, t, translated
from ui.widgets.charts import (
    DASHED,
    HEIGHT,
    NEUTRAL,
    SHARE,
    SOLID,
    Layered,
    line_legend,
    share_axis,
)
from ui.widgets.contender_style import COLOURS

RowKind = Literal["training", "validation"]
History = Mapping[Approach, Mapping[str, Sequence[Any]]]

ACCURACY_KEYS: dict[RowKind, str] = {"training": "accuracy", "validation": "val_accuracy"}
_LOSS_KEYS: dict[RowKind, str] = {"training": "loss", "validation": "val_loss"}
_TEN = t(
    "Accuracy: the share of pictures read correctly. Training (solid): measured while the network "
    "learns, with any dropout or distortion, so it can lie below validation (dashed): pictures "
    "that it did not learn from. The multi-model's accuracy is that of all ten models together."
)
_YES_OR_NO = t(
    "Accuracy of the ten binary models on their training rows, mean of the ten. This question is "
    "easier than which of ten, and it is asked of other rows, so the heights of the two charts "
    "cannot be compared."
)
_LOSS: Texts[str] = Texts(
    single=t(
        "Loss is what training lowers: the cross-entropy, which is 0 if the right digit always "
        "gets probability 1. Validation loss that rises while training loss falls is overfitting."
    ),
    multi=t(
        "Mean binary cross-entropy. Training: on the rows that sampling chose. Validation: on all "
        "held-out pictures, with one yes to nine noes. Compare the shapes of the lines, not their "
        "heights."
    ),
)
_EPOCH_AXIS = alt.Axis(tickMinStep=1, format="d", grid=False)


@dataclass(frozen=True)
class EpochCurve:
    """One line: a figure per epoch of an approach, on rows of one kind."""

    approach: Approach
    rows: RowKind
    values: Sequence[float]

    @property
    def name(self) -> Text:
        """Its title in the legend."""
        approach = TITLES[self.approach]
        if self.rows == "training":
            return t("{approach}, training", approach=approach)
        return t("{approach}, validation", approach=approach)


@dataclass(frozen=True)
class Panel:
    """A chart over the epochs with its title and explanation.

    Attributes:
        title: says what is measured.
        axis: the same in a few words.
        about: explains it in a few sentences.
        curves: the lines, at least one.
        members: (epochs, K) the same figure of each binary model, if the chart is about them.
        form: of its numbers, as D3 and Python write it.
    """

    title: str
    axis: str
    about: str
    curves: Sequence[EpochCurve]
    members: Sequence[Sequence[float]] = ()
    form: str = SHARE

    @property
    def spoken(self) -> Text:
        """The chart for those who cannot see it."""
        ends = (
            t("{name}: from {first} to {last}.", name=c.name, first=first, last=last)
            for c in self.curves
            for first, last in [[number_text(c.values[k], self.form) for k in (0, -1)]]
        )
        return paragraph(t("Chart per epoch: {figure}.", figure=self.axis), *ends)

    def chart(self, classes: Sequence[Any] | None = None) -> Layered:
        """The lines; given classes, one for each binary model if the chart is about them."""
        if classes and self.members:
            return member_curves(self.members, classes, self.axis, self.form)
        return epoch_curves(self.curves, self.axis, form=self.form)


def validation_text(run: Run) -> Text:
    """What the validation figures of a run were measured on."""
    if "lesson" in run.manifest:
        return t("This run was taught from another run; no figures were recorded per epoch.")
    recipe, rows = run.manifest["recipe"], run.manifest["dataset"]["train_rows"]
    held_out = round(recipe.get("validation_split", 0) * rows)
    if not held_out:
        return t("No training pictures were held out, so there are no validation figures.")
    return paragraph(
        t(
            "Validation: on {held_out:,} of the {rows:,} training pictures, which were held out.",
            held_out=held_out,
            rows=rows,
        ),
        t("The shipped networks were then trained again, on all of them.")
        if recipe.get("refit")
        else "",
    )


def accuracy_panels(history: History, sampling: str) -> list[Panel]:
    """Accuracy on all digits and, separately, of the binary models on their own questions.

    The two are different quantities: the multi-model's training accuracy is the mean over its
    members, a yes or no on rows that sampling chose.

    Args:
        history: of a run.
        sampling: the name of the strategy by which the members' rows were chosen.
    """
    curves = [
        EpochCurve(approach, rows, figures[key])
        for approach, figures in history.items()
        for rows, key in ACCURACY_KEYS.items()
        if key in figures and (rows != "training" or APPROACHES[approach].code is None)
    ]
    title = t("Which of the ten digits is it?")
    panels = [Panel(title, t("accuracy, ten digits"), translated(_TEN), curves)]
    if "multi" in history:
        rows = ""
        if sampling in STRATEGIES:
            rows = t("Training rows: {summary}.", summary=STRATEGIES[sampling].summary)
        figures = history["multi"]
        curve = EpochCurve("multi", "training", figures["accuracy"])
        panels.append(
            Panel(
                t("Is it my digit, yes or no?"),
                t("accuracy, yes or no"),
                paragraph(_YES_OR_NO, rows),
                [curve],
                figures["member_accuracy"],
            )
        )
    return [panel for panel in panels if panel.curves]


def loss_panels(history: History) -> list[Panel]:
    """The loss of each approach."""
    return [
        Panel(
            t("{approach}: loss", approach=TITLES[approach]),
            t("cross-entropy"),
            _LOSS["multi" if APPROACHES[approach].code else "single"],
            [
                EpochCurve(approach, rows, figures[key])
                for rows, key in _LOSS_KEYS.items()
                if key in figures
            ],
            figures["member_loss"] if approach == "multi" else (),
            ".4f",
        )
        for approach, figures in history.items()
    ]


def confusions(history: History) -> dict[Approach, Sequence[Any]]:
    """The (K, K) validation confusion matrix of each epoch, per approach that has any."""
    return {a: f["val_confusion"] for a, f in history.items() if f.get("val_confusion")}


def epoch_curves(
    curves: Sequence[EpochCurve], title: str, *, form: str = SHARE, domain: Sequence[float] = ()
) -> Layered:
    """Lines over the epochs; hovering shows the values of the nearest point.

    Args:
        curves: at least one.
        title: of the vertical axis.
        form: of its numbers.
        domain: of the vertical axis, for charts that are compared; they have no legend.
    """
    frame = pd.DataFrame(
        [(c.name, e, v) for c in curves for e, v in enumerate(c.values, start=1)],
        columns=["curve", "epoch", "value"],
    )
    names = [c.name for c in curves]
    colours = alt.Scale(domain=names, range=[COLOURS[c.approach] for c in curves])
    dashes = alt.Scale(
        domain=names, range=[SOLID if c.rows == "training" else DASHED for c in curves]
    )
    scale = alt.Scale(domain=list(domain)) if domain else alt.Scale(zero=False)
    legend = None if domain else line_legend()
    axis, free = share_axis() if form == SHARE else alt.Axis(), alt.Scale(zero=False, nice=False)
    near = alt.selection_point(on="pointerover", nearest=True, fields=["epoch"], empty=False)
    base = alt.Chart(frame).encode(
        x=alt.X("epoch:Q", axis=_EPOCH_AXIS, scale=free, title=t("epoch")),
        y=alt.Y("value:Q", title=title, scale=scale, axis=axis),
        color=alt.Color("curve:N", scale=colours, legend=legend),
        tooltip=[
            alt.Tooltip("curve", title=t("curve")),
            alt.Tooltip("epoch", title=t("epoch")),
            alt.Tooltip("value", title=title, format=form),
        ],
    )
    lines = base.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=legend)
    )
    points = base.mark_point(filled=True, size=70).encode(
        opacity=alt.when(near).then(alt.value(1)).otherwise(alt.value(0))
    )
    height = HEIGHT if legend else 220
    return alt.layer(lines, points.add_params(near)).properties(height=height)


def member_curves(
    values: Sequence[Sequence[float]], classes: Sequence[Any], title: str, form: str = SHARE
) -> Layered:
    """A thin line for each binary model, its class at the end; hovering highlights one.

    Args:
        values: (epochs, K) a figure per epoch and model.
        classes: (K,) labels.
        title: of the vertical axis.
        form: of its numbers.
    """
    figures, last = np.asarray(values, dtype=float), len(values)
    names = [str(label) for label in classes]
    frame = pd.DataFrame(
        [
            (name, e, v)
            for name, curve in zip(names, figures.T, strict=True)
            for e, v in enumerate(curve, start=1)
        ],
        columns=["digit", "epoch", "value"],
    )
    ends = pd.DataFrame({"digit": names, "epoch": last, "label": 1.05 * last, "value": figures[-1]})
    ends["place"] = _apart(figures[-1], figures.max(), gap=float(np.ptp(figures)) / 16)
    near = alt.selection_point(on="pointerover", nearest=True, fields=["digit"], empty=False)
    axis = share_axis() if form == SHARE else alt.Axis()
    width = alt.when(near).then(alt.value(3)).otherwise(alt.value(1))
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=axis)
    room = alt.Scale(domain=[1, 1.08 * last], nice=False)  # the labels stand in the rest
    x = alt.X("epoch:Q", axis=_EPOCH_AXIS, scale=room, title=t("epoch"))
    base = alt.Chart(frame).encode(x=x, y=y, detail="digit:N")
    lines = base.mark_line(color=COLOURS["multi"]).encode(strokeWidth=width)
    targets = base.mark_point(size=120, opacity=0).encode(
        tooltip=[
            alt.Tooltip("digit", title=t("digit")),
            alt.Tooltip("epoch", title=t("epoch")),
            alt.Tooltip("value", title=title, format=form),
        ]
    )
    labels = alt.Chart(ends).encode(y=y)
    leaders = labels.mark_rule(color=NEUTRAL).encode(
        x=x, x2=alt.X2("label:Q", title=t("epoch")), y2=alt.Y2("place:Q", title=title)
    )
    texts = labels.mark_text(align="left", dx=4).encode(
        x=alt.X("label:Q", title=t("epoch")),
        y=alt.Y("place:Q", title=title),
        text="digit:N",
        size=alt.when(near).then(alt.value(18)).otherwise(alt.value(12)),
    )
    chart = alt.layer(leaders, lines, targets.add_params(near), texts)
    return chart.properties(height=HEIGHT)


def _apart(values: np.ndarray, ceiling: float, gap: float) -> np.ndarray:
    """The values so far apart that their labels do not touch; none above the ceiling."""
    places = values.astype(float)
    order = np.argsort(values, kind="stable")
    for below, above in pairwise(order):
        places[above] = max(places[above], places[below] + gap)
    places[order[-1]] = min(places[order[-1]], ceiling)
    for above, below in pairwise(order[::-1]):
        places[below] = min(places[below], places[above] - gap)
    return places
