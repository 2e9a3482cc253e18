"""The width of the pen in a drawing: measured, and adjusted to that of MNIST's pens.

Everything works on the ink of one cropped digit, FINENESS times as fine as the box of 20 × 20
pixels that it will be fitted into, so that neither its size nor its place matters.
"""

import numpy as np

from mnist_models.foreground.morphology import Mask, components, depth, dilated
from mnist_models.pictures import Ink
from mnist_models.preprocessing.thinning import cones, skeleton

FINENESS = 4  # pixels per pixel of the box
# `pen_width` of every 15th of MNIST's training pictures: median 2.4, 1.6 and 3.7 at the 5th and the
# 95th percentile. Within USUAL, as 70 % of them are, a drawing is left as it is. Thinner strokes
# are redrawn USUAL_PEN wide, the width at which the networks read redrawn strokes of real writers
# best, of 1.6 to 4. Strokes n times as wide are redrawn n ** KEPT times as wide, since what is
# thinned further loses its shape: of 0 to 0.6 the networks that know MNIST only read real writers'
# thick strokes best at 0.4 and 0.5, and MNIST's training pictures, enlarged, hardly better or worse
# at any but 0, which is the worst (experiments/thinning.json).
USUAL_PEN = 2.5
KEPT = 0.4
USUAL = (1.4, 2.7)
BLOB = 0.4  # of the longer side: what is wider is no stroke but a dot or a blot, and stays
HOLE = 0.75  # a thicker pen leaves of each hole at least this radius, if it had that much
FAINT_EDGE = 0.1  # an edge that is fainter does not count
HALF = 0.45  # so that what is covered by half is surely ink
HAIRLINE = 0.2  # of a hairline the pixels that it shares with paper are ink too, or it breaks


def pen_width(ink: Ink) -> float:
    """The width of the strokes in pixels of the box.

    ink: (H, W), cropped and fitted. Across a stroke of width w the distance to the nearest edge
    grows from 0 to w / 2 and falls again: w / 4 on average.
    """
    return _width(_mask(ink)) / FINENESS


def is_blob(ink: Ink, width: float) -> bool:
    """Whether the ink is a dot or a blot: as wide a line is none.

    ink, width: as for `pen_width`.
    """
    return width > BLOB * max(ink.shape) / FINENESS


def mend(ink: Ink, width: float, length: float | None = None) -> Ink | None:
    """The same digit drawn with a pen like MNIST's; None if its pen is usual or it is a blob.

    ink, width: as for `pen_width`. length: of a digit, in pixels of the box; None if the ink is
    one. Returns (H', W'), 0 to 1; no stroke and no hole is lost.
    """
    length = length or max(ink.shape) / FINENESS
    if USUAL[0] <= width <= USUAL[1] or is_blob(ink, width):
        return None
    wanted = USUAL_PEN * max(width / USUAL_PEN, 1) ** KEPT
    # The centrelines keep their length and the pen grows with them as they are fitted into the box.
    pen = wanted * (length - width) / (length - wanted) * FINENESS
    redrawn = _thicken(ink, pen) if width < USUAL[0] else _thin(_mask(ink), width * FINENESS, pen)
    return redrawn * (redrawn >= FAINT_EDGE)


def _mask(ink: Ink, share: float = HALF) -> Mask:
    """Where the ink has that share of the strongest nearby: so faint lines count too."""
    mask = (ink > 0) & (ink >= share * dilated(ink, (2 * FINENESS + 1,) * 2))
    return np.pad(mask, 2 * FINENESS)  # room for a thicker pen


def _width(mask: Mask) -> float:
    return 4 * (float(depth(mask)[mask].mean()) - 0.5)  # a depth ends at a pixel's centre


def _thicken(ink: Ink, pen: float) -> Ink:
    """Ink as far around the strokes as the pen is wider, but holes stay open."""
    mask = _mask(ink, HAIRLINE)
    change = max(pen - _width(mask), 0) / 2
    distance = depth(~mask, outside=True)
    reach = np.full(mask.shape, change)
    holes, boxes = components(~mask, diagonal=False)
    for hole in range(2, len(boxes) + 1):  # 1 is what surrounds the digit
        inside = holes == hole
        reach[inside] = min(change, max(distance[inside].max() - HOLE * FINENESS, 0))
    return np.clip(reach - distance + 1, 0, 1)


def _thin(mask: Mask, width: float, pen: float) -> Ink:
    """Ink deep inside the mask, and around its skeleton, so that nothing breaks.

    The line around the skeleton is as much thinner than the pen as the ink is there than its
    strokes are: where two strokes of a 3 only touch, no full line may join them to an 8.
    """
    inner = depth(mask)
    radius = np.clip((inner - 0.5) / width, 0, 0.5) * pen
    line = cones(np.where(skeleton(mask), radius + 0.5, 0))
    return np.clip(np.maximum(inner - (width - pen) / 2, np.minimum(line, inner)), 0, 1)
