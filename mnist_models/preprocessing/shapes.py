"""What a drawing shows before it is put into MNIST's box: one digit, several, or a mere dot.

The box hides it: there a dot is a large disc, which is read as a 0, and "76" is one dense shape.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_models.foreground.morphology import components
from mnist_models.pictures import Ink

# Shares of the height of the tallest piece. `python -m experiments.unsure` counts how many pen
# digits are taken for several, and how many pairs of them for one.
TALL = 0.4  # a piece that is lower is a part of a digit: the bar of a 5, a dot beside it
APART = 0.05  # pieces that are nearer are one digit: a 4 in two strokes
MANY = 20  # of more tall pieces none are put together: they are no digit, and pairs take time
FAINT = 0.1  # of the strongest ink: what is fainter joins no pieces


def pieces_of(ink: Ink) -> NDArray[np.intp]:
    """(n, 4): top, left, bottom and right of each connected piece of ink; it ends before the last.

    ink: (H, W), cropped and fitted as for `pen_width`.
    """
    return components(ink >= FAINT * ink.max())[1]


def count_shapes(pieces: NDArray[np.number]) -> int:
    """How many separate pieces are tall enough to be a digit each, at least 1.

    Pieces that are near each other count as one, unless there are more than MANY.

    pieces: (n, 4), top, left, bottom and right of each, in any unit.
    """
    heights = pieces[:, 2] - pieces[:, 0]
    tall = pieces[heights >= TALL * heights.max()]
    if len(tall) > MANY:
        return len(tall)
    gaps = tall[:, np.newaxis, :2] - tall[np.newaxis, :, 2:]  # (n, n, 2): below, and right of
    distance = np.maximum(gaps, gaps.swapaxes(0, 1)).max(axis=2)
    return len(np.unique(groups(distance < APART * heights.max())))


def groups(near: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The first of all that each one is connected with, (n,), given who is near whom, (n, n)."""
    first = np.arange(len(near))
    while True:
        lower = np.minimum(first, np.where(near, first, len(near)).min(axis=1))
        if np.array_equal(first, lower):
            return first
        first = lower[lower]
