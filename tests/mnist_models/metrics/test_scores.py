import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as sk

from mnist_models.learning.sampling import stream, undersample
from mnist_models.metrics.scores import Metrics, evaluate
from mnist_models.metrics.significance import (
    PairedMetrics,
    difference_margin,
    median_interval,
    wilson_interval,
)

CLASSES = np.arange(4)


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return np.random.default_rng(0).choice(4, size=400, p=[0.4, 0.3, 0.2, 0.1])


@pytest.fixture(scope="module")
def proba(labels: np.ndarray) -> np.ndarray:
    """Probabilities that lean towards the right class, as those of binary models."""
    noise = np.random.default_rng(1).uniform(0, 1, (400, 4))
    return 0.6 * noise + 0.4 * (labels[:, np.newaxis] == CLASSES)


@pytest.fixture(scope="module")
def answers(proba: np.ndarray) -> np.ndarray:
    return proba.argmax(axis=1)


@pytest.fixture(scope="module")
def result(proba: np.ndarray, labels: np.ndarray) -> Metrics:
    return evaluate(proba, labels, CLASSES, one_vs_rest=True)


def test_the_confusion_matrix_is_that_of_pandas_and_scikit_learn(
    result: Metrics, labels: np.ndarray, answers: np.ndarray
) -> None:
    crosstab = pd.crosstab(labels, answers)
    np.testing.assert_array_equal(result.confusion, crosstab.to_numpy())
    np.testing.assert_array_equal(result.confusion, sk.confusion_matrix(labels, answers))
    assert np.sum(result.confusion) == result.rows == 400


def test_accuracy_is_the_share_of_the_diagonal(
    result: Metrics, labels: np.ndarray, answers: np.ndarray
) -> None:
    assert result.accuracy == sk.accuracy_score(labels, answers)
    assert result.accuracy == np.trace(np.array(result.confusion)) / 400
    assert 0.3 < result.accuracy < 0.99  # both right and wrong answers were counted
    right = int((labels == answers).sum())
    assert result.accuracy_interval == list(wilson_interval(right, 400))


def test_precision_recall_and_f1_are_those_of_scikit_learn(
    result: Metrics, labels: np.ndarray, answers: np.ndarray
) -> None:
    for k in CLASSES:
        true, said = labels == k, answers == k
        assert result.precision[k] == pytest.approx(sk.precision_score(true, said))
        assert result.recall[k] == pytest.approx(sk.recall_score(true, said))
        assert result.f1[k] == pytest.approx(sk.f1_score(true, said))


def test_recall_intervals_are_those_of_the_counts(result: Metrics) -> None:
    table = np.array(result.confusion)
    expected = [wilson_interval(table[k, k], table[k].sum()) for k in CLASSES]
    np.testing.assert_allclose(result.recall_interval, expected)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(deadline=None)
def test_the_wilson_interval_is_that_of_scipy(case: tuple[int, int]) -> None:
    successes, trials = case
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    low, high = wilson_interval(successes, trials)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= low <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= high <= 1


def test_nothing_is_known_of_a_share_of_nothing() -> None:
    assert wilson_interval(0, 0) == (0, 1)


@pytest.mark.parametrize(("share", "trials"), [(0.97, 360), (0.97, 10_000), (0.5, 100), (1.0, 360)])
def test_two_samples_of_the_same_lie_within_the_margin_in_95_of_100_cases(
    share: float, trials: int
) -> None:
    rng = stream(0, "samples", "margin")
    first, second = rng.binomial(trials, share, (2, 20_000)) / trials
    within = (abs(first - second) <= difference_margin(share, trials)).mean()
    assert 0.94 <= within <= 1.0
    if share < 1 and trials >= 1000:
        assert within <= 0.96


@given(only_first=st.integers(0, 300), only_second=st.integers(0, 300))
@settings(deadline=None)
def test_the_paired_test_is_the_exact_mcnemar_test(only_first: int, only_second: int) -> None:
    """SciPy's binomial test of a fair coin is the same test."""
    tosses = only_first + only_second
    expected = binomtest(only_first, tosses).pvalue if tosses else 1.0
    for both, neither in ((0, 0), (9_000, 5)):
        paired = PairedMetrics(both, only_first, only_second, neither)
        assert paired.mcnemar_p == pytest.approx(expected, rel=1e-9)
        assert paired.rows == both + tosses + neither


def test_a_paired_test_of_many_pictures_is_a_number() -> None:
    assert PairedMetrics(0, 30_000, 30_000, 0).mcnemar_p == 1
    assert 0 < PairedMetrics(0, 4_900, 5_100, 0).mcnemar_p < 0.05
    assert PairedMetrics(0, 10_000, 0, 0).mcnemar_p == pytest.approx(0, abs=1e-300)


