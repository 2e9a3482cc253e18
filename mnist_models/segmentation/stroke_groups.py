"""Strokes on a canvas → the strokes of each digit.

Where the pen went is known, so no picture has to be cut: strokes above each other are one digit,
as the roof of a 5 and the two strokes of a 4, and those beside each other are two, even where their
ink touches. Two digits in one stroke stay one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.preprocessing.rasterise import Stroke
from mnist_models.preprocessing.shapes import groups

# Chosen on numbers of two to six pen digits of one writer each, with gaps of −0.1 to 0.4 of their
# height; a test has them grouped.
OVERLAP = 0.3  # of the narrower stroke: more of it above another, and they are one digit
SLACK = 0.04  # of the height: so much more
_NARROW = 0.08  # of the height: a stroke counts as that wide at least
_TALL = 0.5  # of the tallest stroke: a lower one belongs to the line of the nearest taller one


@dataclass(frozen=True, eq=False)
class Written:
    """A digit that was written on a canvas.

    Attributes:
        strokes: in the order in which they were drawn.
        line: of writing, from 0.
    """

    strokes: tuple[Stroke, ...]
    line: int


def group_strokes(strokes: Sequence[Stroke]) -> list[Written]:
    """The digits in reading order, line by line.

    strokes: at least one, (n, 2) points each, x to the right and y down.
    """
    low = np.array([stroke.min(axis=0) for stroke in strokes], dtype=float)
    high = np.array([stroke.max(axis=0) for stroke in strokes], dtype=float)
    lines = _lines(low, high)
    digits: list[tuple[int, float, list[int]]] = []
    for line, members in enumerate(lines):
        height = max(float(np.ptp([*low[members, 1], *high[members, 1]])), 1e-9)
        left, right = low[members, 0], high[members, 0]
        width = np.maximum(right - left, _NARROW * height)
        joined = _overlaps(left, right) > OVERLAP * np.minimum(width, width[:, None]) - (
            SLACK * height
        )
        for group in _components(joined):
            middle = left[group].min() + right[group].max()
            digits.append((line, middle, [int(members[k]) for k in group]))
    digits.sort(key=lambda digit: digit[:2])
    return [Written(tuple(strokes[k] for k in sorted(ks)), line) for line, _, ks in digits]


def _lines(low: NDArray[np.floating], high: NDArray[np.floating]) -> list[NDArray[np.intp]]:
    """The numbers of the strokes of each line of writing, from top to bottom."""
    height = high[:, 1] - low[:, 1]
    tall = np.flatnonzero(height >= _TALL * height.max())
    top, bottom = low[tall, 1], high[tall, 1]
    joined = _overlaps(top, bottom) >= OVERLAP * np.minimum(height[tall], height[tall][:, None])
    lines = [tall[group] for group in _components(joined)]
    nearest = [_nearest(k, tall, low, high) for k in range(len(low))]
    members = [np.flatnonzero(np.isin(nearest, line)) for line in lines]
    return sorted(members, key=lambda line: float((low[line, 1] + high[line, 1]).mean()))


def _nearest(
    stroke: int, tall: NDArray[np.intp], low: NDArray[np.floating], high: NDArray[np.floating]
) -> int:
    """The tall stroke whose box is nearest; a tall stroke is so itself."""
    if stroke in tall:
        return stroke
    apart = np.maximum(np.maximum(low[tall] - high[stroke], low[stroke] - high[tall]), 0)
    return int(tall[np.argmin(np.hypot(*apart.T))])


def _overlaps(low: NDArray[np.floating], high: NDArray[np.floating]) -> NDArray[np.floating]:
    """(n, n): how much each two intervals have in common; below 0 how far they are apart."""
    return np.minimum(high, high[:, None]) - np.maximum(low, low[:, None])


def _components(joined: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """What hangs together, (n, n) → the numbers of each group."""
    first = groups(joined)
    return [np.flatnonzero(first == start) for start in np.unique(first)]
