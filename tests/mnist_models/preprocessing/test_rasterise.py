"""Strokes drawn exactly, as another language draws them too, and whatever a browser may send."""

import contextlib
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mnist_models import to_mnist
from mnist_models.data.pen_digits import PenDigit, load_pen_digits
from mnist_models.foreground.paper import BlankDrawing
from mnist_models.preprocessing.decoding import UnreadablePicture
from mnist_models.preprocessing.rasterise import (
    MAX_POINTS,
    MAX_STROKES,
    PEN,
    Stroke,
    inked,
    rasterise,
    rasterise_steps,
    read_paths,
    render,
)

Points = list[list[float]]
Lines = list[Points]

SEVEN: Lines = [[[60, 50], [180, 50], [120, 240]]]
FIVE: Lines = [[[80, 60], [80, 130], [150, 120], [160, 190], [80, 220]], [[88, 48], [165, 45]]]
FIVE_APART: Lines = [FIVE[0], [[100, 25], [180, 22]]]  # its bar hangs in the air
FOUR: Lines = [[[80, 50], [70, 150], [165, 150]], [[160, 60], [160, 240]]]
FOUR_APART: Lines = [[[80, 50], [70, 150], [140, 150]], [[154, 60], [154, 240]]]
ONE: Lines = [[[140, 40], [140, 240]]]
TABLE: Lines = [[[60, 60], [220, 60]], [[80, 60], [80, 220]], [[200, 60], [200, 220]]]  # π

places = st.integers(0, 280).map(float)
drawings = st.lists(
    st.lists(st.tuples(places, places).map(list), min_size=1, max_size=8), min_size=1, max_size=3
)


@pytest.fixture(scope="module")
def digits(pen_digits_file: object) -> list[PenDigit]:
    """Every 25th of the real ones."""
    return load_pen_digits()[::25]


def strokes_of(lines: Lines) -> list[Stroke]:
    return [np.array(line, dtype=np.float64) for line in lines]


def moved(lines: Lines, right: float, down: float = 0, size: float = 1) -> Lines:
    return [[[size * x + right, size * y + down] for x, y in line] for line in lines]


# The picture


