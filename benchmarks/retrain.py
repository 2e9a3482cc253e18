"""How long do people wait for Retrain? python -m benchmarks.retrain [--rounds 3] [--epochs 10]

From pressing Retrain to the published run, the start of the worker's process included: the
reference's pair on MNIST. Beside it a program that does the same work in the plain Keras way, in a
process of its own too, with as many threads: hold out a tenth, fit the one network and the ten,
fit all again on all rows, score them on all pictures, save them. Both take turns, and the smallest
of the ratios is what counts. Seconds depend on what else the machine does; processor seconds, of
both processes, do so less.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.jobs.worker import worker_environment
from mnist_models.learning.batches import make_members
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.stack import as_rows
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_approaches import held_out_rows
from mnist_models.pipeline.train_job import order_training
from mnist_models.runs.registry import load_run

SEED = 0
_REAPED_S = 10


def press_retrain(epochs: int) -> dict[str, Any]:
    """Order the training as the page does, and wait until its run is there."""
    from mnist_models.jobs.executor import executor

    started, cpu = time.perf_counter(), _cpu_seconds()
    options = TrainingOptions(dataset="mnist", epochs=epochs, seed=SEED, again=True)
    job_id = order_training(options, "owner", lambda: True)
    stages: dict[str, float] = {}
    while (job := executor().follow(job_id)) and job.is_unfinished:
        stages.setdefault(f"{job.latest.part} {job.latest.stage}".strip(), time.perf_counter())
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    if job is None or job.latest.stage != "done":
        raise SystemExit(job.latest.message if job else "The training is gone.")
    run = load_run(job.latest.run)
    while _cpu_seconds() == cpu and time.perf_counter() < started + seconds + _REAPED_S:
        time.sleep(0.1)  # the worker ends just after it has said so
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(_cpu_seconds() - cpu, 2),
        "stages": {name: round(began - started, 2) for name, began in stages.items()},
        "test_accuracy": [run.metrics(a).accuracy for a in ("single", "multi")],
    }


def start_plain_keras(epochs: int) -> dict[str, Any]:
    """Have another process do the same, and wait until it has ended."""
    command = [sys.executable, "-m", "benchmarks.retrain", "--keras", f"--epochs={epochs}"]
    started, cpu = time.perf_counter(), _cpu_seconds()
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=worker_environment()
    )
    seconds = time.perf_counter() - started
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(_cpu_seconds() - cpu, 2),
        **json.loads(done.stdout.splitlines()[-1]),
    }


def _cpu_seconds() -> float:
    """Of the processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def plain_keras(epochs: int, folder: Path) -> dict[str, Any]:
    """The same work in the plain Keras way."""
    os.nice(10)  # as the worker does
    data = load_mnist()
    settings = RECIPES["reference"]
    import keras

    keras.utils.set_random_seed(SEED)
    x, x_test = as_rows(data.x_train), as_rows(data.x_test)
    held_out = held_out_rows(len(x), settings.validation_split, SEED)
    models: dict[str, list[Any]] = {}
    for rows, judge in ((np.flatnonzero(~held_out), np.flatnonzero(held_out)), (None, None)):
        models = {
            "single": [_fit_single(settings, data, x, rows, judge, epochs)],
            "multi": _fit_ten(settings, data, x, rows, judge, epochs),
        }
    accuracy = {}
    for name, each in models.items():
        probas = [
            np.hstack([model.predict(images, settings.batch_size, verbose=0) for model in each])
            for images in (x, x_test)
        ]
        accuracy[name] = float((probas[1].argmax(axis=1) == data.y_test).mean())
        for k, model in enumerate(each):
            model.save(folder / f"{name}-{k}.keras")
    return {"test_accuracy": list(accuracy.values())}


def _fit_single(
    settings: Recipe,
    data: Dataset,
    x: NDArray,
    rows: NDArray | None,
    judge: NDArray | None,
    epochs: int,
) -> Any:
    from benchmarks.training import keras_network

    model = keras_network(settings, outputs=10)
    chosen = slice(None) if rows is None else rows
    beside = None if judge is None else (x[judge], data.y_train[judge])
    model.fit(x[chosen], data.y_train[chosen], settings.batch_size, epochs, verbose=0,
              validation_data=beside)  # fmt: skip
    return model


def _fit_ten(
    settings: Recipe,
    data: Dataset,
    x: NDArray,
    rows: NDArray | None,
    judge: NDArray | None,
    epochs: int,
) -> list[Any]:
    """One after another, judged once at the end, which is less than we do after each epoch."""
    from benchmarks.training import keras_network

    learned = np.arange(len(x)) if rows is None else rows
    models = []
    for member in make_members(settings, "multi", data.y_train[learned], np.arange(10), SEED):
        model = keras_network(settings, outputs=1)
        own = learned[member.rows]
        model.fit(x[own], member.targets[member.rows], settings.batch_size, epochs, verbose=0)
        models.append(model)
        if judge is not None:
            model.predict(x[judge], settings.batch_size, verbose=0)
    return models


def main() -> None:
    """Measure both in turns, and print each round and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=RECIPES["reference"].epochs)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--keras", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if options.keras:
            print(json.dumps(plain_keras(options.epochs, Path(folder))))
            return
        os.environ["MNIST_TRAINED"] = folder
        rounds = []
        for _ in range(options.rounds):
            ours, keras = press_retrain(options.epochs), start_plain_keras(options.epochs)
            times = keras["seconds"] / ours["seconds"]
            rounds.append({"ours": ours, "keras": keras, "times_faster": round(times, 2)})
            print(json.dumps(rounds[-1]), flush=True)
    ratios = [entry["times_faster"] for entry in rounds]
    print(f"times faster than plain Keras: smallest {min(ratios)}, median {median(ratios)}")
    if options.out:
        options.out.write_text(json.dumps(rounds, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
