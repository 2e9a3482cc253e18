"""Which pieces of ink make a digit, and which digits a line of writing.

Tall pieces are digits or parts of one: those above each other are one digit, those beside each
other are in one line. A low one is a part of the digit that it lies above, below or next to.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_models.foreground.morphology import Boxes, Size
from mnist_models.preprocessing.shapes import groups
from mnist_models.segmentation.found import MAX_DIGITS
from mnist_models.segmentation.pieces import boxes_around, height_of

# Shares of a digit's height.
TALL = 0.4  # a lower piece is a part of a digit: the roof of a 5
HIGHEST = 1.4  # two pieces above each other, with twice the gap between: then they are one digit
ABOVE = 0.25  # a low piece that is farther above or below every digit is a speck
BESIDE = 0.15  # and one that is farther beside
FAR = 3  # what lies at the picture's edge, so far from every digit that does not, is no digit
# Shares of the smaller of two pieces.
OVERLAP = 0.5  # of its width: then one may be above the other
LEVEL = 0.5  # of its height: then they are beside each other
IN_LINE = 0.4  # of its height: then they may be in one line

MAX_TALL = 800  # pieces: of so many, pairs take little time and memory
MAX_LOW = 4_000  # of more, the smallest are specks


def group(boxes: Boxes, shape: Size) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Which pieces make a digit, and in which line it stands, in reading order.

    boxes: (n, 4), of the pieces. shape: of the picture. Returns the digit of each piece, (n,), -1
    for a speck, and the line of each digit; None if more than MAX_TALL pieces are tall, or they
    are more than MAX_DIGITS digits.
    """
    height = height_of(boxes)
    is_tall = boxes[:, 2] - boxes[:, 0] >= TALL * height
    tall = np.flatnonzero(is_tall)
    if tall.size > MAX_TALL:
        return None
    digit_of = np.full(len(boxes), -1)
    digit_of[tall] = _one_above_another(boxes[tall], height)
    digits = boxes_around(boxes[tall], digit_of[tall])
    kept = np.flatnonzero(~_strays(digits, shape, height))
    if kept.size > MAX_DIGITS:
        return None
    low = np.flatnonzero(~is_tall)
    size = (boxes[low, 2:] - boxes[low, :2]).max(axis=1)
    low = low[np.argsort(-size, kind="stable")[:MAX_LOW]]
    digit_of[low] = _nearest(boxes[low], digits, height)
    line_of = _lines(digits[kept])
    order = np.lexsort((digits[kept, 1] + digits[kept, 3], line_of))
    rank = np.full(len(digits) + 1, -1)  # the last is that of no digit
    rank[kept[order]] = np.arange(kept.size)
    return rank[digit_of], line_of[order]


def cut_off(boxes: Boxes, shape: Size) -> NDArray[np.bool_]:
    """Which boxes touch an edge of a picture of that shape, (n,)."""
    return (boxes[:, :2] == 0).any(axis=1) | (boxes[:, 2:] == shape).any(axis=1)


def _gaps(some: Boxes, others: Boxes) -> NDArray[np.intp]:
    """(n, m, 2): by how many rows and columns each two are apart; overlaps are negative."""
    first = np.maximum(some[:, np.newaxis, :2], others[np.newaxis, :, :2])
    return first - np.minimum(some[:, np.newaxis, 2:], others[np.newaxis, :, 2:])


def _one_above_another(tall: Boxes, height: float) -> NDArray[np.intp]:
    """The digit of each tall piece, (n,), from 0."""
    rows, columns = np.moveaxis(_gaps(tall, tall), -1, 0)
    sizes = tall[:, 2:] - tall[:, :2]
    smaller_height, smaller_width = np.moveaxis(np.minimum(sizes[:, np.newaxis], sizes), -1, 0)
    together = sizes[:, np.newaxis, 0] + sizes[:, 0] + rows
    above = (
        (-columns >= OVERLAP * smaller_width)
        & (-rows < LEVEL * smaller_height)
        & (together + 2 * rows <= HIGHEST * height)
    )
    return np.unique(groups(above), return_inverse=True)[1]


def _nearest(low: Boxes, digits: Boxes, height: float) -> NDArray[np.intp]:
    """The digit of each low piece, (n,): the one that most of its width is above, below or near."""
    rows, columns = np.moveaxis(_gaps(low, digits), -1, 0)
    near = (rows <= ABOVE * height) & (columns <= BESIDE * height)
    across = np.where(near, columns, np.inf)
    return np.where(near.any(axis=1), across.argmin(axis=1), -1)


def _strays(digits: Boxes, shape: Size, height: float) -> NDArray[np.bool_]:
    """What of a page's edge or of a shadow has been taken for a digit, (n,)."""
    at_edge = cut_off(digits, shape)
    if at_edge.all():
        return np.zeros(len(digits), bool)
    return at_edge & (_gaps(digits, digits[~at_edge]).max(axis=2).min(axis=1) > FAR * height)


def _lines(digits: Boxes) -> NDArray[np.intp]:
    """The line of each digit, (n,), from the top.

    From left to right each joins the line whose end is most on its level, so a line may rise or
    fall.
    """
    line_of = np.full(len(digits), -1)
    ends: list[int] = []  # of each line its last digit so far
    for digit in np.argsort(digits[:, 1], kind="stable"):
        box, last = digits[digit], digits[ends]
        common = np.minimum(box[2], last[:, 2]) - np.maximum(box[0], last[:, 0])
        share = common / np.minimum(box[2] - box[0], last[:, 2] - last[:, 0])
        line = int(share.argmax()) if ends and share.max() >= IN_LINE else len(ends)
        ends[line : line + 1] = [int(digit)]
        line_of[digit] = line
    middle = np.bincount(line_of, digits[:, 0] + digits[:, 2]) / np.bincount(line_of)
    return np.argsort(np.argsort(middle, kind="stable"))[line_of]
