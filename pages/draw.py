"""Draw: a digit from the visitor's hand, a file, a camera or the test set, read by both."""

import streamlit as st

from mnist_models.runs import Run
from ui.loading import current_run
from ui.page import begin
from ui.sources import from_camera, from_canvas, from_file, from_test_set
from ui.steps import show_steps
from ui.truth import offer_correction
from ui.verdicts import show_verdicts
from ui.why import show_why

SOURCES = {
    "Draw": from_canvas,
    "Upload": from_file,
    "Photo": from_camera,
    "Test picture": from_test_set,
}


@st.fragment  # a stroke runs this again and leaves the sidebar alone, which is half of the work
def read_and_answer(run: Run) -> None:
    left, right = st.columns((2, 3))
    with left:
        source = st.segmented_control(
            "What to read",
            list(SOURCES),
            default="Draw",
            required=True,
            label_visibility="collapsed",
            key="source",
        )
        subject = SOURCES[source]()
    with right:
        show_verdicts(run, subject.image, subject.truth, subject.hint)
        if subject.image is not None and subject.original is not None:
            offer_correction(run, image=subject.image, drawing=subject.original)
        if subject.image is not None:
            show_why(run, subject.image)
        if subject.steps is not None:
            show_steps(subject.steps)


begin("One model or ten?", "One network reads your digit, and so do ten.")
read_and_answer(current_run())
