"""Lines that are printed or ruled on the paper: told from strokes, and taken off the ink.

A line runs through the picture from edge to opposite edge, much farther than any stroke.
"""

import math

import numpy as np

from mnist_models.foreground.morphology import Mask, components, depth, dilated, morphed
from mnist_models.pictures import Ink

PART = 1 / 8  # of the picture's width: so long a line is straight, even on a page that is turned
ACROSS = 0.9  # of the picture's width: a line is that long
FULL = 0.93  # of its length is ink: the roofs of a row of 7s are less
THIN = 1 / 10  # of the picture's height: a line with its slope is lower
THICKER = 1.5  # times as thick as its lines: there a stroke crosses one
STRONGER = 2.5  # times as strong as most of the lines: there a stroke lies along one
THICK = 2  # times as thick as a line at the edge: what hangs on it is more than its rough edge
LONGER = 1.3  # times as long as the largest piece beside them
LEAST = 1 / 40  # of the picture's longer side: the largest piece beside lines
LARGER = 4  # times as large as the lines are thick, at least, is that piece


def without_ruling(ink: Ink) -> Ink:
    """The ink without lines that run through the picture; strokes that cross one go on.

    Where nothing remains that could be a digit, the lines are the drawing.

    ink: (H, W), 0 where there is none.
    """
    mask = ink > 0
    across, down = _lines(mask), _lines(mask.T).T
    if not (across.any() or down.any()):
        return ink
    across, down = _crossed(across, mask & ~down), _crossed(down.T, (mask & ~across).T).T
    lines = across | down
    if lines.any():
        lines &= ~dilated(ink > STRONGER * np.median(ink[lines]), (3, 3))
    if not lines.any():
        return ink
    thickness = 2 * float(depth(lines).max())
    reach = 2 * math.ceil(thickness) + 1
    _, boxes = components(mask & ~dilated(lines, (reach, reach)))
    if len(boxes) == 0:
        return ink
    sizes = boxes[:, 2:] - boxes[:, :2]
    height, width = sizes[sizes.max(axis=1).argmax()]
    if max(height, width) < max(LEAST * max(mask.shape), LARGER * thickness):
        return ink
    whole_height, whole_width = mask.shape
    if across.any() and (height == whole_height or LONGER * width > whole_width):
        return ink
    if down.any() and (width == whole_width or LONGER * height > whole_height):
        return ink
    return np.where(lines, 0, ink)


def _lines(mask: Mask) -> Mask:
    """Where lines run from the left to the right."""
    height, width = mask.shape
    part = max(5, round(PART * width))
    straight = morphed(dilated(mask, (3, 1)), "open", (1, part))
    joined = morphed(straight, "close", (3, part))
    if joined.any(axis=0).mean() < ACROSS:
        return np.zeros_like(mask)
    labels, boxes = components(joined)
    size = boxes[:, 2:] - boxes[:, :2]
    is_line = (size[:, 1] >= ACROSS * width) & (size[:, 0] <= max(3, THIN * height))
    for line in np.flatnonzero(is_line):
        top, left, bottom, right = boxes[line]
        is_line[line] = straight[top:bottom, left:right].any(axis=0).mean() >= FULL
    return mask & np.append(False, is_line)[labels]


def _crossed(lines: Mask, mask: Mask) -> Mask:
    """The lines but for what strokes share with them: there the ink is thicker.

    mask: the ink without the lines that run the other way.
    """
    lines = lines & ~_along_edges(lines, mask)
    if not lines.any():
        return lines
    starts = np.count_nonzero(np.diff(lines.astype(np.int8), axis=0, prepend=0) == 1)
    thickness = np.count_nonzero(lines) / starts
    return lines & ~morphed(mask, "open", (round(THICKER * thickness) + 2, 1))


def _along_edges(lines: Mask, mask: Mask) -> Mask:
    """Which lines are strokes of a digit that fills the picture: at its edge, with more to them."""
    strokes = np.zeros_like(lines)
    labels, boxes = components(mask)
    for label in np.unique(labels[lines & mask]):
        line = lines & (labels == label)
        rows = np.flatnonzero(line.any(axis=1))
        top, _, bottom, _ = boxes[label - 1]
        at_edge = rows[0] == 0 or rows[-1] == len(mask) - 1
        if at_edge and bottom - top > THICK * (rows[-1] - rows[0] + 1):
            strokes |= line
    return strokes
