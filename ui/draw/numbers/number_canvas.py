"""A canvas as wide as its place, for writing numbers: the address says whether it is chosen."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.drawings.number import reader_of
from mnist_models.preprocessing.rasterise import Stroke, rasterise_steps
from mnist_models.runs.run import Run
from mnist_models.segmentation.stroke_groups import group_strokes
from mnist_models.text import Text, paragraph, t, translated
from ui.draw.numbers.reading import ask_each
from ui.draw.sources import Answer, Subject, from_canvas

BY_KEYBOARD = t("By keyboard, choose Upload or Test picture instead.")

_CANVAS, _NUMBER = "canvas", "number"  # in the address
_PLACE = "draw_number"
_HINT = t(
    "Write a number in the black field with the mouse or a finger, with some room between the "
    "digits."
)


def is_for_numbers() -> bool:
    """Whether the visitor has chosen this canvas."""
    return st.query_params.get(_CANVAS) == _NUMBER


def offer_number_canvas() -> None:
    """A button that leads from the canvas of one digit to that for numbers."""
    st.button(
        t("Number"),
        icon=":material/123:",
        key="number_canvas",
        on_click=_choose,
        args=(_NUMBER,),
    )


def answer_text(run: Run) -> Text:
    """When the visitor sees what a run answers."""
    if len(run.pair) > 1:
        return t("Both approaches answer after each stroke.")
    return t("The answer comes after each stroke.")


def from_number_canvas(run: Run, answer: Answer) -> Subject:
    """What the visitor has written there.

    Args:
        run: it reads the digits.
        answer: see `from_canvas`.
    """
    return from_canvas(
        _PLACE,
        paragraph(_HINT, answer_text(run), BY_KEYBOARD),
        translated(BY_KEYBOARD),
        read_number=partial(_read, run),
        answer=answer,
        draw_beside=_offer_digit_canvas,
    )


def _offer_digit_canvas() -> None:
    st.button(
        t("One digit"),
        icon=":material/looks_one:",
        key="digit_canvas",
        on_click=_choose,
        args=("",),
    )


def _choose(canvas: str) -> None:
    if canvas:
        st.query_params[_CANVAS] = canvas
    else:
        st.query_params.pop(_CANVAS, None)


def _read(run: Run, seen: NDArray[np.uint8], strokes: list[Stroke]) -> Subject:
    """The strokes say what is a digit, and each is drawn from its own, exactly."""
    height, width = seen.shape[:2]
    digits = group_strokes(strokes)
    if len(digits) > 1:
        return Subject(reading=ask_each(run, seen, reader_of(digits, width, height)))
    steps = replace(rasterise_steps(strokes, height), shapes=1)  # a detached roof is no second one
    return Subject(steps.centred, seen, steps)
