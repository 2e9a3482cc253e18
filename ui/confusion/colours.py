"""Colours worked out from numbers, for a light page and a dark one."""

import numpy as np
import streamlit as st

_PAPER = {"light": "#ffffff", "dark": "#11161d"}  # the pages' backgrounds, as in config.toml


def paper() -> str:
    """The background of the page, "#rrggbb"."""
    return _PAPER[st.context.theme.type or "light"]


def mix(colour: str, background: str, share: float) -> str:
    """A colour over a background, both "#rrggbb"; a share of 0 is the background."""
    pairs = zip(_levels(colour), _levels(background), strict=True)
    return "#" + "".join(f"{round(share * c + (1 - share) * b):02x}" for c, b in pairs)


def ink_on(fill: str) -> str:
    """Black or white, whichever has the higher contrast on a colour: at least 4.5:1.

    By the relative luminance of WCAG 2.2; both are equal where it is √(1.05 · 0.05) − 0.05.
    """
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (level / 255 for level in _levels(fill))
    ]
    return "#000000" if np.dot(linear, (0.2126, 0.7152, 0.0722)) > 0.179 else "#ffffff"


def _levels(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])
