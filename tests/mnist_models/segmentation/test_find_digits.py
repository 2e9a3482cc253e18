"""Every digit of a picture, in reading order."""

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.foreground.paper import BlankDrawing
from mnist_models.learning.stack import Stack
from mnist_models.pictures import Grey, Images
from mnist_models.preprocessing.decoding import LONGER_SIDE, shrink_factor
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.to_mnist import ink_of, to_mnist
from mnist_models.runs.registry import load_run
from mnist_models.segmentation.find_digits import find_digits
from mnist_models.segmentation.found import MAX_DIGITS, TooManyDigits
from tests.helpers.cost import assert_cheap, measures_memory
from tests.helpers.paper import COSTLY, costly_file

Lines = list[list[tuple[float, float]]]

MEMORY = 60_000_000  # bytes that finding the digits of any picture may add,
SECONDS = 3  # and of the processor

ONE: Lines = [[(140, 40), (140, 240)]]
SEVEN: Lines = [[(60, 50), (180, 50), (120, 240)]]
FIVE_APART: Lines = [
    [(80, 60), (80, 130), (150, 120), (160, 190), (80, 240)],
    [(90, 40), (190, 35)],
]
FOUR: Lines = [[(80, 50), (70, 150), (140, 150)], [(154, 60), (160, 240)]]
BROKEN: Lines = [[(100, 40), (100, 130)], [(102, 142), (102, 240)]]
DIGITS = {"1": ONE, "7": SEVEN, "5 apart": FIVE_APART, "4 apart": FOUR, "1 broken": BROKEN}


def drawn(strokes: Lines) -> Grey:
    lines = [np.array(stroke, dtype=np.float32) for stroke in strokes]
    return render(lines, box=280, canvas=140, pen=8)


@functools.cache
def reader() -> Stack:
    return load_run("pens").multi


def read(images: Images) -> NDArray:
    return reader().predict(images)


def cropped(picture: Grey) -> Grey:
    rows, columns = np.nonzero(picture)
    return picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def page(rows: list[list[Grey]], gap: int = 12, rise: int = 0) -> Grey:
    """Rows of cropped digits, base to base, each digit `rise` pixels higher than the one before."""
    longest = max(map(len, rows))
    width = 40 + max(sum(digit.shape[1] + gap for digit in row) for row in rows)
    canvas = np.zeros((140 * len(rows) + 40 + rise * longest, width), np.uint8)
    for number, row in enumerate(rows):
        base, left = 140 * (number + 1) + rise * longest, 20
        for digit in row:
            height, wide = digit.shape
            canvas[base - height : base, left : left + wide] = digit
            left += wide + gap
            base -= rise
    return canvas


CROPPED = {name: cropped(drawn(strokes)) for name, strokes in DIGITS.items()}
names = st.sampled_from(sorted(CROPPED))


@pytest.mark.parametrize("strokes", DIGITS.values(), ids=DIGITS)
def test_a_digit_alone_is_what_to_mnist_makes_of_it_however_many_pieces_it_has(
    strokes: Lines,
) -> None:
    picture = drawn(strokes)
    found = find_digits(picture)
    np.testing.assert_array_equal(found.images, to_mnist(picture)[np.newaxis])
    rows, columns = np.nonzero(picture >= 26)
    edges = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    np.testing.assert_allclose(found.boxes, [edges], atol=1)
    assert (found.lines.tolist(), found.cut_off.tolist()) == ([0], [False])


@example(rows=[["7", "1", "7", "1", "7"]], on_paper=False)  # their roofs are nearly a line
@example(rows=[["7", "7", "7", "7", "7"]], on_paper=True)
@given(st.lists(st.lists(names, min_size=1, max_size=5), min_size=1, max_size=3), st.booleans())
@settings(max_examples=12)
def test_rows_of_digits_are_read_line_by_line_each_as_if_it_were_alone(
    rows: list[list[str]], on_paper: bool
) -> None:
    picture = page([[CROPPED[name] for name in row] for row in rows])
    found = find_digits(255 - picture if on_paper else picture)
    assert found.lines.tolist() == [line for line, row in enumerate(rows) for _ in row]
    alone = np.stack([to_mnist(np.pad(CROPPED[name], 20)) for row in rows for name in row])
    np.testing.assert_allclose(found.images.astype(int), alone, atol=1)
    for box, next_box, same in zip(
        found.boxes, found.boxes[1:], found.lines[1:] == found.lines[:-1], strict=False
    ):
        assert not same or box[3] <= next_box[1]


