"""Pieces of ink: what hangs together, but for flaws in a stroke."""

import numpy as np
from numpy.typing import NDArray

from mnist_models.foreground.morphology import Boxes, components, depth
from mnist_models.pictures import Ink

Labels = NDArray[np.int32]  # (H, W): which piece, from 1; 0 where there is no ink

BROKEN = 0.02  # of a digit's height: ink reaches so far, and a gap of twice that is a flaw


def find_pieces(ink: Ink) -> tuple[Labels, Boxes]:
    """What hangs together.

    ink: (H, W), 0 where there is none. Returns the labels of its pixels and the boxes of the
    pieces, (n, 4).
    """
    labels, boxes = components(ink > 0)
    reach = int(BROKEN * height_of(boxes))
    if reach == 0 or len(boxes) == 1:
        return labels, boxes
    joined, _ = components(depth(ink == 0, outside=True) <= reach)
    whole = np.zeros(len(boxes) + 1, np.int32)
    whole[labels.ravel()] = np.where(labels > 0, joined, 0).ravel()
    return whole[labels], boxes_around(boxes, whole[1:] - 1)


def height_of(boxes: Boxes) -> float:
    """A digit's height: the median of the boxes', each counted as often as it is large.

    So neither specks nor broken strokes decide it. boxes: (n, 4), at least one.
    """
    heights = np.sort(boxes[:, 2] - boxes[:, 0]).astype(float)
    weights = np.cumsum(heights**2)
    return float(heights[np.searchsorted(weights, weights[-1] / 2)])


def boxes_around(boxes: Boxes, group_of: NDArray[np.integer]) -> Boxes:
    """The box around all boxes of each group.

    boxes: (n, 4). group_of: (n,) from 0, -1 for a box that is in none. Returns (groups, 4).
    """
    around = np.zeros((int(group_of.max()) + 1, 4), np.intp)
    around[:, :2] = np.iinfo(np.intp).max
    grouped = group_of >= 0
    np.minimum.at(around[:, :2], group_of[grouped], boxes[grouped, :2])
    np.maximum.at(around[:, 2:], group_of[grouped], boxes[grouped, 2:])
    return around