def test_balanced_accuracy_is_the_mean_over_many_balanced_subsets(
    result: Metrics, proba: np.ndarray, labels: np.ndarray
) -> None:
    assert result.binary is not None
    for k in CLASSES:
        positive = labels == k
        right = (proba[:, k] >= 0.5) == positive
        subsets = [undersample(positive, stream(seed, k, "test")) for seed in range(400)]
        mean = np.mean([right[rows].mean() for rows in subsets])
        assert result.binary.balanced_accuracy[k] == pytest.approx(mean, abs=0.005)
        expected = sk.balanced_accuracy_score(positive, proba[:, k] >= 0.5)
        assert result.binary.balanced_accuracy[k] == pytest.approx(expected)


def test_binary_recall_and_false_alarms_are_shares_of_their_own_side(
    result: Metrics, proba: np.ndarray, labels: np.ndarray
) -> None:
    assert result.binary is not None
    for k in CLASSES:
        yes = proba[:, k] >= 0.5
        assert result.binary.recall[k] == pytest.approx(yes[labels == k].mean())
        assert result.binary.false_alarm_rate[k] == pytest.approx(yes[labels != k].mean())


def test_exactly_one_half_is_a_yes() -> None:
    proba = np.array([[0.5, 0.4999], [0.5, 0.5]])
    binary = evaluate(proba, np.array([0, 1]), np.arange(2), one_vs_rest=True).binary
    assert binary is not None
    assert binary.yes_counts == [0, 1, 1]
    assert binary.recall == [1, 1]
    assert binary.false_alarm_rate == [1, 0]


def test_the_counts_of_yes_sum_to_the_pictures(result: Metrics, proba: np.ndarray) -> None:
    assert result.binary is not None
    assert len(result.binary.yes_counts) == 5
    assert sum(result.binary.yes_counts) == 400
    expected = [int(((proba >= 0.5).sum(axis=1) == count).sum()) for count in range(5)]
    assert result.binary.yes_counts == expected


def test_a_single_model_has_no_binary_models(proba: np.ndarray, labels: np.ndarray) -> None:
    assert evaluate(proba, labels, CLASSES, one_vs_rest=False).binary is None


@pytest.mark.parametrize("one_vs_rest", [True, False])
def test_metrics_round_trip_through_json(
    one_vs_rest: bool, proba: np.ndarray, labels: np.ndarray
) -> None:
    metrics = evaluate(proba, labels, CLASSES, one_vs_rest=one_vs_rest)
    text = json.dumps(metrics.to_json(), allow_nan=False)
    assert Metrics.from_json(json.loads(text)) == metrics


@pytest.mark.parametrize("change", [{"accuracy": None}, {"colour": 1}, {"binary": {"recall": []}}])
def test_metrics_with_missing_or_unknown_fields_are_refused(
    change: dict[str, object], result: Metrics
) -> None:
    values = {**result.to_json(), **change}
    values = {name: value for name, value in values.items() if value is not None}
    with pytest.raises(TypeError):
        Metrics.from_json(values)


def test_a_class_without_pictures_has_a_row_of_zeros_and_an_open_interval() -> None:
    y = np.array([0, 1, 1, 3])
    metrics = evaluate(np.eye(4), y, CLASSES, one_vs_rest=True)
    assert metrics.confusion[2] == [0, 0, 0, 0]
    assert metrics.recall[2] == metrics.precision[2] == metrics.f1[2] == 0
    assert metrics.recall_interval[2] == [0, 1]
    assert metrics.accuracy == 0.75
    json.dumps(metrics.to_json(), allow_nan=False)  # every number is finite


def test_classes_can_be_words_and_keep_the_order_of_the_columns() -> None:
    classes = np.array(["star", "heart"])
    y = np.array(["heart", "heart", "star"])
    proba = np.array([[0.1, 0.9], [0.8, 0.2], [0.7, 0.3]])
    metrics = evaluate(proba, y, classes, one_vs_rest=True)
    assert metrics.confusion == [[1, 0], [1, 1]]
    assert metrics.recall == [1, 0.5]


def test_95_of_100_intervals_of_a_median_hold_it() -> None:
    rng = np.random.default_rng(0)
    samples = rng.exponential(size=(2_000, 101))
    held = [low <= np.log(2) <= high for low, high in map(median_interval, samples.tolist())]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)
    assert median_interval([3.0]) == (3, 3)
