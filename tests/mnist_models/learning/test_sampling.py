import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.learning.sampling import (
    SAMPLING_TITLES,
    STRATEGIES,
    balanced_weights,
    every_row,
    hard_undersample,
    oversample,
    pack_rows,
    stream,
    undersample,
    unpack_rows,
)
from mnist_models.metrics.calibration import correct_prior
from mnist_models.translation import speaking

SIDES = hnp.arrays(np.bool_, st.integers(2, 200)).filter(lambda p: p.any() and not p.all())
SEEDS = st.integers(0, 2**32 - 1)
LABELS = st.one_of(st.integers(-5, 300), st.text(max_size=10))


@given(positive=SIDES, seed=SEEDS, label=LABELS)
def test_all_positives_and_as_many_distinct_negatives_are_drawn(
    positive: np.ndarray, seed: int, label: object
) -> None:
    rows = undersample(positive, stream(seed, label, "rows"))
    assert len(np.unique(rows)) == len(rows)
    assert set(rows[positive[rows]]) == set(np.flatnonzero(positive))
    assert (~positive[rows]).sum() == min(positive.sum(), (~positive).sum())


@given(positive=SIDES, seed=SEEDS, label=LABELS)
def test_rows_are_reproducible_from_seed_and_label(
    positive: np.ndarray, seed: int, label: object
) -> None:
    first, second = (undersample(positive, stream(seed, label, "rows")) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_rows_are_shuffled_and_not_packed_by_class() -> None:
    positive = np.arange(1000) < 100
    rows = undersample(positive, stream(0, 3, "rows"))
    assert 30 < positive[rows[:100]].sum() < 70
    assert (np.diff(rows[positive[rows]]) < 0).any()
    assert (np.diff(rows[~positive[rows]]) < 0).any()


@pytest.mark.parametrize("other", [(0, 4, "rows"), (1, 3, "rows"), (0, 3, "weights")])
def test_another_label_seed_or_purpose_draws_other_rows(other: tuple[int, int, str]) -> None:
    positive = np.arange(1000) < 100
    rows = set(undersample(positive, stream(0, 3, "rows")))
    assert rows != set(undersample(positive, stream(*other)))


def test_every_negative_row_can_be_drawn() -> None:
    positive = np.arange(40) < 10
    drawn = np.concatenate([undersample(positive, stream(s, 0, "rows")) for s in range(40)])
    assert set(drawn) == set(range(40))


def test_a_members_rows_do_not_depend_on_other_members() -> None:
    labels = np.arange(100) % 10
    alone = undersample(labels == 3, stream(0, 3, "rows"))
    together = {k: undersample(labels == k, stream(0, k, "rows")) for k in (9, 1, 3)}
    np.testing.assert_array_equal(alone, together[3])


def test_classes_that_share_no_stream_draw_independently() -> None:
    draws = [tuple(stream(0, label, "rows").integers(0, 2**62, 2)) for label in range(100)]
    assert len(set(draws)) == 100


@pytest.mark.parametrize("positive", [np.zeros(5, bool), np.ones(5, bool), np.zeros(0, bool)])
def test_a_side_without_rows_is_refused_with_the_counts(positive: np.ndarray) -> None:
    expected = f"not {positive.sum()} positive and {(~positive).sum()} negative"
    with pytest.raises(ValueError, match=expected):
        undersample(positive, stream(0, 0, "rows"))


@given(positive=hnp.arrays(np.bool_, st.integers(0, 200)), seed=SEEDS)
def test_the_strategy_all_takes_every_row_once(positive: np.ndarray, seed: int) -> None:
    rows = every_row(positive, stream(seed, 0, "rows"))
    assert sorted(rows) == list(range(len(positive)))


def test_the_strategy_all_shuffles() -> None:
    assert (np.diff(every_row(np.zeros(100, bool), stream(0, 0, "rows"))) < 0).any()


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_draws_rows_of_the_set_and_says_what_it_does(name: str) -> None:
    positive = np.arange(50) % 5 == 0
    rows = STRATEGIES[name].draw(positive, stream(0, 0, "rows"))
    assert set(rows) <= set(range(50))
    assert set(np.flatnonzero(positive)) <= set(rows)
    assert STRATEGIES[name].summary


@given(st.integers(1, 50).flatmap(lambda n: st.tuples(
    st.just(n), st.lists(st.lists(st.integers(0, n - 1), max_size=n), min_size=1, max_size=11)
)))  # fmt: skip
def test_the_record_of_rows_round_trips(case: tuple[int, list[list[int]]]) -> None:
    n_rows, chosen = case
    packed = pack_rows([np.array(rows, dtype=np.int64) for rows in chosen], n_rows)
    assert packed.shape == (len(chosen), -(-n_rows // 8))
    assert packed.dtype == np.uint8
    seen = unpack_rows(packed, n_rows)
    assert [np.flatnonzero(member).tolist() for member in seen] == [sorted(set(c)) for c in chosen]


# Strategies beside undersampling


@given(positive=SIDES, seed=SEEDS)
def test_hard_undersampling_is_one_to_one_too(positive: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = hard_undersample(positive, rng, rng.random(len(positive)))
    assert len(np.unique(rows)) == len(rows)
    assert set(rows[positive[rows]]) == set(np.flatnonzero(positive))
    assert (~positive[rows]).sum() == min(positive.sum(), (~positive).sum())


def test_hard_undersampling_prefers_what_is_wrong_and_leaves_room_for_the_rest() -> None:
    positive = np.arange(2000) < 100
    wrong = (np.arange(2000) >= 100) & (np.arange(2000) < 170)
    proba = np.where(wrong, 0.99, 1e-6)
    rows = hard_undersample(positive, np.random.default_rng(0), proba)
    assert np.isin(np.flatnonzero(wrong), rows).all()  # 70 of them, which is seven in ten
    assert len(rows) == 200


def test_hard_undersampling_without_any_mistake_still_draws() -> None:
    positive = np.arange(200) < 50
    rows = hard_undersample(positive, np.random.default_rng(0), np.zeros(200))
    assert len(np.unique(rows)) == 100


@given(positive=SIDES, seed=SEEDS)
def test_oversampling_keeps_every_row_and_repeats_positives_only(
    positive: np.ndarray, seed: int
) -> None:
    rows = oversample(positive, np.random.default_rng(seed))
    counts = np.bincount(rows, minlength=len(positive))
    assert (counts[~positive] == 1).all()
    assert (counts[positive] >= 1).all()
    assert counts[positive].sum() == max(positive.sum(), (~positive).sum())


@given(positive=SIDES)
def test_balanced_weights_are_scikit_learns(positive: np.ndarray) -> None:
    from sklearn.utils.class_weight import compute_class_weight

    expected = compute_class_weight("balanced", classes=np.array([False, True]), y=positive)
    np.testing.assert_allclose(balanced_weights(positive), expected)


@given(
    proba=st.floats(0.001, 0.999),
    positives=st.integers(1, 500),
    negatives=st.integers(500, 5000),
)
def test_the_prior_correction_is_bayes_rule(proba: float, positives: int, negatives: int) -> None:
    """Balanced odds times the true ratio of the sides are the true odds."""
    rate = positives / negatives
    corrected = correct_prior(np.array([proba]), rate)[0]
    odds = proba / (1 - proba) * rate
    assert corrected == pytest.approx(odds / (1 + odds))


def test_the_prior_correction_keeps_the_order_and_the_ends() -> None:
    proba = np.linspace(0, 1, 101)
    corrected = correct_prior(proba, 1 / 9)
    assert (np.diff(corrected) > 0).all()
    np.testing.assert_allclose(corrected[[0, -1]], [0, 1])
    np.testing.assert_allclose(correct_prior(proba, 1.0), proba)


@pytest.mark.parametrize("rate", [0.0, -1.0, 1.5, float("nan")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        correct_prior(np.array([0.5]), rate)


def test_every_strategy_has_a_name_in_each_language() -> None:
    assert list(SAMPLING_TITLES) == list(STRATEGIES)
    with speaking("zh-TW"):
        assert not set(SAMPLING_TITLES.values()) & set(STRATEGIES)
    assert list(SAMPLING_TITLES.values()) == list(STRATEGIES)  # as the command line has them
