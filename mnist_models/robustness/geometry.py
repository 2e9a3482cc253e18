"""Pictures with a square hidden, and turned pictures."""

import numpy as np

from mnist_models.pictures import SIDE, Images

_MIDDLE = (SIDE - 1) / 2  # pixel about which a picture is turned


def hide_square(images: Images, side: float) -> Images:
    """Pictures with a black square over the centre of their ink.

    Args:
        images: (n, 28, 28); without ink nothing is hidden.
        side: of the square, in whole pixels.
    """
    total = images.sum(axis=(1, 2), dtype=np.int64)
    places = np.arange(SIDE)
    hidden = []
    for axis in (1, 2):  # of columns, of rows
        moment = (images.sum(axis=3 - axis, dtype=np.int64) * places).sum(axis=1)
        # Half of the side before the centre, rounded to whole pixels.
        start = np.floor((2 * moment + (2 - side) * total) / np.maximum(2 * total, 1))
        hidden.append((places >= start[:, np.newaxis]) & (places < start[:, np.newaxis] + side))
    down, across = hidden
    return np.where(down[:, :, np.newaxis] & across[:, np.newaxis, :], 0, images).astype(np.uint8)


def turn(images: Images, degrees: float) -> Images:
    """Pictures turned about their middle, clockwise, by bilinear interpolation.

    Args:
        images: (n, 28, 28); beyond its edges a picture is black.
        degrees: below 0 to the left.
    """
    angle = degrees * np.pi / 180
    cosine, sine = np.cos(angle), np.sin(angle)
    down, across = np.mgrid[:SIDE, :SIDE] - _MIDDLE
    # Where each pixel comes from.
    x = cosine * across + sine * down + _MIDDLE
    y = cosine * down - sine * across + _MIDDLE
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, below = x - left, y - top  # shares of the pixels there
    framed = np.pad(images.astype(np.float64), ((0, 0), (1, 1), (1, 1)))

    def at(row: np.ndarray, column: np.ndarray) -> np.ndarray:
        return framed[:, np.clip(row + 1, 0, SIDE + 1), np.clip(column + 1, 0, SIDE + 1)]

    upper = (1 - right) * at(top, left) + right * at(top, left + 1)
    lower = (1 - right) * at(top + 1, left) + right * at(top + 1, left + 1)
    return np.floor((1 - below) * upper + below * lower + 0.5).astype(np.uint8)
