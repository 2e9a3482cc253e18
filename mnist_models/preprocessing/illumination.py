"""Paper that is unevenly lit: a photograph's shadows, told apart from the ink on it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models.pictures import Grey, Ink
from mnist_models.preprocessing.morphology import dilation

LOOKED_AT = 128  # pixels: the paper is looked at this small, longer side
CLOSING = 25  # pixels of that: what is narrower is ink
BLOT, SOFT = 0.85, 0.2  # of the contrast, and of the paper: see `_is_paper`
CONTRAST = 60  # the least of ink, which is never quite told from shades
FAINT_SHADES = 0.1  # of the contrast: shades that do not count
FAINT_INK = 0.3  # of the strongest ink: ink that does not count


def ink_on_shades(grey: Grey) -> Ink | None:
    """How strongly each pixel stands out from the paper around it, if that is unevenly lit.

    grey: (H, W) uint8, ink lighter or darker than its paper. Returns (H, W), 0 to 255, all 0 if
    there is no ink; None if the paper is even.
    """
    picture, small, shades = _shades(grey)
    if not _is_paper(shades, picture):
        return None
    ink = _from_shades(picture, shades)
    seen = _from_shades(small, shades).max() >= CONTRAST  # less noisy than the picture itself
    return ink * (ink >= FAINT_INK * ink.max()) * seen


def _shades(grey: Grey) -> tuple[Grey, Grey, Grey]:
    """The picture with dark ink, inverted if need be; the same small; and of that the paper alone.

    The paper is what remains when everything narrower than CLOSING is taken away: a morphological
    closing for dark ink, an opening for light.
    """
    height, width = grey.shape
    scale = min(1, LOOKED_AT / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
    closed, opened = 255 - _opening(255 - small), _opening(small)
    apart = closed - opened.astype(np.int16)
    near = 2 * apart >= apart.max()  # strokes, and what paper they nearly enclose
    paper = _smooth(small, ~near)[near]
    if np.abs(closed[near] - paper).mean() < np.abs(opened[near] - paper).mean():
        return grey, small, closed
    return 255 - grey, 255 - small, 255 - opened


def _smooth(picture: Grey, where: NDArray[np.bool_]) -> NDArray[np.floating]:
    """The quadratic surface that fits the picture best where it is asked to."""
    y, x = (axis / max(picture.shape) for axis in np.indices(picture.shape))
    terms = np.stack((np.ones(picture.shape), x, y, x * x, x * y, y * y), axis=-1)
    return terms @ np.linalg.lstsq(terms[where], picture[where], rcond=None)[0]


def _is_paper(shades: Grey, picture: Grey) -> bool:
    """Are the shades an unevenly lit paper's, not an even one's with a wide blot of ink?

    Ink is darker than any shade, and a shade has soft edges: a blot is neither.
    """
    darkest, lightest = np.percentile(shades, (1, 99))
    spread, contrast = lightest - darkest, float(np.ptp(picture))
    between = np.abs(shades - (darkest + lightest) / 2) < spread / 4
    return spread > FAINT_SHADES * contrast and (spread < BLOT * contrast or between.mean() > SOFT)


def _from_shades(picture: Grey, shades: Grey) -> Ink:
    """How much darker than its paper each pixel is, in proportion to the light that falls there."""
    height, width = picture.shape
    resized = Image.fromarray(shades).resize((width, height), Image.Resampling.BILINEAR)
    paper = np.asarray(resized, dtype=np.float32)
    return np.maximum(paper - picture, 0) * (255 / np.maximum(paper, 32))


def _opening(picture: Grey) -> Grey:
    return dilation(255 - dilation(255 - picture, CLOSING), CLOSING)
