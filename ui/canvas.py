"""The drawing canvas: its widget, and the picture in what a browser sent."""

import binascii

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.drawing import decode_png

CANVAS_SIDE = 280  # pixels: ten per pixel of MNIST, and it fits a phone
PEN_WIDTH = 16
_CLEARED = "_canvas_cleared"


def draw_on_canvas() -> NDArray[np.uint8] | None:
    """Show the canvas; returns the drawing so far, (side, side, 4) uint8, or None before any.

    Raises:
        UnreadablePicture: the browser sent something that is no PNG of a canvas.
    """
    # Its import asks the running app for the component, so it cannot stand at the top.
    from streamlit_drawable_canvas import st_canvas

    with st.container(key="draw_canvas"):
        canvas = st_canvas(
            stroke_width=PEN_WIDTH,
            stroke_color="#ffffff",
            background_color="#000000",
            width=CANVAS_SIDE,
            height=CANVAS_SIDE,
            return_image_data=True,
            # A new key is a new, empty canvas.
            key=f"canvas_{st.session_state.get(_CLEARED, 0)}",
        )
    try:
        data = canvas.image_bytes
    except (ValueError, AttributeError, TypeError, binascii.Error):
        data = b""  # not even a data address: `decode_png` says so
    return None if data is None else decode_png(data)


def clear_canvas() -> None:
    """Begin with an empty canvas."""
    st.session_state[_CLEARED] = st.session_state.get(_CLEARED, 0) + 1
