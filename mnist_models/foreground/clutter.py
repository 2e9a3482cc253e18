"""What is neither paper nor writing: frames, specks, and what comes in from beyond the edges."""

import math

import numpy as np
from numpy.typing import NDArray

from mnist_models.foreground.morphology import Boxes, Mask, components, depth, morphed
from mnist_models.foreground.paper import NOISE, SURE
from mnist_models.pictures import Ink

SPECK_MASS, SPECK_EXTENT = 1 / 100, 1 / 10  # of the largest connected piece of ink
FRAME_BAND, FRAME_COVER = 1 / 6, 0.9  # a frame's sides lie this near its edges, on this much of it
EDGE_BAND = 1 / 8  # of the picture: what is there alone, and touches an edge, is no digit
SIZEABLE = 1 / 10  # of the picture: such a piece in its middle is what the picture shows
NIB = 1 / 3  # of the widest stroke: faint ink that is as wide was written, with less pressure


def without_clutter(ink: Ink) -> Ink:
    """The largest connected piece and what is not far smaller; without a frame around them.

    Where a large piece is in the middle, or most of the ink, what reaches to two edges, or lies
    along one, is another sheet, a shadow or a neighbour.

    ink: (H, W), with some ink.
    """
    labels, boxes = components(ink > 0)
    mass = np.bincount(labels.ravel(), weights=ink.ravel())[1:]
    extent = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    edges = np.concatenate((boxes[:, :2] == 0, boxes[:, 2:] == ink.shape), axis=1)
    inside = ~edges.any(axis=1)
    is_sizeable = (extent[inside] >= SIZEABLE * max(ink.shape)).any()
    if is_sizeable or mass[inside].sum() > mass.sum() / 2:
        reach = np.concatenate((boxes[:, 2:], ink.shape - boxes[:, :2]), axis=1)  # from each edge
        along = ~inside & (reach <= EDGE_BAND * np.tile(ink.shape, 2)).any(axis=1)
        mass[along | (edges.sum(axis=1) > 1)] = 0
    while True:
        largest = int(mass.argmax())
        small = mass < SPECK_MASS * mass[largest]
        mass[small & (extent < SPECK_EXTENT * extent[largest])] = 0
        others = np.flatnonzero(mass)
        widest = others[extent[others].argmax()]
        if others.size == 1 or not _is_frame(labels == widest + 1, boxes[widest], boxes[others]):
            return ink * np.append(False, mass > 0)[labels]
        mass[widest] = 0


def without_faint_ink(ink: Ink, reach: float) -> Ink:
    """Only ink that hangs together with some that is surely ink, and is as wide or lies near it.

    ink: (H, W), with some ink. reach: how wide the widest stroke is, in pixels; so far from what
    is surely ink its faint ends go, however thin.
    """
    strongest = ink.max()
    ink = ink * (ink >= NOISE * strongest)
    sure = ink >= SURE * strongest
    labels, boxes = components(ink > 0)
    has_sure = np.zeros(len(boxes) + 1, dtype=bool)
    has_sure[labels[sure]] = True
    meant = depth(~sure, outside=True) <= reach
    if math.isfinite(reach):
        meant |= _faintly_written((ink > 0) & ~meant, max(2, round(reach * NIB)))
    return ink * (has_sure[labels] & meant)


def _faintly_written(faint: Mask, nib: int) -> Mask:
    """What a pen that wide wrote with little pressure; at the picture's edge it is a shade."""
    wide = morphed(faint, "open", (nib, nib))
    labels, boxes = components(wide)
    inside = (boxes[:, :2] > 0).all(axis=1) & (boxes[:, 2:] < faint.shape).all(axis=1)
    return np.append(False, inside)[labels]


def _is_frame(piece: Mask, box: NDArray[np.intp], others: Boxes) -> bool:
    """Is the piece a rectangle of lines around all the others?"""
    if (others[:, :2] < box[:2]).any() or (others[:, 2:] > box[2:]).any():
        return False
    inside = piece[box[0] : box[2], box[1] : box[3]]
    sides = inside, inside[::-1], inside.T, inside.T[::-1]
    return all(np.mean(_gap(side) <= FRAME_BAND * len(side)) >= FRAME_COVER for side in sides)


def _gap(side: Mask) -> NDArray[np.floating]:
    """How many pixels lie above the first one of each column; infinitely many above none."""
    return np.where(side.any(axis=0), side.argmax(axis=0), np.inf)
