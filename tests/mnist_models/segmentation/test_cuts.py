"""Touching digits are cut where a judge finds the likeliest digits."""

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.stack import Stack
from mnist_models.pictures import Grey, Images
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.to_mnist import ink_of, to_mnist
from mnist_models.runs.registry import load_run
from mnist_models.segmentation import find_digits as finding
from mnist_models.segmentation.cuts import cuttable
from mnist_models.segmentation.find_digits import AT_ONCE, MAX_SPANS, find_digits, look_at
from mnist_models.segmentation.scoring import best_chain, scores_of

Line = list[tuple[float, float]]

TURN = np.linspace(0, 2 * np.pi, 40)
SEVEN: Line = [(60, 50), (180, 50), (120, 240)]
ZERO: Line = [(60 * np.sin(a) + 120, -95 * np.cos(a) + 145) for a in TURN]
TWO: Line = [(70, 90), (100, 50), (150, 60), (150, 110), (70, 238), (190, 238)]
LINES = {"7": SEVEN, "0": ZERO, "2": TWO}


def number(text: str, gaps: list[float], pen: float = 14) -> Grey:
    """Digits beside each other, so many units between the inks of two neighbours."""
    strokes, end = [], 0.0
    for name, gap in zip(text, [0.0, *gaps], strict=True):
        line = np.array(LINES[name], dtype=float)
        line[:, 0] += end + gap + pen - line[:, 0].min()
        strokes.append(line)
        end = line[:, 0].max()
    side = int(end) + 40
    return render(strokes, box=side, canvas=side // 2, pen=pen / 2)[:140]


@functools.cache
def judge(approach: Approach) -> Stack:
    return load_run("pens").stack(approach)


@pytest.mark.parametrize("approach", PAIR)
@pytest.mark.parametrize(
    ("text", "gaps"), [("72", [-10]), ("77", [-4]), ("702", [-2, -3]), ("720", [-8, 30])]
)
def test_digits_that_touch_are_cut_apart_by_either_approach(
    text: str, gaps: list[float], approach: Approach
) -> None:
    picture, stack = number(text, gaps), judge(approach)
    assert len(find_digits(picture).images) < len(text)
    found = find_digits(picture, stack.predict_proba)
    assert "".join(map(str, stack.predict(found.images))) == text
    assert (np.diff(found.boxes[:, 1]) > 0).all()
    assert found.lines.tolist() == [0] * len(text)


def test_what_is_the_same_for_both_approaches_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = number("77027", [-4, 30, -2, 12])  # 77, 02 and 7
    alone = {approach: find_digits(picture, judge(approach).predict_proba) for approach in PAIR}
    calls: Counter[str] = Counter()

    def counted(name: str) -> Callable[..., Any]:
        whole = getattr(finding, name)

        def call(*arguments: Any) -> Any:
            calls[name] += 1
            return whole(*arguments)

        return call

    for name in ("ink_of", "cuttable", "steps_of"):
        monkeypatch.setattr(finding, name, counted(name))
    uncut = look_at(picture)
    for approach, found in alone.items():
        again = uncut.digits(judge(approach).predict_proba)
        np.testing.assert_array_equal(again.images, found.images)
        np.testing.assert_array_equal(again.boxes, found.boxes)
        np.testing.assert_array_equal(again.lines, found.lines)
        np.testing.assert_array_equal(again.cut_off, found.cut_off)
    assert calls == {"ink_of": 1, "cuttable": 3, "steps_of": 9}  # the last 7 is whole for both
    assert len(uncut.digits().images) == 3


@pytest.mark.parametrize("approach", PAIR)
def test_hardly_a_pen_digit_is_cut_in_two(approach: Approach, pen_digits_file: object) -> None:
    """`experiments/numbers.json` has the figures for writers who were left out."""
    for digit in load_pen_digits()[::500]:
        picture = digit.drawn(pen=12, canvas=140)
        found = find_digits(picture, judge(approach).predict_proba)
        np.testing.assert_array_equal(found.images, to_mnist(picture)[np.newaxis])


@given(
    st.text("702", min_size=1, max_size=4),
    st.lists(st.floats(-20, 20), min_size=3, max_size=3),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2, 10, 30]),
)
@settings(max_examples=25)
def test_whatever_a_judge_says_digits_are_found_in_reading_order(
    text: str, gaps: list[float], seed: int, classes: int
) -> None:
    asked: list[Images] = []
    rng = np.random.default_rng(seed)

    def any_judge(images: Images) -> NDArray:
        asked.append(images)
        return rng.random((len(images), classes)).round(1)  # 0 and 1 among them

    picture = number(text, gaps[: len(text) - 1])
    found = find_digits(picture, any_judge)
    assert all(len(images) <= AT_ONCE and images.dtype == np.uint8 for images in asked)
    assert (found.images.max(axis=(1, 2)) == 255).all()
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
    assert (found.boxes[:, 2:] <= picture.shape).all()


