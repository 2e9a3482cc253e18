"""One digit, several, or a dot: told before the drawing is put into MNIST's box."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.shapes import count_shapes, pieces_of
from mnist_models.preprocessing.to_mnist import Steps, to_mnist_steps

Lines = list[list[tuple[float, float]]]

ONE: Lines = [[(140, 40), (140, 240)]]
SEVEN: Lines = [[(60, 50), (180, 50), (120, 240)]]
FIVE: Lines = [[(80, 60), (80, 130), (150, 120), (160, 190), (80, 220)], [(88, 48), (165, 45)]]
FIVE_APART: Lines = [FIVE[0], [(100, 25), (180, 22)]]  # its bar hangs in the air
FOUR: Lines = [[(80, 50), (70, 150), (165, 150)], [(160, 60), (160, 240)]]


def steps_of(strokes: Lines, pen: float = 8) -> Steps:
    lines = [np.array(stroke, dtype=np.float32) for stroke in strokes]
    return to_mnist_steps(render(lines, box=280, pen=pen))


def moved(strokes: Lines, right: float, down: float = 0, size: float = 1) -> Lines:
    return [[(size * x + right, size * y + down) for x, y in stroke] for stroke in strokes]


@pytest.mark.parametrize("strokes", [ONE, SEVEN, FIVE, FIVE_APART, FOUR])
def test_a_digit_is_one_shape_and_no_dot_however_many_strokes_it_has(strokes: Lines) -> None:
    steps = steps_of(strokes)
    assert (steps.shapes, steps.is_dot) == (1, False)


def test_a_4_whose_strokes_do_not_quite_touch_is_one_shape() -> None:
    apart: Lines = [[(80, 50), (70, 150), (140, 150)], [(154, 60), (154, 240)]]
    assert steps_of(apart).shapes == 1


def test_a_dot_of_ink_beside_a_digit_is_no_shape_of_its_own() -> None:
    assert steps_of([*SEVEN, [(250, 240), (256, 246)]]).shapes == 1


@pytest.mark.parametrize(
    ("strokes", "shapes"),
    [
        ([*moved(SEVEN, 0, size=0.5), *moved(SEVEN, 120, size=0.5)], 2),
        ([*moved(ONE, -60, size=0.6), *moved(ONE, 40, size=0.6)], 2),
        ([*moved(SEVEN, 0, size=0.45), *moved(SEVEN, 30, 130, size=0.45)], 2),  # one below another
        ([*moved(ONE, -20, size=0.5), *moved(SEVEN, 80, size=0.5), *moved(ONE, 170, size=0.5)], 3),
    ],
)
def test_digits_beside_or_below_each_other_are_counted(strokes: Lines, shapes: int) -> None:
    assert steps_of(strokes).shapes == shapes


def test_a_picture_full_of_dots_is_counted_in_little_memory() -> None:
    dots = np.zeros((80, 80))
    dots[::2, ::2] = 1
    tracemalloc.start()
    try:
        assert count_shapes(pieces_of(dots)) == 1600
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pen", [8, 16, 24])
@pytest.mark.parametrize("end", [(140, 140), (143, 142)])
def test_a_dot_of_any_pen_is_too_little(pen: float, end: tuple[float, float]) -> None:
    assert steps_of([[(140, 140), end]], pen).is_dot


def test_a_large_blot_is_a_dot_too_and_a_short_line_is_none() -> None:
    rows, columns = np.indices((280, 280))
    disc: NDArray[np.uint8] = np.uint8(255) * ((rows - 140) ** 2 + (columns - 140) ** 2 < 80**2)
    assert to_mnist_steps(disc).is_dot
    assert not steps_of([[(140, 120), (140, 160)]]).is_dot


def test_hardly_a_pen_digit_is_taken_for_several_or_for_a_dot(pen_digits_file: object) -> None:
    """`experiments/unsure.json` has the figures for all 30 writers."""
    for digit in load_pen_digits()[::75]:
        steps = to_mnist_steps(digit.drawn(pen=8))
        assert (steps.shapes, steps.is_dot) == (1, False), (digit.digit, digit.writer)
