"""Draw: a digit from the visitor's hand or from the test set, read by both approaches."""

import numpy as np
import streamlit as st

from mnist_models import BlankDrawing, to_mnist
from mnist_models.drawing import UnreadablePicture
from ui.canvas import CANVAS_SIDE, clear_canvas, draw_on_canvas
from ui.loading import current_run, pictures
from ui.page import begin
from ui.verdicts import show_verdicts


def from_canvas() -> np.ndarray | None:
    try:
        drawing = draw_on_canvas()
    except UnreadablePicture as error:
        st.error(f"The drawing could not be read: {error}", icon=":material/error:")
        return None
    try:
        return None if drawing is None else to_mnist(drawing)
    except BlankDrawing:
        return None


def from_test_set() -> tuple[np.ndarray, int]:
    dataset = pictures()
    if dataset.name != "mnist":
        st.caption(
            "MNIST is not on this machine, so these are scikit-learn's digits: other writers, "
            "other pictures than the models learned from."
        )
    last = len(dataset.y_test) - 1
    if st.button("Another one", icon=":material/shuffle:"):
        st.session_state["test_picture"] = int(np.random.default_rng().integers(last + 1))
    st.session_state["test_picture"] = min(st.session_state.get("test_picture", 0), last)
    number = st.number_input(f"Test picture, 0 to {last:,}", 0, last, key="test_picture")
    return dataset.x_test[number], int(dataset.y_test[number])


def show_input(image: np.ndarray, width: int) -> None:
    with st.container(key="model_input", width="content"):
        st.image(
            image, width=width, output_format="PNG", alt="The 28 × 28 pixels that the models see"
        )


begin("One model or ten?", "Draw a digit. One network reads it, and so do ten.")
run = current_run()

left, right = st.columns((2, 3))
with left:
    source = st.segmented_control(
        "What to read",
        ("Draw", "Test picture"),
        default="Draw",
        required=True,
        label_visibility="collapsed",
    )
    if source == "Draw":
        image, truth = from_canvas(), None
        with st.container(key="beside_canvas", horizontal=True, vertical_alignment="center"):
            with st.container(key="clear", width="content"):
                st.button("Clear", icon=":material/delete:", on_click=clear_canvas)
            if image is not None:
                show_input(image, width=84)
                st.caption("what the models see", width="content")
    else:
        image, truth = from_test_set()
        show_input(image, width=CANVAS_SIDE)
        st.markdown(f"Its label says it is a **{truth}**.")
with right:
    show_verdicts(run, image, truth)
