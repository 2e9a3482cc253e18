"""The experiment on disturbed digits: what it counts, and what the shipped JSON says."""

from typing import Any

import numpy as np
import pytest

from experiments.robustness import PICTURES, SMALLEST, draw, measure
from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.evidence.robustness import WAYS, accuracy_rows, first_sentence
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES
from mnist_models.metrics.scores import YES
from mnist_models.robustness.perturbations import PERTURBATIONS
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run

_FEW = 20


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    found = load_evidence("robustness")
    assert found
    return found


def _digits(tiny_run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Pictures, and as their labels what the single model reads or, of every third, does not."""
    images = np.random.default_rng(4).integers(0, 256, (_FEW, 28, 28)).astype(np.uint8)
    labels = tiny_run.stack("single").predict(images)
    labels[::3] = (labels[::3] + 1) % 10
    return images, labels


def test_pictures_are_drawn_once_each_and_always_the_same() -> None:
    images = np.arange(50, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    drawn, labels = draw(images, np.arange(50), 30)
    assert len(set(labels)) == 30
    np.testing.assert_array_equal(drawn[:, 0, 0], labels)
    np.testing.assert_array_equal(draw(images, np.arange(50), 30)[1], labels)


def test_what_is_counted_is_what_the_networks_answer(tiny_run: Run) -> None:
    images, labels = _digits(tiny_run)
    found = measure(tiny_run, images, labels)
    for entry in found["accuracy"]:
        if entry["strength"] == 0:
            proba = tiny_run.stack(entry["approach"]).predict_proba(images)
            wrong = proba.argmax(axis=1) != labels
            assert entry["right"] == (~wrong).sum()
            assert entry["none"] == (wrong & (proba.max(axis=1) < YES)).sum()
    read = [tiny_run.stack(a).predict(images) == labels for a in PAIR]
    assert found["both_right"] == np.all(read, axis=0).sum()
    for entry in found["first"]:
        counts = [entry[key] for key in ("single", "multi", "together", "neither")]
        assert sum(counts) == found["both_right"]


def _runs_with_both() -> list[Run]:
    runs = [load_run(name) for name in run_names() if name in RECIPES]
    return [run for run in runs if set(run.with_weights) >= set(PAIR)]


def test_every_shipped_run_with_both_approaches_was_disturbed(shipped: Evidence) -> None:
    """After a run was made anew: python -m experiments.robustness"""
    expected = [(run.name, {a: run.weights_hash(a) for a in PAIR}) for run in _runs_with_both()]
    assert [(entry["run"], entry["weights"]) for entry in shipped["runs"]] == expected


def test_the_counts_tie_out(shipped: Evidence) -> None:
    assert shipped["pictures"] == PICTURES
    for run in shipped["runs"]:
        assert {(e["way"], e["sign"]) for e in run["first"]} == set(WAYS)
        for entry in run["first"]:
            counts = [entry[key] for key in ("single", "multi", "together", "neither")]
            assert sum(counts) == run["both_right"]
        for entry in run["accuracy"]:
            assert entry["right"] + entry["none"] <= entry["rows"] == PICTURES
        undisturbed = [e for e in run["accuracy"] if e["strength"] == 0]
        assert len({(e["approach"], e["right"]) for e in undisturbed}) == len(PAIR)
        for entry in run["smallest"]:
            low, high = entry["interval"]
            assert low <= entry["median"] <= high


def test_what_is_told_is_what_was_counted(shipped: Evidence) -> None:
    run = shipped["runs"][0]
    rows = accuracy_rows({"one": (run, "single"), "ten": (run, "multi")})
    assert len(rows) == len(run["accuracy"])
    assert {row["name"] for row in rows} == set(PERTURBATIONS)
    assert all(row["low"] <= row["right"] <= row["high"] for row in rows)


def _first(**leads: tuple[int, int, float]) -> dict[str, Any]:
    """An entry in which these ways have counts and a p value, and all others none."""
    counts = [
        (way, sign, *leads.get(f"{way}{sign}".replace("-1", "_back"), (5, 5, 1.0)))
        for way, sign in WAYS
    ]
    keys = ("way", "sign", "single", "multi", "p")
    more = {"together": 0, "neither": 0}
    return {"first": [dict(zip(keys, each, strict=True)) | more for each in counts]}


def test_the_sentence_names_who_gives_way_first_and_what_may_be_chance() -> None:
    told = first_sentence(
        _first(noise1=(90, 10, 1e-9), turn1=(10, 90, 1e-9), square1=(20, 10, 0.02))
    )
    assert "The single model more often gives way first to noise." in told
    assert "The multi-model more often gives way first to a turn to the right." in told
    assert "With a cut-out square, a thinner pen" in told  # 0.02 is not enough of seven ways
    assert SMALLEST in {way for way, _ in WAYS}
