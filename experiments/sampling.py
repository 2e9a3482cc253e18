"""What does each sampling strategy do to a multi-model? python -m experiments.sampling

The reference's network, its epochs and its batches; only the rows that the ten members see
differ, and the seed. Nothing is chosen here, so all is scored on MNIST's test pictures.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import arguments, write
from mnist_models.data import Dataset, load_mnist
from mnist_models.evaluation import evaluate
from mnist_models.recipes import RECIPES, Recipe
from mnist_models.sampling import STRATEGIES, correct_prior
from mnist_models.training import fit

_BINS = 10


def measure(recipe: Recipe, data: Dataset, seed: int) -> dict[str, Any]:
    """Train the multi-model once and score it."""
    result = fit(recipe, "multi", data.x_train, data.y_train, seed=seed)
    stack = result.stack
    proba = stack.predict_proba(data.x_test)
    test = evaluate(proba, data.y_test, stack.classes_, one_vs_rest=True)
    train_answers = stack.predict(data.x_train)
    assert test.binary is not None
    return {
        "strategy": recipe.sampling,
        "seed": seed,
        "test_accuracy": test.accuracy,
        "train_accuracy": float((train_answers == data.y_train).mean()),
        "balanced_accuracy": float(np.mean(test.binary.balanced_accuracy)),
        "distinct_rows": float(np.mean([len(seen) for seen in result.seen])),
        "rows_per_epoch": float(np.mean(result.rows)),
        "seconds": result.seconds,
        "calibration": _calibration(recipe, data, proba),
    }


def _calibration(recipe: Recipe, data: Dataset, proba: NDArray) -> dict[str, Any]:
    own = data.y_test[:, np.newaxis] == np.arange(10)
    positives = np.bincount(data.y_train, minlength=10)
    rates = positives / (len(data.y_train) - positives)
    if not STRATEGIES[recipe.sampling].balanced:
        rates = np.ones(10)
    corrected = [correct_prior(proba[:, k], rates[k]) for k in range(10)]
    return {
        "before": reliability(proba, own),
        "after": reliability(np.stack(corrected, axis=1), own),
    }


def reliability(proba: NDArray, own: NDArray[np.bool_]) -> dict[str, Any]:
    """Mean probability and share of yes in ten bins, and the expected calibration error.

    The error is the mean distance of the two over the bins, each weighing as many answers as it
    holds (Naeini et al. 2015).
    """
    bins = np.minimum((proba * _BINS).astype(int), _BINS - 1).ravel()
    count = np.bincount(bins, minlength=_BINS)
    predicted, observed = (
        np.bincount(bins, weights=values.ravel(), minlength=_BINS) / count.clip(1)
        for values in (proba, own)
    )
    error = float((np.abs(predicted - observed) * count).sum() / count.sum())
    return {
        "predicted": [float(p) if n else None for p, n in zip(predicted, count, strict=True)],
        "observed": [float(o) if n else None for o, n in zip(observed, count, strict=True)],
        "count": count.tolist(),
        "error": error,
    }


def main() -> None:
    """Train every strategy with every seed, and write the JSON."""
    options = arguments(__doc__).parse_args()
    data = load_mnist()
    runs: list[dict[str, Any]] = []
    for seed in range(options.seeds):
        for strategy in STRATEGIES:
            recipe = replace(RECIPES["reference"], sampling=strategy)
            runs.append(measure(recipe, data, seed))
            print(strategy, seed, runs[-1]["test_accuracy"], round(runs[-1]["seconds"], 1))
        # After each seed, so that an interrupted run leaves whole ones.
        contents = {"hidden": recipe.hidden, "epochs": recipe.epochs, "runs": runs}
        write("sampling", seed + 1, contents)


if __name__ == "__main__":
    main()
