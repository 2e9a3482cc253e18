"""One model or ten, at equal width and at equal size: python -m experiments.equal_size

Ten networks as wide as the single model have ten times its parameters, and undersampling hides
most pictures from them. So the reference recipe is trained here with either difference removed:
networks a tenth as wide, a single model ten times as wide, and ten networks that learn from every
picture. The epochs are equal, so the steps are not: a network that sees a fifth of the pictures
takes a fifth of the steps. Nothing is chosen here, so everything is scored on MNIST's test
pictures, with the weights rounded as in a stored run.

Seconds and times per picture depend on the machine, which did other work too. This is why CPU
seconds are measured beside those of `fit`, and why the networks take turns on each picture:
whatever else runs slows them all alike. The shipped JSON was made on one core:
TF_NUM_INTRAOP_THREADS=1 OPENBLAS_NUM_THREADS=1.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import arguments, write
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.approaches import Approach
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit
from mnist_models.metrics.scores import evaluate

_TIMED_PICTURES = 2_000


@dataclass(frozen=True)
class Variant:
    """What differs between the trainings: the networks, and the rows that each of the ten sees."""

    approach: Approach
    hidden: int
    sampling: str = "all"  # the single model has no other

    def recipe(self) -> Recipe:
        """The recipe to train."""
        return replace(RECIPES["reference"], hidden=(self.hidden,), sampling=self.sampling)


VARIANTS = (
    Variant("single", 128),
    Variant("multi", 128, "undersample"),
    Variant("multi", 128, "all"),
    Variant("multi", 13, "undersample"),
    Variant("multi", 13, "all"),
    Variant("single", 1280),
)


def measure(variant: Variant, data: Dataset, seed: int) -> tuple[Stack, dict[str, Any]]:
    """Train one variant; returns its stack and all figures except the time per picture."""
    recipe, approach = variant.recipe(), variant.approach
    started = time.process_time()
    result = fit(recipe, approach, data.x_train, data.y_train, seed=seed)
    cpu_seconds = time.process_time() - started
    stack = result.rounded()
    proba = stack.predict_proba(data.x_test)
    test = evaluate(proba, data.y_test, stack.classes_, one_vs_rest=approach == "multi")
    return stack, {
        **vars(variant),
        "seed": seed,
        "test_accuracy": test.accuracy,
        "balanced_accuracy": list(test.binary.balanced_accuracy) if test.binary else [],
        "parameters": stack.parameters,
        "distinct_rows": float(np.mean([len(seen) for seen in result.seen])),  # of a network
        "rows_per_epoch": sum(result.rows),  # of all networks
        "seconds": result.seconds,
        "cpu_seconds": cpu_seconds,
        "bytes": stored_bytes(stack),
    }


def stored_bytes(stack: Stack) -> int:
    """The size of the file that holds the stack, as a run has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.npz"
        stack.save(path)
        return path.stat().st_size


def milliseconds_per_picture(stacks: Sequence[Stack], pictures: NDArray[np.uint8]) -> list[float]:
    """How long each stack takes for one picture: the median over calls with one picture each.

    Args:
        stacks: they take turns, picture by picture.
        pictures: (n, 28, 28).
    """
    times: list[list[float]] = [[] for _ in stacks]
    for picture in pictures:
        for stack, own in zip(stacks, times, strict=True):
            started = time.perf_counter()
            stack.predict_proba(picture[np.newaxis])
            own.append(time.perf_counter() - started)
    return [1000 * median(own) for own in times]


def measure_all(data: Dataset, seed: int) -> list[dict[str, Any]]:
    """Train every variant with one seed, then time them in turn."""
    stacks, entries = [], []
    for variant in VARIANTS:
        stack, entry = measure(variant, data, seed)
        stacks.append(stack)
        entries.append(entry)
        seconds = round(entry["seconds"], 1)
        print(*vars(variant).values(), seed, entry["test_accuracy"], seconds, flush=True)
    times = milliseconds_per_picture(stacks, data.x_test[:_TIMED_PICTURES])
    return [{**e, "milliseconds": ms} for e, ms in zip(entries, times, strict=True)]


def main() -> None:
    """Train all variants with every seed, and write the JSON."""
    options = arguments(__doc__).parse_args()
    data = load_mnist()
    runs: list[dict[str, Any]] = []
    for seed in range(options.seeds):
        runs += measure_all(data, seed)
        # After each seed, so that an interrupted run leaves complete ones.
        write("equal_size", seed + 1, {"epochs": RECIPES["reference"].epochs, "runs": runs})


if __name__ == "__main__":
    main()
