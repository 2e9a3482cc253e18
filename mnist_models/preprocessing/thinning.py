"""Lines one pixel wide out of strokes, and strokes out of lines."""

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mnist_models.foreground.morphology import Mask


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
    import cv2

    thinned = mask.astype(np.uint8)
    while True:
        before = np.count_nonzero(thinned)
        for removable in _REMOVABLE:
            code = cv2.filter2D(thinned, -1, _RING, borderType=cv2.BORDER_CONSTANT)
            thinned &= ~removable[code]
        if np.count_nonzero(thinned) == before:
            return thinned.astype(bool)


# What each neighbour of a pixel counts in the code of its neighbourhood: clockwise from north.
_RING = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], dtype=np.float32)


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