@given(
    st.lists(names, min_size=2, max_size=4),
    st.tuples(*[st.integers(1, 60)] * 4),
    st.integers(1, 3),
)
@settings(max_examples=12)
def test_the_place_and_size_of_a_number_do_not_matter(
    row: list[str], margins: tuple[int, int, int, int], times: int
) -> None:
    top, bottom, left, right = margins
    picture = page([[CROPPED[name] for name in row]])[::2, ::2]
    moved = np.pad(picture, ((top, bottom), (left, right))).repeat(times, 0).repeat(times, 1)
    before, after = find_digits(picture), find_digits(moved)
    np.testing.assert_array_equal(before.lines, after.lines)
    if max(moved.shape) <= LONGER_SIDE:
        np.testing.assert_array_equal(
            after.boxes, times * (before.boxes + np.array([top, left] * 2))
        )
    if times == 1:
        np.testing.assert_array_equal(before.images, after.images)
    np.testing.assert_array_equal(read(before.images), read(after.images))


@pytest.mark.parametrize("shape", [(1030, 300), (300, 2500)])
def test_the_boxes_of_a_large_picture_are_in_its_own_pixels(shape: tuple[int, int]) -> None:
    picture = np.zeros(shape, np.uint8)
    picture[-200:-20, -60:-40] = 255
    ink = ink_of(picture)
    assert max(ink.shape) <= LONGER_SIDE
    factor = shrink_factor(shape[1], shape[0])
    assert ink.shape == tuple(-(-side // factor) for side in shape)
    [box] = find_digits(picture).boxes
    height, width = shape
    assert np.abs(box - [height - 200, width - 60, height - 20, width - 40]).max() <= factor


def test_a_line_may_rise_or_fall() -> None:
    row = [CROPPED[name] for name in ("7", "1", "4 apart", "5 apart")] * 2
    rising = page([row, row], rise=12)  # in the end as high as the other line begins
    for picture in (rising, rising[:, ::-1]):
        assert find_digits(picture).lines.tolist() == [0] * 8 + [1] * 8


def test_digits_that_nest_are_two() -> None:
    """The 1 stands below the roof of the 7."""
    nested = drawn([[(60, 50), (220, 50), (120, 240)], [(205, 150), (205, 240)]])
    assert len(find_digits(nested).images) == 2


def test_a_digit_at_the_edge_may_go_on_beyond_it() -> None:
    picture = page([[CROPPED["7"], CROPPED["1"]]])
    assert find_digits(picture).cut_off.tolist() == [False, False]
    assert find_digits(picture[:, 25:]).cut_off.tolist() == [True, False]


def test_what_lies_at_the_edge_far_from_every_digit_is_a_shadow() -> None:
    picture = np.pad(page([[CROPPED["7"], CROPPED["1"]]]), ((0, 0), (0, 500)))
    picture[80:140, -6:] = 255
    assert find_digits(picture).cut_off.tolist() == [False, False]
    alone = np.zeros((140, 600), np.uint8)
    alone[40:100, :12] = alone[40:100, -12:] = 255  # then they are all there is
    assert find_digits(alone).cut_off.tolist() == [True, True]


def test_touching_digits_stay_together_without_a_judge() -> None:
    assert len(find_digits(page([[CROPPED["7"], CROPPED["7"]]], gap=-5)).images) == 1


def test_too_many_digits_are_refused_with_a_sentence() -> None:
    digit = np.pad(np.full((12, 3), 255, np.uint8), 3)
    assert len(find_digits(np.tile(digit, (10, 20))).images) == MAX_DIGITS
    for rows in (11, 60):
        with pytest.raises(TooManyDigits, match=f"More than {MAX_DIGITS} digits"):
            find_digits(np.tile(digit, (rows, 20)))


FIND_DIGITS = """
    from mnist_models.segmentation.find_digits import find_digits
    grey = np.load(files[0])
    judge = lambda images: np.full((len(images), 10), 0.1)
    find_digits(np.pad(np.full((80, 10), 255, np.uint8), 40), judge)
"""


@measures_memory
@pytest.mark.parametrize("kind", COSTLY)
def test_no_picture_takes_more_memory_or_time_than_it_may(kind: str, tmp_path: Path) -> None:
    file = costly_file(kind, tmp_path)
    assert_cheap(FIND_DIGITS, "find_digits(grey, judge)", file, memory=MEMORY, seconds=SECONDS)


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=40)))
@settings(max_examples=60)
def test_no_array_raises_anything_but_what_is_documented(picture: NDArray[np.uint8]) -> None:
    try:
        found = find_digits(picture)
    except ValueError:
        return
    images = found.images
    assert images.shape == (len(found.boxes), 28, 28)
    assert (images.max(axis=(1, 2)) == 255).all()
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
    assert (found.boxes >= 0).all()
    assert (found.boxes[:, 2:] <= picture.shape[:2]).all()


def test_nothing_is_found_where_there_is_no_ink() -> None:
    with pytest.raises(BlankDrawing):
        find_digits(np.full((50, 50), 7, np.uint8))
    with pytest.raises(TypeError):
        find_digits(np.zeros((50, 50)))  # type: ignore[arg-type]


def test_hardly_a_pen_digit_is_taken_for_several(pen_digits_file: object) -> None:
    """`experiments/numbers.json` has the figures for 18 writers who were left out."""
    for digit in load_pen_digits()[::150]:
        assert len(find_digits(digit.drawn(pen=8)).images) == 1, (digit.digit, digit.writer)
