"""Draw: a digit from the visitor's hand, a file, a camera or the test set, read by both."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from mnist_models.runs.run import Run, RunError
from mnist_models.text import t
from ui.draw.attribution import show_attribution
from ui.draw.correction import offer_correction
from ui.draw.first_drawings import from_own_canvas, offer_first_drawings
from ui.draw.preprocessing_steps import show_steps
from ui.draw.run_switch import offer_run_switch
from ui.draw.sources import Subject, from_camera, from_file, from_test_set
from ui.draw.verdicts import show_verdicts
from ui.shared.current_run import current_run
from ui.shared.navigation import TEST_PICTURE, begin
from ui.widgets.controls import pick


@st.fragment  # a stroke does not rerun the sidebar, which is half of the work
def read_and_answer(run: Run) -> None:
    sources: dict[str, Callable[[], Subject]] = {
        t("Draw"): from_own_canvas,
        t("Upload"): from_file,
        t("Photo"): from_camera,
        TEST_PICTURE: partial(from_test_set, run.test_set),
    }
    left, right = st.columns((2, 3))
    with left:
        source = pick(t("What to read"), sources, "source", hidden=True)
        subject = sources[source]()
    with right:
        show_verdicts(run, subject.image, subject.truth, subject.hint, subject.steps)
        if subject.image is None and source == t("Draw"):
            offer_first_drawings()
        if subject.image is not None and subject.original is not None:
            offer_correction(run, image=subject.image, drawing=subject.original)
        offer_run_switch(run)
        if subject.image is not None:
            show_attribution(run, subject.image)
        if subject.steps is not None and subject.original is not None:
            show_steps(subject.steps, subject.original)


begin(t("One model or ten?"), t("One network reads your digit, and so do ten."))
chosen = current_run()
read_and_answer(chosen)
for approach in chosen.with_weights:  # loaded while the visitor draws: a quick answer
    with suppress(RunError):  # the verdicts report it
        chosen.stack(approach)
