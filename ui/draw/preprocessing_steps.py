"""From a drawing to the picture that the models see, step by step."""

import streamlit as st

from mnist_models.pictures import Grey
from mnist_models.preprocessing.rasterise import REDRAWN_PEN
from mnist_models.preprocessing.to_mnist import Steps
from ui.widgets.images import picture_url

_FIRST = "the ink: what stands out from the background"
_FIRST_REDRAWN = (
    f"your strokes, drawn again with a pen of {REDRAWN_PEN} pixels, so that none run together"
)


def show_steps(steps: Steps, *, redrawn: bool) -> None:
    """The pictures between the drawing and MNIST's, made only while the visitor has them open.

    Args:
        steps: what `to_mnist_steps` did.
        redrawn: to the strokes of a drawing, drawn again by a thin pen.
    """
    with st.container(key="steps"):
        section = st.expander(
            "From your picture to what the models see",
            icon=":material/footprint:",
            key="steps_open",
            on_change="rerun",
        )
    if section.open:
        with section:
            st.html(f"<div class='v-steps'>{''.join(_figures(steps, redrawn))}</div>")
            st.caption(
                "MNIST's authors did the same, but for the lines: a small drawing, enlarged, "
                "would have thicker ones than any of MNIST's."
            )


def _figures(steps: Steps, redrawn: bool) -> list[str]:
    height, width = steps.fitted.shape
    pictures = (
        (steps.ink, _FIRST_REDRAWN if redrawn else _FIRST),
        (steps.cropped, "cut to the ink"),
        (steps.mended, _pen(steps)),
        (steps.fitted, f"fitted into a box of 20 × 20: {width} × {height} pixels"),
        (steps.centred, "centre of mass moved to the middle of 28 × 28"),
    )
    return [_figure(picture, f"{k}. {text}") for k, (picture, text) in enumerate(pictures, 1)]


def _pen(steps: Steps) -> str:
    if steps.pen_before == steps.pen_after:
        return f"lines {steps.pen_before:.1f} pixels wide in the box: left as they are"
    return f"lines {steps.pen_before:.1f} pixels wide in the box: made {steps.pen_after:.1f}"


def _figure(picture: Grey, text: str) -> str:
    return (
        f"<figure><img src='{picture_url(picture)}' alt='{text}'>"
        f"<figcaption>{text}</figcaption></figure>"
    )
