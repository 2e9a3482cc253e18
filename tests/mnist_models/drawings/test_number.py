"""A number in a picture, or in strokes, is read digit by digit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mnist_models.drawings.number import reader_in, reader_of
from mnist_models.foreground.paper import BlankDrawing
from mnist_models.learning.stack import Stack
from mnist_models.preprocessing.rasterise import render
from mnist_models.segmentation.found import MAX_DIGITS, TooManyDigits
from mnist_models.segmentation.stroke_groups import Written, group_strokes


def _bar(x: float) -> np.ndarray:
    return np.array([[x, 40], [x, 200]], np.float32)


def _bars(count: int) -> np.ndarray:
    picture = np.full((120, 60 * count + 60), 255, np.uint8)
    for k in range(count):
        picture[20:100, 60 * k + 50 : 60 * k + 60] = 0
    return picture


def test_a_picture_is_read_from_left_to_right(make_stack: Callable[..., Stack]) -> None:
    for approach in ("single", "multi"):
        stack = make_stack(approach, classes=list("abcdefghij"))
        number = reader_in(_bars(3))(stack)
        assert len(number) == len(number.steps) == len(number.boxes) == 3
        assert np.all(np.diff(number.boxes[:, 1]) > 0)
        assert str(number) == "".join(map(number.answer, range(3)))
        images = np.stack([steps.centred for steps in number.steps])
        np.testing.assert_array_equal(number.proba, stack.predict_proba(images))
        assert list(number.answers) == stack.predict(images).tolist()
        assert not number.dots.any()


def test_one_model_always_chooses_and_of_ten_one_has_to_say_yes(
    make_stack: Callable[..., Stack],
) -> None:
    single = reader_in(_bars(2))(make_stack("single"))
    multi = reader_in(_bars(2))(make_stack("multi"))
    assert single.accepted.all()
    assert multi.accepted.tolist() == (multi.proba.max(axis=1) >= 0.5).tolist()
    assert str(single) == "".join(single.answers)
    unsure = replace(multi, accepted=np.array([True, False]))
    assert str(unsure) == f"{multi.answers[0]}?"  # as the page shows it
    assert unsure.answer(0) == multi.answers[0]


def test_an_empty_sheet_is_no_number(make_stack: Callable[..., Stack]) -> None:
    with pytest.raises(BlankDrawing):
        reader_in(np.full((90, 90), 255, np.uint8))


def test_what_is_written_has_its_box_and_its_line(make_stack: Callable[..., Stack]) -> None:
    digits = [Written((_bar(10),), 0), Written((_bar(60), _bar(70)), 0), Written((_bar(10),), 1)]
    number = reader_of(digits, width=280, height=280)(make_stack("single"))
    assert number.boxes.tolist() == [[28, 0, 212, 22], [28, 48, 212, 82], [28, 0, 212, 22]]
    assert number.lines.tolist() == [0, 0, 1]
    assert not number.cut_off.any()
    bar = np.array(render([_bar(60), _bar(70)], box=280, pen=24))  # of the thickest pen there is
    top, left, bottom, right = number.boxes[1]
    bar[top:bottom, left:right] = 0
    assert bar.max() < 128  # no more than the blurred edge
    narrow = reader_of(digits, width=70, height=280)(make_stack("single"))
    assert narrow.cut_off.tolist() == [False, True, False]  # the pen left the canvas
    assert narrow.boxes[1].tolist() == [28, 48, 212, 70]
    np.testing.assert_array_equal(number.steps[0].centred, number.steps[2].centred)


def test_a_dot_among_the_digits_is_told(make_stack: Callable[..., Stack]) -> None:
    digits = [Written((_bar(10),), 0), Written((_bar(60)[:1],), 0)]
    assert reader_of(digits, width=280, height=280)(make_stack("single")).dots.tolist() == [
        False,
        True,
    ]


def test_more_are_refused() -> None:
    with pytest.raises(TooManyDigits, match="More than 200 digits were written"):
        reader_of([Written((_bar(10),), 0)] * (MAX_DIGITS + 1), width=280, height=280)


def test_as_many_dots_as_a_canvas_may_send_are_refused_too() -> None:
    dots = np.random.default_rng(0).uniform(0, 280, (2500, 1, 2)).astype(np.float32)
    with pytest.raises(TooManyDigits):
        reader_of(group_strokes([*dots]), width=280, height=280)
