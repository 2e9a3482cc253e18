"""Draw: a digit or a number, by hand, from a file, a camera or the test set, read by both."""

import streamlit as st

from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.draw.correction import offer_correction
from ui.draw.first_drawings import from_own_canvas, offer_first_drawings
from ui.draw.numbers.number_canvas import is_for_numbers
from ui.draw.numbers.number_verdicts import answer_number
from ui.draw.preprocessing_steps import show_steps
from ui.draw.run_switch import offer_run_switch
from ui.draw.sources import Subject, from_camera, from_file, from_test_set
from ui.draw.turns import first_in_line, give_way
from ui.draw.verdicts import show_verdicts
from ui.inside.attribution import show_attribution
from ui.inside.sections import show_inside
from ui.shared.current_run import current_run, load_ahead
from ui.shared.navigation import TEST_PICTURE, begin
from ui.widgets.controls import pick

_OTHERS = {t("Upload"): from_file, t("Photo"): from_camera, TEST_PICTURE: from_test_set}


@st.fragment  # a stroke does not rerun the sidebar, which is half of the work
def read_and_answer(run: Run) -> None:
    left, right = st.columns((2, 3))
    with left:
        source = pick(t("What to read"), [t("Draw"), *_OTHERS], "source", hidden=True)
    on_canvas = source not in _OTHERS
    if on_canvas and is_for_numbers():
        left, right = st.container(), st.container()  # the canvas is as wide as the page
    with left, first_in_line(is_short=on_canvas) as end_turn:

        def answer(subject: Subject) -> Subject:  # before the canvas' buttons are drawn
            with right:
                if subject.reading is not None:
                    subject = answer_number(run, subject.reading)
                else:
                    show_verdicts(run, subject.image, subject.truth, subject.hint, subject.steps)
                    if subject.image is None and on_canvas and not is_for_numbers():
                        offer_first_drawings()
            end_turn()
            give_way()
            return subject

        subject = from_own_canvas(run, answer) if on_canvas else answer(_OTHERS[source](run))
    with right:
        offer_correction(run, image=subject.image, drawing=subject.original)
        offer_run_switch(run)
        show_attribution(run, subject.image)
        show_steps(subject.steps, subject.original)
    show_inside(run, subject.image)


begin(t("One model or ten?"), t("One network reads your digit, and so do ten."))
read_and_answer(chosen := current_run())
load_ahead(chosen)
