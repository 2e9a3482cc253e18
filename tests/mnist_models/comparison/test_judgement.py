"""What may be said of two answers whose truth nobody knows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_models.comparison.judgement import LEAST_LEAD, judge, lead
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import APPROACHES, Approach

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
    assert found["threshold"] == {approach: LEAST_LEAD[approach] for approach in APPROACHES}
