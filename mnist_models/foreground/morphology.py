"""Connected pieces, distances, and what is narrow or wide, by OpenCV.

OpenCV is imported when the first picture comes: neither a first visit nor a drawing waits for it.
"""

from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from mnist_models.pictures import Grey, Ink

Mask = NDArray[np.bool_]
Boxes = NDArray[np.intp]  # (n, 4): top, left, bottom, right; the last two are the first beyond
Size = tuple[int, int]  # rows and columns
ArrayT = TypeVar("ArrayT", bound=NDArray[Any])


def components(mask: Mask, *, diagonal: bool = True) -> tuple[NDArray[np.int32], Boxes]:
    """The connected pieces of a mask.

    mask: (H, W) bool. Returns (H, W) labels, 0 outside the mask, 1 … n in each piece, and the
    boxes of the pieces, (n, 4). diagonal: pixels that touch at a corner are connected.
    """
    import cv2

    cv2.setNumThreads(1)  # each thread would keep the counts of all pieces
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.view(np.uint8), connectivity=8 if diagonal else 4
    )
    left, top, width, height = stats[1:, :4].T.astype(np.intp)
    boxes = np.stack((top, left, top + height, left + width), axis=1)
    return cast("NDArray[np.int32]", labels), boxes


def depth(mask: Mask, *, outside: bool = False) -> NDArray[np.float32]:
    """Distance of each pixel in the mask to the nearest one out of it, 0 there (Euclidean).

    mask: (H, W) bool. What lies beyond the picture is out of the mask, or with `outside` in it.
    """
    import cv2

    if outside:
        whole = mask.view(np.uint8)
        return cast("NDArray[np.float32]", cv2.distanceTransform(whole, cv2.DIST_L2, 0))
    padded = np.pad(mask.view(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return cast("NDArray[np.float32]", distance[1:-1, 1:-1])


def dilated(picture: ArrayT, size: Size) -> ArrayT:
    """The largest value in the box of that size around each pixel of a (H, W) picture."""
    import cv2

    return cast("ArrayT", cv2.dilate(_bytes(picture), _box(size)).view(picture.dtype))


def morphed(picture: ArrayT, how: Literal["open", "close"], size: Size) -> ArrayT:
    """What is light and no box of that size fits into is darkened ("open"), or the reverse.

    picture: (H, W). The box' centre is in it; beyond the edges the rest of the box always fits.
    """
    import cv2

    operation = cv2.MORPH_OPEN if how == "open" else cv2.MORPH_CLOSE
    result = cv2.morphologyEx(_bytes(picture), operation, _box(size))
    return cast("ArrayT", result.view(picture.dtype))


def median(picture: Grey, size: int) -> Grey:
    """The median of the square of that size (odd) around each pixel."""
    import cv2

    return cast("NDArray[np.uint8]", cv2.medianBlur(picture, size))


def resized(picture: Grey, to: float | Size) -> Grey:
    """The picture smaller by a factor, as averages, or of another size, smooth."""
    import cv2

    height, width = (
        to if isinstance(to, tuple) else (max(1, round(to * side)) for side in picture.shape)
    )
    how = cv2.INTER_LINEAR if isinstance(to, tuple) else cv2.INTER_AREA
    return cast("NDArray[np.uint8]", cv2.resize(picture, (width, height), interpolation=how))


def _bytes(picture: NDArray[Any]) -> NDArray[Any]:
    return picture.view(np.uint8) if picture.dtype == bool else picture


def _box(size: Size) -> NDArray[np.uint8]:
    return np.ones(size, np.uint8)


def bounding_box(ink: Ink) -> tuple[slice, slice]:
    """The smallest box that holds all ink, as slices of rows and columns."""
    rows = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def convex_hull(piece: Mask) -> tuple[int, Mask]:
    """How many corners the convex hull of a connected piece has, roughly, and what is within."""
    import cv2

    contours, _ = cv2.findContours(piece.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(contours[0])
    corners = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True)
    filled = np.zeros(piece.shape, np.uint8)
    return len(corners), cv2.fillConvexPoly(filled, hull, 1).astype(bool)
