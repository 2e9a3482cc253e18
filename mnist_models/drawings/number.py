"""A number in a picture, or written on a canvas, read digit by digit by one approach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import YES
from mnist_models.preprocessing.rasterise import THICKEST, THINNEST, Stroke, rasterise_steps
from mnist_models.segmentation.find_digits import look_at
from mnist_models.segmentation.found import MAX_DIGITS, Found, TooManyDigits
from mnist_models.segmentation.lines import cut_off
from mnist_models.segmentation.stroke_groups import Written
from mnist_models.text import t

NO_DIGIT = "?"  # in the place of a digit that no binary model says yes to


@dataclass(frozen=True, eq=False)
class Number(Found):
    """The digits that an approach has found, in reading order, and its answers.

    Attributes:
        proba: (n, K) the approach's probabilities.
        answers: (n,) the label of the most probable class of each, as text.
        accepted: (n,) whether the approach says yes to it: one network of several has to.
    """

    proba: NDArray[np.floating]
    answers: tuple[str, ...]
    accepted: NDArray[np.bool_]

    @property
    def dots(self) -> NDArray[np.bool_]:
        """(n,) whether it is too little ink for a digit."""
        return np.array([each.is_dot for each in self.steps], dtype=bool)

    def __len__(self) -> int:
        return len(self.answers)

    def __str__(self) -> str:
        return "".join(map(self.answer, range(len(self))))

    def answer(self, digit: int) -> str:
        """The label of one of its digits, or `NO_DIGIT`."""
        return self.answers[digit] if self.accepted[digit] else NO_DIGIT


def reader_in(picture: NDArray[np.uint8]) -> Callable[[Stack], Number]:
    """A function by which each approach reads a picture, and cuts for itself what touches in it.

    What is the same for all of them is done once.

    Args:
        picture: as `to_mnist` takes it.

    Raises:
        BlankDrawing: no digit is found.
        TooManyDigits: more are found than are read; the function raises it too.
    """
    uncut = look_at(picture)
    return lambda stack: _read(stack, uncut.digits(stack.predict_proba))


def reader_of(digits: Sequence[Written], width: int, height: int) -> Callable[[Stack], Number]:
    """A function by which each approach reads digits that were written on a canvas.

    Their strokes are drawn once for all of them, and nothing has to be cut.

    Args:
        digits: at least one, in reading order.
        width, height: of the canvas, in the strokes' unit.

    Raises:
        TooManyDigits: there are more than are read.
    """
    if len(digits) > MAX_DIGITS:
        raise TooManyDigits(
            t(
                "More than {limit} digits were written: take some away, or clear the canvas.",
                limit=MAX_DIGITS,
            )
        )
    boxes, narrow = (
        np.minimum([_box(digit.strokes, pen * height / 2) for digit in digits], [height, width] * 2)
        for pen in (THICKEST, THINNEST)
    )
    found = Found(
        steps=tuple(rasterise_steps(digit.strokes, height) for digit in digits),
        boxes=boxes,  # all of the ink is in them, whichever pen somebody chose
        lines=np.array([digit.line for digit in digits]),
        cut_off=cut_off(narrow, (height, width)),
    )
    return lambda stack: _read(stack, found)


def _box(strokes: Sequence[Stroke], margin: float) -> list[int]:
    """Top, left, bottom and right of the ink, with half a pen around the points."""
    points = np.concatenate(strokes)
    left, top = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    right, bottom = np.ceil(points.max(axis=0) + margin).astype(int)
    return [int(top), int(left), int(bottom), int(right)]


def _read(stack: Stack, found: Found) -> Number:
    proba = stack.predict_proba(found.images)
    answers = tuple(map(str, stack.classes_[proba.argmax(axis=1)]))
    accepted = proba.max(axis=1) >= (YES if stack.scheme.is_independent else 0)
    return Number(found.steps, found.boxes, found.lines, found.cut_off, proba, answers, accepted)
