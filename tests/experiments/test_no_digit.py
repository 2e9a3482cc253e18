"""The experiment on what is no digit: its pictures, and what the shipped JSON says."""

from typing import Any

import numpy as np
import pytest

from experiments.no_digit import KINDS, LETTERS, REFUSED_DIGITS, SURE, letter, measure, noise
from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import stream
from mnist_models.metrics.scores import YES
from mnist_models.metrics.significance import wilson_interval
from mnist_models.preprocessing.to_mnist import BlankDrawing, to_mnist
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run

_FEW = 40


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    found = load_evidence("no_digit")
    assert found
    return found


@pytest.fixture(scope="module")
def pictures() -> dict[str, np.ndarray]:
    drawn = {kind: np.stack([draw(k) for k in range(_FEW)]) for kind, draw in KINDS.items()}
    return {**drawn, "noise": np.stack([noise(k) for k in range(1_000)])}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_one_that_a_model_can_be_asked_and_depends_on_its_number_only(
    kind: str,
) -> None:
    draw = KINDS[kind]
    first = draw(3)
    assert (first.shape, first.dtype) == ((28, 28), np.uint8)
    assert first.any()
    np.testing.assert_array_equal(first, draw(3))
    assert (first != draw(4)).any()


@pytest.mark.parametrize("kind", ["letters", "scribbles"])
def test_letters_and_scribbles_have_been_placed_as_mnist_places_digits(
    kind: str, pictures: dict[str, np.ndarray]
) -> None:
    for picture in pictures[kind]:
        rows, columns = np.nonzero(picture)
        assert picture.max() == 255
        assert max(np.ptp(rows), np.ptp(columns)) == 19


def test_letters_come_round_and_no_digit_is_among_them() -> None:
    assert len(set(LETTERS)) == len(LETTERS)
    assert LETTERS.isalpha()
    assert not set(LETTERS) & set("OoIlZzSBbgqGTJ")
    again = letter(len(LETTERS))  # the first one again, in another size and slant
    apart = [np.abs(again.astype(int) - letter(k)).mean() for k in range(len(LETTERS))]
    assert apart[0] > 0
    assert np.argmin(apart) == 0


def test_faint_noise_is_blank_to_a_drawing_so_no_model_would_be_asked() -> None:
    faint = stream(0, "faint", "noise").integers(0, 20, (280, 280)).astype(np.uint8)
    with pytest.raises(BlankDrawing):
        to_mnist(faint)


def test_every_shipped_network_was_asked_about_every_kind(shipped: Evidence) -> None:
    """After a run was made anew: python -m experiments.no_digit"""
    runs = [load_run(name) for name in run_names() if name in RECIPES]
    expected = {
        (run.name, run.weights_hash(approach), approach, kind)
        for run in runs
        for approach in run.with_weights
        for kind in ("digits", *KINDS)
    }
    keys = ("run", "weights", "approach", "kind")
    asked = [tuple(entry[key] for key in keys) for entry in shipped["answers"]]
    assert len(asked) == len(set(asked))
    assert set(asked) == expected


def test_the_counts_tie_out(shipped: Evidence) -> None:
    for entry in shipped["answers"]:
        total = entry["pictures"]
        assert entry["none"] + entry["one"] + entry["several"] == sum(entry["answers"]) == total
        if entry["kind"] == "digits":
            assert entry["refused"] <= REFUSED_DIGITS * total
        else:
            assert total == 1_000
        if entry["approach"] == "single":
            assert entry["several"] == 0  # two halves would sum to more than 1
        if entry["threshold"] > YES:
            assert entry["refused"] >= entry["none"]


def _entries(
    shipped: Evidence, run: Run, approach: Approach, pictures: dict[str, np.ndarray]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What the networks say here and now, beside the shipped entry."""
    known = {
        entry["kind"]: entry
        for entry in shipped["answers"]
        if (entry["run"], entry["approach"]) == (run.name, approach)
    }
    return [(now, known[now["kind"]]) for now in measure(run, approach, pictures)]


@pytest.mark.parametrize("approach", PAIR)
def test_the_networks_still_say_what_was_shipped(
    approach: Approach, shipped: Evidence, pictures: dict[str, np.ndarray]
) -> None:
    run = load_run("reference")
    for now, then in _entries(shipped, run, approach, pictures):
        assert now["threshold"] == pytest.approx(then["threshold"], abs=1e-5)
        for count in ("none", "several", "sure", "refused"):
            if now["pictures"] == then["pictures"]:  # digits and noise; the last bit may differ
                assert now[count] == pytest.approx(then[count], abs=2)
            else:  # the first few of the letters and scribbles
                low, high = wilson_interval(now[count], now["pictures"])
                assert low <= then[count] / then["pictures"] <= high, (now["kind"], count)


@pytest.mark.parametrize("approach", PAIR)
def test_what_is_counted_is_what_the_networks_answer(
    approach: Approach, tiny_run: Run, pictures: dict[str, np.ndarray]
) -> None:
    digits, letters = measure(tiny_run, approach, {"letters": pictures["letters"]})
    scores = tiny_run.test_scores[approach].max(axis=1)
    assert digits["refused"] == (scores < digits["threshold"]).sum() == 1  # of 100 test pictures
    assert digits["area"] is None
    proba = tiny_run.stack(approach).predict_proba(pictures["letters"])
    largest = proba.max(axis=1)
    assert letters["none"] == (largest < YES).sum()
    assert letters["one"] == ((proba >= YES).sum(axis=1) == 1).sum()
    assert letters["sure"] == (largest >= SURE).sum()
    assert letters["refused"] == (largest < digits["threshold"]).sum()
    assert letters["median_largest"] == pytest.approx(np.median(largest))
    ahead = np.mean(scores[:, None] > largest) + np.mean(scores[:, None] == largest) / 2
    assert letters["area"] == pytest.approx(ahead)


def test_the_examples_are_pictures_of_each_kind(shipped: Evidence) -> None:
    kinds = [example["kind"] for example in shipped["examples"]]
    assert set(kinds) == set(KINDS)
    for example in shipped["examples"]:
        assert len(bytes.fromhex(example["picture"])) == 28 * 28
    first = bytes.fromhex(shipped["examples"][kinds.index("noise")]["picture"])
    assert first == noise(0).tobytes()
