"""How the approaches work: diagrams as HTML, small charts, the table of layers."""

import html
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mnist_models.learning.approaches import Approach, sigmoid
from mnist_models.pictures import Grey
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.to_mnist import to_mnist_steps
from mnist_models.text import t
from ui.widgets.charts import DOTTED, NEUTRAL, SOLID, line_legend
from ui.widgets.contender_style import COLOURS
from ui.widgets.images import picture_url

_CANVAS = 240  # side of the example drawing in pixels
_PEN = 16
# (x, y): small, and right of the middle
_SEVEN = np.array([(112, 66), (186, 60), (146, 176)], np.float32)


def approach_diagram(
    approach: Approach,
    picture: Grey,
    proba: NDArray,
    classes: Sequence[Any],
    layers: Sequence[int],
) -> str:
    """Picture → network or networks → K numbers, the largest in bold, as HTML.

    Args:
        approach: which approach to draw.
        picture: (28, 28).
        proba: (K,) the approach's answers.
        classes: (K,) labels.
        layers: units per layer of one network, from the input to the output.
    """
    names = [html.escape(str(c)) for c in classes]
    shape = " → ".join(str(units) for units in layers)
    image = f"<img src='{picture_url(picture)}' alt='{html.escape(t('The picture'))}'>"
    cells = [f"<div class=tall>{image}{t('784 numbers')}</div>"]
    if approach == "single":
        cells.append("<div class='arrow tall'>→</div>")
        cells.append(f"<div class='net tall'><b>{t('one network')}</b><span>{shape}</span></div>")
    for k, name in enumerate(names):
        if approach == "multi":
            question = t("is it {name}?", name=name)
            cells.append(f"<div class=arrow>→</div><div class=net>{question}</div>")
        cells.append(_output(name, proba, k))
    style = f"--accent: {COLOURS[approach]}; --rows: {len(names)}"
    return f"<div class='d-flow' style='{style}'>{''.join(cells)}</div>"


def sampling_bars(yes: int, no: int) -> alt.Chart:
    """The training rows of one binary model as they are, undersampled and oversampled."""
    fewer, more = min(yes, no), max(yes, no)
    sampled = {
        t("as they are"): (yes, no),
        t("undersampled"): (fewer, fewer),
        t("oversampled"): (more, more),
    }
    answers = [t("yes"), t("no")]
    frame = pd.DataFrame(
        [
            (f"{name}|{counts[0]:,} + {counts[1]:,}", answer, count, order)
            for name, counts in sampled.items()
            for order, (answer, count) in enumerate(zip(answers, counts, strict=True))
        ],
        columns=["sampling", "answer", "pictures", "order"],
    )
    two_lines = alt.Axis(labelExpr="split(datum.label, '|')", labelLimit=0, ticks=False)
    colours = alt.Scale(domain=answers, range=[COLOURS["multi"], NEUTRAL])
    legend = alt.Legend(title=None, orient="top", symbolType="square")
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("pictures:Q", title=t("pictures to learn from"), axis=alt.Axis(tickCount=4)),
            y=alt.Y("sampling:N", sort=None, title=None, axis=two_lines),
            color=alt.Color("answer:N", scale=colours, legend=legend),
            order="order:O",
            tooltip=[
                alt.Tooltip("answer", title=t("answer")),
                alt.Tooltip("pictures", format=",", title=t("pictures")),
            ],
        )
        .properties(height=alt.Step(46))
    )


def activation_curves(negative_slope: float) -> alt.Chart:
    """ReLU, LeakyReLU with the given slope, and the sigmoid, from -4 to 4."""
    x = np.linspace(-4, 4, 81, dtype=np.float32)
    values: dict[str, NDArray] = {
        t("ReLU"): x.clip(0),
        t("LeakyReLU"): np.where(x < 0, negative_slope * x, x),
        t("Sigmoid"): sigmoid(x),
    }
    frame = pd.DataFrame({"x": x.round(1), **values}).melt("x", var_name="name", value_name="y")
    legend = line_legend(symbolStrokeWidth=3)
    dashes = alt.Scale(domain=list(values), range=[SOLID, [8, 5], DOTTED])
    return (
        alt.Chart(frame)
        .mark_line(color=NEUTRAL, strokeWidth=3)
        .encode(
            x=alt.X("x:Q", title=None),
            y=alt.Y("y:Q", title=None),
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=legend),
            tooltip=[
                alt.Tooltip("name", title=t("activation")),
                alt.Tooltip("x", title="x"),
                alt.Tooltip("y:Q", format=".3f", title="y"),
            ],
        )
        .properties(height=240)
    )


def layer_table(
    layers: Sequence[int], output: str, negative_slope: float, dropouts: Sequence[float]
) -> pd.DataFrame:
    """One network as Keras' `model.summary()` prints it.

    A dense layer has one weight per input and unit, and one bias per unit; the other layers have no
    parameters.
    """
    activation = t("LeakyReLU") if negative_slope else t("ReLU")
    rows = []
    for depth, (inputs, units) in enumerate(pairwise(layers)):
        hidden = depth < len(layers) - 2
        after = [activation] + [t("Dropout")] * (dropouts[depth] > 0) if hidden else [output]
        for name, parameters in [(t("Dense"), (inputs + 1) * units), *((n, 0) for n in after)]:
            rows.append((name, f"(None, {units})", f"{parameters:,}"))
    return pd.DataFrame(rows, columns=[t("layer"), t("output shape"), t("parameters")])


def example_drawing() -> Grey:
    """A seven as somebody might draw it: (240, 240), small and off-centre."""
    return render([_SEVEN], canvas=_CANVAS, box=_CANVAS, pen=_PEN)


def steps_to_mnist(drawing: Grey) -> str:
    """How `to_mnist` prepares a drawing, step by step, as HTML."""
    steps = to_mnist_steps(drawing)
    height, width = steps.fitted.shape
    shown = [
        (steps.ink, t("1. Drawn somewhere, at some size.")),
        (steps.cropped, t("2. Cropped to the ink.")),
        (
            steps.fitted,
            t(
                "3. Scaled to {width} × {height} pixels: the longer side becomes 20.",
                width=width,
                height=height,
            ),
        ),
        (
            steps.centred,
            t("4. Placed in 28 × 28 pixels, with its centre of mass in the middle."),
        ),
    ]
    figures = "".join(
        f"<figure><img src='{picture_url(picture)}' alt=''><figcaption>{text}</figcaption></figure>"
        for picture, text in shown
    )
    return f"<div class='d-steps'>{figures}</div>"


def _output(name: str, proba: NDArray, k: int) -> str:
    won = " won" if k == int(proba.argmax()) else ""
    return (
        f"<div class='out{won}'>{name}<div class=bar><i style='width:{proba[k]:.1%}'></i></div>"
        f"{proba[k]:.3f}</div>"
    )
