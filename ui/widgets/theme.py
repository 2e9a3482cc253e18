"""The page's own colours, for what is coloured by Python; those of the rest are in config.toml."""

import streamlit as st

# Of the page and of its text, as in .streamlit/config.toml.
PAPER = {"light": "#ffffff", "dark": "#11161d"}
INK = {"light": "#0e1621", "dark": "#e8edf3"}


def paper() -> str:
    """The background of the page that the visitor sees, "#rrggbb"."""
    return PAPER[_theme()]


def ink() -> str:
    """The colour of text on it, "#rrggbb"."""
    return INK[_theme()]


def _theme() -> str:
    return st.context.theme.type or "light"
