"""What a browser sends of a canvas is bounded before it is kept; drawing is in tests/browser."""

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_models.preprocessing.rasterise import MAX_POINTS, MAX_STROKES
from ui.draw.canvas import CANVAS_SIDE, stroke

Sent = dict[str, Any]
Send = Callable[[AppTest, Sent | None], AppTest]


def _png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((CANVAS_SIDE, CANVAS_SIDE, 4), np.uint8)).save(file, "PNG")
    return file.getvalue()


LINE = stroke("M 140 40 L 140 240")
DRAWN: Sent = {"png": _png(), "strokes": [LINE]}
ENDLESS: Sent = {"png": _png(), "strokes": [{"path": [["L", 1, 1]] * MAX_POINTS}]}
REFUSED: dict[str, tuple[Sent, str]] = {
    "a path without end": (ENDLESS, "pieces"),
    "too many strokes": ({"png": _png(), "strokes": [LINE] * (MAX_STROKES + 1)}, "500 strokes"),
    "no strokes": ({"png": _png(), "strokes": {}}, "did not send a drawing"),
    "no picture": ({"png": b"GIF89a" + bytes(99), "strokes": [LINE]}, "not a PNG"),
    "a large picture": ({"png": _png() + bytes(500_000), "strokes": [LINE]}, "500,000 bytes"),
    "a stroke with more": (
        {"png": _png(), "strokes": [{**LINE, "more": "a" * 500_000}]},
        "500,000 bytes",
    ),
}


def _draw() -> None:
    import streamlit as st

    from ui.draw.sources import from_canvas

    subject = from_canvas(st.session_state.get("place", "draw"), "Draw.", "Choose a file.")
    st.session_state["seen"] = subject.image is not None


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(_draw, default_timeout=30)


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Send:
    """Run the page anew when the browser has sent this, or nothing."""

    def run(page: AppTest, sent: Sent | None) -> AppTest:
        values = sent or {"png": None, "strokes": None}
        result = SimpleNamespace(
            image_bytes=values["png"], json_data={"objects": values["strokes"]}
        )
        component = SimpleNamespace(st_canvas=lambda **_: result)
        monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", component)
        monkeypatch.setattr("ui.draw.canvas._beside_canvas", lambda **_: None)
        page.run()
        assert not page.exception
        return page

    return run


def test_a_drawing_is_seen_cleared_and_brought_back(page: AppTest, send: Send) -> None:
    assert send(page, DRAWN).session_state["seen"]
    page.button[1].click()
    assert not send(page, None).session_state["seen"]
    page.button[0].click()
    assert send(page, None).session_state["seen"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_said_and_not_kept(name: str, page: AppTest, send: Send) -> None:
    sent, message = REFUSED[name]
    for _ in range(2):  # every rerun of the page gets it again
        assert message in send(page, sent).error[0].value
        assert not page.session_state["seen"]
    page.button[1].click()
    assert not send(page, None).error
    (canvas,) = page.session_state["_canvases"].values()
    assert canvas.drawn is None
    assert canvas.cleared == []


def test_the_places_that_were_left_longest_ago_are_dropped(page: AppTest, send: Send) -> None:
    for lesson in range(13):
        page.session_state["place"] = f"trial_{lesson}"
        send(page, DRAWN)
    kept = page.session_state["_canvases"]
    assert list(kept) == [f"trial_{lesson}" for lesson in range(3, 13)]
    assert all(canvas.drawn for canvas in kept.values())
