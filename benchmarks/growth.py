"""What does one more class cost? python -m benchmarks.growth

The reference's network and settings on the digits 0 … k-1, for k from 2 to 10. For each k both
approaches are trained from nothing; and the k-th class is added to the ten binary models' smaller
self: one member is trained, the others stay as they are. The single model knows no such step, so
adding a class costs it what training from nothing costs. Seconds leave out imports and reading the
data and count everything else, compiling included; figures are medians over the seeds.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.approaches import APPROACHES
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import Fit, fit

_CLASSES = range(2, 11)
_COLUMNS = ("seconds", "rows", "accuracy")


def measure(data: Dataset, seed: int, epochs: int) -> list[dict[str, Any]]:
    """One row per number of classes and way: seconds, rows an epoch and test accuracy."""
    recipe = replace(RECIPES["reference"], epochs=epochs)
    results = []
    grown: Stack | None = None
    for many in _CLASSES:
        x, y = _first(many, data.x_train, data.y_train)
        fits: dict[str, Fit] = {a: fit(recipe, a, x, y, seed=seed) for a in APPROACHES}
        stacks = {way: result.stack for way, result in fits.items()}
        if grown is None:  # the two members of the first multi-model: nothing to add to yet
            grown = stacks["multi"]
        else:
            fits["added"] = fit(recipe, "multi", x, y, seed=seed, labels=[many - 1])
            grown = stacks["added"] = grown.with_members(fits["added"].stack)
        x_test, y_test = _first(many, data.x_test, data.y_test)
        for way, result in fits.items():
            accuracy = float((stacks[way].predict(x_test) == y_test).mean())
            row = (result.seconds, sum(result.rows), accuracy)
            results.append({"classes": many, "way": way, **dict(zip(_COLUMNS, row, strict=True))})
    return results


def _first(many: int, x: NDArray[np.uint8], y: NDArray) -> tuple[NDArray[np.uint8], NDArray]:
    return x[y < many], y[y < many]


def medians(runs: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The runs of several seeds, row by row, as one."""
    return [
        {**rows[0], **{c: median(row[c] for row in rows) for c in _COLUMNS}}
        for rows in zip(*runs, strict=True)
    ]


def main() -> None:
    """Measure all seeds, print the table and the price of a class, write JSON with --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=RECIPES["reference"].epochs)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    data = load_mnist()
    fit(RECIPES["reference"], "multi", *_first(2, data.x_train, data.y_train), seed=0)  # warm up
    rows = medians([measure(data, seed, options.epochs) for seed in range(options.seeds)])
    print("classes  way       seconds   rows an epoch   test accuracy")
    for row in rows:
        print(
            f"{row['classes']:7}  {row['way']:7}  {row['seconds']:8.2f}  {row['rows']:14,.0f}"
            f"  {row['accuracy']:14.4f}"
        )
    seconds = {(row["classes"], row["way"]): row["seconds"] for row in rows}
    for many in _CLASSES[1:]:
        ratio = seconds[many, "single"] / seconds[many, "added"]
        print(f"class {many}: one more member is {ratio:.1f} times faster than a new single model")
    if options.out:
        contents = {"seeds": options.seeds, "epochs": options.epochs, "rows": rows}
        options.out.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
