"""Networks that have not seen some writers: trained once, kept, and found again."""

from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments import folds as module
from experiments.folds import FOLDS, fingerprint, folds
from mnist_models.data import pen_digits
from mnist_models.data.dataset import Dataset
from mnist_models.data.pen_digits import COPIES, PenDigit
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.preprocessing import rasterise

LINE = np.array([[200, 100], [220, 400]], np.float32)
DIGITS = [PenDigit(1, writer, (LINE,)) for writer in range(1, 11)]


@pytest.fixture
def mnist() -> Dataset:
    images, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)
    return Dataset("mnist", images, labels, images, labels)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, int]]:
    """The approach and the number of pictures of each training; the cache is empty."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    seen: list[tuple[str, int]] = []

    def fit(recipe: Any, approach: str, x: np.ndarray, y: np.ndarray, seed: int) -> Any:
        seen.append((approach, len(x)))
        rng = np.random.default_rng(seed)
        members, outputs = (1, 10) if approach == "single" else (10, 1)
        weights = rng.normal(size=(members, 784, outputs)).astype(np.float32)
        bias = np.zeros((members, outputs), np.float32)
        stack = Stack((weights,), (bias,), np.arange(10), 0.0)
        return SimpleNamespace(stack=stack, rounded=stack.rounded)

    monkeypatch.setattr(module, "fit", fit)
    return seen


def test_each_writer_is_left_out_once_and_nothing_is_trained_twice(
    mnist: Dataset, trained: list[tuple[str, int]]
) -> None:
    first = list(folds(mnist, DIGITS))
    assert sorted(d.writer for fold in first for d in fold.digits) == list(range(1, 11))
    assert trained == [(a, 3 + 8 * COPIES) for _ in range(FOLDS) for a in PAIR]
    again = list(folds(mnist, DIGITS, (3,)))
    assert len(trained) == FOLDS * len(PAIR)
    for approach, stack in again[0].stacks.items():
        np.testing.assert_array_equal(stack.weights[0], first[3].stacks[approach].weights[0])


def test_digits_are_drawn_once_for_all_folds_and_those_left_out_are_not_learned_from(
    mnist: Dataset, trained: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def draw(digits: list[PenDigit]) -> tuple[np.ndarray, np.ndarray]:
        drawn.append(len(digits))
        pictures = np.zeros((len(digits) * COPIES, 28, 28), np.uint8)
        return pictures, np.repeat([digit.writer for digit in digits], COPIES)

    monkeypatch.setattr(module, "pen_pictures", draw)
    fit, learned_from = module.fit, []

    def watched(recipe: Any, approach: Any, x: np.ndarray, y: np.ndarray, seed: int) -> Any:
        learned_from.append(set(y[len(mnist.y_train) :].tolist()))
        return fit(recipe, approach, x, y, seed=seed)

    monkeypatch.setattr(module, "fit", watched)
    monkeypatch.setattr(module, "fingerprint", lambda mnist, digits: "0")
    found = list(folds(mnist, DIGITS))
    assert drawn == [len(DIGITS)]
    for fold, seen in zip(found, learned_from[::2], strict=True):
        assert seen == set(range(1, 11)) - {digit.writer for digit in fold.digits}
    assert learned_from[::2] == learned_from[1::2]


def test_what_is_trained_otherwise_is_another(
    mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(mnist, DIGITS)
    assert fingerprint(mnist, DIGITS) == before
    found = {before, fingerprint(mnist, DIGITS[:-1])}
    with monkeypatch.context() as patch:
        patch.setitem(RECIPES, "pens", replace(RECIPES["pens"], epochs=3))
        found.add(fingerprint(mnist, DIGITS))
    with monkeypatch.context() as patch:
        patch.setattr(rasterise, "PEN", 3.0)
        found.add(fingerprint(mnist, DIGITS))
    assert len(found) == 4


def test_strokes_are_drawn_in_the_way_that_was_read_best_by_both() -> None:
    shipped = load_evidence("strokes")
    assert shipped
    chosen = {name: getattr(rasterise, name) for name in ("PEN", "SUB", "STEP")}
    for approach in PAIR:
        own = [entry for entry in shipped["drawn"] if entry["approach"] == approach]
        (ours,) = (entry["right"] for entry in own if chosen.items() <= entry.items())
        assert ours == max(entry["right"] for entry in own)


def test_what_is_learned_from_is_the_mix_that_was_read_best_by_both() -> None:
    shipped = load_evidence("strokes")
    assert shipped
    chosen = {"strokes": pen_digits.STROKES, "pictures": pen_digits.PICTURES}
    for approach in PAIR:
        for read in {entry["read"] for entry in shipped["mixes"]}:
            kind = {"approach": approach, "read": read}
            own = [entry for entry in shipped["mixes"] if kind.items() <= entry.items()]
            (ours,) = (entry["right"] for entry in own if chosen.items() <= entry.items())
            assert ours == max(entry["right"] for entry in own)


def test_what_a_cluster_has_trained_is_kept_as_what_is_trained_here(
    mnist: Dataset, trained: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_mnist", lambda: mnist)
    monkeypatch.setattr(module, "load_pen_digits", lambda: DIGITS)
    here = list(folds(mnist, DIGITS))
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*.npz")}
    for path in tmp_path.rglob("*.npz"):
        path.rename(path.with_suffix(".elsewhere"))
    kept = {path.name: b64encode(path.read_bytes()) for path in tmp_path.rglob("*.elsewhere")}
    asked: list[tuple[str, str]] = []

    def measured(name: str, tasks: Any, scheduler: str, *, dataset: str) -> Any:
        asked.append((scheduler, dataset))
        for task in tasks:
            yield kept[f"{task['number']}-{task['approach']}.elsewhere"].decode()

    monkeypatch.setattr(module, "measured", measured)
    before = len(trained)
    monkeypatch.setattr("sys.argv", ["folds", "--scheduler", "tcp://a:1"])
    module.main()
    assert asked == [("tcp://a:1", "pens")]
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*.npz")} == files
    assert len(trained) == before
    assert len(here) == FOLDS
    assert b64decode(module.measure_one(3, "multi")) == files["3-multi.npz"]
