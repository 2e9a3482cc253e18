"""How light the paper is at each pixel, and how much what is on it stands out from it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.foreground.morphology import components, depth, median, morphed, resized
from mnist_models.pictures import Grey, Ink
from mnist_models.text import t

# Pure yellow on white and pure blue on black stand 29 grey levels apart and are ink; a camera's
# noise on an empty page (standard deviation up to 4) stays within 20.
MIN_CONTRAST = 24
NOISE = 0.1  # of the strongest ink
SIGMAS = 3  # standard deviations of the picture's own noise, which no ink is within
SURE = 0.3  # of the strongest ink: what is fainter may be something else
EVEN = 0.9  # of the border is as light as the paper: then it is evenly lit
NEAR = 1 / 12  # of the longer side: paper is looked for at least this far around ink
DARK = 32  # grey levels: darker paper is too dark to compare what is on it in proportion

LOOKED_AT = 128  # pixels: uneven paper is first looked at this small, longer side
CLOSING = 25  # pixels of that: what is narrower is ink
BLOT, SOFT = 0.85, 0.2  # of the contrast, and of the paper: see `_is_paper`
FAINT_SHADES = 0.1  # of the contrast: shades that do not count


class BlankDrawing(ExpectedError, ValueError):  # noqa: N818 - the name says what the picture is
    """The picture has no ink: it is empty, all one colour, or its contrast is mere noise."""


@dataclass(frozen=True, eq=False)
class Look:
    """The ink as it seems, (H, W), 0 where there is none, and whether it is darker than paper."""

    ink: Ink
    is_dark: bool


def first_look(grey: Grey) -> Look:
    """What stands out from the paper, if that is as light as it is along the picture's border.

    If the border is unevenly lit, from the paper around it. Raises BlankDrawing.
    """
    border = np.concatenate((grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]))
    paper = float(np.median(border))  # so ink may touch up to half of the border
    look = _from_level(grey, paper)
    strongest = float(look.ink.max())
    if strongest < MIN_CONTRAST:
        raise _blank()
    is_even = np.mean(np.abs(border - paper) < NOISE * strongest) >= EVEN
    return look if is_even else _from_shades(grey) or look


def ink_on_paper(grey: Grey, look: Look) -> tuple[Ink, float]:
    """How much each pixel stands out from the paper around it, in proportion to its light.

    Whatever is wider than the widest stroke is paper, too: a shadow, a sheet, the table below.
    Returns the ink, (H, W), and how far faint ink reaches in a photograph, in pixels: as far as the
    widest stroke is wide. In what was made by a computer it is all meant. Raises BlankDrawing.
    """
    grey = grey if look.is_dark else 255 - grey
    width = _widest_stroke(look.ink >= SURE * look.ink.max())
    reach = 2 * math.ceil(max(width, NEAR / 2 * max(grey.shape))) + 3
    smooth = median(grey, 3 if min(grey.shape) < 64 else 5)
    paper = morphed(smooth, "close", (reach, reach)).astype(np.float32)
    ink = np.maximum(paper - grey, 0)
    strongest = float(ink.max())
    if strongest < MIN_CONTRAST:
        raise _blank()
    noise = 1.48 * float(np.median(np.abs(grey - smooth.astype(np.float32))))
    ink *= ink >= min(SIGMAS * noise, SURE * strongest)
    ink /= np.maximum(paper, DARK)
    ink *= ink >= NOISE * ink.max()
    return ink, width if noise else math.inf


def _blank() -> BlankDrawing:
    return BlankDrawing(t("The picture has no ink: nothing stands out from its background."))


def _from_level(grey: Grey, paper: float) -> Look:
    """Distance from the paper, on the side of it where the strongest ink is."""
    level = np.float32(paper)
    # At equal strength the ink is what there is less of.
    lighter = grey.max() - level, np.count_nonzero(grey < level)
    darker = level - grey.min(), np.count_nonzero(grey > level)
    is_dark = bool(lighter <= darker)
    return Look(np.maximum(level - grey if is_dark else grey - level, 0), is_dark)


def _widest_stroke(sure: NDArray[np.bool_]) -> float:
    """Twice the greatest depth of what comes in from beyond one edge at most, if there is any."""
    labels, boxes = components(sure)
    edges = (boxes[:, :2] == 0).sum(axis=1) + (boxes[:, 2:] == sure.shape).sum(axis=1)
    whole = np.append(False, edges < 2)
    inner = depth(sure)
    return 2 * float((inner * whole[labels] if whole.any() else inner).max())


def _from_shades(grey: Grey) -> Look | None:
    """What stands out from paper that is unevenly lit, if that is what the picture shows.

    The paper is what remains when everything narrower than CLOSING is taken away: a morphological
    closing for dark ink, an opening for light.
    """
    small = resized(grey, min(1, LOOKED_AT / max(grey.shape)))
    closed = morphed(small, "close", (CLOSING, CLOSING))
    opened = morphed(small, "open", (CLOSING, CLOSING))
    apart = closed - opened.astype(np.int16)
    near = 2 * apart >= apart.max()  # strokes, and what paper they nearly enclose
    paper = _smooth(small, ~near)[near]
    is_dark = bool(np.abs(closed[near] - paper).mean() < np.abs(opened[near] - paper).mean())
    shades, picture = (closed, grey) if is_dark else (255 - opened, 255 - grey)
    if not _is_paper(shades, picture):
        return None
    lit = resized(shades, grey.shape).astype(np.float32)
    return Look(np.maximum(lit - picture, 0) / np.maximum(lit, DARK), is_dark)


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
    return bool(
        spread > FAINT_SHADES * contrast and (spread < BLOT * contrast or between.mean() > SOFT)
    )
