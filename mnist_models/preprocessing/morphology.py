"""Shapes in NumPy alone, since SciPy is too large for the web process.

Connected components, dilation, cones, distance to the nearest edge, and thinning to a skeleton.
"""

import math
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnist_models.pictures import Ink

Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]


def components(mask: Mask, *, diagonal: bool = True) -> Indices:
    """Label the connected components of a mask.

    mask: (H, W) bool. Returns (H, W): 0 outside the mask, 1, 2, … in each component, in reading
    order of their first pixels. diagonal: pixels that touch at a corner are connected.
    """
    height, width = mask.shape
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edges == 1)  # runs of pixels, in reading order
    end = np.nonzero(edges == -1)[1]
    root = roots(row.size, *_touching(row, start, end, width, int(diagonal)))
    labels = np.zeros((height, width), dtype=np.intp)
    labels[mask] = np.repeat(np.unique(root, return_inverse=True)[1] + 1, end - start)
    return labels


def _touching(
    row: Indices, start: Indices, end: Indices, width: int, reach: int
) -> tuple[Indices, Indices]:
    """Pairs of runs: each run with those of the next row that it touches."""
    stride = width + 2
    below = (row + 1) * stride
    first = np.searchsorted(row * stride + end, below + start - reach, side="right")
    last = np.searchsorted(row * stride + start, below + end + reach, side="left")
    count = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(row.size), count)
    within = np.arange(upper.size) - np.repeat(np.cumsum(count) - count, count)
    return upper, np.repeat(first, count) + within


def roots(size: int, one: Indices, other: Indices) -> Indices:
    """For each of `size` things the first that it is connected with, given the touching pairs.

    one, other: (pairs,) indices. Returns (size,).
    """
    root = np.arange(size)
    while True:
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        if np.array_equal(low, high):
            return root
        np.minimum.at(root, high, low)
        while not np.array_equal(root, jumped := root[root]):
            root = jumped


def dilation(picture: NDArray, size: int) -> NDArray:
    """The largest value in the size × size square (odd) around each pixel of a (H, W) picture."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (size // 2, size // 2)
        padded = np.pad(picture, width, mode="edge")
        picture = sliding_window_view(padded, size, axis=axis).max(axis=-1)
    return picture


def depth(mask: Mask, *, outside: bool = False) -> NDArray[np.float32]:
    """Distance of each pixel in the mask to the nearest one out of it, 0 there (Euclidean).

    mask: (H, W) bool. What lies beyond the picture is out of the mask, or with `outside` in it.
    Column by column, then across columns (Felzenszwalb and Huttenlocher 2012, by brute force):
    time and memory grow with H · W².
    """
    padded = np.pad(mask, 1, constant_values=outside)
    height, width = padded.shape
    row = np.arange(height, dtype=np.float32)[:, np.newaxis]
    far = np.float32(height + width)
    above = np.maximum.accumulate(np.where(padded, -far, row), axis=0)
    below = np.minimum.accumulate(np.where(padded, 2 * far, row)[::-1], axis=0)[::-1]
    column = np.arange(width, dtype=np.float32)
    across = (column[:, np.newaxis] - column) ** 2
    vertical = np.minimum(row - above, below - row) ** 2
    nearest = (vertical[:, np.newaxis, :] + across).min(axis=2)
    return np.sqrt(nearest)[1:-1, 1:-1]


def cones(heights: NDArray[np.floating]) -> NDArray[np.floating]:
    """A cone of that height and of slope 1 on each pixel: the highest over each, 0 beside them.

    heights: (H, W), not negative. Where discs of these radii are drawn, it is how deep inside the
    deepest disc a pixel is. Time grows with the square of the greatest height.
    """
    reach = math.ceil(heights.max(initial=0))
    height, width = heights.shape
    padded = np.pad(heights, reach)
    highest = heights.copy()
    for row, column in product(range(-reach, reach + 1), repeat=2):
        if 0 < (distance := math.hypot(row, column)) < reach:
            top, left = reach + row, reach + column
            moved = padded[top : top + height, left : left + width]
            np.maximum(highest, moved - distance, out=highest)
    return highest


def skeleton(mask: Mask) -> Mask:
    """The mask thinned to lines one pixel wide, its topology kept (Guo and Hall 1989, A1)."""
    thinned = np.pad(mask, 1).astype(np.uint8)
    inner = thinned[1:-1, 1:-1]
    height, width = mask.shape
    while True:
        before = np.count_nonzero(inner)
        for removable in _REMOVABLE:
            code = np.zeros(mask.shape, dtype=np.uint8)
            for bit, (row, column) in enumerate(_RING):
                code |= thinned[row : row + height, column : column + width] << bit
            inner &= ~removable[code]
        if np.count_nonzero(inner) == before:
            return inner.astype(bool)


_RING = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))  # clockwise from north


def _removable() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """For each of the 256 neighbourhoods: may its pixel go, in odd and in even passes? 255 or 0."""
    tables = np.zeros((2, 256), dtype=np.uint8)
    for code, odd in product(range(256), (True, False)):
        n, ne, e, se, s, sw, w, nw = (bool(code >> bit & 1) for bit in range(8))
        lines = sum(
            (not a) and (b or c) for a, b, c in ((n, ne, e), (e, se, s), (s, sw, w), (w, nw, n))
        )
        pairs = min(
            (nw or n) + (ne or e) + (se or s) + (sw or w),
            (n or ne) + (e or se) + (s or sw) + (w or nw),
        )
        kept = ((n or ne or not se) and e) if odd else ((s or sw or not nw) and w)
        tables[0 if odd else 1, code] = 255 * (lines == 1 and 2 <= pairs <= 3 and not kept)
    return tables[0], tables[1]


_REMOVABLE = _removable()


def bounding_box(ink: Ink) -> tuple[slice, slice]:
    """The smallest box that holds all ink, as slices of rows and columns."""
    rows = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def boxes(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """(n + 1, 4): the first row and column and the last row and column of each label."""
    rows, columns = np.nonzero(labels)
    label = labels[rows, columns]
    boxes = np.zeros((int(labels.max()) + 1, 4), dtype=np.intp)
    boxes[:, :2] = max(labels.shape)
    for i, place in enumerate((rows, columns)):
        np.minimum.at(boxes[:, i], label, place)
        np.maximum.at(boxes[:, 2 + i], label, place)
    return boxes
