"""What a visitor has taught, kept as runs of their own: in no list, found by their address."""

import streamlit as st

from mnist_models.comparison.lesson_results import best_step
from mnist_models.formatting import commas, percent_text
from mnist_models.incremental.lesson import State
from mnist_models.incremental.lessons import keep_lesson
from mnist_models.jobs.job import mark_of
from mnist_models.learning.approaches import NAMES, PAIR
from mnist_models.runs.publishing import delete_run
from mnist_models.runs.registry import load_run, unlisted_run_names
from mnist_models.runs.run import RunError
from mnist_models.text import t
from ui.shared.navigation import page_path
from ui.shared.permission import attempt
from ui.shared.visitor import known_visitor, visitor


def offer_to_keep(state: State) -> None:
    """Make a run of the best ways of a lesson, which every page can then show.

    Args:
        state: of a lesson that has ended.
    """
    ways = {a: step.way for a in PAIR if (step := best_step(a, state.steps))}
    pressed = st.button(
        t("Keep as a run"),
        icon=":material/bookmark:",
        key="keep_lesson",
        disabled=len(ways) < len(PAIR) or bool(state.kept),
        help=t(
            "Every page can then show what you taught. It is in no list: only its address finds it."
        ),
    )
    if pressed and attempt(lambda: keep_lesson(visitor(), ways)):
        st.rerun()


def show_kept() -> None:
    """The runs that this visitor keeps: look at one on the page Compare, or delete it."""
    if (who := known_visitor()) is None:
        return  # and owns nothing
    try:
        names = unlisted_run_names(mark_of(who))
    except RunError as error:
        st.error(error.text, icon=":material/error:")
        return
    if not names:
        return
    with st.container(key="kept_runs"):
        st.header(t("Runs that you keep"), anchor=False)
        for name in names:
            _show_run(name)


def _show_run(name: str) -> None:
    try:
        run = load_run(name)
        figures = [f"{NAMES[a]} {percent_text(run.metrics(a).accuracy)}" for a in run.approaches]
        about: str = t("{run}: test accuracy {figures}", run=run.label, figures=commas(figures))
    except RunError as error:
        about = error.text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(about)
        if st.button(t("Compare"), key=f"see_{name}", icon=":material/bar_chart:"):
            st.switch_page(page_path("compare"), query_params={"run": name})
        if st.button(t("Delete"), key=f"delete_{name}", icon=":material/delete:") and attempt(
            lambda: delete_run(name)
        ):
            st.rerun()
