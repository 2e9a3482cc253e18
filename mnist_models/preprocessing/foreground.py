"""Which part of a picture is ink, and which is paper, shadow, frame or speck."""

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.pictures import Grey, Ink
from mnist_models.preprocessing.illumination import ink_on_shades
from mnist_models.preprocessing.morphology import bounding_box, boxes, components
from mnist_models.text import t

# Pure yellow on white and pure blue on black stand 29 grey levels apart and are ink; a camera's
# noise on an empty page (standard deviation up to 4) stays within 20.
MIN_CONTRAST = 24
NOISE = 0.1  # of the strongest ink
EVEN = 0.9  # of the border is as light as the paper: then it is evenly lit
SPECK_MASS, SPECK_EXTENT = 1 / 100, 1 / 10  # of the largest connected piece of ink
FRAME_BAND, FRAME_COVER = 1 / 12, 0.9  # a frame's sides lie this near its edges, on this much of it


class BlankDrawing(ExpectedError, ValueError):  # noqa: N818 - the name says what the picture is
    """The picture has no ink: it is empty, all one colour, or its contrast is mere noise."""


def find_ink(grey: Grey) -> Ink:
    """How strongly each pixel stands out from the paper, frames and specks removed.

    grey: (H, W) uint8, light ink on dark or dark on light. Returns (H, W), 0 where there is no ink.
    Raises BlankDrawing.
    """
    return _drop_frames_and_specks(_stand_out(grey))


def _stand_out(grey: Grey) -> Ink:
    border = _border(grey)
    paper = float(np.median(border))  # so ink may touch up to half of the border
    ink = _from_level(grey, paper)
    strongest = _contrast(ink)
    if np.mean(np.abs(border - paper) < NOISE * strongest) < EVEN:
        on_shades = ink_on_shades(grey)
        if on_shades is not None:
            _contrast(on_shades)
            return _clear_border(on_shades)
    ink = ink * (ink >= NOISE * strongest)
    return _inside_frame(grey, ink)


def _border(picture: NDArray) -> NDArray:
    return np.concatenate((picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]))


def _from_level(grey: Grey, paper: float) -> Ink:
    """Distance from the paper, on the side of it where the strongest ink is."""
    level = np.float32(paper)
    # At equal strength the ink is what there is less of.
    lighter = grey.max() - level, np.count_nonzero(grey < level)
    darker = level - grey.min(), np.count_nonzero(grey > level)
    return np.maximum(grey - level if lighter > darker else level - grey, 0)


def _contrast(ink: Ink) -> float:
    strongest = float(ink.max())
    if strongest < MIN_CONTRAST:
        raise BlankDrawing(t("The picture has no ink: nothing stands out from its background."))
    return strongest


def _inside_frame(grey: Grey, ink: Ink) -> Ink:
    """The ink on the sheet inside a frame that touches the picture's edges, if there is a frame.

    The frame was then taken for the paper, and the sheet for ink.
    """
    sheet = bounding_box(ink)
    if not _is_sheet(ink, *sheet):
        return ink
    inside = _from_level(grey[sheet], float(np.median(_border(grey[sheet]))))
    if inside.max() < MIN_CONTRAST:
        return ink
    framed = np.zeros_like(ink)
    framed[sheet] = inside * (inside >= NOISE * inside.max())
    return framed


def _is_sheet(ink: Ink, rows: slice, columns: slice) -> bool:
    """A sheet fills its bounding box but for what is drawn on it, close to all four edges."""
    height, width = ink.shape
    margins = rows.start, height - rows.stop, columns.start, width - columns.stop
    if min(margins) == 0 or max(margins) > FRAME_BAND * max(height, width):
        return False
    inside = ink[rows, columns] > 0
    return bool(_border(inside).all() and inside.mean() > 0.5)


def _clear_border(ink: Ink) -> Ink:
    """Without the pieces at the border, where shades have no far side; the largest one stays."""
    labels = components(ink > 0)
    kept = np.ones(int(labels.max()) + 1, dtype=bool)
    kept[_border(labels)] = False
    kept[1 + np.bincount(labels.ravel(), weights=ink.ravel())[1:].argmax()] = True
    return ink * kept[labels]


def _drop_frames_and_specks(ink: Ink) -> Ink:
    """Keep the largest connected piece and what is not far smaller; a frame around them goes."""
    labels = components(ink > 0)
    if labels.max() == 1:
        return ink
    mass = np.bincount(labels.ravel(), weights=ink.ravel())
    mass[0] = 0
    corners = boxes(labels)
    extent = (corners[:, 2:] - corners[:, :2]).max(axis=1) + 1
    while True:
        largest = int(mass.argmax())
        small = mass < SPECK_MASS * mass[largest]
        mass[small & (extent < SPECK_EXTENT * extent[largest])] = 0
        others = np.flatnonzero(mass)
        widest = others[extent[others].argmax()]
        if others.size == 1 or not _is_frame(labels == widest, corners[widest], corners[others]):
            return ink * (mass > 0)[labels]
        mass[widest] = 0


def _is_frame(piece: NDArray[np.bool_], box: NDArray[np.intp], others: NDArray[np.intp]) -> bool:
    """Is the piece a rectangle of lines around all the others?"""
    if (others[:, :2] < box[:2]).any() or (others[:, 2:] > box[2:]).any():
        return False
    inside = piece[box[0] : box[2] + 1, box[1] : box[3] + 1]
    sides = inside, inside[::-1], inside.T, inside.T[::-1]
    return all(np.mean(_gap(side) <= FRAME_BAND * len(side)) >= FRAME_COVER for side in sides)


def _gap(side: NDArray[np.bool_]) -> NDArray[np.floating]:
    """How many pixels lie above the first one of each column; infinitely many above none."""
    return np.where(side.any(axis=0), side.argmax(axis=0), np.inf)
