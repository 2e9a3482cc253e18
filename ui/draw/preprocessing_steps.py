"""From a drawing to the picture that the models see, step by step."""

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.preprocessing.rasterise import PEN, Drawn
from mnist_models.preprocessing.to_mnist import Steps
from mnist_models.text import Text, t, translated
from ui.draw.turns import give_way
from ui.widgets.images import picture_url

_CENTRED = t("centre of mass moved to the middle of 28 × 28")
_PICTURE = t(
    "MNIST's authors did the same, except for the line width: a small drawing, enlarged, would "
    "have thicker lines than any in MNIST."
)
_STROKES = t(
    "MNIST's authors had pictures only. Here it is known where the pen went, so your strokes are "
    "drawn anew: which pen you chose makes no difference."
)


def show_steps(steps: Drawn | Steps | None, original: NDArray[np.uint8] | None) -> None:
    """The pictures between the drawing and MNIST's, made only while the visitor has them open.

    Args:
        steps: what became of the strokes of a drawing, or of a picture.
        original: what was drawn, as it looks.

    Nothing is shown without them.
    """
    if steps is None or original is None:
        return
    give_way()
    section = st.expander(
        t("From your picture to what the models see"),
        icon=":material/footprint:",
        key="steps",
        on_change="rerun",
    )
    if section.open:
        if isinstance(steps, Drawn):
            shown, about = _of_strokes(steps, original), translated(_STROKES)
        else:
            shown, about = _of_picture(steps), translated(_PICTURE)
        figures = (_figure(picture, f"{k}. {text}") for k, (picture, text) in enumerate(shown, 1))
        with section:
            st.html(f"<div class='v-steps'>{''.join(figures)}</div>")
            st.caption(about)


def _of_strokes(steps: Drawn, original: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], Text]]:
    height, width = steps.fitted.shape
    scaled = t(
        "your strokes, scaled to {width} × {height} pixels and drawn with a pen {pen} pixels wide, "
        "as wide as MNIST's",
        width=width,
        height=height,
        pen=PEN,
    )
    return [
        (original, t("what you drew")),
        (steps.fitted, scaled),
        (steps.centred, translated(_CENTRED)),
    ]


def _of_picture(steps: Steps) -> list[tuple[NDArray[np.uint8], Text]]:
    height, width = steps.fitted.shape
    fitted = t(
        "fitted into a box of 20 × 20: {width} × {height} pixels", width=width, height=height
    )
    return [
        (steps.ink, t("the ink: what stands out from the background")),
        (steps.cropped, t("cropped to the ink")),
        (steps.mended, _pen(steps)),
        (steps.fitted, fitted),
        (steps.centred, translated(_CENTRED)),
    ]


def _pen(steps: Steps) -> Text:
    if steps.pen_before == steps.pen_after:
        return t(
            "lines {width:.1f} pixels wide in the box: left as they are", width=steps.pen_before
        )
    return t(
        "lines {before:.1f} pixels wide in the box: changed to {after:.1f}",
        before=steps.pen_before,
        after=steps.pen_after,
    )


def _figure(picture: NDArray[np.uint8], text: str) -> str:
    text = html.escape(text)
    return (
        f"<figure><img src='{picture_url(picture)}' alt='{text}'>"
        f"<figcaption>{text}</figcaption></figure>"
    )
