"""How fast is our training, compared with plain Keras? python -m benchmarks.training

The reference's network, epochs, batches and undersampled rows, trained in four ways on the same
machine: the single model and the ten binary models, each by Keras' `fit` and by the loop of
`learning.training`. Each runs in a process of its own, so that its peak memory is its own, with as
many threads as a job that a page starts. Then only the matrix products of the same training, the
fastest that this machine could be. The seconds leave out imports and reading the data, and include
everything else, also compiling.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.jobs.worker import worker_environment
from mnist_models.learning.approaches import Approach
from mnist_models.learning.batches import make_members, steps_per_epoch
from mnist_models.learning.inputs import as_rows
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.pictures import PIXELS

SEED = 0


def recipe(epochs: int) -> Recipe:
    """The reference's settings; both ways train once, on all rows."""
    return replace(RECIPES["reference"], epochs=epochs)


def keras_network(settings: Recipe, outputs: int) -> Any:
    """The reference's network with that many outputs, compiled."""
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((PIXELS,)),
            layers.Dense(settings.hidden[0]),
            layers.LeakyReLU(negative_slope=settings.negative_slope),
            layers.Dropout(settings.dropouts[0]),
            layers.Dense(outputs, activation="softmax" if outputs > 1 else "sigmoid"),
        ]
    )
    loss = "sparse_categorical_crossentropy" if outputs > 1 else "binary_crossentropy"
    model.compile(settings.optimizer, loss, metrics=["accuracy"])
    return model


def keras_single(settings: Recipe, data: Dataset) -> Callable[[], np.ndarray]:
    """One `fit`; returns a function that gives the answers to the test pictures."""
    model = keras_network(settings, outputs=10)
    x = as_rows(data.x_train)
    model.fit(x, data.y_train, settings.batch_size, settings.epochs, verbose=0)
    return lambda: model.predict(as_rows(data.x_test), verbose=0)


def keras_multi(settings: Recipe, data: Dataset) -> Callable[[], np.ndarray]:
    """Ten `fit`s, one after another, on the same rows as our members."""
    members = make_members(settings, "multi", data.y_train, np.arange(10), SEED)
    x = as_rows(data.x_train)
    models = []
    for member in members:
        model = keras_network(settings, outputs=1)
        rows = member.rows
        model.fit(x[rows], member.targets[rows], settings.batch_size, settings.epochs, verbose=0)
        models.append(model)
    x_test = as_rows(data.x_test)
    return lambda: np.hstack([model.predict(x_test, verbose=0) for model in models])


def ours(settings: Recipe, data: Dataset, *, single: bool) -> Callable[[], np.ndarray]:
    """The loop of `mnist_models.learning.training`."""
    from mnist_models.learning.training import fit

    result = fit(settings, "single" if single else "multi", data.x_train, data.y_train, seed=SEED)
    return lambda: result.stack.predict_proba(data.x_test)


def products(settings: Recipe, data: Dataset, *, single: bool) -> None:
    """Only the matrix products of the same number of steps: two forward, three backward."""
    import tensorflow as tf

    approach: Approach = "single" if single else "multi"
    members = make_members(settings, approach, data.y_train, np.arange(10), SEED)
    steps = steps_per_epoch(members, settings.batch_size) * settings.epochs
    outputs, units = 10 // len(members), settings.hidden[0]

    @tf.function
    def run(x: Any, w: Any, v: Any) -> Any:
        total = tf.zeros(())
        for _ in tf.range(steps):
            hidden = tf.matmul(x, w)
            out = tf.matmul(hidden, v)
            d_v = tf.matmul(hidden, out, transpose_a=True)
            d_hidden = tf.matmul(out, v, transpose_b=True)
            d_w = tf.matmul(x, d_hidden, transpose_a=True)
            total += d_v[0, 0, 0] + d_w[0, 0, 0]
            x += 1e-9 * total  # or the products would be computed only once
        return total

    shapes = [(settings.batch_size, PIXELS), (PIXELS, units), (units, outputs)]
    run(*(tf.random.normal((len(members), *shape)) * 0.01 for shape in shapes)).numpy()


WAYS: dict[str, Callable[[Recipe, Dataset], Any]] = {
    "single, keras": keras_single,
    "single, ours": lambda r, d: ours(r, d, single=True),
    "single, products": lambda r, d: products(r, d, single=True),
    "multi, keras": keras_multi,
    "multi, ours": lambda r, d: ours(r, d, single=False),
    "multi, products": lambda r, d: products(r, d, single=False),
}


def measure(way: str, epochs: int) -> dict[str, Any]:
    """Measure one way in this process: seconds, accuracy and peak memory."""
    data = load_mnist()
    import tensorflow as tf

    tf.keras.utils.set_random_seed(SEED)
    started = time.perf_counter()
    answer = WAYS[way](recipe(epochs), data)
    seconds = time.perf_counter() - started
    result = {"way": way, "seconds": round(seconds, 2)}
    if answer is not None:
        result["test_accuracy"] = float((answer().argmax(axis=1) == data.y_test).mean())
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**result, "peak_memory_mb": round(peak_kb * 1024 / 1e6)}


def main() -> None:
    """Measure all ways one after another, and print them with their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.epochs)))
        return
    results = [_in_own_process(way, options.epochs) for way in WAYS]
    seconds = {result["way"]: result["seconds"] for result in results}
    for result in results:
        plain = seconds[f"{result['way'].split(',')[0]}, keras"]
        result["times_faster_than_keras"] = round(plain / result["seconds"], 2)
        print("  ".join(f"{key} {value}" for key, value in result.items()))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _in_own_process(way: str, epochs: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.training", "--way", way, f"--epochs={epochs}"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=worker_environment()
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
