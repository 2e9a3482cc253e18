"""A canvas or a picture → the 28 × 28 image that MNIST would have made of it.

MNIST's authors fitted each digit into a 20 × 20 box, aspect ratio kept, and placed it so that its
centre of mass is the centre of a 28 × 28 field (http://yann.lecun.com/exdb/mnist). `to_mnist` takes
the same steps, one function each, and first adjusts the pen's width.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models.foreground.detection import find_ink
from mnist_models.foreground.morphology import bounding_box
from mnist_models.foreground.paper import BlankDrawing as BlankDrawing
from mnist_models.pictures import BOX, CENTRE, SIDE, Grey, Ink
from mnist_models.preprocessing.decoding import MAX_PIXELS, shrink_factor
from mnist_models.preprocessing.shapes import count_shapes, pieces_of
from mnist_models.preprocessing.stroke_width import FINENESS, is_blob, mend, pen_width
from mnist_models.text import t

OPAQUE = 127  # of 255: what is more opaque is seen
_KEPT = BOX * 256  # numbers in a matrix, at most


@dataclass(frozen=True, eq=False)
class Steps:
    """How a drawing became MNIST's, each step (H, W) uint8, light ink on black, 255 the strongest.

    The pen's widths are in pixels of the 20 × 20 box; they are equal if the pen was left as it is.
    `is_dot` and `shapes` say what there was to fit: too little for a digit, or several of them.
    """

    ink: Grey  # the whole picture, shrunk if it is large
    cropped: Grey
    mended: Grey
    fitted: Grey  # the longer side is 20 pixels
    centred: Grey  # (28, 28): what `to_mnist` returns
    pen_before: float
    pen_after: float
    is_dot: bool = False
    shapes: int = 1


def to_mnist(picture: NDArray[np.uint8]) -> Grey:
    """Turn a drawing into the picture MNIST would have made of it.

    picture: (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, uint8; light ink on dark or dark on
    light; the background may be transparent, the paper unevenly lit. Returns (28, 28) uint8, light
    ink on black, whose brightest pixel is 255.

    Raises BlankDrawing for a picture without ink, TypeError for anything but a uint8 array, and
    ValueError for another shape or for more than MAX_PIXELS pixels.
    """
    return to_mnist_steps(picture).centred


def place(ink: Ink) -> Grey:
    """MNIST's geometry alone, for (H, W) clean ink whose pen is as it should be: (28, 28) uint8."""
    return _centre(_fit(ink[bounding_box(ink)], BOX))


def to_mnist_steps(picture: NDArray[np.uint8]) -> Steps:
    """What `to_mnist` does to a drawing, step by step; takes and raises the same."""
    return steps_of(ink_of(picture))


def ink_of(picture: NDArray[np.uint8]) -> Ink:
    """The ink of a picture, (H, W); takes and raises what `to_mnist` does.

    Sides that are too long for it are as many times as short as `decoding.shrink_factor` says.
    """
    _check(picture)
    return find_ink(_grey(_shrink(picture)))


def steps_of(ink: Ink) -> Steps:
    """From the ink of one digit on: crop, mend the pen, fit, centre.

    ink: (H, W), 0 where there is none, with some ink.
    """
    cropped = ink[bounding_box(ink)]
    scaled = fine(cropped)
    before = pen_width(scaled)
    redrawn = mend(scaled, before)
    mended = cropped if redrawn is None else redrawn[bounding_box(redrawn)]
    after = before if redrawn is None else pen_width(fine(mended))
    fitted = _fit(mended, BOX)
    return Steps(
        ink=_levels(ink),
        cropped=_levels(cropped),
        mended=_levels(mended),
        fitted=_levels(fitted),
        centred=_centre(fitted),
        pen_before=before,
        pen_after=after,
        is_dot=is_blob(scaled, before),
        shapes=count_shapes(pieces_of(scaled)),
    )


def fine(ink: Ink, longer: int = BOX * FINENESS) -> Ink:
    """As the pen is measured; rounded, so that no last bit of a float decides what is ink.

    ink: (H, W), cropped. longer: pixels of the longer side then.
    """
    scaled = _fit(ink, longer)
    return np.round(scaled / scaled.max(), 6)


def _levels(ink: Ink) -> Grey:
    return np.rint(ink * (255 / ink.max())).astype(np.uint8)


def _shrink(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = shrink_factor(picture.shape[1], picture.shape[0])
    if factor == 1:
        return picture
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).reduce(factor))


