"""Draw: a digit from the visitor's hand, a file, a camera or the test set, read by both."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from mnist_models.runs.run import Run, RunError
from ui.draw.attribution import show_attribution
from ui.draw.correction import offer_correction
from ui.draw.preprocessing_steps import show_steps
from ui.draw.run_switch import offer_run_switch
from ui.draw.sources import Subject, from_camera, from_canvas, from_file, from_test_set
from ui.draw.verdicts import show_verdicts
from ui.shared.current_run import current_run
from ui.shared.navigation import begin


@st.fragment  # a stroke runs this again and leaves the sidebar alone, which is half of the work
def read_and_answer(run: Run) -> None:
    sources: dict[str, Callable[[], Subject]] = {
        "Draw": from_canvas,
        "Upload": from_file,
        "Photo": from_camera,
        "Test picture": partial(from_test_set, run.test_set),
    }
    left, right = st.columns((2, 3))
    with left:
        source = st.segmented_control(
            "What to read",
            list(sources),
            default="Draw",
            required=True,
            label_visibility="collapsed",
            key="source",
            bind="query-params",  # a picture of the test set can be linked to
        )
        subject = sources[source or "Draw"]()  # an address like `?source=` means None
    with right:
        show_verdicts(run, subject.image, subject.truth, subject.hint)
        if subject.image is not None and subject.original is not None:
            offer_correction(run, image=subject.image, drawing=subject.original)
        offer_run_switch(run)
        if subject.image is not None:
            show_attribution(run, subject.image)
        if subject.steps is not None:
            show_steps(subject.steps, redrawn=subject.redrawn)


begin("One model or ten?", "One network reads your digit, and so do ten.")
chosen = current_run()
read_and_answer(chosen)
for approach in chosen.with_weights:  # read while the visitor draws, so the first answer is quick
    with suppress(RunError):  # the verdicts will say so
        chosen.stack(approach)
