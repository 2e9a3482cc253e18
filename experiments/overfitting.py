"""Overfitting and its two remedies: python -m experiments.overfitting

One network, 784-512-10: with dropout 0, 0.25 and 0.5, and on 600 to 60,000 rows. The curves are
those of held-out training rows; test pictures score the trained networks and choose nothing.
"""

from functools import cache
from typing import Any

from numpy.typing import NDArray

from experiments import arguments, write
from experiments.measuring import measured
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.stack import Stack

_DROPOUTS = (0.0, 0.25, 0.5)
_ROWS = (600, 2_000, 6_000, 20_000, 60_000)
_HELD_OUT = 6_000
_EPOCHS = 20


def _recipe(dropout: float) -> Recipe:
    return Recipe("overfitting", "", hidden=(512,), dropout=dropout, epochs=_EPOCHS)


@cache
def _data() -> Dataset:
    return load_mnist()


def measure_one(seed: int, rows: int | None = None, dropout: float = 0.0) -> dict[str, Any]:
    """Train one network, on so many rows or with that dropout."""
    return on_rows(_data(), rows, seed) if rows else with_dropout(_data(), dropout, seed)


def with_dropout(data: Dataset, dropout: float, seed: int) -> dict[str, Any]:
    """Train on all rows but the last 6,000, which are held out for validation."""
    from mnist_models.learning.training import fit  # TensorFlow, where it is done

    x, y = data.x_train[:-_HELD_OUT], data.y_train[:-_HELD_OUT]
    held_out = data.x_train[-_HELD_OUT:], data.y_train[-_HELD_OUT:]
    result = fit(_recipe(dropout), "single", x, y, seed=seed, validation=held_out)
    return {
        "dropout": dropout,
        "seed": seed,
        "accuracy": result.history["accuracy"],
        "val_accuracy": result.history["val_accuracy"],
        "train_accuracy": _accuracy(result.stack, x, y),
        "test_accuracy": _accuracy(result.stack, data.x_test, data.y_test),
    }


def on_rows(data: Dataset, rows: int, seed: int) -> dict[str, Any]:
    """Train on the first rows only, for the same number of epochs."""
    from mnist_models.learning.training import fit

    x, y = data.x_train[:rows], data.y_train[:rows]
    result = fit(_recipe(0.0), "single", x, y, seed=seed)
    return {
        "rows": rows,
        "seed": seed,
        "train_accuracy": _accuracy(result.stack, x, y),
        "test_accuracy": _accuracy(result.stack, data.x_test, data.y_test),
    }


def _accuracy(stack: Stack, x: NDArray, y: NDArray) -> float:
    return float((stack.predict(x) == y).mean())


def main() -> None:
    """Train all networks with every seed, and write the JSON."""
    options = arguments(__doc__, cluster=True).parse_args()
    networks: list[dict[str, Any]] = [{"rows": n} for n in _ROWS]
    networks += [{"dropout": rate} for rate in _DROPOUTS]
    tasks = [{"seed": seed, **each} for seed in range(options.seeds) for each in networks]
    rows: list[dict[str, Any]] = []
    dropout: list[dict[str, Any]] = []
    for result in measured("experiments.overfitting", tasks, options.scheduler):
        (rows if "rows" in result else dropout).append(result)
        if len(rows) + len(dropout) == (result["seed"] + 1) * len(networks):
            # After each seed, so that an interrupted run leaves complete ones.
            contents = {"network": "784-512-10", "epochs": _EPOCHS}
            write("overfitting", result["seed"] + 1, {**contents, "dropout": dropout, "rows": rows})


if __name__ == "__main__":
    main()
