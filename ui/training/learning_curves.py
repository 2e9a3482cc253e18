"""The charts of the page Training that follow one run: its curves, epoch by epoch.

Solid lines are training rows and dashed ones rows that nothing was learned from, everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.runs.run import Run
from ui.widgets.charts import DASHED, HEIGHT, NEUTRAL, SOLID, Layered, line_legend
from ui.widgets.contender_style import COLOURS

RowKind = Literal["training", "validation"]
History = Mapping[Approach, Mapping[str, Sequence[Any]]]

ACCURACY_KEYS: dict[RowKind, str] = {"training": "accuracy", "validation": "val_accuracy"}
_LOSS_KEYS: dict[RowKind, str] = {"training": "loss", "validation": "val_loss"}
_TEN = (
    "Accuracy: the share of pictures read correctly. Training (solid): as the network saw them "
    "while it learned, dropout and all, so it can lie below validation (dashed): pictures that it "
    "did not learn from. The multi-model's is that of all ten models together."
)
_YES_OR_NO = (
    "Accuracy of the ten binary models on their training rows{rows}, mean of the ten. An easier "
    "question than which of ten, asked of other rows: its height says nothing about the other "
    "chart."
)
_LOSS: dict[Approach, str] = {
    "single": "Loss, what training lowers: the cross-entropy, 0 where the right digit always gets "
    "probability 1. Validation that rises while training falls is overfitting.",
    "multi": "Mean binary cross-entropy. Training on the rows that sampling chose, validation on "
    "all held-out pictures, one yes to nine noes: compare how they run, not how high.",
}
_EPOCH_AXIS = alt.Axis(tickMinStep=1, format="d", grid=False)


@dataclass(frozen=True)
class EpochCurve:
    """One line: a figure per epoch of an approach, on rows of one kind."""

    approach: Approach
    rows: RowKind
    values: Sequence[float]

    @property
    def name(self) -> str:
        """What the legend says."""
        return f"{TITLES[self.approach]}, {self.rows}"


@dataclass(frozen=True)
class Panel:
    """A chart over the epochs with what stands around it.

    Attributes:
        title: says what is measured.
        axis: the same in a few words.
        about: explains it in a sentence or two.
        curves: the lines, at least one.
        members: (epochs, K) the same figure of each binary model, where the chart is theirs.
    """

    title: str
    axis: str
    about: str
    curves: Sequence[EpochCurve]
    members: Sequence[Sequence[float]] = ()

    @property
    def spoken(self) -> str:
        """The chart for who cannot see it."""
        ends = (f"{c.name} from {c.values[0]:.4f} to {c.values[-1]:.4f}" for c in self.curves)
        return f"{self.axis} per epoch: " + "; ".join(ends)

    def chart(self, classes: Sequence[Any] | None = None) -> Layered:
        """The lines; with classes, one for each binary model where the figure is theirs."""
        if classes and self.members:
            return member_curves(self.members, classes, self.axis)
        return epoch_curves(self.curves, self.axis)


def validation_text(run: Run) -> str:
    """What the validation figures of a run were measured on."""
    if "lesson" in run.manifest:
        return "This run was taught from another one, and no figures were taken epoch by epoch."
    recipe, rows = run.manifest["recipe"], run.manifest["dataset"]["train_rows"]
    held_out = round(recipe.get("validation_split", 0) * rows)
    if not held_out:
        return "No training pictures were held out, so there are no validation figures."
    text = f"Validation: on {held_out:,} of the {rows:,} training pictures, held out."
    if recipe.get("refit"):
        text += " The shipped networks then learned anew, from all of them."
    return text


def accuracy_panels(history: History, sampling: str) -> list[Panel]:
    """Accuracy on all digits and, apart from it, of the binary models on their own questions.

    The two are different quantities: the multi-model's training accuracy is the mean of its
    members', a yes or no on rows that sampling chose.

    Args:
        history: of a run.
        sampling: the name of the strategy by which the members' rows were chosen.
    """
    curves = [
        EpochCurve(approach, rows, figures[key])
        for approach, figures in history.items()
        for rows, key in ACCURACY_KEYS.items()
        if key in figures and (approach, rows) != ("multi", "training")
    ]
    panels = [Panel("Which of the ten digits is it?", "accuracy, ten digits", _TEN, curves)]
    if "multi" in history:
        rows = f" ({STRATEGIES[sampling].summary})" if sampling in STRATEGIES else ""
        figures = history["multi"]
        curve = EpochCurve("multi", "training", figures["accuracy"])
        panels.append(
            Panel(
                "Is it my digit, yes or no?",
                "accuracy, yes or no",
                _YES_OR_NO.format(rows=rows),
                [curve],
                figures["member_accuracy"],
            )
        )
    return [panel for panel in panels if panel.curves]


def loss_panels(history: History) -> list[Panel]:
    """The loss of each approach."""
    return [
        Panel(
            f"{TITLES[approach]}: loss",
            "cross-entropy",
            _LOSS[approach],
            [
                EpochCurve(approach, rows, figures[key])
                for rows, key in _LOSS_KEYS.items()
                if key in figures
            ],
            figures["member_loss"] if approach == "multi" else (),
        )
        for approach, figures in history.items()
    ]


def confusions(history: History) -> dict[Approach, Sequence[Any]]:
    """Per approach the (K, K) validation confusion matrix of each epoch, where there are any."""
    return {a: f["val_confusion"] for a, f in history.items() if f.get("val_confusion")}


def epoch_curves(
    curves: Sequence[EpochCurve], title: str, *, domain: tuple[float, float] | None = None
) -> Layered:
    """Lines over the epochs; hovering shows the figures of the nearest point.

    Args:
        curves: at least one.
        title: of the vertical axis.
        domain: of the vertical axis, for charts to be compared; one legend is to serve them all.
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
    scale = alt.Scale(domain=domain) if domain else alt.Scale(zero=False)
    legend = None if domain else line_legend()
    near = alt.selection_point(on="pointerover", nearest=True, fields=["epoch"], empty=False)
    base = alt.Chart(frame).encode(
        x=alt.X("epoch:Q", axis=_EPOCH_AXIS, scale=alt.Scale(zero=False, nice=False)),
        y=alt.Y("value:Q", title=title, scale=scale),
        color=alt.Color("curve:N", scale=colours, legend=legend),
        tooltip=["curve", "epoch", alt.Tooltip("value", title=title, format=".4f")],
    )
    lines = base.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=legend)
    )
    points = base.mark_point(filled=True, size=70).encode(
        opacity=alt.when(near).then(alt.value(1)).otherwise(alt.value(0))
    )
    height = HEIGHT if legend else 220
    return alt.layer(lines, points.add_params(near)).properties(height=height)


