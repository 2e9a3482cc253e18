"""What networks see of pictures: rows of numbers, upright or of one width if they want. NumPy only.

Members of a committee that see the same digits differently err at different ones. Widths are those
of Meier et al., "Better Digit Recognition with a Committee of Simple Neural Nets" (ICDAR 2011), but
nothing is stretched or narrowed more than by a factor of two: a 1 stays thin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.pictures import PIXELS, SIDE, Images

Floats = NDArray[np.float32]

_INK = 64  # grey levels from which a pixel counts for where a digit begins and ends
_MOST_STRETCH = 2.0
_MOST_SLANT = 1.0  # columns a row; more is no slant but a stroke that lies
_CHUNK = 512  # pictures: what is computed of them stays in the processor's cache


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
            raise ValueError(f"The width of a view is 0 or 4 to {SIDE} columns, not {self.width}.")


def as_rows(images: ArrayLike) -> Floats:
    """Pictures as rows of numbers: (n, 28, 28) uint8 or float in [0, 1] → (n, 784) float32.

    Raises:
        ValueError: the images have another shape, type or range.
    """
    array = np.asarray(images)
    if array.ndim != 3 or array.shape[1:] != (SIDE, SIDE):
        raise ValueError(
            f"Images must have the shape (n, {SIDE}, {SIDE}), not {array.shape}; "
            "for one image pass image[np.newaxis]."
        )
    rows = array.reshape(len(array), PIXELS)
    if array.dtype == np.uint8:
        return rows.astype(np.float32) / np.float32(255)
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"Images must be uint8 (0-255) or float (0-1), not {array.dtype}.")
    if rows.size and not (rows.min() >= 0 and rows.max() <= 1):  # false for NaN too
        raise ValueError("Images of floats must lie in [0, 1]; divide grey levels by 255.")
    return rows.astype(np.float32)


def rows_by_view(rows: Floats, views: Sequence[View]) -> Floats:
    """What members with these views see: (n, 784) → (M, n, 784), or (1, n, 784) without any view.

    Whole grey levels, as training saw them.
    """
    if not views:
        return rows[np.newaxis]
    images = np.rint(rows * 255).astype(np.uint8).reshape(-1, SIDE, SIDE)
    made = {view: as_rows(seen(images, view)) for view in set(views)}
    return np.stack([made[view] for view in views])


def seen(images: Images, view: View) -> Images:
    """The pictures as a member with this view sees them: (n, 28, 28) uint8 → the same.

    An empty picture stays empty. Digits are only sheared, moved and stretched along their rows.
    """
    if view == View():
        return images
    result = np.empty_like(images)
    for start in range(0, len(images), _CHUNK):
        levels: NDArray = images[start : start + _CHUNK].astype(np.float32)
        if view.upright:
            levels = _set_upright(levels)
        if view.width:
            levels = _set_width(levels, view.width)
        result[start : start + _CHUNK] = levels.round().clip(0, 255)
    return result


def _set_upright(levels: NDArray) -> NDArray:
    """Sheared so that rows and columns of the ink no longer vary together."""
    columns = rows = np.arange(SIDE, dtype=np.float32)
    total = levels.sum(axis=(1, 2)).clip(min=1)
    by_row, by_column = levels.sum(axis=2), levels.sum(axis=1)
    down = rows - ((by_row * rows).sum(axis=1) / total)[:, np.newaxis]  # (n, 28)
    right = columns - ((by_column * columns).sum(axis=1) / total)[:, np.newaxis]
    together = ((levels * right[:, np.newaxis]).sum(axis=2) * down).sum(axis=1)
    spread = (by_row * down**2).sum(axis=1)
    slant = (together / spread.clip(min=1)).clip(-_MOST_SLANT, _MOST_SLANT)
    places = columns + (slant[:, np.newaxis] * down)[:, :, np.newaxis]  # (n, 28, 28)
    return _read(levels, places, np.ones(len(levels), dtype=np.float32))


def _set_width(levels: NDArray, width: int) -> NDArray:
    """Stretched or narrowed to that many columns of ink, in the middle of the picture."""
    inked: NDArray[np.bool_] = np.asarray((levels >= _INK).any(axis=1))  # (n, 28)
    first = inked.argmax(axis=1)
    last = SIDE - 1 - inked[:, ::-1].argmax(axis=1)
    stretch = (width / (last - first + 1)).clip(1 / _MOST_STRETCH, _MOST_STRETCH)
    from_middle = np.arange(SIDE) - (SIDE - 1) / 2
    middle = (first + last)[:, np.newaxis] / 2
    places = (middle + from_middle / stretch[:, np.newaxis])[:, np.newaxis]  # (n, 1, 28)
    return _read(levels, places.astype(np.float32), (1 / stretch).clip(min=1).astype(np.float32))


def _read(levels: NDArray, places: NDArray, over: NDArray) -> NDArray:
    """The means of rows around places, which lie between pixels.

    Over one column that is linear interpolation, and over more nothing that is narrowed gets lost.

    Args:
        levels: (n, 28, 28); beyond the edges it is dark.
        places: (n, 28 or 1, 28) columns, 0 the middle of the first.
        over: (n,) columns that each mean is taken over.
    """
    sums = np.zeros((len(levels), SIDE, SIDE + 1), dtype=np.float32)
    np.cumsum(levels, axis=2, out=sums[:, :, 1:])

    def up_to(edges: NDArray) -> NDArray:
        edges = np.broadcast_to(edges.clip(0, SIDE), levels.shape)
        whole = edges.astype(np.intp).clip(max=SIDE - 1)
        there = np.take_along_axis(sums, whole, axis=2)
        part = (edges - whole) * np.take_along_axis(levels, whole, axis=2)
        return np.asarray(there + part)

    over = over[:, np.newaxis, np.newaxis]
    left = places + np.float32(0.5) - over / 2
    return (up_to(left + over) - up_to(left)) / over