def in_plain_loops(lines: Lines) -> list[list[int]]:
    """The same picture by the same operations in the same order, without NumPy."""
    xs, ys = ([point[axis] for line in lines for point in line] for axis in (0, 1))
    left, top = min(xs), min(ys)
    longer = max(max(xs) - left, max(ys) - top)
    scale = (80 - 10.0) / longer if longer > 0 else 0.0
    width, height = (
        4 * min(math.ceil(((max(v) - min(v)) * scale + 10.0) / 4), 20) for v in (xs, ys)
    )
    cells = [[False] * width for _ in range(height)]
    for line in lines:
        placed = [((x - left) * scale + 5.0, (y - top) * scale + 5.0) for x, y in line]
        for start, end in pairwise(placed if len(placed) > 1 else placed * 2):
            for row in range(height):
                for column in columns_inked(start, end, row, width):
                    cells[row][column] = True
    count = sum(map(sum, cells))
    moment_down = sum(row * sum(cells[row]) for row in range(height))
    moment_right = sum(column for line in cells for column in range(width) if line[column])
    picture = [[0] * 28 for _ in range(28)]
    first_row = first_cell(moment_down, count, height)
    first_column = first_cell(moment_right, count, width)
    for row in range(height):
        for column in range(width):
            picture[(first_row + row) // 4][(first_column + column) // 4] += cells[row][column]
    return [[(510 * covered + 16) // 32 for covered in line] for line in picture]


def columns_inked(start: Any, end: Any, row: int, width: int) -> range:
    x, y = start[0], row + 0.5 - start[1]
    dx, dy = end[0] - x, end[1] - start[1]
    dy = 1e-9 if dy == 0 else dy
    length = math.sqrt(dx * dx + dy * dy)
    lean = 5.0 * dx / (-length if dy < 0 else length)
    edges = []
    for side in (-1.0, 1.0):
        along = min(max((y + side * lean) / dy, 0), 1)
        off = y - along * dy
        room = 5.0 * 5.0 - off * off
        edges.append(x + along * dx + side * math.sqrt(max(room, 0)))
    if room < 0:
        return range(0)
    return range(max(math.ceil(edges[0] - 0.5), 0), min(math.floor(edges[1] - 0.5), width - 1) + 1)


def first_cell(moment: int, count: int, size: int) -> int:
    start = ((2 * 14 * 4 + 3) * count - 2 * moment + count) // (2 * count)
    return min(max(start, 0), 112 - size)


def test_real_digits_are_bit_for_bit_those_of_plain_loops(digits: list[PenDigit]) -> None:
    for digit in digits[::12]:
        lines = [stroke.astype(np.float64).tolist() for stroke in digit.strokes]
        np.testing.assert_array_equal(rasterise(digit.strokes), in_plain_loops(lines))


@given(drawings)
@settings(deadline=None, max_examples=50)
def test_any_drawing_is_bit_for_bit_that_of_plain_loops(lines: Lines) -> None:
    np.testing.assert_array_equal(rasterise(strokes_of(lines)), in_plain_loops(lines))


def test_a_bar_has_exactly_these_levels() -> None:
    """2.5 pixels wide and 20 high, with round ends: centred, it lies on halves and quarters."""
    picture = rasterise(strokes_of(ONE))
    rows, columns = np.nonzero(picture)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 24, 13, 15)
    assert picture[6:23, 13:16].tolist() == [[191, 255, 191]] * 17
    for end in (slice(4, 6), slice(24, 22, -1)):
        assert picture[end, 13:16].tolist() == [[32, 128, 32], [175, 255, 175]]


def test_a_dot_is_a_disc_of_the_pens_width_in_the_middle() -> None:
    dot = rasterise(strokes_of([[[17, 200]]]))
    assert dot.sum() / 255 == pytest.approx(math.pi * (PEN / 2) ** 2, rel=0.05)
    assert np.argwhere(dot).mean(axis=0) == pytest.approx([14, 14], abs=0.5)


@given(drawings)
@settings(deadline=None, max_examples=50)
def test_ink_is_what_is_within_half_a_pen_of_a_line(lines: Lines) -> None:
    """Checked by the distance of every cell, but for those that lie on the very edge."""
    strokes = [stroke / 7 for stroke in strokes_of(lines)]
    cells = np.stack(np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5), axis=-1)
    distance = np.full((40, 40), np.inf)
    for stroke in strokes:
        for start, end in pairwise(stroke if len(stroke) > 1 else [*stroke, *stroke]):
            line = end - start
            along = np.clip((cells - start) @ line / (line @ line or 1), 0, 1)
            nearest = start + along[..., np.newaxis] * line
            distance = np.minimum(distance, np.hypot(*np.moveaxis(cells - nearest, -1, 0)))
    unclear = np.abs(distance - 2.5) < 1e-6
    np.testing.assert_array_equal(inked(strokes, 5, 40, 40) | unclear, (distance < 2.5) | unclear)


@given(drawings, st.integers(-1000, 1000), st.integers(-1000, 1000), st.sampled_from([0.25, 2, 8]))
@settings(deadline=None)
def test_place_and_size_change_nothing(lines: Lines, right: int, down: int, size: float) -> None:
    np.testing.assert_array_equal(
        rasterise(strokes_of(moved(lines, right, down, size))), rasterise(strokes_of(lines))
    )


@given(drawings, st.floats(0.1, 10))
@example([[(151.0, 280.0), (0.0, 0.0), (210.0, 13.0), (0.0, 268.0), (6.0, 202.0)]], 0.1)
@settings(deadline=None)
def test_any_other_size_changes_no_more_than_edges_that_rounding_moves(
    lines: Lines, size: float
) -> None:
    """A quarter pixel more of an edge may be inked, in the few rows where it lies on a centre.

    In one pixel two edges can meet.
    """
    before, after = (
        rasterise(strokes_of(drawn)).astype(int) for drawn in (lines, moved(lines, 0, 0, size))
    )
    *others, largest = np.sort(np.abs(before - after), axis=None)
    assert max(others) <= 255 / 4 + 1
    assert largest <= 2 * 255 / 4 + 1


def test_real_digits_fit_the_box_with_their_mass_in_the_middle(digits: list[PenDigit]) -> None:
    for digit in digits[::2]:
        picture = rasterise(digit.strokes)
        rows, columns = np.nonzero(picture)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (20, 21)
        assert picture.max() == 255
        mass = picture.astype(float) / picture.sum()
        centre = np.array([mass.sum(axis=1) @ np.arange(28), mass.sum(axis=0) @ np.arange(28)])
        assert np.abs(centre - 14).max() <= 0.13


def test_real_digits_look_as_their_pictures_do(digits: list[PenDigit]) -> None:
    for digit in digits[::6]:
        drawn, seen = rasterise(digit.strokes), to_mnist(digit.drawn(pen=16, big=True))
        assert np.corrcoef(drawn.ravel(), seen.ravel())[0, 1] > 0.6


# What was drawn


@pytest.mark.parametrize("lines", [ONE, SEVEN, FIVE, FIVE_APART, FOUR, FOUR_APART, TABLE])
def test_one_shape_is_one_and_no_dot_however_many_strokes_it_has(lines: Lines) -> None:
    steps = rasterise_steps(strokes_of(lines), 280)
    assert (steps.shapes, steps.is_dot) == (1, False)


def test_a_short_stroke_beside_a_digit_is_no_shape_of_its_own() -> None:
    assert rasterise_steps(strokes_of([*SEVEN, [[250, 240], [256, 246]]]), 280).shapes == 1


@pytest.mark.parametrize(
    ("lines", "shapes"),
    [
        ([*moved(SEVEN, 0, size=0.5), *moved(SEVEN, 120, size=0.5)], 2),
        ([*moved(ONE, -60, size=0.6), *moved(ONE, 40, size=0.6)], 2),
        ([*moved(SEVEN, 0, size=0.45), *moved(SEVEN, 30, 130, size=0.45)], 2),  # one below another
        ([*moved(ONE, -20, size=0.5), *moved(SEVEN, 80, size=0.5), *moved(ONE, 170, size=0.5)], 3),
        ([*moved(FIVE, 0, size=0.5), *moved(FOUR, 120, size=0.5)], 2),
    ],
)
def test_digits_beside_or_below_each_other_are_counted(lines: Lines, shapes: int) -> None:
    assert rasterise_steps(strokes_of(lines), 280).shapes == shapes


@pytest.mark.parametrize("end", [[140.0, 140.0], [140.0, 140.001], [146.0, 144.0]])
def test_a_tap_is_a_dot_and_a_short_line_is_none(end: list[float]) -> None:
    assert rasterise_steps(strokes_of([[[140, 140], end]]), 280).is_dot
    assert not rasterise_steps(strokes_of([[[140, 120], [140, 160]]]), 280).is_dot


def test_hardly_a_pen_digit_is_taken_for_several_or_for_a_dot(digits: list[PenDigit]) -> None:
    """`experiments/unsure.json` has the figures for all of them."""
    for digit in digits:
        steps = rasterise_steps(digit.strokes, 500)
        assert (steps.shapes, steps.is_dot) == (1, False), (digit.digit, digit.writer)


# A canvas' strokes


def test_a_curve_bends_as_the_browser_bends_it() -> None:
    """Half-way a quadratic curve is half-way between its middle and the middle of its ends."""
    (line,) = read_paths([{"path": [["M", 40, 140], ["Q", 140, 40, 240, 140]]}], 280)
    assert line[0].tolist() == [40, 140]
    assert line[len(line) // 2].tolist() == [140, 90]
    assert line[-1].tolist() == [240, 140]


def test_what_was_drawn_beyond_the_canvas_is_not_read() -> None:
    """Nobody sees it. A stroke that comes back is two."""
    path = [["M", 100, 200], ["L", 100, 260], ["L", 100, 400], ["L", 180, 400], ["L", 180, 260],
            ["L", 180, 200]]  # fmt: skip
    first, second = read_paths([{"path": path}], 280)
    assert set(first[:, 0]), set(second[:, 0]) == ({100.0}, {180.0})
    assert max(first[:, 1].max(), second[:, 1].max()) <= 280
    nothing = read_paths([{"path": [["M", 300, 10], ["L", 400, 10]]}], 280)
    with pytest.raises(BlankDrawing, match=r"nothing was drawn on the canvas\.$"):
        rasterise_steps(nothing, 280)


@pytest.mark.parametrize(
    "paths",
    [
        [{}], [None], ["path"], [{"path": None}], [{"path": []}], [{"path": [[]]}],
        [{"path": [["Q", 1, 2, 3, 4]]}], [{"path": [["C", 1, 2, 3, 4, 5, 6]]}],
        [{"path": [["M", 10**400, 1]]}],
        [{"path": [["M", 1]]}], [{"path": [["M", "a", "b"]]}], [{"path": [["M", float("nan"), 1]]}],
        [{"path": [["M", 1e300, 1]]}], [{"path": [["M", 1, 2]] * MAX_POINTS}],
        [{"path": [["M", 1, 2]] * 2000}] * 20,
        [{"path": [["L", 290 - 20 * (k % 2), 1] for k in range(2 * MAX_STROKES + 2)]}],
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_in_a_sentence(paths: list[Any]) -> None:
    with pytest.raises(UnreadablePicture, match=r"strokes.*\.$"):
        read_paths(paths, 280)


def test_pieces_are_counted_before_any_is_looked_at() -> None:
    with pytest.raises(UnreadablePicture, match="more than 2500 pieces"):
        read_paths([{"path": [["no command"]] * 1500}] * 2, 280)


@given(st.recursive(
    st.none() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("path"), inner),
))  # fmt: skip
@settings(deadline=None)
def test_nothing_that_a_browser_sends_raises_anything_else(value: Any) -> None:
    with contextlib.suppress(UnreadablePicture, BlankDrawing):
        assert rasterise_steps(read_paths([value], 28), 28).centred.shape == (28, 28)


def test_the_most_that_may_be_sent_is_drawn_in_parts() -> None:
    """2,500 lines across the canvas, in 500 strokes: more than is held in memory at once."""
    path = [["M", 0, 0], *(["L", 280 * (k % 2), 70 * k] for k in range(1, 5))]
    steps = rasterise_steps(read_paths([{"path": path}] * 500, 280), 280)
    assert (steps.shapes, steps.centred.shape) == (1, (28, 28))


# Pictures of strokes


def test_a_canvas_of_the_same_strokes_becomes_nearly_the_same_picture(
    digits: list[PenDigit],
) -> None:
    """Of curves, as the browser draws freehand, and of straight lines."""
    for digit in digits[::4]:
        paths = []
        for stroke in digit.strokes:
            points = (stroke * (280 / 500)).tolist()
            middles = [[(a + b) / 2 for a, b in zip(*two, strict=True)] for two in pairwise(points)]
            curves = [["Q", *p, *m] for p, m in zip(points[1:], middles[1:], strict=False)]
            paths.append({"path": [["M", *points[0]], *curves, ["L", *points[-1]]]})
        curved, straight = (
            rasterise_steps(strokes, 280).fitted.astype(int)
            for strokes in (read_paths(paths, 280), digit.strokes)
        )
        height, width = np.minimum(curved.shape, straight.shape)
        assert np.abs(np.subtract(curved.shape, straight.shape)).max() <= 1
        assert np.abs(curved[:height, :width] - straight[:height, :width]).mean() < 6


def test_a_rendered_picture_shows_the_strokes_where_they_are() -> None:
    picture = render(strokes_of(ONE), box=280, pen=8)
    rows, columns = np.nonzero(picture > 127)
    assert (rows.min(), rows.max()) == pytest.approx((36, 244), abs=1)
    assert np.ptp(columns) + 1 == pytest.approx(8, abs=1)
