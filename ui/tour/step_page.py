"""A step of the tour on its page: what its file says, from the question to what happened."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import streamlit as st

from mnist_models.errors import ExpectedError
from mnist_models.runs.run import Run
from mnist_models.text import t
from mnist_models.translation import language
from ui.shared.current_run import current_run
from ui.shared.navigation import page_path
from ui.tour.figures import FIGURES
from ui.tour.mistakes import show_pictures_asked_for
from ui.tour.step_file import (
    GUESS,
    RIGHT,
    Guess,
    Outcome,
    Prose,
    Step,
    StepError,
    read_step,
    step_names,
    step_path,
)
from ui.tour.widgets import NAMES, WIDGETS
from ui.widgets.controls import pick

_STEP = "step"  # in the address
_TOLD = "_tour_told"  # the steps whose outcome the visitor has asked for
# Each step begins at its top, also for who hears the page or goes through it by keyboard.
_BEGIN = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def show_tour() -> None:
    """The step that the address asks for, and the ways to the others."""
    try:
        names = step_names()
        number = _choose_step(len(names))
        path, missing = step_path(names[number - 1], language())
        step = read_step(path, NAMES)
    except StepError as error:
        logging.getLogger(__name__).error("%s", error)
        st.error(error.text, icon=":material/edit_document:")
        return
    if missing:
        st.caption(missing)
    _show_step(current_run(), step, number)
    _offer_turns(number, len(names))
    with st.container(key="hidden_tour_begin"):
        st.html(f"<script>/* {number} */ {_BEGIN}</script>", unsafe_allow_javascript=True)


def _choose_step(count: int) -> int:
    with st.container(
        key="tour_progress", horizontal=True, vertical_alignment="center", gap="small"
    ):
        number = pick(t("Step"), range(1, count + 1), _STEP, title=str, hidden=True)
        st.caption(t("Step {step} of {steps}", step=number, steps=count), width="content")
    return number


def _offer_turns(number: int, count: int) -> None:
    with st.container(key="tour_turn", horizontal=True, vertical_alignment="center", gap="small"):
        if number > 1:
            st.button(
                t("Back"), icon=":material/arrow_back:", key="tour_back",
                on_click=_turn_to, args=(number - 1,),
            )  # fmt: skip
        if number < count:
            st.button(
                t("Next step"), icon=":material/arrow_forward:", key="tour_next", type="primary",
                on_click=_turn_to, args=(number + 1,),
            )  # fmt: skip
        else:
            st.page_link(
                page_path("draw"), label=t("Draw a digit"), icon=":material/arrow_forward:"
            )


def _turn_to(number: int) -> None:
    if number == 1:
        st.query_params.pop(_STEP, None)
    else:
        st.query_params[_STEP] = str(number)


@st.fragment  # a stroke or a guess does not rerun the sidebar
def _show_step(run: Run, step: Step, number: int) -> None:
    with st.container(key="tour_heading"):
        st.header(step.title, anchor=False)
    guess: dict[str, object] = {GUESS: None, RIGHT: None}
    for part in step.parts:
        if isinstance(part, Guess):
            chosen = _ask(part, number)
            if chosen is None:
                st.caption(t("Choose an answer, and the step goes on here. Nobody keeps score."))
                return
            guess = {GUESS: _answers(part)[chosen], RIGHT: _judged(part, chosen)}
        elif isinstance(part, Outcome):
            if not _is_told(number):
                return
        elif isinstance(part, Prose):
            _write(part, run, guess)
        else:
            with st.container(key=f"tour_{part.name}"):
                WIDGETS[part.name](run)
    show_pictures_asked_for(run)


def _answers(guess: Guess) -> list[str]:
    return [*guess.answers, t("I do not know yet")]


def _ask(guess: Guess, number: int) -> int | None:
    """The number of the answer that the visitor has chosen; None until then."""
    answers = _answers(guess)
    with st.container(key="tour_guess", border=True):
        chosen = st.radio(
            f"**{guess.question}**",
            range(len(answers)),
            index=None,
            format_func=answers.__getitem__,
            key=f"tour_guess_{number}",
            persist_state="session",
        )
    return None if chosen is None else min(chosen, len(answers) - 1)


def _judged(guess: Guess, chosen: int) -> str | None:
    """Whether the guess was right, and else what would have been; None if that depends."""
    if guess.right is None:
        return None
    if chosen == guess.right:
        return t("That is right!")
    return t("The answer is: *{answer}*.", answer=guess.answers[guess.right])


def _is_told(number: int) -> bool:
    """Whether the visitor wants to know what happened; a button until then."""
    told: set[int] = st.session_state.setdefault(_TOLD, set())
    if number not in told:
        st.button(
            t("Tried it? See what happened"),
            icon=":material/visibility:",
            key="tour_outcome",
            on_click=told.add,
            args=(number,),
        )
    return number in told


def _write(prose: Prose, run: Run, guess: Mapping[str, object]) -> None:
    values = {**_values(prose.fields, run), **guess}
    try:
        text = prose.filled(values)
    except (ValueError, TypeError):  # a text was asked for as if it were a number
        text = ""
    if text:
        st.markdown(text)


def _values(names: Iterable[str], run: Run) -> dict[str, object]:
    """The figures of a paragraph; None where there is none, so that the paragraph is left out."""
    values: dict[str, object] = {}
    for name in names:
        if name not in (GUESS, RIGHT):
            try:
                values[name] = FIGURES[name](run)
            except ExpectedError:  # the widgets say what is wrong with a run
                values[name] = None
    return values
