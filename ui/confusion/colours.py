"""Colours worked out from numbers."""

import numpy as np
from numpy.typing import NDArray


def mix(colour: str, background: str, share: float) -> str:
    """A colour over a background, both "#rrggbb"; a share of 0 is the background."""
    pairs = zip(_levels(colour), _levels(background), strict=True)
    return "#" + "".join(f"{round(share * c + (1 - share) * b):02x}" for c, b in pairs)


def ink_on(fill: str) -> str:
    """Black or white, whichever has the higher contrast on a colour: at least 4.5:1.

    Both are equal where the luminance is √(1.05 · 0.05) − 0.05.
    """
    return "#000000" if luminance(fill) > 0.179 else "#ffffff"


def luminance(colour: str) -> float:
    """The relative luminance of "#rrggbb", from 0 for black to 1 for white; source: WCAG 2.2."""
    return float(np.dot(linear(colour), (0.2126, 0.7152, 0.0722)))


def linear(colour: str) -> NDArray[np.float64]:
    """(3,) the light of red, green and blue in "#rrggbb", each from 0 to 1; source: sRGB."""
    levels = np.array([*_levels(colour)]) / 255
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def _levels(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])
