"""The drawing canvas: its widget, its buttons, and the picture that a browser sent."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.preprocessing.decoding import UnreadablePicture, decode_png
from mnist_models.preprocessing.rasterise import redraw
from mnist_models.text import t

CANVAS_SIDE = 280  # pixels: ten per pixel of MNIST, and it fits a phone
PEN_WIDTH, PEN_WIDTHS = 16, (8, 24)
MAX_STROKES = 500  # a digit has one to three

_CLEARED = "_canvas_cleared"  # how often; a new number makes a new canvas
_DRAWN = "_canvas_drawn"  # the `_Drawing` so far
_SEEN = "_canvas_seen"  # the last one that the canvas sent: every rerun sends it again
_GIVEN = "_canvas_given"  # the strokes that the canvas was told to start with
_PEN = "_canvas_pen"


def _spare_pandas() -> None:
    """Let Streamlit send data to the canvas without importing pandas and pyarrow.

    Streamlit asks of every dict in the data whether it is a table, and imports both to find out:
    70 MB of memory per server, and a wait for the first visitor. A dict is a table only if it holds
    a Series, and without pandas there is none. If a later Streamlit asks elsewhere, this does
    nothing.
    """
    with suppress(ImportError, AttributeError):
        from streamlit.components.v2.bidi_component import serialization

        is_table = serialization.is_dataframe_like

        def is_table_at_all(value: object) -> bool:
            may_be = "pandas" in sys.modules or not isinstance(value, dict)
            return may_be and is_table(value)

        vars(serialization)["is_dataframe_like"] = is_table_at_all


_spare_pandas()

_send_at_once = st.components.v2.component(
    "send_at_once",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # it is beside the canvas and has to find it
)


@dataclass(frozen=True)
class _Drawing:
    png: bytes
    strokes: list[Any]  # as Fabric.js writes them


def draw_on_canvas() -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Show the canvas; returns the drawing so far, or None if there is none yet.

    Returns:
        (side, side, 4) uint8 as it looks, and (side, side) uint8 with its strokes redrawn by a thin
        pen.

    Raises:
        UnreadablePicture: the browser sent something that is not a drawing.
    """
    state = st.session_state
    key = f"canvas_{state.get(_CLEARED, 0)}"
    if key not in state:  # new, or back from another page: it gets its strokes back
        _give(_strokes())
    with st.container(key="draw_canvas", gap=None):
        _send_at_once(key="send_at_once")  # first: the canvas finds it there
        sent = _ask_canvas(key)
    if sent is not None and sent != state.get(_SEEN):
        state[_SEEN] = state[_DRAWN] = sent
    if _DRAWN not in state:
        return None
    picture = decode_png(state[_DRAWN].png)
    return picture, redraw(_strokes(), CANVAS_SIDE)


def draw_canvas_buttons() -> None:
    """Undo, Clear and the width of the pen.

    The buttons show their shortcuts themselves. With a `help` the page would hold two of each.
    """
    with st.container(key="undo", width="content"):
        st.button(
            t("Undo"),
            icon=":material/undo:",
            on_click=_undo,
            disabled=not _strokes(),
            shortcut="Ctrl+Z",
        )
    with st.container(key="clear", width="content"):
        st.button(
            t("Clear"),
            icon=":material/delete:",
            on_click=clear_canvas,
            shortcut="delete",
        )
    pen = st.popover(t("Pen"), icon=":material/line_weight:", key="pen", on_change="rerun")
    if pen.open:  # until then the browser need not load the slider
        with pen, st.container(key="pen_width"):
            _draw_pen_slider()


def _draw_pen_slider() -> None:
    st.slider(
        t("Pen width in pixels"),
        *PEN_WIDTHS,
        _pen_width(),
        key="pen_slider",
        on_change=_remember_pen,
        help=t(
            "The canvas is {side} pixels wide. Strokes that are already drawn stay as they are.",
            side=CANVAS_SIDE,
        ),
    )


def _ask_canvas(key: str) -> _Drawing | None:
    # Importing it asks the running app for the component, so it cannot be done at the top.
    from streamlit_drawable_canvas import st_canvas

    try:
        canvas = st_canvas(
            stroke_width=_pen_width(),
            stroke_color="#ffffff",
            background_color="#000000",
            width=CANVAS_SIDE,
            height=CANVAS_SIDE,
            return_image_data=True,
            initial_drawing=st.session_state[_GIVEN],
            key=key,
        )
        png = canvas.image_bytes
        strokes = canvas.json_data["objects"] if png is not None else None
    # The component takes apart what a browser sends without checking its types.
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnreadablePicture(t("The browser did not send a drawing.")) from error
    if png is None:
        return None
    if not isinstance(strokes, list) or len(strokes) > MAX_STROKES:
        raise UnreadablePicture(
            t("It has more than {most} strokes, or none at all.", most=MAX_STROKES)
        )
    return _Drawing(png, strokes)


def _strokes() -> list[Any]:
    drawn = st.session_state.get(_DRAWN)
    return drawn.strokes if drawn else []


def _give(strokes: list[Any]) -> None:
    """Let the canvas start with these strokes.

    A canvas that is already on the page starts over when the data it is given change, and then
    sends its picture. The number makes them change even if the strokes are the same as before.
    """
    number = st.session_state.get(_GIVEN, {}).get("number", 0) + 1
    st.session_state[_GIVEN] = {"objects": strokes, "number": number}


def _undo() -> None:
    """Remove the last stroke; the picture follows when the canvas has sent the one without it."""
    if strokes := _strokes()[:-1]:
        st.session_state[_DRAWN] = _Drawing(st.session_state[_DRAWN].png, strokes)
        _give(strokes)
    else:
        clear_canvas()


def clear_canvas() -> None:
    """Start over with an empty canvas; for callbacks, before it is drawn."""
    for name in (_DRAWN, _SEEN):
        st.session_state.pop(name, None)
    st.session_state[_CLEARED] = st.session_state.get(_CLEARED, 0) + 1


def _pen_width() -> int:
    return int(st.session_state.get(_PEN, PEN_WIDTH))


def _remember_pen() -> None:
    """Also give the canvas its strokes: on a busy machine a new pen may make it start over."""
    st.session_state[_PEN] = st.session_state["pen_slider"]
    _give(_strokes())
