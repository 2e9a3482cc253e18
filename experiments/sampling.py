"""What does each sampling strategy do to a multi-model? python -m experiments.sampling

The reference's network, epochs and batches; only the rows that the ten members see and the seed
differ. Nothing is chosen here, so everything is scored on MNIST's test pictures.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import arguments, write
from experiments.measuring import measured
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.metrics.calibration import correct_prior, reliability
from mnist_models.metrics.scores import evaluate

_BINS = 10


def measure_one(strategy: str, seed: int) -> dict[str, Any]:
    """Train the multi-model once and score it."""
    from mnist_models.learning.training import fit  # TensorFlow, where it is done

    recipe, data = replace(RECIPES["reference"], sampling=strategy), _data()
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


@cache
def _data() -> Dataset:
    return load_mnist()


def _calibration(recipe: Recipe, data: Dataset, proba: NDArray) -> dict[str, Any]:
    own = data.y_test[:, np.newaxis] == np.arange(10)
    positives = np.bincount(data.y_train, minlength=10)
    rates = positives / (len(data.y_train) - positives)
    if not STRATEGIES[recipe.sampling].balanced:
        rates = np.ones(10)
    corrected = [correct_prior(proba[:, k], rates[k]) for k in range(10)]
    return {
        "before": calibration(proba, own),
        "after": calibration(np.stack(corrected, axis=1), own),
    }


def calibration(proba: NDArray, own: NDArray[np.bool_]) -> dict[str, Any]:
    """The result of `calibration.reliability` as lists with an entry per bin, empty or not."""
    found = reliability(proba, own, bins=_BINS)
    bins = {round(each.low * _BINS): each for each in found.bins}
    in_order = [bins.get(k) for k in range(_BINS)]
    return {
        "predicted": [each.predicted if each else None for each in in_order],
        "observed": [each.observed if each else None for each in in_order],
        "count": [each.answers if each else 0 for each in in_order],
        "error": found.error,
    }


def main() -> None:
    """Train every strategy with every seed, and write the JSON."""
    options = arguments(__doc__, cluster=True).parse_args()
    recipe = RECIPES["reference"]
    tasks = [{"strategy": s, "seed": seed} for seed in range(options.seeds) for s in STRATEGIES]
    runs: list[dict[str, Any]] = []
    for run in measured("experiments.sampling", tasks, options.scheduler):
        runs.append(run)
        print(run["strategy"], run["seed"], run["test_accuracy"], round(run["seconds"], 1))
        if len(runs) % len(STRATEGIES) == 0:  # after each seed: what is interrupted leaves those
            contents = {"hidden": recipe.hidden, "epochs": recipe.epochs, "runs": runs}
            write("sampling", run["seed"] + 1, contents)


if __name__ == "__main__":
    main()
