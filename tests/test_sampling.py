import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.sampling import (
    STRATEGIES,
    every_row,
    pack_rows,
    stream,
    undersample,
    unpack_rows,
)

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
    assert positive[rows].sum() == 10
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