def _check(picture: NDArray[np.uint8]) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        found = picture.dtype if isinstance(picture, np.ndarray) else type(picture).__name__
        raise TypeError(f"A picture is a NumPy array of uint8, not {found}.")
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] not in (3, 4)):
        raise ValueError(
            f"A picture has shape (H, W), (H, W, 3) or (H, W, 4), not {picture.shape}."
        )
    height, width = picture.shape[:2]
    if height * width > MAX_PIXELS:
        raise ValueError(f"A picture has at most {MAX_PIXELS} pixels, not {height} × {width}.")
    if height * width == 0:
        raise BlankDrawing(t("The picture is empty: it has no pixels."))


def _grey(picture: NDArray[np.uint8]) -> Grey:
    """ITU-R 601 luma; what is transparent is as the paper seems to be, which ink stands out from.

    A sheet of which little is transparent is its own paper; else it is black or white.
    """
    if picture.ndim == 2:
        return picture
    luma = np.asarray(Image.fromarray(np.ascontiguousarray(picture)).convert("L"))
    if picture.shape[2] == 3 or picture[..., 3].min() == 255:
        return luma
    alpha = picture[..., 3].astype(np.uint32)
    visible = luma * alpha
    seen = luma[alpha > OPAQUE]
    if seen.size > luma.size / 2 and np.ptp(seen) > OPAQUE:
        backdrop = int(np.median(seen))
    else:
        backdrop = 255 if visible.sum() < 127.5 * alpha.sum() else 0
    return ((visible + backdrop * (255 - alpha) + 127) // 255).astype(np.uint8)


def _fit(ink: Ink, box: int) -> Ink:
    """Scale so that the longer side is `box` pixels; the thinnest line stays one pixel wide."""
    longer = max(ink.shape)
    rows, columns = (_averaging(side, max(1, round(side * box / longer))) for side in ink.shape)
    return rows @ ink @ columns.T


def _averaging(size: int, target: int) -> Ink:
    """`_averages`, kept where it takes little memory and many spans between cuts ask for it."""
    return (_kept_averages if size * target <= _KEPT else _averages)(size, target)


def _averages(size: int, target: int) -> Ink:
    """(target, size): each of the target pixels is the mean of what it covers of the size pixels.

    Pillow's BOX takes whole pixels only, which tears small drawings; its other filters blur:
    MNIST pictures enlarged tenfold come back 0.5 grey levels off this way, 2.3 to 4.5 with those.
    """
    edges = np.linspace(0, size, target + 1)[:, np.newaxis]
    pixels = np.arange(size)
    covered = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return np.maximum(covered, 0) * (target / size)


_kept_averages = lru_cache(maxsize=1_000)(_averages)  # at most 41 MB


def _centre(ink: Ink) -> Grey:
    """Place the ink by whole pixels, its centre of mass on CENTRE or as near as it fits."""
    height, width = ink.shape
    top, left = _start(ink.sum(axis=1)), _start(ink.sum(axis=0))
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[top : top + height, left : left + width] = _levels(ink)
    return image


def _start(mass: Ink) -> int:
    centre = float(mass @ np.arange(mass.size) / mass.sum())
    # Rounded first: a symmetric drawing is a tie, which the last bit of a float must not decide.
    start = round(CENTRE - round(centre, 6))
    return min(max(start, 0), SIDE - mass.size)
