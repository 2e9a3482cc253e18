"""Drawing to try out the networks that have just been taught."""

import streamlit as st

from mnist_models.comparison.lesson_results import BEST, distinct_steps, way_title
from mnist_models.incremental.lesson import Lesson, LessonError, Pair, State
from mnist_models.incremental.lessons import taught
from mnist_models.incremental.methods import Way
from mnist_models.learning.approaches import NAMES, PAIR, TITLES, Approach
from mnist_models.text import t
from ui.draw.sources import from_canvas
from ui.draw.verdicts import show_verdicts
from ui.shared.visitor import visitor


@st.fragment  # a stroke does not rerun the rest of the page
def try_it(lesson: Lesson, state: State) -> None:
    """The canvas, and how both approaches answer after the lesson.

    Args:
        lesson: what was taught.
        state: with at least one step.
    """
    st.header(t("Draw it"), anchor=False)
    left, right = st.columns((2, 3))
    with left:
        hint = t("Draw {label}, or anything else.", label=lesson.label)
        without = t("Without one, the results above say how it went.")
        subject = from_canvas(f"trial_{state.job.id}", hint, without)  # empty after each lesson
    with right:
        # A name of several letters needs a smaller font than a digit does.
        verdicts = st.container(key="trial_word" if len(lesson.label) > 1 else "trial")
        ways = _choose_ways(lesson, state)
    try:
        pair = _pair(visitor(), state.job.id, tuple(ways.items()))
    except LessonError as error:
        st.error(error.text, icon=":material/error:")
        return
    with verdicts:
        show_verdicts(pair, subject.image, hint=subject.hint)
        for approach in set(PAIR) - ways.keys():
            st.caption(t("The {approach} was not taught it.", approach=NAMES[approach]))


def _choose_ways(lesson: Lesson, state: State) -> dict[Approach, Way]:
    """Which networks answer; an approach that was taught in one way only leaves no choice."""
    chosen: dict[Approach, Way] = {}
    steps = {step.way for step in distinct_steps(state.steps)}
    with st.container(horizontal=True):
        for approach in PAIR:
            ways = [way for way in BEST[approach] if way in steps]
            if len(ways) > 1:
                chosen[approach] = st.selectbox(
                    t("{approach}: which version answers", approach=TITLES[approach]),
                    ways,
                    format_func=lambda way: way_title(way, lesson),
                    key=f"trial_{approach}_{len(ways)}",
                )
            elif ways:
                chosen[approach] = ways[0]
    return chosen


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _pair(who: str, job_id: str, ways: tuple[tuple[Approach, Way], ...]) -> Pair:  # noqa: ARG001
    """The taught networks, read once: `job_id` tells one lesson of a visitor from the next."""
    return taught(who, dict(ways))
