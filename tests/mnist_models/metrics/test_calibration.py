"""What the probabilities are worth, against scikit-learn and against slow loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from mnist_models.metrics.calibration import (
    Reliability,
    is_rejected,
    member_reliability,
    rejection_threshold,
    reliability,
    top_label_reliability,
    yes_groups,
)
from mnist_models.metrics.roc import (
    Curve,
    precision_recall_curve,
    precision_recall_curves,
    roc_curve,
    roc_curves,
)
from mnist_models.metrics.scores import YES
from mnist_models.metrics.significance import wilson_interval
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run

# Tenths give ties and fall on the bounds of the bins; any other number does neither.
_PROBABILITY = st.integers(0, 10).map(lambda tenths: tenths / 10) | st.floats(0, 1)
_ANSWERS = st.lists(st.tuples(_PROBABILITY, st.booleans()), min_size=1, max_size=60)
_BOTH_SIDES = _ANSWERS.filter(lambda answers: len({own for _, own in answers}) == 2)

Answers = list[tuple[float, bool]]

untimed = settings(deadline=None)  # a busy machine is no failure


def _columns(answers: Answers) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    proba, own = zip(*answers, strict=True)
    return np.array(proba), np.array(own)


@pytest.fixture(scope="module")
def reference() -> Run:
    return load_run("reference")


@untimed
@given(_BOTH_SIDES)
def test_areas_are_those_of_scikit_learn(answers: Answers) -> None:
    proba, own = _columns(answers)
    roc, precision_recall = roc_curve(proba, own), precision_recall_curve(proba, own)
    assert roc is not None
    assert precision_recall is not None
    assert roc.area == pytest.approx(roc_auc_score(own, proba))
    assert precision_recall.area == pytest.approx(average_precision_score(own, proba))


@untimed
@given(_BOTH_SIDES, st.floats(0, 1))
def test_every_point_is_what_the_model_does_at_its_threshold(
    answers: Answers, threshold: float
) -> None:
    proba, own = _columns(answers)
    roc, precision_recall = roc_curve(proba, own), precision_recall_curve(proba, own)
    assert roc is not None
    assert precision_recall is not None
    for limit in (threshold, *roc.thresholds):
        yes = proba >= limit
        hits, alarms = (yes & own).sum(), (yes & ~own).sum()
        assert roc.at(limit) == pytest.approx((alarms / (~own).sum(), hits / own.sum()))
        precision = hits / yes.sum() if yes.any() else 1
        assert precision_recall.at(limit) == pytest.approx((hits / own.sum(), precision))


@untimed
@given(_BOTH_SIDES)
def test_a_roc_curve_rises_from_nothing_to_everything(answers: Answers) -> None:
    curve = roc_curve(*_columns(answers))
    assert curve is not None
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    assert (np.diff(curve.x) >= 0).all()
    assert (np.diff(curve.y) >= 0).all()
    assert (np.diff(curve.thresholds) < 0).all()


@untimed
@given(_BOTH_SIDES)
def test_saying_the_opposite_turns_the_roc_area_over(answers: Answers) -> None:
    proba, own = _columns(answers)
    tenths = np.round(proba, 1)  # so that 1 - p keeps the ties
    curve, opposite = roc_curve(tenths, own), roc_curve(np.round(1 - tenths, 1), own)
    assert curve is not None
    assert opposite is not None
    assert curve.area + opposite.area == pytest.approx(1)


@pytest.mark.parametrize("own", [[True, True], [False, False], []])
def test_without_pictures_of_both_sides_there_is_no_curve(own: list[bool]) -> None:
    proba, truth = np.full(len(own), 0.3), np.array(own, dtype=bool)
    assert roc_curve(proba, truth) is None
    assert precision_recall_curve(proba, truth) is None


def test_a_class_that_no_picture_shows_has_no_curve_and_the_others_have_theirs() -> None:
    proba = np.array([[0.9, 0.2, 0.1], [0.1, 0.6, 0.2], [0.4, 0.7, 0.9]])
    for curves in (roc_curves, precision_recall_curves):
        first, second, absent = curves(proba, np.array(["a", "b", "b"]), ["a", "b", "c"])
        assert absent is None
        assert first is not None
        assert second is not None
        assert (first.area, second.area) == (1, 1)


@untimed
@given(_BOTH_SIDES, st.integers(2, 30))
def test_a_thinned_curve_has_few_of_the_points_and_both_ends(answers: Answers, limit: int) -> None:
    curve = roc_curve(*_columns(answers))
    assert curve is not None
    thin = curve.thinned(limit)
    points = list(zip(thin.x, thin.y, thin.thresholds, strict=True))
    whole = list(zip(curve.x, curve.y, curve.thresholds, strict=True))
    assert len(points) <= limit
    assert set(points) <= set(whole)
    assert (points[0], points[-1]) == (whole[0], whole[-1])
    assert thin.area == curve.area


def test_a_thinned_curve_stays_close_to_the_whole_one(reference: Run) -> None:
    scores = reference.test_scores
    for curve in roc_curves(scores["multi"], scores["labels"], reference.classes):
        assert isinstance(curve, Curve)
        thin = curve.thinned()
        # Both coordinates only grow, so their sum says how far along the curve a point is.
        drawn = np.interp(curve.x + curve.y, thin.x + thin.y, thin.y)
        assert np.abs(drawn - curve.y).max() <= 0.01


def test_at_one_half_the_curve_meets_the_stored_recall_and_false_alarms(reference: Run) -> None:
    binary, scores = reference.metrics("multi").binary, reference.test_scores
    assert binary is not None
    curves = roc_curves(scores["multi"], scores["labels"], reference.classes)
    stored = list(zip(binary.false_alarm_rate, binary.recall, strict=True))
    np.testing.assert_allclose([curve.at() for curve in curves if curve], stored)


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
