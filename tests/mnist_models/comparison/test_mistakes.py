"""Which test pictures stand behind a number, and the order of classes by confusion."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_models.comparison.contenders import Duel, Outcome, contenders, contenders_of
from mnist_models.comparison.mistakes import (
    cell_rows,
    differing_rows,
    order_by_confusion,
    outcome_rows,
)
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run

OUTCOMES: tuple[Outcome, ...] = ("both_right", "only_first", "only_second", "both_wrong")


class Scores:
    """As much of a run as a duel needs."""

    def __init__(self, labels: list[int], *probas: list[list[float]]) -> None:
        classes = list(range(len(probas[0][0])))
        self.classes: list[Any] = classes
        self.test_scores = {
            "labels": np.array(labels),
            "single": np.array(probas[0], np.float32),
            "multi": np.array(probas[1], np.float32),
        }


def _duel(labels: list[int], first: list[list[float]], second: list[list[float]]) -> Duel:
    from mnist_models.comparison.contenders import Contender

    run: Any = Scores(labels, first, second)
    return Duel(Contender(run, "single"), Contender(run, "multi"))


@pytest.fixture
def duel(tiny_run: Run) -> Duel:
    return Duel.of(*contenders_of(tiny_run))


# The pictures behind a cell


def test_a_mistake_is_the_worse_the_more_probable_it_was_held() -> None:
    sure, likely, guess = [0.1, 0.9], [0.3, 0.7], [0.45, 0.55]
    right = [0.8, 0.2]
    duel = _duel([0, 0, 0, 0, 1], [likely, guess, sure, right, sure], [right] * 5)
    assert cell_rows(duel, duel.first, 0, 1).tolist() == [2, 0, 1]


def test_what_is_right_is_listed_with_the_least_sure_answer_first() -> None:
    duel = _duel([0, 0, 0], [[0.9, 0.1], [0.6, 0.4], [0.7, 0.3]], [[0.9, 0.1]] * 3)
    assert cell_rows(duel, duel.first, 0, 0).tolist() == [1, 2, 0]


def test_equal_ones_are_listed_by_their_number() -> None:
    duel = _duel([0] * 20, [[0.2, 0.8]] * 20, [[0.2, 0.8]] * 20)
    assert cell_rows(duel, duel.second, 0, 1).tolist() == list(range(20))


def test_every_picture_is_in_one_cell_of_each_contender(duel: Duel) -> None:
    for contender in (duel.first, duel.second):
        confusion = np.array(contender.metrics.confusion)
        cells = [(t, a) for t in range(10) for a in range(10)]
        rows = {cell: cell_rows(duel, contender, *cell) for cell in cells}
        assert [len(rows[cell]) for cell in cells] == confusion.ravel().tolist()
        every = np.concatenate(list(rows.values()))
        assert sorted(every) == list(range(contender.metrics.rows))


def test_the_pictures_of_a_difference_are_those_that_only_one_answers_so(duel: Duel) -> None:
    first, second = (np.array(c.metrics.confusion) for c in (duel.first, duel.second))
    for true, answer in np.ndindex(10, 10):
        rows = differing_rows(duel, true, answer)
        assert (duel.labels[rows] == true).all()
        gives = [c.answers[rows] == answer for c in (duel.first, duel.second)]
        assert (gives[0] != gives[1]).all()
        assert gives[0].sum() - gives[1].sum() == (first - second)[true, answer]


def test_a_difference_is_sorted_by_who_gives_the_answer() -> None:
    yes, sure, right = [0.4, 0.6], [0.05, 0.95], [0.99, 0.01]
    duel = _duel([0, 0, 0, 0], [yes, right, sure, right], [right, sure, sure, right])
    assert differing_rows(duel, 0, 1).tolist() == [1, 0]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_has_as_many_pictures_as_the_paired_test_counts(
    duel: Duel, outcome: Outcome
) -> None:
    rows = outcome_rows(duel, outcome)
    assert len(rows) == getattr(duel.paired, outcome)
    assert len(set(rows)) == len(rows)


def test_outcomes_are_sorted_by_the_surest_mistake_or_the_least_sure_right_answer() -> None:
    right, doubt = [0.99, 0.01], [0.6, 0.4]
    wrong, surely_wrong = [0.4, 0.6], [0.1, 0.9]
    duel = _duel(
        [0] * 6,
        [right, doubt, right, wrong, wrong, surely_wrong],
        [right, right, surely_wrong, right, surely_wrong, wrong],
    )
    assert outcome_rows(duel, "both_right").tolist() == [1, 0]
    assert outcome_rows(duel, "only_first").tolist() == [2]
    assert outcome_rows(duel, "only_second").tolist() == [3]
    assert outcome_rows(duel, "both_wrong").tolist() == [4, 5]
    swapped = Duel(duel.second, duel.first)
    assert outcome_rows(swapped, "only_first").tolist() == [3]


# Recomputed with other tools, on what is shipped


@pytest.mark.parametrize("name", run_names())
def test_stored_matrices_are_those_of_pandas_and_scikit_learn(name: str) -> None:
    from sklearn.metrics import accuracy_score, confusion_matrix

    run = load_run(name)
    labels = pd.Series(run.test_scores["labels"], name="true")
    for contender in contenders_of(run):
        answers = pd.Series(contender.answers, name="answer")
        ours = np.array(contender.metrics.confusion)
        theirs = pd.crosstab(labels, answers).reindex(
            index=run.classes, columns=run.classes, fill_value=0
        )
        assert np.array_equal(ours, theirs.to_numpy())
        assert np.array_equal(ours, confusion_matrix(labels, answers, labels=run.classes))
        assert ours.sum() == contender.metrics.rows == run.manifest["dataset"]["test_rows"]
        assert ours.trace() / ours.sum() == contender.metrics.accuracy
        assert contender.metrics.accuracy == accuracy_score(labels, answers)


def test_the_pictures_behind_shipped_cells_are_those_of_a_query_in_pandas() -> None:
    first, second = (contenders()[key] for key in ("reference.single", "reference.multi"))
    duel = Duel.of(first, second)
    table = pd.DataFrame({"true": duel.labels, "one": first.answers, "two": second.answers})
    table["sure"] = first.proba.max(axis=1)
    for true, answer in ((4, 9), (9, 4), (7, 2), (3, 3)):
        cell = table.query("true == @true and one == @answer")
        expected = cell.sort_values("sure", ascending=true == answer, kind="stable").index
        assert cell_rows(duel, first, true, answer).tolist() == expected.tolist()
        only = table.query("true == @true and (one == @answer) != (two == @answer)").index
        assert sorted(differing_rows(duel, true, answer)) == only.tolist()


# The order by confusion


@settings(deadline=None)
@given(st.integers(0, 12).flatmap(lambda k: arrays(np.int64, (k, k), elements=st.integers(0, 50))))
def test_the_order_is_a_permutation_that_does_not_depend_on_the_direction(
    confusion: np.ndarray,
) -> None:
    order = order_by_confusion(confusion)
    assert sorted(order) == list(range(len(confusion)))
    assert order_by_confusion(confusion.T).tolist() == order.tolist()


@settings(deadline=None)
@given(arrays(np.int64, (6, 6), elements=st.integers(0, 50)))
def test_the_pair_with_the_most_mistakes_stands_side_by_side(confusion: np.ndarray) -> None:
    mistakes = confusion + confusion.T
    np.fill_diagonal(mistakes, 0)
    order = order_by_confusion(confusion)
    neighbours = [mistakes[a, b] for a, b in pairwise(order)]
    assert max(neighbours) == mistakes.max()


def test_a_chain_of_confusions_is_laid_out_as_a_chain() -> None:
    confusion = np.diag([90, 90, 90, 90, 90])
    for rank, (a, b) in enumerate([(0, 3), (3, 1), (1, 4), (4, 2)]):
        confusion[a, b] = 10 - rank
    assert order_by_confusion(confusion).tolist() == [0, 3, 1, 4, 2]


def test_without_mistakes_the_order_stays() -> None:
    assert order_by_confusion(np.diag([5, 5, 5, 5])).tolist() == [0, 1, 2, 3]
