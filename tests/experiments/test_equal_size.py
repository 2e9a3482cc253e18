"""The experiment on equal width and equal size: what it trains, and what the shipped JSON says."""

import io
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from experiments.equal_size import (
    VARIANTS,
    Variant,
    measure,
    milliseconds_per_picture,
    stored_bytes,
)
from mnist_models.data.dataset import Dataset
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.pictures import PIXELS


@pytest.fixture(scope="module")
def runs() -> list[dict[str, Any]]:
    found = load_evidence("equal_size")
    assert found
    return found["runs"]


def _parameters(variant: Variant) -> int:
    members, outputs = (1, 10) if variant.approach == "single" else (10, 1)
    return members * ((PIXELS + 1) * variant.hidden + (variant.hidden + 1) * outputs)


def test_every_variant_was_trained_with_every_seed(runs: list[dict[str, Any]]) -> None:
    seeds = {run["seed"] for run in runs}
    trained = Counter((run["approach"], run["hidden"], run["sampling"]) for run in runs)
    assert len(seeds) >= 3
    assert trained == {(v.approach, v.hidden, v.sampling): len(seeds) for v in VARIANTS}


def test_the_sizes_that_are_shipped_are_those_of_the_networks(runs: list[dict[str, Any]]) -> None:
    for run in runs:
        variant = Variant(run["approach"], run["hidden"], run["sampling"])
        assert run["parameters"] == _parameters(variant)
        members = 10 if variant.approach == "multi" else 1
        rows = run["distinct_rows"]
        assert rows == (12_000 if variant.sampling == "undersample" else 60_000)
        assert run["rows_per_epoch"] == members * rows  # the mean of the ten times ten


def test_equal_size_is_equal_within_two_in_a_hundred() -> None:
    single = {v.hidden: _parameters(v) for v in VARIANTS if v.approach == "single"}
    multi = {v.hidden: _parameters(v) for v in VARIANTS if v.approach == "multi"}
    assert single[128] == pytest.approx(multi[13], rel=0.02)
    assert single[1280] == pytest.approx(multi[128], rel=0.02)


@pytest.mark.parametrize("approach", ["single", "multi"])
def test_the_reference_itself_is_among_the_variants(
    approach: str, runs: list[dict[str, Any]]
) -> None:
    sampling = RECIPES["reference"].sampling if approach == "multi" else "all"
    units = RECIPES["reference"].hidden[0]
    wanted = {"approach": approach, "hidden": units, "sampling": sampling}
    here = [run["test_accuracy"] for run in runs if wanted.items() <= run.items()]
    seeds = load_evidence("seeds")
    assert seeds
    known = {"recipe": "reference", "approach": approach}
    there = [run["test_accuracy"] for run in seeds["runs"] if known.items() <= run.items()]
    # Other sums of the same numbers on another number of cores, and no other training.
    assert median(here) == pytest.approx(median(there), abs=0.002)


def test_a_variant_changes_the_width_and_the_rows_and_nothing_else(
    tiny_dataset: Dataset, tmp_path: Path
) -> None:
    reference = RECIPES["reference"].settings().items()
    variant = Variant("multi", 3, "undersample")
    for changed, other in (("hidden", variant), ("sampling", Variant("multi", 128, "all"))):
        settings = other.recipe().settings()
        assert [key for key, value in reference if settings[key] != value] == [changed]
    stack, entry = measure(variant, tiny_dataset, seed=1)
    right = stack.predict(tiny_dataset.x_test) == tiny_dataset.y_test
    assert stack.layers == (PIXELS, 3, 1)
    assert entry["test_accuracy"] == right.mean()
    assert entry["parameters"] == _parameters(variant)
    assert (entry["distinct_rows"], entry["rows_per_epoch"]) == (64, 640)  # 32 of each digit
    assert len(entry["balanced_accuracy"]) == 10
    assert (stack.rounded().weights[0] == stack.weights[0]).all()  # scored as it is stored
    path = tmp_path / "multi.npz"
    stack.save(path)
    assert entry["bytes"] == stored_bytes(stack) == path.stat().st_size
    assert (Stack.load(io.BytesIO(path.read_bytes())).biases[1] == stack.biases[1]).all()


def test_the_stacks_take_turns_with_one_picture_at_a_time() -> None:
    calls: list[tuple[str, int]] = []

    class Spy:
        def __init__(self, name: str) -> None:
            self.name = name

        def predict_proba(self, images: np.ndarray) -> None:
            assert images.shape == (1, 28, 28)
            calls.append((self.name, int(images[0, 0, 0])))

    pictures = np.zeros((2, 28, 28), dtype=np.uint8)
    pictures[1] = 1
    stacks: Any = [Spy("a"), Spy("b")]
    assert len(milliseconds_per_picture(stacks, pictures)) == 2
    assert calls == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
