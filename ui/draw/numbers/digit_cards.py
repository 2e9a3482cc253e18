"""The digits of a number as the models see them, with what both read; a tap opens one."""

import html
from dataclasses import replace

import streamlit as st

from mnist_models.comparison.judgement import Place
from mnist_models.drawings.number import NO_DIGIT
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.text import Text, paragraph, t
from ui.draw.numbers.number_picture import look_of
from ui.draw.numbers.opened_digit import close, open_or_close, opened
from ui.draw.numbers.reading import Reading
from ui.draw.sources import Subject
from ui.widgets.answers import DIFFERENT, DOUBT, NOTHING
from ui.widgets.cells import show_cells
from ui.widgets.images import picture_url


def open_digit(reading: Reading) -> Subject | None:
    """The digit that the visitor has opened, as if it were alone; None if none is open."""
    place = opened(reading)
    if place is None:
        return None
    chosen = reading.places[place]
    steps = replace(reading.steps(chosen), shapes=1)  # a detached roof is no second digit
    return Subject(steps.centred, reading.cut_out(chosen), steps)


def show_cards(reading: Reading) -> None:
    """A card per digit, with what both read."""
    chosen = opened(reading)
    cards = "".join(_card(reading, k, place) for k, place in enumerate(reading.places))
    with st.container(key="digits_read"):
        show_cells(
            f"<div class='n-cards'>{cards}</div>",
            len(reading.places),
            key="digits",
            chosen=chosen,
            choose=open_or_close,
            hint=t("Tap a digit for what both say to it."),
            shows="digit",
        )
        if chosen is not None:
            st.button(
                t("Close the digit"),
                icon=":material/close:",
                key="close_digit",
                on_click=close,
            )


def _card(reading: Reading, k: int, place: Place) -> str:
    said = paragraph(
        t("Place {number}.", number=k + 1),
        *(_said(reading, place, approach) for approach in reading.numbers),
    )
    text = html.escape(said)
    return (
        f"<button value={k} class='{look_of(place)}' data-facts='{text}' aria-label='{text}'>"
        f"<img src='{picture_url(reading.steps(place).centred)}' alt=''>"
        f"{html.escape(_answers(reading, place))}</button>"
    )


def _answers(reading: Reading, place: Place) -> str:
    """ "7" if both say so, "7 ≠ 1" if not, each with a question mark behind it if it is unsure."""
    answers = {approach: _answer(reading, place, approach) for approach in reading.numbers}
    if len(set(answers.values())) == 1:
        return next(iter(answers.values())) + DOUBT * bool(place.judgement.unsure)
    return f" {DIFFERENT} ".join(
        answer + DOUBT * (place.judgement.doubts(approach) and answer not in (NO_DIGIT, NOTHING))
        for approach, answer in answers.items()
    )


def _answer(reading: Reading, place: Place, approach: Approach) -> str:
    """What an approach reads there; `NOTHING` if it cuts otherwise."""
    if approach not in place.digits:
        return NOTHING
    return reading.numbers[approach].answer(place.digits[approach])


def _said(reading: Reading, place: Place, approach: Approach) -> Text:
    """The same for those who cannot see it, or want it in words."""
    title, answer = TITLES[approach], _answer(reading, place, approach)
    if answer == NOTHING:
        return t("{approach}: not cut out like this.", approach=title)
    if answer == NO_DIGIT:
        return t("{approach}: not one of my digits.", approach=title)
    if place.judgement.doubts(approach):
        return t("{approach}: {answer}, unsure.", approach=title, answer=answer)
    return t("{approach}: {answer}.", approach=title, answer=answer)
