"""The kinds of lessons, one per tab: what each needs, and the lesson itself once it has begun."""

from collections.abc import Callable

import streamlit as st

from mnist_models.data.mnist import find_mnist
from mnist_models.incremental.lesson import Kind, Lesson
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.new_class.example_collection import (
    ask_name,
    draw_examples,
    offer_characters,
    offer_kept_drawings,
    show_examples,
)
from ui.new_class.examples import example_images, no_images
from ui.new_class.lesson_panel import my_lesson, offer_teaching, watch_lesson
from ui.new_class.misread_digits import choose_misread_digit
from ui.new_class.results import offer_files_and_end, show_results
from ui.new_class.try_out import try_it
from ui.shared.current_run import cached_run

_EXAMPLE_COUNTS = (1, 3, 10, 30, 100, 1000)  # for a digit left out


def show_kind(kind: Kind, run: Run) -> None:
    """A lesson of this kind, or what is needed to start one."""
    lesson = my_lesson()
    if lesson is None or lesson[0].kind != kind:
        if find_mnist() is None:
            st.caption(
                t(
                    "Old classes are rehearsed and tested with the offline sample, since MNIST is "
                    "not on this machine."
                )
            )
        elif kind != "left out" and run.test_set != "mnist":
            st.caption(
                t(
                    "Old classes are rehearsed and tested with the offline sample, since this run "
                    "has not learned from MNIST."
                )
            )
        _PREPARE[kind](run)
    elif lesson[1].running:
        watch_lesson()
    else:
        show_results(*lesson)
        if lesson[1].steps:
            try_it(*lesson)
        offer_files_and_end(*lesson)


@st.fragment  # a stroke does not rerun the rest of the page
def _teach_symbol(run: Run) -> None:
    left, right = st.columns((2, 3), gap="medium")
    with left:
        label, problem = ask_name(run)
        draw_examples()
        offer_kept_drawings()
        offer_characters()
    with right:
        too_few = show_examples(run)
        draft = Lesson("new", run.name, label)
        offer_teaching(draft, run, example_images(), problem or too_few)


@st.fragment
def _add_left_out(run: Run) -> None:
    st.markdown(
        t(
            "First, both approaches are trained without one digit, by the recipe *reference*, a "
            "named set of settings. Then that digit is added as if it were new."
        )
    )
    digit = st.segmented_control(
        t("The digit left out"), list("0123456789"), default="9", required=True, key="left_out"
    )
    many = st.select_slider(
        t("Examples to learn it from"), _EXAMPLE_COUNTS, 10, key="left_out_examples"
    )
    draft = Lesson("left out", run.name, digit or "9", many=many)
    trained = cached_run("reference") if "reference" in run_names() else run
    offer_teaching(draft, trained, no_images())


@st.fragment
def _mend_digit(run: Run) -> None:
    st.markdown(
        t(
            "Are your 7s read as 1s? Train the member for 7 a little further on drawings that you "
            "kept, and see what the same costs the single model."
        )
    )
    if digit := choose_misread_digit(run):
        draft = Lesson("mend", run.name, digit.label, also=digit.taken_for)
        offer_teaching(draft, run, digit.images)


_PREPARE: dict[Kind, Callable[[Run], None]] = {
    "new": _teach_symbol,
    "left out": _add_left_out,
    "mend": _mend_digit,
}
