"""From a drawing to the picture that the models see, step by step."""

import html

import streamlit as st

from mnist_models.pictures import Grey
from mnist_models.preprocessing.rasterise import REDRAWN_PEN
from mnist_models.preprocessing.to_mnist import Steps
from mnist_models.text import t
from ui.widgets.images import picture_url

_INK = t("the ink: what stands out from the background")
_REDRAWN = t(
    "your strokes, redrawn with a pen {width} pixels wide so that they do not run together",
    width=REDRAWN_PEN,
)


def show_steps(steps: Steps, *, redrawn: bool) -> None:
    """The pictures between the drawing and MNIST's, made only while the visitor has them open.

    Args:
        steps: what `to_mnist_steps` did.
        redrawn: whether it took the strokes of a drawing, redrawn by a thin pen.
    """
    with st.container(key="steps"):
        section = st.expander(
            t("From your picture to what the models see"),
            icon=":material/footprint:",
            key="steps_open",
            on_change="rerun",
        )
    if section.open:
        with section:
            st.html(f"<div class='v-steps'>{''.join(_figures(steps, redrawn))}</div>")
            st.caption(
                t(
                    "MNIST's authors did the same, except for the line width: a small drawing, "
                    "enlarged, would have thicker lines than any in MNIST."
                )
            )


def _figures(steps: Steps, redrawn: bool) -> list[str]:
    height, width = steps.fitted.shape
    pictures = (
        (steps.ink, _REDRAWN if redrawn else _INK),
        (steps.cropped, t("cropped to the ink")),
        (steps.mended, _pen(steps)),
        (
            steps.fitted,
            t(
                "fitted into a box of 20 × 20: {width} × {height} pixels",
                width=width,
                height=height,
            ),
        ),
        (steps.centred, t("centre of mass moved to the middle of 28 × 28")),
    )
    return [_figure(picture, f"{k}. {text}") for k, (picture, text) in enumerate(pictures, 1)]


def _pen(steps: Steps) -> str:
    if steps.pen_before == steps.pen_after:
        return t(
            "lines {width:.1f} pixels wide in the box: left as they are", width=steps.pen_before
        )
    return t(
        "lines {before:.1f} pixels wide in the box: changed to {after:.1f}",
        before=steps.pen_before,
        after=steps.pen_after,
    )


def _figure(picture: Grey, text: str) -> str:
    text = html.escape(text)
    return (
        f"<figure><img src='{picture_url(picture)}' alt='{text}'>"
        f"<figcaption>{text}</figcaption></figure>"
    )
