"""What the probabilities are worth, against scikit-learn and against slow loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_models.metrics.calibration import (
    Reliability,
    is_rejected,
    member_reliability,
    rejection_threshold,
    reliability,
    top_label_reliability,
    yes_groups,
)
from mnist_models.metrics.scores import YES
from mnist_models.metrics.significance import wilson_interval
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run

# Tenths give ties and fall on the bounds of the bins; any other number does neither.
_PROBABILITY = st.integers(0, 10).map(lambda tenths: tenths / 10) | st.floats(0, 1)
_ANSWERS = st.lists(st.tuples(_PROBABILITY, st.booleans()), min_size=1, max_size=60)

Answers = list[tuple[float, bool]]

untimed = settings(deadline=None)  # a busy machine is no failure


def _columns(answers: Answers) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    proba, own = zip(*answers, strict=True)
    return np.array(proba), np.array(own)


@pytest.fixture(scope="module")
def reference() -> Run:
    return load_run("reference")


@untimed
@given(_ANSWERS, st.integers(1, 20))
def test_reliability_is_that_of_a_slow_loop(answers: Answers, bins: int) -> None:
    found = reliability(*_columns(answers), bins=bins)
    expected: list[tuple[float, int, float, float]] = []
    for k in range(bins):
        low, high = k / bins, (k + 1) / bins
        inside = [a for a in answers if low <= a[0] and (a[0] < high or k == bins - 1)]
        if n := len(inside):
            predicted, came_true = sum(p for p, _ in inside), sum(own for _, own in inside)
            expected.append((low, n, predicted / n, came_true / n))
    assert len(found.bins) == len(expected)
    for b, (low, count, predicted, observed) in zip(found.bins, expected, strict=True):
        assert (b.low, b.high, b.answers) == (low, pytest.approx(low + 1 / bins), count)
        assert (b.predicted, b.observed) == pytest.approx((predicted, observed))
        assert b.interval == wilson_interval(round(observed * count), count)
    error = sum(n * abs(p - o) for _, n, p, o in expected) / len(answers)
    assert found.error == pytest.approx(error)


@untimed
@given(_ANSWERS)
def test_saying_in_every_bin_what_comes_true_has_no_error(answers: Answers) -> None:
    _, own = _columns(answers)
    assert reliability(np.full(len(own), own.mean()), own).error == pytest.approx(0, abs=1e-12)


def test_without_answers_there_is_no_calibration() -> None:
    with pytest.raises(ValueError, match="Without answers"):
        reliability(np.zeros(0), np.zeros(0, dtype=bool))


def test_the_top_label_is_judged_once_a_picture_and_a_member_at_every_picture() -> None:
    proba, y = np.array([[0.8, 0.3], [0.6, 0.9]]), np.array(["a", "a"])
    top, members = (
        measure(proba, y, ["a", "b"]) for measure in (top_label_reliability, member_reliability)
    )
    assert _said(top) == [(0.8, 1), (0.9, 0)]
    assert _said(members) == [(0.3, 0), (0.6, 1), (0.8, 1), (0.9, 0)]
    assert top.error == pytest.approx((0.2 + 0.9) / 2)
    assert members.error == pytest.approx((0.3 + 0.4 + 0.2 + 0.9) / 4)


def _said(found: Reliability) -> list[tuple[float, float]]:
    return [(round(b.predicted, 9), b.observed) for b in found.bins]


def test_who_says_yes_ties_out_with_the_stored_counts_and_accuracy(reference: Run) -> None:
    scores, metrics = reference.test_scores, reference.metrics("multi")
    none, one, several = yes_groups(scores["multi"], scores["labels"], reference.classes)
    assert metrics.binary is not None
    counts = metrics.binary.yes_counts
    assert (none.pictures, one.pictures, several.pictures) == (*counts[:2], sum(counts[2:]))
    assert none.right + one.right + several.right == metrics.right


@untimed
@given(
    st.lists(st.lists(_PROBABILITY, min_size=3, max_size=3), min_size=1, max_size=40),
    st.floats(0, 0.99),
)
def test_a_threshold_refuses_no_more_than_its_share_and_the_next_one_does(
    rows: list[list[float]], share: float
) -> None:
    proba = np.array(rows)
    threshold = rejection_threshold(proba, share)
    assert is_rejected(proba, threshold).sum() <= share * len(proba)
    assert is_rejected(proba, np.nextafter(threshold, 2)).sum() > share * len(proba)


@untimed
@given(st.lists(st.lists(_PROBABILITY, min_size=3, max_size=3), min_size=1, max_size=40))
def test_refused_at_one_half_is_where_no_member_says_yes(rows: list[list[float]]) -> None:
    proba = np.array(rows)
    np.testing.assert_array_equal(is_rejected(proba), (proba >= YES).sum(axis=1) == 0)
