"""The drawing canvas: its widget, and the picture in what a browser sent."""

import binascii

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.drawing import decode_png

CANVAS_SIDE = 280  # pixels: ten per pixel of MNIST, and it fits a phone
PEN_WIDTH = 16
_CLEARED = "_canvas_cleared"
_DRAWN = "_canvas_drawn"  # the drawing so far: its strokes, and the bytes of its picture
_BEGUN_WITH = "_canvas_begun_with"  # the strokes that were there when the canvas was put up


def draw_on_canvas() -> NDArray[np.uint8] | None:
    """Show the canvas; returns the drawing so far, (side, side, 4) uint8, or None before any.

    Raises:
        UnreadablePicture: the browser sent something that is no PNG of a canvas.
    """
    # Its import asks the running app for the component, so it cannot stand at the top.
    from streamlit_drawable_canvas import st_canvas

    state = st.session_state
    strokes, data = state.get(_DRAWN, (None, None))
    # A new key is a new, empty canvas. One that comes back from another page gets its strokes
    # back; they must not change from then on, since a canvas begins anew when they do.
    key = f"canvas_{state.get(_CLEARED, 0)}"
    if key not in state:
        state[_BEGUN_WITH] = strokes
    with st.container(key="draw_canvas"):
        canvas = st_canvas(
            stroke_width=PEN_WIDTH,
            stroke_color="#ffffff",
            background_color="#000000",
            width=CANVAS_SIDE,
            height=CANVAS_SIDE,
            return_image_data=True,
            initial_drawing=state[_BEGUN_WITH],
            key=key,
        )
    try:
        sent = canvas.image_bytes
    except (ValueError, AttributeError, TypeError, binascii.Error):
        sent = b""  # not even a data address: `decode_png` says so
    if sent is not None:
        data = sent
        state[_DRAWN] = (canvas.json_data, sent)
    return None if data is None else decode_png(data)


def clear_canvas() -> None:
    """Begin with an empty canvas."""
    st.session_state.pop(_DRAWN, None)
    st.session_state[_CLEARED] = st.session_state.get(_CLEARED, 0) + 1
