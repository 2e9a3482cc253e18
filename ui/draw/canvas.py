"""The drawing canvas: its widget, its buttons, and the picture that a browser sent."""

import json
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.preprocessing.decoding import decode_png
from mnist_models.preprocessing.picture_files import UnreadablePicture
from mnist_models.preprocessing.rasterise import THICKEST, THINNEST, Stroke, read_paths
from mnist_models.text import t

CANVAS_SIDE = 280  # pixels: ten per pixel of MNIST, and it fits a phone
MAX_WIDTH = 1600  # of one for numbers
PEN_WIDTH = 16
PEN_WIDTHS = round(THINNEST * CANVAS_SIDE), round(THICKEST * CANVAS_SIDE)
MAX_BYTES = 500_000  # of a drawing, its picture and its strokes together

_INK = "#ffffff"
_PEN = "_canvas_pen"
_MOST_CLEARED = 20  # drawings that Undo can bring back after Clear
_MOST_PLACES = 10  # with a drawing of its own; each lesson has one


def _spare_pandas() -> None:
    """Let Streamlit send data to the canvas without importing pandas and pyarrow.

    Streamlit asks of every dict and list in the data whether it is a table, and imports both to
    find out: 70 MB of memory per server, and a wait for the first visitor. A dict is a table only
    if it holds a Series, and without pandas there is none; a list never is. If a later Streamlit
    asks elsewhere, this does nothing.
    """
    with suppress(ImportError, AttributeError):
        from streamlit.components.v2.bidi_component import serialization

        is_table = serialization.is_dataframe_like

        def is_table_at_all(value: object) -> bool:
            may_be = "pandas" in sys.modules or not isinstance(value, dict | list)
            return may_be and is_table(value)

        vars(serialization)["is_dataframe_like"] = is_table_at_all


_spare_pandas()

_beside_canvas = st.components.v2.component(
    "beside_canvas",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # it is beside the canvas and has to find it
)


@dataclass(frozen=True)
class _Drawing:
    png: bytes
    strokes: list[Any]  # as Fabric.js writes them


@dataclass
class _Canvas:
    """The canvas of one place in the app, as a visitor has left it.

    Attributes:
        number: how often it was emptied; a new number makes a new canvas in the browser.
        given: what the canvas in the browser is told to start with.
        drawn: the drawing so far.
        seen: the last one that the browser sent: every rerun sends it again.
        cleared: what Clear took away, the latest last.
        put: how often something was put on it.
        width: in pixels.
    """

    number: int = 0
    given: dict[str, Any] = field(default_factory=lambda: {"objects": [], "number": 0})
    drawn: _Drawing | None = None
    seen: _Drawing | None = None
    cleared: list[_Drawing] = field(default_factory=list)
    put: int = 0
    width: int = CANVAS_SIDE

    @property
    def strokes(self) -> list[Any]:
        return self.drawn.strokes if self.drawn else []

    def give(self, strokes: list[Any]) -> None:
        """Let the canvas start with these strokes.

        A canvas that is already on the page starts over when the data it is given change, and then
        sends its picture. The number makes them change even if the strokes are the same as before.
        """
        self.given = {"objects": strokes, "number": self.given["number"] + 1}

    def empty(self) -> None:
        self.drawn = self.seen = None
        self.number += 1


def _canvas(place: str) -> _Canvas:
    """The canvas of a place; those of the places that were left longest ago are dropped."""
    canvases: dict[str, _Canvas] = st.session_state.setdefault("_canvases", {})
    canvases[place] = canvases.pop(place, _Canvas())
    if len(canvases) > _MOST_PLACES:
        del canvases[next(iter(canvases))]
    return canvases[place]


def draw_on_canvas(
    place: str, label: str, *, wide: bool = False
) -> tuple[NDArray[np.uint8], list[Stroke]] | None:
    """Show the canvas; returns the drawing so far, or None if there is none yet.

    Args:
        place: where in the app; each has a drawing of its own.
        label: what the canvas is, and what to do without a pointer, for screen readers.
        wide: it is as wide as its place, and not a square.

    Returns:
        (CANVAS_SIDE, width, 4) uint8 as it looks, and its strokes.

    Raises:
        UnreadablePicture: the browser sent something that is not a drawing.
    """
    canvas = _canvas(place)
    # So much room is there before the canvas is, and before the style.
    with st.container(key="draw_canvas", gap=None, height=CANVAS_SIDE, border=False):
        beside = _beside_canvas(
            key="beside_canvas_script",
            data={"label": label, "put": canvas.put, "most": MAX_WIDTH if wide else 0},
            default={"width": None},
            on_width_change=lambda: None,
        )
        width = _width(beside.width) if wide else CANVAS_SIDE
        if width is None:  # the browser is about to say it
            return None
        key = f"canvas_{place}_{canvas.number}"
        # New, or back from another page, or of another width: it gets its strokes back.
        if key not in st.session_state or width != canvas.width:
            canvas.width = width
            canvas.give(canvas.strokes)
        sent = _ask_canvas(key, canvas.given, width)
    is_new = sent is not None and sent != canvas.seen
    drawing = sent if is_new else canvas.drawn
    if drawing is None:
        return None
    picture, strokes = decode_png(drawing.png), read_paths(drawing.strokes, (width, CANVAS_SIDE))
    if is_new:  # what cannot be read is not kept
        canvas.seen = canvas.drawn = drawing
    # When the place has become wider or narrower, the picture of that is about to come.
    return (picture, strokes) if picture.shape[:2] == (CANVAS_SIDE, width) else None


