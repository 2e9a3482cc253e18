"""Overfitting and its two remedies: python -m experiments.overfitting

One network, 784-512-10: with dropout 0, 0.25 and 0.5, and on 600 to 60,000 rows. The curves are
those of held-out training rows; test pictures score the trained networks and choose nothing.
"""

from typing import Any

from numpy.typing import NDArray

from experiments import arguments, write
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit

_DROPOUTS = (0.0, 0.25, 0.5)
_ROWS = (600, 2_000, 6_000, 20_000, 60_000)
_HELD_OUT = 6_000
_EPOCHS = 20


def _recipe(dropout: float) -> Recipe:
    return Recipe("overfitting", "", hidden=(512,), dropout=dropout, epochs=_EPOCHS)


def with_dropout(data: Dataset, dropout: float, seed: int) -> dict[str, Any]:
    """Train on all rows but the last 6,000, which are held out for validation."""
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
    options = arguments(__doc__).parse_args()
    data = load_mnist()
    rows: list[dict[str, Any]] = []
    dropout: list[dict[str, Any]] = []
    for seed in range(options.seeds):
        rows += [on_rows(data, n, seed) for n in _ROWS]
        dropout += [with_dropout(data, rate, seed) for rate in _DROPOUTS]
        # After each seed, so that an interrupted run leaves complete ones.
        contents = {"network": "784-512-10", "epochs": _EPOCHS, "dropout": dropout, "rows": rows}
        write("overfitting", seed + 1, contents)


if __name__ == "__main__":
    main()
