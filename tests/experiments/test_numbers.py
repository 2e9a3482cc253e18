"""The experiment on numbers: how they are composed, and what is counted."""

from pathlib import Path

import numpy as np
import pytest

from experiments.cut_weights import Judged, chains
from experiments.numbers import (
    BETWEEN,
    FITTED,
    HEIGHT,
    REPORTED,
    SPACINGS,
    Number,
    Spacing,
    entries,
    numbers_of,
    read_strokes,
)
from mnist_models.data.pen_digits import PenDigit, load_pen_digits
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import PAIR
from mnist_models.runs.registry import load_run
from mnist_models.segmentation.cuts import Cuttable
from mnist_models.segmentation.find_digits import groups_of
from mnist_models.segmentation.scoring import SHARING, WEIGHTS, best_chain, features


@pytest.fixture(scope="module")
def digits(pen_digits_file: Path) -> list[PenDigit]:
    del pen_digits_file
    return [digit for digit in load_pen_digits() if digit.writer in (3, 4)][::5]


def made(digits: list[PenDigit], spacing: Spacing, count: int = 6) -> list[Number]:
    return numbers_of(digits, spacing, count, "test")


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_number_is_one_writers_and_as_high_as_is_said(
    digits: list[PenDigit], spacing: Spacing
) -> None:
    numbers = made(digits, spacing)
    assert [number.writer for number in numbers] == [3, 4] * 3
    for number, again in zip(numbers, made(digits, spacing), strict=True):
        np.testing.assert_array_equal(number.picture, again.picture)
        rows = np.flatnonzero((number.picture >= 128).any(axis=1))
        assert HEIGHT - 3 <= np.ptp(rows) + 1 <= 1.1 * HEIGHT + 1


def test_gaps_are_between_the_columns_of_the_inks(digits: list[PenDigit]) -> None:
    for number in made(digits, "apart"):
        inked = (number.picture >= 128).any(axis=0)
        edges = np.flatnonzero(np.diff(inked.astype(int)))[1:-1].reshape(-1, 2)
        gaps = np.diff(edges, axis=1) / HEIGHT
        wide = gaps[gaps >= BETWEEN["apart"][0] - 0.02]
        assert len(wide) >= len(number.label) - 1
        assert gaps.max() <= BETWEEN["apart"][1] + 0.02


def test_what_is_pushed_together_is_one_piece(digits: list[PenDigit]) -> None:
    assert all(len(groups_of(number.picture)) == 1 for number in made(digits, "pushed", 3))


def test_what_is_fitted_and_what_is_reported_are_different_writers() -> None:
    assert not set(FITTED) & set(REPORTED)


def test_counts_of_folds_are_added_and_compared_number_by_number() -> None:
    right = {
        spacing: {"single": [True, True, False, False], "multi": [True, False, True, False]}
        for spacing in SPACINGS
    }
    cut = {"single": [True, False], "multi": [False, False]}
    by_strokes = {spacing: {key: [True, True, True, False] for key in PAIR} for spacing in SPACINGS}
    found = entries([{"right": right, "by_strokes": by_strokes, "cut": cut}] * 5)
    assert {(e["right"], e["rows"]) for e in found["by_strokes"]} == {(15, 20)}
    assert [(e["right"], e["rows"]) for e in found["numbers"]] == [(10, 20)] * 2 * len(SPACINGS)
    first = found["paired"][0]
    assert [first[key] for key in ("both", "only_single", "only_multi", "neither")] == [5] * 4
    assert first["p"] == 1
    assert [e["cut"] for e in found["singles"]] == [5, 0]


def test_strokes_are_read_as_the_digits_that_they_were_composed_of(digits: list[PenDigit]) -> None:
    run = load_run("pens")
    stacks = {approach: run.stack(approach) for approach in PAIR}
    for number in made(digits, "apart"):
        assert len(read_strokes(stacks, number.strokes)["single"]) == len(number.label)


def small() -> Judged:
    """Three cuts between the edges, and every span a digit."""
    cuts = np.tile(np.arange(5)[:, np.newaxis] * 10, (1, 8))
    spans = [(i, j) for i in range(5) for j in range(i + 1, 5)]
    between = np.maximum(np.arange(5) - np.arange(5)[:, np.newaxis], 0) * 0.5
    sizes = [(1.0, 0.2 * (j - i)) for i, j in spans]
    group = Cuttable(np.ones((8, 40)), cuts, np.array([0, 0.5, 1, 0.5, 0]), between, spans, sizes)
    proba = np.random.default_rng(2).random((len(spans), 10))
    labels = [str(j - i) for i, j in spans]
    return Judged(group, labels, features(group, proba))


def test_the_likeliest_chain_is_the_one_that_is_chosen() -> None:
    judged = small()
    weights = np.array([*WEIGHTS.values(), SHARING])
    sharp = 200 * weights  # then the sum over all chains is that of the best
    chain = best_chain(judged.group, judged.measured @ sharp[:-1], sharp[-1])
    every = chains([judged], sharp)
    label = "".join(str(j - i) for i, j in chain)
    right = chains([judged], sharp, label)
    assert every
    assert right
    assert right[0] == pytest.approx(every[0], abs=1e-6)
    assert chains([judged], sharp, "9") is None


def test_expected_features_are_the_slope_of_the_sum() -> None:
    judged, step = small(), 1e-5
    weights = np.array([*WEIGHTS.values(), SHARING])
    found = chains([judged], weights)
    assert found
    for k in range(len(weights)):
        more, less = weights.copy(), weights.copy()
        more[k] += step
        less[k] -= step
        above, below = chains([judged], more), chains([judged], less)
        assert above
        assert below
        assert (above[0] - below[0]) / (2 * step) == pytest.approx(found[1][k], abs=1e-3)


def test_cuts_are_weighed_as_was_fitted() -> None:
    fitted = load_evidence("cut_weights")
    assert fitted
    assert fitted["weights"] == {**WEIGHTS, "sharing": SHARING}
    assert list(fitted["weights"]) == [*WEIGHTS, "sharing"]