def given_to_canvas(place: str) -> dict[str, Any]:
    """The `objects` that it was told to start with, and the `number` of times it was told."""
    return _canvas(place).given


def draw_canvas_buttons(place: str) -> None:
    """Undo, Clear and the width of the pen."""
    canvas = _canvas(place)
    # They show their shortcuts themselves. With a `help` the page would hold two of each.
    st.button(
        t("Undo"),
        icon=":material/undo:",
        key="undo",
        on_click=_undo,
        args=(canvas,),
        disabled=not canvas.strokes and not canvas.cleared,
        shortcut="Ctrl+Z",
    )
    st.button(
        t("Clear"),
        icon=":material/delete:",
        key="clear",
        on_click=_clear,
        args=(canvas,),
        shortcut="delete",
    )
    pen = st.popover(t("Pen"), icon=":material/line_weight:", key="pen", on_change="rerun")
    if pen.open:  # until then the browser need not load the slider
        with pen, st.container(key="pen_width"):
            _draw_pen_slider(canvas)


def put_on_canvas(place: str, strokes: list[Any]) -> None:
    """Replace the drawing by these strokes, as Fabric.js writes them; for callbacks."""
    canvas = _canvas(place)
    canvas.give(strokes)
    canvas.put += 1


def stroke(path: str) -> dict[str, Any]:
    """A stroke as Fabric.js writes it, from a path of M, L and Q as SVG writes it."""
    parts = re.findall(r"([MLQ])([^MLQ]+)", path)
    return {
        "type": "path",
        "path": [[command, *map(float, numbers.split())] for command, numbers in parts],
        "fill": None,
        "stroke": _INK,
        "strokeWidth": PEN_WIDTH,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def empty_canvas(place: str) -> None:
    """Begin with an empty canvas and nothing to undo; for callbacks, before it is drawn."""
    canvas = _canvas(place)
    canvas.empty()
    canvas.cleared.clear()


def _draw_pen_slider(canvas: _Canvas) -> None:
    st.slider(
        t("Pen width in pixels"),
        *PEN_WIDTHS,
        _pen_width(),
        key="pen_slider",
        on_change=_remember_pen,
        args=(canvas,),
        help=t(
            "The canvas is {side} pixels high. Strokes that are already drawn stay as they are.",
            side=CANVAS_SIDE,
        ),
    )


def _width(sent: object) -> int | None:
    """For a place that is so wide, as the browser says, in pixels; None if it is no width."""
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not 0 < sent < np.inf:
        return None
    return int(np.clip(sent, CANVAS_SIDE, MAX_WIDTH))


def _ask_canvas(key: str, given: dict[str, Any], width: int) -> _Drawing | None:
    # Importing it asks the running app for the component, so it cannot be done at the top.
    from streamlit_drawable_canvas import st_canvas

    try:
        canvas = st_canvas(
            stroke_width=_pen_width(),
            stroke_color=_INK,
            background_color="#000000",
            width=width,
            height=CANVAS_SIDE,
            return_image_data=True,
            initial_drawing=given,
            key=key,
        )
        if (png := canvas.image_bytes) is None:
            return None
        strokes = canvas.json_data["objects"]
        if not isinstance(strokes, list):
            raise TypeError("strokes are a list")
        size = len(png) + len(json.dumps(strokes))
    # The component takes apart what a browser sends without checking its types.
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnreadablePicture(t("The browser did not send a drawing.")) from error
    if size > MAX_BYTES:
        raise UnreadablePicture(t("It has more than {most:,} bytes.", most=MAX_BYTES))
    return _Drawing(png, strokes)


def _undo(canvas: _Canvas) -> None:
    """Remove the last stroke, or bring back what was cleared before the first.

    The picture follows when the canvas has sent the one without the stroke.
    """
    if canvas.drawn and len(canvas.strokes) > 1:
        canvas.drawn = replace(canvas.drawn, strokes=canvas.strokes[:-1])
    elif canvas.strokes:
        canvas.empty()
    elif canvas.cleared:
        canvas.drawn = canvas.cleared.pop()
    canvas.give(canvas.strokes)


def _clear(canvas: _Canvas) -> None:
    if canvas.drawn and canvas.strokes:
        canvas.cleared = [*canvas.cleared, canvas.drawn][-_MOST_CLEARED:]
    canvas.empty()


def _pen_width() -> int:
    return int(st.session_state.get(_PEN, PEN_WIDTH))


def _remember_pen(canvas: _Canvas) -> None:
    """Also give the canvas its strokes: on a busy machine a new pen may make it start over."""
    st.session_state[_PEN] = st.session_state["pen_slider"]
    canvas.give(canvas.strokes)
