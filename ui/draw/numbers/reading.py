"""What each approach reads where there may be several digits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_models.comparison.judgement import Place, judge_number
from mnist_models.drawings.number import Number, reader_in
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.preprocessing.rasterise import Drawn
from mnist_models.preprocessing.to_mnist import Steps
from mnist_models.runs.run import Run, RunError
from ui.widgets.images import photo_url

_WIDEST = 640  # pixels of the picture on the page


@dataclass(frozen=True, eq=False)
class Reading:
    """A picture and the number that each approach reads in it.

    Attributes:
        picture: as `to_mnist` takes it.
        numbers: by approach; each has cut it for itself.
        missing: why an approach could not be asked, a sentence each.
    """

    picture: NDArray[np.uint8]
    numbers: dict[Approach, Number]
    missing: tuple[str, ...] = ()

    @cached_property
    def places(self) -> list[Place]:
        """Where the digits are, in reading order."""
        return judge_number(self.numbers)

    @cached_property
    def url(self) -> str:
        """The picture for the page."""
        return photo_url(self.picture, _WIDEST)

    @property
    def is_number(self) -> bool:
        """Whether an approach sees more than one digit."""
        return any(len(number) > 1 for number in self.numbers.values())

    @cached_property
    def texts(self) -> dict[Approach, str]:
        """The number that each approach reads, with a space between lines of writing."""
        return {approach: _text(number) for approach, number in self.numbers.items()}

    def steps(self, place: Place) -> Drawn | Steps:
        """How a digit became MNIST's picture."""
        approach, digit = next(iter(place.digits.items()))
        return self.numbers[approach].steps[digit]

    def cut_out(self, place: Place) -> NDArray[np.uint8]:
        """The part of the picture that shows a digit."""
        top, left, bottom, right = place.box
        return self.picture[top:bottom, left:right]


def _text(number: Number) -> str:
    digits = [number.answer(k) for k in range(len(number))]
    spaces = ["", *(" " * (line != before) for before, line in pairwise(number.lines.tolist()))]
    return "".join(space + digit for space, digit in zip(spaces, digits, strict=True))


def read(run: Run, picture: NDArray[np.uint8]) -> Reading:
    """What each approach of a run reads in a picture.

    Raises:
        BlankDrawing: no digit is found.
        TooManyDigits: more are found than are read.
    """
    return ask_each(run, picture, reader_in(picture))


def ask_each(run: Run, picture: NDArray[np.uint8], ask: Callable[[Stack], Number]) -> Reading:
    """What each approach of a run that is sound reads.

    Args:
        run: its approaches are asked.
        picture: what they read.
        ask: one approach.
    """
    numbers: dict[Approach, Number] = {}
    missing = []
    for approach in run.pair or run.approaches:
        try:
            numbers[approach] = ask(run.stack(approach))
        except RunError as error:
            missing.append(error.text)
    return Reading(picture, numbers, tuple(missing))
