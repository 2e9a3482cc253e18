"""What may be said of two answers whose truth nobody knows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_models.comparison.judgement import LEAST_LEAD, judge, judge_number, lead
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import PAIR, Approach

Probas = dict[Approach, NDArray]


def proba(*largest: float, rest: float = 0.0, at: int = 0) -> NDArray:
    """(10,) probabilities: these from a place on, and the rest elsewhere."""
    values = np.full(10, rest)
    values[at : at + len(largest)] = largest
    return values


SURE = proba(0.999)
OTHER = proba(0.999, at=3)
NEITHER = proba(0.3)


@pytest.mark.parametrize(
    ("single", "multi", "finding", "unsure"),
    [
        (SURE, SURE, "agreement", ()),
        (SURE, OTHER, "disagreement", ()),
        (proba(0.5, 0.45), SURE, "agreement", ("single",)),
        (SURE, proba(0.99, 0.98), "agreement", ("multi",)),  # two say yes
        (proba(0.5, 0.45), proba(0.6, 0.5), "agreement", ("single", "multi")),
        (SURE, NEITHER, "none", ("multi",)),
    ],
)
def test_what_is_found_and_who_is_unsure(
    single: NDArray, multi: NDArray, finding: str, unsure: tuple[str, ...]
) -> None:
    judgement = judge({"single": single, "multi": multi})
    assert (judgement.finding, judgement.unsure) == (finding, unsure)


def test_what_was_drawn_comes_before_what_was_answered() -> None:
    both: Probas = {"single": SURE, "multi": SURE}
    assert judge(both, is_dot=True, shapes=2).finding == "dot"
    several = judge({**both, "multi": NEITHER}, shapes=2)
    assert (several.finding, several.shapes) == ("several", 2)
    assert several.doubts("single")
    assert several.doubts("multi")


def test_an_approach_alone_agrees_with_nobody() -> None:
    assert judge({"single": SURE}).finding == "alone"
    assert judge({"single": SURE}).unsure == ()
    assert judge({"multi": NEITHER}).finding == "none"


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=12))
def test_the_lead_is_the_difference_of_the_two_largest(values: list[float]) -> None:
    array = np.array(values, dtype=np.float32)
    first, second = sorted(array)[-1:-3:-1]
    assert lead(array) == first - second
    assert lead(np.stack([array, array]))[1] == first - second
    assert array.tolist() == np.array(values, dtype=np.float32).tolist()  # not sorted itself


def test_the_thresholds_are_those_of_the_experiment() -> None:
    """After it was run anew, they are copied by hand: python -m experiments.unsure"""
    found = load_evidence("unsure")
    assert found
    assert found["threshold"] == {approach: LEAST_LEAD[approach] for approach in PAIR}


class _Digits:
    """What an approach has cut out: boxes (left, right) of one line, and its answers."""

    def __init__(self, *digits: tuple[int, int, NDArray], dots: tuple[int, ...] = ()) -> None:
        self.boxes = np.array([[0, left, 9, right] for left, right, _ in digits])
        self.lines = np.zeros(len(digits), int)
        self.dots = np.isin(np.arange(len(digits)), dots)
        self.proba = np.stack([values for _, _, values in digits])


def test_a_number_is_judged_digit_by_digit_where_both_cut_alike() -> None:
    wavers = proba(0.5, 0.45)
    single = _Digits((0, 5, SURE), (6, 9, SURE), (10, 19, wavers), (20, 29, SURE))
    multi = _Digits((0, 5, SURE), (6, 9, OTHER), (10, 19, SURE), (20, 29, NEITHER))
    places = judge_number({"single": single, "multi": multi})
    found = [(p.judgement.finding, p.judgement.unsure) for p in places]
    assert found == [
        ("agreement", ()),
        ("disagreement", ()),
        ("agreement", ("single",)),
        ("none", ("multi",)),
    ]
    assert [p.judgement.is_plain for p in places] == [True, False, False, False]
    assert [p.digits for p in places] == [{"single": k, "multi": k} for k in range(4)]


def test_where_one_cuts_and_the_other_does_not_they_disagree_and_the_order_is_that_of_reading() -> (
    None
):
    single = _Digits((0, 5, SURE), (6, 10, SURE), (11, 15, SURE), (20, 25, SURE))
    multi = _Digits((0, 5, SURE), (6, 15, SURE), (20, 25, SURE))
    places = judge_number({"single": single, "multi": multi})
    assert [(p.box[1], p.box[3]) for p in places] == [(0, 5), (6, 10), (6, 15), (11, 15), (20, 25)]
    assert [sorted(p.digits) for p in places] == [
        ["multi", "single"], ["single"], ["multi"], ["single"], ["multi", "single"]
    ]  # fmt: skip
    assert [p.judgement.finding for p in places[1:4]] == ["disagreement"] * 3
    assert places[4].digits == {"single": 3, "multi": 2}


@pytest.mark.parametrize(
    ("ends", "together"),
    [
        ((9, 11), [(0, 10), (10, 20)]),  # a pixel to either side: the same digits
        ((5, 15), None),
    ],
)
def test_cuts_a_pixel_apart_make_the_same_digits(
    ends: tuple[int, int], together: list[tuple[int, int]] | None
) -> None:
    single = _Digits((0, 10, SURE), (10, 20, OTHER))
    for end in ends:
        places = judge_number(
            {"single": single, "multi": _Digits((0, end, SURE), (end, 20, OTHER))}
        )
        where = [(p.box[1], p.box[3]) for p in places]
        findings = {p.judgement.finding for p in places}
        assert (where, findings) == (
            together or where,
            {"agreement" if together else "disagreement"},
        )
        assert len(places) == (2 if together else 4)


def test_no_two_digits_of_one_become_the_same_and_none_is_lost() -> None:
    single = _Digits((0, 20, SURE), (2, 22, SURE))  # slanted, so that their boxes overlap
    multi = _Digits((1, 21, SURE), (2, 22, SURE))
    places = judge_number({"single": single, "multi": multi})
    assert [p.digits for p in places] == [{"single": k, "multi": k} for k in range(2)]


def test_one_approach_alone_is_judged_alone_and_a_dot_is_a_dot() -> None:
    alone = judge_number({"multi": _Digits((0, 5, SURE), (6, 9, SURE), dots=(1,))})
    assert [p.judgement.finding for p in alone] == ["alone", "dot"]
    assert alone[1].judgement.doubts("multi")
    assert [p.judgement.is_plain for p in alone] == [True, False]
