"""Pictures as a thicker or a thinner pen would have drawn them: grey-level morphology.

Each pixel becomes the lightest around it (dilation) or the darkest (erosion), where a pixel counts
the less the further outside the radius it is, down to nothing a whole pixel outside. So the radius
need not be a whole number, and a radius of 0 changes nothing.
"""

from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from mnist_models.pictures import SIDE, Images


def change_pen(images: Images, radius: float) -> Images:
    """Pictures with a thicker pen, or with a thinner one.

    Args:
        images: (n, 28, 28), light ink on black; beyond the edges there is none.
        radius: how many pixels are added on each side of a stroke; below 0 they are taken away.
    """
    if radius >= 0:
        return _rounded(_dilated(images.astype(np.float64), radius, beyond=0))
    return _rounded(255 - _dilated(255 - images.astype(np.float64), -radius, beyond=255))


def _dilated(greys: NDArray[np.float64], radius: float, beyond: float) -> NDArray[np.float64]:
    reach = ceil(radius)
    framed = np.pad(greys, ((0, 0), (reach, reach), (reach, reach)), constant_values=beyond)
    lightest = greys
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            counts = min(radius + 1 - sqrt(down * down + across * across), 1.0)
            if counts > 0:
                rows = slice(reach + down, reach + down + SIDE)
                columns = slice(reach + across, reach + across + SIDE)
                lightest = np.maximum(lightest, counts * framed[:, rows, columns])
    return lightest


def _rounded(greys: NDArray[np.float64]) -> Images:
    return np.floor(greys + 0.5).astype(np.uint8)
