"""The curves that are stored, against scikit-learn's whole ones and against counting."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from mnist_models.metrics.roc import (
    Curves,
    ThresholdCurve,
    curve_arrays,
    curves_in,
    threshold_curves,
)
from mnist_models.metrics.scores import YES
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run

# Tenths give ties; any other number hardly ever does.
_PROBABILITY = st.integers(0, 10).map(lambda tenths: tenths / 10) | st.floats(0, 1, width=32)
_ANSWERS = st.lists(st.tuples(_PROBABILITY, st.booleans()), min_size=2, max_size=60)
_BOTH_SIDES = _ANSWERS.filter(lambda answers: len({own for _, own in answers}) == 2)

Answers = list[tuple[float, bool]]

untimed = settings(deadline=None)  # a busy machine is no failure


def _columns(answers: Answers) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    said, own = zip(*answers, strict=True)
    return np.array(said, np.float32), np.array(own)


def _curves(answers: Answers) -> tuple[ThresholdCurve, ThresholdCurve]:
    """The ROC and the precision-recall curve of one question."""
    said, own = _columns(answers)
    curves = threshold_curves(said[:, np.newaxis], own, [True])
    (roc,), (precision_recall,) = curves["roc"], curves["precision_recall"]
    assert roc is not None
    assert precision_recall is not None
    return roc, precision_recall


def _at(answers: Answers, threshold: float) -> tuple[float, float, float]:
    """False alarms, recall and precision, counted."""
    said, own = _columns(answers)
    yes = said >= threshold
    hits, alarms = (yes & own).sum(), (yes & ~own).sum()
    return alarms / (~own).sum(), hits / own.sum(), hits / yes.sum() if yes.any() else 1.0


@pytest.fixture(scope="module")
def reference() -> Run:
    return load_run("reference")


@untimed
@given(_BOTH_SIDES)
def test_areas_are_those_of_scikit_learn(answers: Answers) -> None:
    (said, own), (roc, precision_recall) = _columns(answers), _curves(answers)
    assert roc.area == pytest.approx(metrics.roc_auc_score(own, said))
    assert precision_recall.area == pytest.approx(metrics.average_precision_score(own, said))


@untimed
@given(_BOTH_SIDES)
def test_every_point_is_what_the_model_does_at_its_threshold(answers: Answers) -> None:
    roc, precision_recall = _curves(answers)
    for curve in (roc, precision_recall):
        assert YES in curve.thresholds
        for x, y, threshold in zip(curve.x, curve.y, curve.thresholds, strict=True):
            alarms, recall, precision = _at(answers, threshold)
            expected = (alarms, recall) if curve is roc else (recall, precision)
            assert (x, y) == pytest.approx(expected)
            assert curve.at(float(threshold)) == pytest.approx(expected)


@untimed
@given(_BOTH_SIDES)
def test_no_corner_of_the_whole_curves_is_missing(answers: Answers) -> None:
    """What scikit-learn gives without leaving anything out lies on the lines between our points."""
    (said, own), (roc, precision_recall) = _columns(answers), _curves(answers)
    x, y, _ = metrics.roc_curve(own, said, drop_intermediate=False)
    # Both coordinates only grow, so their sum says how far along the curve a point is.
    drawn = np.interp(x + y, roc.x + roc.y, roc.y)
    np.testing.assert_allclose(drawn, y, atol=1e-6)
    precision, recall, _ = metrics.precision_recall_curve(own, said, drop_intermediate=False)
    for level in np.unique(recall):  # a vertical piece for each
        whole = precision[recall == level][::-1]
        ours = precision_recall.y[np.isclose(precision_recall.x, level)]
        assert (ours[0], ours[-1]) == pytest.approx((whole[0], whole[-1]))


@untimed
@given(_BOTH_SIDES)
def test_a_curve_begins_where_nothing_is_said_and_ends_where_everything_is(
    answers: Answers,
) -> None:
    roc, precision_recall = _curves(answers)
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert (np.diff(roc.y) >= 0).all()
    assert (precision_recall.x[0], precision_recall.y[0], precision_recall.x[-1]) == (0, 1, 1)
    for curve in (roc, precision_recall):
        assert {each.dtype for each in (curve.x, curve.y, curve.thresholds)} == {np.dtype("f4")}
        assert (np.diff(curve.x) >= 0).all()
        assert curve.thresholds[0] == np.inf
        assert (np.diff(curve.thresholds) <= 0).all()


@untimed
@given(_BOTH_SIDES)
def test_saying_the_opposite_turns_the_roc_area_over(answers: Answers) -> None:
    tenths = [(round(said, 1), own) for said, own in answers]  # so that 1 - p keeps the ties
    opposite = [(round(1 - said, 1), own) for said, own in tenths]
    assert _curves(tenths)[0].area + _curves(opposite)[0].area == pytest.approx(1)


@pytest.mark.parametrize("own", [[True, True], [False, False], []])
def test_without_pictures_of_both_sides_there_is_no_curve(own: list[bool]) -> None:
    curves = threshold_curves(np.full((len(own), 1), 0.3), np.array(own, dtype=bool), [True])
    assert curves == {"roc": [None], "precision_recall": [None]}
    assert _stored(curves) == curves


def test_a_class_that_no_picture_shows_has_no_curve_and_the_others_have_theirs() -> None:
    proba = np.array([[0.9, 0.2, 0.1], [0.1, 0.6, 0.2], [0.4, 0.7, 0.9]])
    curves = threshold_curves(proba, np.array(["a", "b", "b"]), ["a", "b", "c"])
    for found in (curves, _stored(curves)):
        for first, second, absent in found.values():
            assert absent is None
            assert first is not None
            assert second is not None
            assert (first.area, second.area) == (1, 1)


def _stored(curves: Curves) -> Curves:
    """What comes back from a file that holds these, and others beside."""
    file = io.BytesIO()
    other = threshold_curves(np.array([[0.2], [0.8]]), np.array([0, 1]), [1])
    np.savez_compressed(file, allow_pickle=False, **curve_arrays({"other": other, "multi": curves}))
    file.seek(0)
    with np.load(file, allow_pickle=False) as opened:
        loaded = dict(opened)
    assert curves_in(loaded, "single") is None
    found = curves_in(loaded, "multi")
    assert found is not None
    return found


@untimed
@given(st.lists(st.tuples(_PROBABILITY, _PROBABILITY, st.integers(0, 2)), min_size=1, max_size=60))
def test_a_file_keeps_every_point(answers: list[tuple[float, float, int]]) -> None:
    first, second, labels = (np.array(column) for column in zip(*answers, strict=True))
    curves = threshold_curves(np.stack([first, second, first], axis=1), labels, [0, 1, 5])
    stored = _stored(curves)
    assert list(stored) == list(curves)
    for kind, ours in curves.items():
        for one, other in zip(ours, stored[kind], strict=True):
            assert (one is None) == (other is None)
            if one and other:
                assert one.area == other.area
                for name in ("x", "y", "thresholds"):
                    np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@untimed
@given(_BOTH_SIDES, st.integers(2, 30))
def test_a_thinned_curve_has_few_of_the_points_and_both_ends(answers: Answers, limit: int) -> None:
    curve, _ = _curves(answers)
    thin = curve.thinned(limit)
    points = list(zip(thin.x, thin.y, thin.thresholds, strict=True))
    whole = list(zip(curve.x, curve.y, curve.thresholds, strict=True))
    assert len(points) <= limit
    assert set(points) <= set(whole)
    assert (points[0], points[-1]) == (whole[0], whole[-1])
    assert thin.area == curve.area


def test_a_thinned_curve_stays_close_to_the_whole_one(reference: Run) -> None:
    curves = reference.curves("multi")
    assert curves is not None
    for curve in curves["roc"]:
        assert curve is not None
        thin = curve.thinned()
        drawn = np.interp(curve.x + curve.y, thin.x + thin.y, thin.y)
        assert np.abs(drawn - curve.y).max() <= 0.01


def test_at_one_half_the_curve_meets_the_stored_recall_and_false_alarms(reference: Run) -> None:
    binary, curves = reference.metrics("multi").binary, reference.curves("multi")
    assert binary is not None
    assert curves is not None
    stored = list(zip(binary.false_alarm_rate, binary.recall, strict=True))
    np.testing.assert_allclose([curve.at() for curve in curves["roc"] if curve], stored, rtol=1e-6)


def test_the_shipped_curves_are_those_of_the_stored_scores(reference: Run) -> None:
    scores, shipped = reference.test_scores, reference.curves("multi")
    assert shipped is not None
    now = threshold_curves(scores["multi"], scores["labels"], reference.classes)
    for kind, curves in now.items():
        for curve, stored in zip(curves, shipped[kind], strict=True):
            assert curve is not None
            assert stored is not None
            assert stored.area == pytest.approx(curve.area)
            assert stored.at() == pytest.approx(curve.at())
