"""How a network has pictures prepared for it: set upright, brought to one width. NumPy only.

Members of a committee that see the same digits differently err at different ones. Widths are those
of Meier et al., "Better Digit Recognition with a Committee of Simple Neural Nets" (ICDAR 2011), but
nothing is stretched or narrowed more than by a factor of two: a 1 stays thin.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.pictures import SIDE, Images

_INK = 64  # grey levels from which a pixel counts for where a digit begins and ends
_MOST_STRETCH = 2.0
_MOST_SLANT = 1.0  # columns a row; more is no slant but a stroke that lies

Levels = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """How one member sees pictures; without any change if all is as it stands here.

    Attributes:
        width: columns from the first to the last ink, 4 to 28; 0 leaves it as it is.
        upright: whether slanted digits are sheared upright first.
    """

    width: int = 0
    upright: bool = False

    def __post_init__(self) -> None:
        if self.width and not 4 <= self.width <= SIDE:
            raise ValueError(f"A width of a view is 0 or 4 to {SIDE} columns, not {self.width}.")


def seen(images: Images, view: View) -> Images:
    """The pictures as a member with this view sees them: (n, 28, 28) uint8 → the same.

    An empty picture stays empty. Digits are only moved, sheared and stretched along their rows.
    """
    if view == View():
        return images
    levels = images.astype(np.float32)
    if view.upright:
        levels = _set_upright(levels)
    if view.width:
        levels = _set_width(levels, view.width)
    return levels.round().clip(0, 255).astype(np.uint8)


def _set_upright(levels: Levels) -> Levels:
    """Sheared so that columns and rows of the ink no longer vary together."""
    columns = rows = np.arange(SIDE, dtype=np.float32)
    total = levels.sum(axis=(1, 2)).clip(min=1)
    by_row, by_column = levels.sum(axis=2), levels.sum(axis=1)
    middle_row, middle_column = by_row @ rows / total, by_column @ columns / total
    down = rows - middle_row[:, np.newaxis]  # (n, 28)
    right = columns - middle_column[:, np.newaxis]
    together = np.einsum("nrc,nr,nc->n", levels, down, right, optimize=True)
    spread = (by_row * down**2).sum(axis=1)
    slant = (together / spread.clip(min=1)).clip(-_MOST_SLANT, _MOST_SLANT)
    places = columns + (slant[:, np.newaxis] * down)[:, :, np.newaxis]  # (n, 28, 28)
    return _read(levels, places, np.ones(len(levels), dtype=np.float32))


def _set_width(levels: Levels, width: int) -> Levels:
    """Stretched or narrowed to that many columns of ink, in the middle of the picture."""
    inked = (levels >= _INK).any(axis=1)  # (n, 28)
    first = inked.argmax(axis=1)
    last = SIDE - 1 - inked[:, ::-1].argmax(axis=1)
    stretch = (width / (last - first + 1)).clip(1 / _MOST_STRETCH, _MOST_STRETCH)
    from_middle = np.arange(SIDE) - (SIDE - 1) / 2
    middle = (first + last)[:, np.newaxis] / 2
    places = (middle + from_middle / stretch[:, np.newaxis])[:, np.newaxis]  # (n, 1, 28)
    return _read(levels, places.astype(np.float32), (1 / stretch).clip(min=1).astype(np.float32))


def _read(levels: Levels, places: Levels, over: Levels) -> Levels:
    """The means of rows around places, which lie between pixels.

    Over one column that is linear interpolation, and over more nothing that is narrowed gets lost.

    Args:
        levels: (n, 28, 28); beyond the edges it is dark.
        places: (n, 28 or 1, 28) columns, 0 the middle of the first.
        over: (n,) columns that each mean is taken over.
    """
    sums = np.zeros((len(levels), SIDE, SIDE + 1), dtype=np.float32)
    np.cumsum(levels, axis=2, out=sums[:, :, 1:])

    def up_to(edges: Levels) -> Levels:
        edges = np.broadcast_to(edges.clip(0, SIDE), levels.shape)
        whole = edges.astype(np.intp).clip(max=SIDE - 1)
        there = np.take_along_axis(sums, whole, axis=2)
        part = (edges - whole) * np.take_along_axis(levels, whole, axis=2)
        return np.asarray(there + part)

    over = over[:, np.newaxis, np.newaxis]
    left = places + np.float32(0.5) - over / 2
    return (up_to(left + over) - up_to(left)) / over
