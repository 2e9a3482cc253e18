"""A picture of a number, or of rows of numbers → MNIST's 28 × 28 of each digit."""

import numpy as np
from numpy.typing import NDArray

from mnist_models.pictures import Ink
from mnist_models.preprocessing.to_mnist import ink_of, steps_of
from mnist_models.segmentation.found import MAX_DIGITS, Found, Judge, TooManyDigits
from mnist_models.segmentation.lines import group
from mnist_models.segmentation.pieces import boxes_around, find_pieces
from mnist_models.text import t


def find_digits(picture: NDArray[np.uint8], judge: Judge | None = None) -> Found:  # noqa: ARG001 - to come
    """Every digit of a picture. A digit alone gives the same 28 × 28 as `to_mnist`.

    picture: as for `to_mnist`. judge: how likely pictures are each digit, to choose where digits
    that touch are cut; without one they stay together.

    Raises BlankDrawing for a picture without ink, TooManyDigits for more than MAX_DIGITS, and
    TypeError and ValueError as `to_mnist`.
    """
    ink = ink_of(picture)
    labels, pieces = find_pieces(ink)
    grouped = group(pieces)
    if grouped is None or grouped[1].size > MAX_DIGITS:
        raise TooManyDigits(
            t(
                "More than {limit} digits were found: take a picture of a part of the page.",
                limit=MAX_DIGITS,
            )
        )
    digit_of, lines = grouped
    if lines.size == 1:  # then to_mnist's picture of all there is
        digit_of[:] = 0
    boxes = boxes_around(pieces, digit_of)
    of_pixel = np.append(digit_of, -1)[labels - 1]
    factor = -(-max(picture.shape[:2]) // max(ink.shape))
    return Found(
        steps=tuple(steps_of(_only(ink, of_pixel, digit, box)) for digit, box in enumerate(boxes)),
        boxes=np.minimum(boxes * factor, np.tile(picture.shape[:2], 2)),
        lines=lines,
        cut_off=(boxes[:, :2] == 0).any(axis=1) | (boxes[:, 2:] == ink.shape).any(axis=1),
    )


def _only(ink: Ink, of_pixel: NDArray[np.intp], digit: int, box: NDArray[np.intp]) -> Ink:
    """What the box holds of one digit."""
    where = slice(box[0], box[2]), slice(box[1], box[3])
    part: Ink = ink[where] * (of_pixel[where] == digit)
    return part
