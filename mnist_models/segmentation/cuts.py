"""Where digits that touch might be cut: paths from top to bottom through as little ink as possible.

Of one group of ink. Found on ink whose pen is mended, FINENESS times as fine as MNIST's box for a
digit of the line's height: where a thick pen's strokes have merely run into each other, they part
again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.pictures import Images, Ink
from mnist_models.preprocessing.stroke_width import FINENESS, mend, pen_width
from mnist_models.preprocessing.to_mnist import BOX, fine, place

HIGH = BOX * FINENESS  # pixels: a digit's height
ASIDE = 0.1  # what a step to the side costs, in pixels of ink
STARTS = (0, 0.25, 0.5, 0.75, 1)  # of the height: a cut is the best through a place there
APART = 0.12  # of a straight line of a digit's height: so much ink lies between two cuts
PER_HEIGHT, MOST = 16, 80  # cuts: of the width of a digit's height, and of a group
THROUGH = 4.0  # pen widths of ink, at most
NARROWEST, WIDEST = 0.08, 1.5  # of a digit's height
LOWEST = 0.5  # the same: what is lower is no digit


@dataclass(frozen=True, eq=False)
class Cuttable:
    """A group of ink, with all places where it might be cut.

    Attributes:
        ink: (h, w), mended, 0 to 1.
        cuts: (n, h) int, of each cut the column where the right side begins in each row, from left
            to right; the first and the last are the edges.
        through: (n,) pen widths of ink that each goes through.
        between: (n, n) ink to the right of one cut and to the left of another, in straight lines
            of a digit's height.
        spans: which pairs of cuts might have one digit between them; the whole group is one.
        sizes: height and width of each span, as shares of a digit's height.
    """

    ink: Ink
    cuts: NDArray[np.intp]
    through: NDArray[np.floating]
    between: NDArray[np.floating]
    spans: list[tuple[int, int]]
    sizes: list[tuple[float, float]]

    def images(self) -> Images:
        """(n, 28, 28) uint8, of each span."""
        columns = np.arange(self.ink.shape[1])
        pictures = []
        for first, last in self.spans:
            left, right = self.cuts[first], self.cuts[last]
            near = slice(left.min(), right.max())  # most of the ink is elsewhere
            inside = (columns[near] >= left[:, np.newaxis]) & (columns[near] < right[:, np.newaxis])
            pictures.append(place(self.ink[:, near] * inside))
        return np.stack(pictures)

    def within(self, first: int, last: int) -> NDArray[np.bool_]:
        """(h, w): the pixels between two cuts."""
        columns = np.arange(self.ink.shape[1])
        left, right = self.cuts[[first, last]][..., np.newaxis]
        return (columns >= left) & (columns < right)

    def part(self, ink: Ink, first: int, last: int) -> Ink:
        """What of the ink that was given lies between two cuts, of the same shape."""
        margin = 2 * FINENESS
        inner = self.within(first, last)[margin:-margin, margin:-margin]
        rows, columns = (
            ((np.arange(side) + 0.5) * fine_side / side).astype(np.intp)
            for side, fine_side in zip(ink.shape, inner.shape, strict=True)
        )
        part: Ink = ink * inner[np.ix_(rows, columns)]
        return part


def cuttable(ink: Ink, height: float) -> Cuttable:
    """Cut a group of ink wherever it may be.

    ink: (H, W), cropped. height: of a digit in its line, in pixels.
    """
    scale = HIGH / height
    thin = fine(ink, max(1, round(max(ink.shape) * scale)))
    redrawn = mend(thin, pen_width(thin), BOX)
    mended = np.pad(thin, 2 * FINENESS) if redrawn is None else redrawn
    pen = FINENESS * pen_width(mended)
    cuts, through, left = _choose(mended, pen, *_paths(mended))
    between = np.maximum(left - left[:, np.newaxis], 0).sum(axis=2)
    return Cuttable(mended, cuts, through / pen, between / (HIGH * pen), *_spans(mended, cuts))


def _spans(
    ink: Ink, cuts: NDArray[np.intp]
) -> tuple[list[tuple[int, int]], list[tuple[float, float]]]:
    """Pairs of cuts that may have a digit between them, and their sizes; the whole group is one."""
    height, width = ink.shape
    rows, columns = np.arange(height), np.arange(width + 1)
    inked = np.pad(ink > 0, ((0, 0), (0, 1)))
    following = np.where(inked, columns, width)
    following = np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1]
    ended = np.pad(np.where(inked, columns + 1, 0), ((0, 0), (1, 0)))[:, :-1]
    ended = np.maximum.accumulate(ended, axis=1)
    first, last = following[rows, cuts], ended[rows, cuts]  # (n, h)
    spans, sizes = [], []
    edges = 0, len(cuts) - 1
    for i in range(len(cuts)):
        for j in range(i + 1, len(cuts)):
            filled = np.flatnonzero(last[j] > first[i])
            if filled.size == 0:
                continue
            high = (filled[-1] + 1 - filled[0]) / HIGH
            wide = (last[j][filled].max() - first[i][filled].min()) / HIGH
            if (i, j) == edges or (high >= LOWEST and NARROWEST <= wide <= WIDEST):
                spans.append((i, j))
                sizes.append((float(high), float(wide)))
            elif wide > 2 * WIDEST and i > 0:
                break  # what follows is wider
    return spans, sizes


def _paths(ink: Ink) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
    """The cheapest ways from top to bottom through each column of some rows.

    Returns (n, h) columns, and the ink on each way, (n,).
    """
    height, width = ink.shape
    down, up = _steps(ink[::-1])[::-1], _steps(ink)
    paths = []
    for start in STARTS:
        first = round(start * (height - 1))
        path = np.empty((width, height), np.intp)
        path[:, first] = np.arange(width)
        for row in range(first, height - 1):
            path[:, row + 1] = path[:, row] + down[row, path[:, row]]
        for row in range(first, 0, -1):
            path[:, row - 1] = path[:, row] + up[row, path[:, row]]
        paths.append(path)
    every = np.concatenate(paths)
    return every, ink[np.arange(height), every].sum(axis=1)


def _steps(ink: Ink) -> NDArray[np.intp]:
    """(h, w): to which side the cheapest way from each pixel up to the first row begins."""
    steps = np.zeros(ink.shape, np.intp)
    total = np.pad(ink[0], 1, constant_values=np.inf)
    straight = total[1:-1]
    for row in range(1, len(ink)):
        left, right = total[:-2] + ASIDE, total[2:] + ASIDE
        aside = np.minimum(left, right)
        steps[row] = np.where(aside < straight, np.where(left <= right, -1, 1), 0)
        straight[:] = ink[row] + np.minimum(straight, aside)
    return steps


def _choose(
    ink: Ink, pen: float, paths: NDArray[np.intp], costs: NDArray[np.floating]
) -> tuple[NDArray[np.intp], NDArray[np.floating], NDArray[np.floating]]:
    """The best paths that leave enough ink between them, from left to right, with both edges.

    Returns them, the ink on each, and the ink to the left of each in each row, (n, h).
    """
    height, width = ink.shape
    sums = np.pad(np.cumsum(ink, axis=1), ((0, 0), (1, 0)))
    rows = np.arange(height)
    edges = np.array([[0] * height, [width] * height])
    cuts, through = [*edges], [0.0, 0.0]
    left = sums[rows, paths]  # (n, h): ink to the left of each path in each row
    taken = [*sums[rows, edges]]
    most = min(PER_HEIGHT * width / HIGH, MOST)
    for path in np.argsort(costs, kind="stable"):
        if costs[path] > THROUGH * pen or len(cuts) - 2 >= most:
            break
        if np.abs(np.array(taken) - left[path]).sum(axis=1).min() >= APART * HIGH * pen:
            cuts.append(paths[path])
            through.append(costs[path])
            taken.append(left[path])
    order = np.argsort(np.sum(taken, axis=1), kind="stable")
    return np.array(cuts)[order], np.array(through)[order], np.array(taken)[order]