def member_curves(values: Sequence[Sequence[float]], classes: Sequence[Any], title: str) -> Layered:
    """A thin line for each binary model, its class at the end; hovering brings one forward.

    Args:
        values: (epochs, K) a figure per epoch and model.
        classes: (K,) labels.
        title: of the vertical axis.
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
    width = alt.when(near).then(alt.value(3)).otherwise(alt.value(1))
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False))
    room = alt.Scale(domain=[1, 1.08 * last], nice=False)  # the labels stand in the rest
    x = alt.X("epoch:Q", axis=_EPOCH_AXIS, scale=room, title="epoch")
    base = alt.Chart(frame).encode(x=x, y=y, detail="digit:N")
    lines = base.mark_line(color=COLOURS["multi"]).encode(strokeWidth=width)
    targets = base.mark_point(size=120, opacity=0).encode(
        tooltip=["digit", "epoch", alt.Tooltip("value", title=title, format=".4f")]
    )
    labels = alt.Chart(ends).encode(y=y)
    leaders = labels.mark_rule(color=NEUTRAL).encode(
        x=x, x2=alt.X2("label:Q", title="epoch"), y2=alt.Y2("place:Q", title=title)
    )
    texts = labels.mark_text(align="left", dx=4, color=COLOURS["multi"]).encode(
        x=alt.X("label:Q", title="epoch"),
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
