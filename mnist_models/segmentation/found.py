"""What is found in a picture of digits or on a canvas, or why nothing is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.foreground.morphology import Boxes
from mnist_models.pictures import Images
from mnist_models.preprocessing.rasterise import Drawn
from mnist_models.preprocessing.to_mnist import Steps

MAX_DIGITS = 200

Judge = Callable[[Images], NDArray[np.floating]]  # pictures → (n, K) probabilities


class TooManyDigits(ExpectedError, ValueError):  # noqa: N818 - the name says what the picture has
    """More than MAX_DIGITS digits were found: it is a page of small writing, or a pattern."""


@dataclass(frozen=True, eq=False)
class Found:
    """The digits of a picture in reading order: line by line, from left to right.

    Attributes:
        steps: how each became MNIST's picture; `ink`, in a picture, is what its box holds of it.
        boxes: (n, 4) int, top, left, bottom and right in pixels of the picture; the last two are
            the first row and column beyond the digit.
        lines: (n,) int, each digit's line of writing, from 0.
        cut_off: (n,) bool, whether it touches the picture's edge, so that it may go on beyond.
    """

    steps: tuple[Drawn | Steps, ...]
    boxes: Boxes
    lines: NDArray[np.intp]
    cut_off: NDArray[np.bool_]

    @property
    def images(self) -> Images:
        """(n, 28, 28) uint8, each as `to_mnist` makes it of a digit alone."""
        return np.stack([steps.centred for steps in self.steps])
