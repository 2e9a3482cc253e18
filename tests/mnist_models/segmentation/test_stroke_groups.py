"""Strokes on a canvas are grouped into digits, wherever and in whatever order they were drawn."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.data.pen_digits import PenDigit, load_pen_digits
from mnist_models.preprocessing.rasterise import Stroke
from mnist_models.segmentation.stroke_groups import Written, group_strokes


def _line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, dtype=np.float32)


ONE = [_line((10, 0), (10, 100))]
FOUR = [_line((30, 0), (0, 60), (60, 60)), _line((45, 30), (45, 100))]
FIVE = [_line((10, 5), (5, 45), (50, 60), (40, 95), (0, 95)), _line((12, 2), (60, 0))]
SHAPES = {"1": ONE, "4": FOUR, "5": FIVE}
TEXTS = st.lists(st.text("145", min_size=1, max_size=4), min_size=1, max_size=3)


def _write(rows: list[str], gap: float, size: float, corner: tuple[float, float]) -> list[Stroke]:
    strokes = []
    for row, text in enumerate(rows):
        x = 0.0
        for digit in text:
            strokes += [
                s * size + (corner[0] + x, corner[1] + row * 150 * size) for s in SHAPES[digit]
            ]
            x += (60 + gap) * size
    return [stroke.astype(np.float32) for stroke in strokes]


def _read(digits: list[Written]) -> list[str]:
    """As many strokes as a digit has say which it may be."""
    rows: dict[int, str] = {}
    for digit in digits:
        rows[digit.line] = rows.get(digit.line, "") + str(len(digit.strokes))
    return [rows[line] for line in sorted(rows)]


@given(
    rows=TEXTS,
    gap=st.floats(10, 60),
    size=st.floats(0.3, 2),
    corner=st.tuples(st.floats(0, 500), st.floats(0, 100)),
    seed=st.integers(0, 99),
)
def test_digits_come_line_by_line_wherever_and_in_whatever_order_they_were_drawn(
    rows: list[str], gap: float, size: float, corner: tuple[float, float], seed: int
) -> None:
    strokes = _write(rows, gap, size, corner)
    expected = [row.replace("4", "2").replace("5", "2") for row in rows]
    order = np.random.default_rng(seed).permutation(len(strokes))
    assert _read(group_strokes([strokes[k] for k in order])) == expected


def test_digits_that_touch_are_two_and_what_stands_above_each_other_is_one() -> None:
    touching = [*ONE, _line((12, 0), (60, 0), (30, 100))]  # a 7 that begins at the 1
    assert len(group_strokes(touching)) == 2
    assert len(group_strokes(FIVE)) == 1
    assert len(group_strokes([_line((5, 5))])) == 1  # a dot
    assert group_strokes([_line((5, 5)), _line((5, 5))])[0].line == 0


def test_as_many_dots_as_a_canvas_may_send_are_a_digit_each() -> None:
    """Pairs are compared; powers of the matrix of who touches whom took minutes."""
    dots = [_line((10 * (k % 50), 10 * (k // 50))) for k in range(2500)]
    order = np.random.default_rng(0).permutation(2500)
    found = group_strokes([dots[k] for k in order])
    assert [digit.line for digit in found] == [line for line in range(50) for _ in range(50)]
    assert [digit.strokes[0].tolist() for digit in found] == [dot.tolist() for dot in dots]


def _numbers(digits: list[PenDigit], gaps: tuple[float, float]) -> Iterator[list[list[Stroke]]]:
    """Numbers of two to six digits by one writer each, 96 high, with gaps of so much of that."""
    rng = np.random.default_rng(0)
    for _ in range(150):
        writer = rng.integers(1, 31)
        own = [digit for digit in digits if digit.writer == writer]
        number, x = [], 0.0
        for k in rng.integers(len(own), size=rng.integers(2, 7)):
            points = np.concatenate(own[k].strokes)
            low, size = points.min(axis=0), np.ptp(points, axis=0)
            scale = 96 / size.max()
            number.append([(s - low) * scale + (x, rng.uniform(-5, 5)) for s in own[k].strokes])
            x += size[0] * scale + rng.uniform(*gaps) * 96
        yield number


@pytest.mark.parametrize(("gaps", "least"), [((0.05, 0.4), 0.96), ((-0.1, 0), 0.6)])
def test_numbers_of_real_writers_are_grouped(
    gaps: tuple[float, float], least: float, pen_digits_file: Path
) -> None:
    right = 0
    numbers = list(_numbers(load_pen_digits(), gaps))
    for number in numbers:
        found = group_strokes([stroke for digit in number for stroke in digit])
        right += [len(digit.strokes) for digit in found] == [len(digit) for digit in number]
    assert right / len(numbers) >= least
