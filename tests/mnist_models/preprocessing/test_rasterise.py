"""A canvas' strokes drawn again: thin, in their place, and whatever a browser may send."""

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_models import to_mnist
from mnist_models.data.pen_digits import PENS, WRITING_BOX, load_pen_digits
from mnist_models.preprocessing.decoding import UnreadablePicture
from mnist_models.preprocessing.rasterise import MAX_POINTS, REDRAWN_PEN, redraw

DOWN: dict[str, Any] = {"path": [["M", 100, 50], ["Q", 100, 120, 100, 150], ["L", 100, 200]]}


def test_a_stroke_is_thin_and_where_it_was_drawn() -> None:
    rows, columns = np.nonzero(redraw([DOWN], 280) > 127)
    assert (rows.min(), rows.max()) == pytest.approx(
        (50 - REDRAWN_PEN / 2, 200 + REDRAWN_PEN / 2), abs=1
    )
    assert np.ptp(columns) + 1 == pytest.approx(REDRAWN_PEN, abs=1)


def test_a_curve_bends_as_the_browser_bends_it() -> None:
    """Half-way a quadratic curve is half-way between its middle and the middle of its ends."""
    picture = redraw([{"path": [["M", 40, 140], ["Q", 140, 40, 240, 140]]}], 280)
    assert np.flatnonzero(picture[:, 140] > 127).mean() == pytest.approx(90, abs=1)


def test_a_tap_is_a_dot() -> None:
    dot = redraw([{"path": [["M", 140, 140], ["L", 140, 140.001]]}], 280)
    assert np.count_nonzero(dot > 127) == pytest.approx(np.pi * (REDRAWN_PEN / 2) ** 2, rel=0.25)


@pytest.mark.parametrize(
    "strokes",
    [
        [{}], [None], ["path"], [{"path": None}], [{"path": []}], [{"path": [[]]}],
        [{"path": [["Q", 1, 2, 3, 4]]}], [{"path": [["C", 1, 2, 3, 4, 5, 6]]}],
        [{"path": [["M", 10**400, 1]]}],
        [{"path": [["M", 1]]}], [{"path": [["M", "a", "b"]]}], [{"path": [["M", float("nan"), 1]]}],
        [{"path": [["M", 1e300, 1]]}], [{"path": [["M", 1, 2]] * MAX_POINTS}],
        [{"path": [["M", 1, 2]] * 2000}] * 20,
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_in_a_sentence(strokes: list[Any]) -> None:
    with pytest.raises(UnreadablePicture, match=r"strokes.*\.$"):
        redraw(strokes, 280)


def test_pieces_are_counted_before_any_is_looked_at() -> None:
    with pytest.raises(UnreadablePicture, match="more than 2500 pieces"):
        redraw([{"path": [["no command"]] * 1500}] * 2, 280)


@given(st.recursive(
    st.none() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("path"), inner),
))  # fmt: skip
@settings(deadline=None)
def test_nothing_that_a_browser_sends_raises_anything_else(value: Any) -> None:
    with contextlib.suppress(UnreadablePicture):
        assert redraw([value], 28).shape == (28, 28)


@pytest.mark.usefixtures("pen_digits_file")
def test_real_digits_become_the_same_pictures_as_by_the_thinnest_pen() -> None:
    """So what is measured with that pen holds for whatever pen a visitor chose."""
    for digit in load_pen_digits()[::50]:
        lines = [stroke * (280 / WRITING_BOX) for stroke in digit.strokes]
        drawn = [{"path": [["M", *line[0]], *(["L", *p] for p in line[1:])]} for line in lines]
        redrawn, thin = (
            to_mnist(redraw(drawn, 280)),
            to_mnist(digit.drawn(pen=min(PENS))),
        )
        assert np.abs(redrawn.astype(int) - thin).mean() < 0.1