def test_a_page_asks_a_judge_no_more_than_it_has_time_for() -> None:
    asked = []

    def count(images: Images) -> NDArray:
        asked.append(len(images))
        return np.full((len(images), 10), 0.1)

    page = np.pad(np.tile(np.pad(number("7", [])[::3, ::3], 3), (4, 20)), 10)
    assert len(find_digits(page, count).images) == 80
    assert 0 < sum(asked) <= MAX_SPANS
    assert max(asked) <= AT_ONCE


def test_the_widest_group_is_asked_about_however_many_spans_it_has() -> None:
    asked = []

    def count(images: Images) -> NDArray:
        asked.append(len(images))
        return np.full((len(images), 10), 0.1)

    across = np.arange(20, 990.0)
    line = np.stack([across, 30 + 80 * abs(across / 40 % 2 - 1)], axis=1)
    waves = render([line], box=1010, canvas=1010, pen=6)[:200].copy()
    find_digits(waves, count)
    alone = sum(asked)
    assert MAX_SPANS < alone < 1000
    assert max(asked) <= AT_ONCE
    asked.clear()
    waves[125:195, 100:150] = 255
    assert len(find_digits(waves).images) == 2
    find_digits(waves, count)
    assert sum(asked) == alone  # so that there is no time for the next


def test_a_smudge_as_wide_as_the_page_is_left_whole() -> None:
    stripes = np.zeros((60, 900), np.uint8)
    stripes[20:40, ::8] = stripes[28:32] = 255

    def nobody(images: Images) -> NDArray:
        pytest.fail("there is nothing to cut")

    assert len(find_digits(stripes, nobody).images) == 1


def test_the_parts_of_a_chain_are_the_whole_again() -> None:
    picture = number("7027", [-4, -4, 0])
    ink = ink_of(picture)
    rows, columns = np.nonzero(ink)
    ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    group = cuttable(ink, len(ink))
    proba = judge("single").predict_proba(group.images())
    apart = best_chain(group, scores_of(group, proba), sharing=1e9)
    assert len(apart) == 4
    assert [end for _, end in apart[:-1]] == [start for start, _ in apart[1:]]
    parts = [group.part(ink, *span) for span in apart]
    np.testing.assert_array_equal(np.max(parts, axis=0), ink)


def test_a_chain_is_the_best_of_all_that_there_are() -> None:
    picture = number("72", [-4])
    ink = ink_of(picture)
    group = cuttable(ink, 100)
    rng = np.random.default_rng(1)
    spans = group.spans
    for _ in range(5):
        scores = rng.normal(size=len(spans)) - 1
        value = dict(zip(spans, scores, strict=True))

        @functools.cache
        def best(cut: int, value: dict = value) -> float:
            if cut == 0:
                return 0.0
            ends = [(a, value[a, b]) for a, b in spans if b == cut]
            return max((best(a) + score for a, score in ends), default=-np.inf)

        chain = best_chain(group, scores, sharing=1e9)
        assert sum(value[span] for span in chain) == pytest.approx(best(len(group.cuts) - 1))
