"""The experiment on unsure answers: how its thresholds are chosen, and what the JSON says."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from experiments.folds import FOLDS, Fold
from experiments.unsure import (
    COST,
    GAPS,
    PAIRS,
    Probas,
    ask_folds,
    catches,
    costs,
    doubts,
    drawn_big,
    side_by_side,
    threshold,
)
from mnist_models.data.pen_digits import PenDigit
from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.learning.approaches import PAIR, Approach

LIMITS: dict[Approach, float] = {"single": 0.5, "multi": 0.4}


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    found = load_evidence("unsure")
    assert found
    return found


def _probas(*rows: tuple[int, float, int, float]) -> Probas:
    """Per row what the single model answers and its lead, then the same of the ten."""
    single, multi = np.zeros((len(rows), 10)), np.zeros((len(rows), 10))
    for k, (one, its, other, theirs) in enumerate(rows):
        single[k, one], multi[k, other] = its, theirs
    return {"single": single, "multi": multi}


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_the_threshold_is_the_largest_that_costs_no_more_than_the_rule(
    values: list[float],
) -> None:
    sureness = np.array(values)
    chosen = threshold(sureness)
    assert np.mean(sureness < chosen) <= COST
    higher = round(100 * chosen + 1) / 100
    assert higher > 0.99 or np.mean(sureness < higher) > COST


def test_right_and_wrong_answers_are_counted_apart_and_those_of_both_together() -> None:
    probas = _probas((3, 0.9, 3, 0.9), (3, 0.1, 3, 0.9), (5, 0.9, 3, 0.1), (5, 0.9, 5, 0.9))
    by = {entry["approach"]: entry for entry in costs(probas, np.full(4, 3), LIMITS)}
    numbers = {
        a: [(e[k]["unsure"], e[k]["rows"]) for k in ("right", "wrong")] for a, e in by.items()
    }
    assert numbers == {
        "single": [(1, 2), (0, 2)],
        "multi": [(1, 3), (0, 1)],
        "both": [(1, 2), (1, 2)],  # the last one is wrong, and stands as a plain agreement
    }
    caught = {entry["approach"]: entry["unsure"] for entry in catches(probas, LIMITS)}
    assert caught == {"single": 1, "multi": 1, "both": 2}


def test_not_doubted_of_both_is_what_both_read_surely() -> None:
    probas = _probas((3, 0.9, 3, 0.9), (3, 0.9, 5, 0.9), (3, 0.9, 3, 0.45), (3, 0.4, 3, 0.9))
    doubted = doubts(probas, LIMITS)
    assert doubted["both"].tolist() == [False, True, True, True]
    # By the thresholds that are given, not by those of the page.
    assert doubted["single"].tolist() == [False, False, False, True]
    assert doubted["multi"].tolist() == [False] * 4


def test_one_approach_alone_has_no_answer_of_both() -> None:
    alone: Probas = {"single": _probas((3, 0.9, 3, 0.9))["single"]}
    assert list(doubts(alone, LIMITS)) == ["single"]
    assert [entry["approach"] for entry in costs(alone, np.full(1, 3), LIMITS)] == ["single"]


@pytest.mark.parametrize("gap", GAPS)
def test_digits_stand_beside_each_other_with_a_gap(gap: float) -> None:
    line: NDArray[np.float32] = np.array([[200, 100], [200, 400]], dtype=np.float32)
    digit = PenDigit(1, 1, (line,))
    strokes = side_by_side(digit, digit, gap)
    assert strokes[1][0, 0] - strokes[0][0, 0] == pytest.approx(gap * 300)
    assert drawn_big(strokes).shapes == 2


def test_each_fold_is_asked_about_its_own_writers_and_its_share_of_the_rest() -> None:
    line: NDArray[np.float32] = np.array([[200, 100], [200, 400]], dtype=np.float32)
    seen: list[list[int]] = []

    class Fixed:
        def predict_proba(self, images: np.ndarray) -> np.ndarray:
            seen.append([int(image[0, 0]) for image in images])
            return np.eye(10)[[1] * len(images)]

    asked_folds = [
        Fold(k, [PenDigit(1, k, (line,))] * 2, dict.fromkeys(PAIR, Fixed()))  # type: ignore[arg-type]
        for k in range(FOLDS)
    ]
    letters = np.zeros((7, 28, 28), np.uint8)
    letters[:, 0, 0] = range(10, 17)
    asked = ask_folds(asked_folds, {"letters": letters})
    assert asked.labels.tolist() == [1] * 2 * FOLDS
    assert {a: len(proba) for a, proba in asked.answers.items()} == dict.fromkeys(PAIR, 10)
    assert len(asked.no_digits["letters"]["single"]) == 7
    assert sorted(k for shown in seen for k in shown if k) == sorted([*range(10, 17)] * 2)
    assert {len(drawn) for drawn in asked.beside.values()} == {PAIRS // FOLDS * FOLDS}


def test_no_more_right_answers_are_called_unsure_than_the_rule_allows(shipped: Evidence) -> None:
    assert [entry["approach"] for entry in shipped["costs"]] == [*PAIR, "both"]
    for entry in shipped["costs"]:
        if entry["approach"] in PAIR:
            assert entry["right"]["unsure"] <= COST * entry["right"]["rows"]


def test_counts_tie_out_and_lie_in_their_intervals(shipped: Evidence) -> None:
    rows = {e["right"]["rows"] + e["wrong"]["rows"] for e in shipped["costs"]}
    assert rows == {sum(digits["rows"] for digits in shipped["shapes"]["digits"])}
    counts = chain(
        (e[k] for e in chain(shipped["costs"], shipped["shipped"]) for k in ("right", "wrong")),
        shipped["catches"],
    )
    for count in counts:
        assert 0 <= count["unsure"] <= count["rows"]
        if count["rows"]:
            low, high = count["interval"]
            assert low <= count["unsure"] / count["rows"] <= high


def test_what_both_catch_is_no_less_than_what_one_does(shipped: Evidence) -> None:
    by = {(e["source"], e["approach"]): e["unsure"] for e in shipped["catches"]}
    for source in {source for source, _ in by}:
        assert by[source, "both"] >= max(by[source, a] for a in PAIR)


def test_separate_digits_are_seen_and_single_ones_left_alone(shipped: Evidence) -> None:
    for digits in shipped["shapes"]["digits"]:
        assert digits["several"] + digits["dots"] <= 0.002 * digits["rows"]
    seen = {pair["gap"]: pair["several"] / pair["rows"] for pair in shipped["shapes"]["pairs"]}
    assert seen[0.2] > 0.95
