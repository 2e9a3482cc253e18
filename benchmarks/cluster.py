"""Is a cluster worth it? python -m benchmarks.cluster [--seeds 4] [--workers 2] [--epochs 10]

The reference is trained with several seeds: by a scheduler and its workers on this machine, one
core each, and one after another in the same way, on one core. The weights must be the same bit for
bit; the ratio of both times is printed. Cores are shared with whatever else the machine does.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnist_models.jobs.worker import THREADS
from mnist_models.learning.approaches import PAIR
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import order_of
from mnist_models.runs.registry import load_run
from tests.helpers.cluster import real_cluster

_EVERY_S = 0.5  # whoever waits takes none of the workers' time


def options(epochs: int, dataset: str, seed: int) -> TrainingOptions:
    """What is trained with one seed."""
    return TrainingOptions(dataset=dataset, epochs=epochs, seed=seed, name=f"seed-{seed}")


def weights(seed: int) -> list[str | None]:
    """The hashes of what was trained with one seed, in the present folder."""
    run = load_run(f"seed-{seed}")
    run.verify()
    return [run.weights_hash(approach) for approach in PAIR]


def timed(work: Callable[[], None], seeds: int) -> tuple[float, list[list[str | None]]]:
    """How many seconds it takes to train all seeds into a new folder, and what came of it."""
    # The thread that looks after jobs may still write its lock there.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["MNIST_TRAINED"] = folder
        began = time.perf_counter()
        work()
        return time.perf_counter() - began, [weights(seed) for seed in range(seeds)]


def one_after_another(all_options: list[TrainingOptions]) -> None:
    """Each in a process of its own, as the command line and the pages start it."""
    from mnist_models.jobs.executor import executor

    for each in all_options:
        done = executor().submit(replace(order_of(each, "owner"), keeps=True))
        while (job := executor().follow(done)) and job.is_unfinished:
            time.sleep(_EVERY_S)
        if job is None or job.latest.stage != "done":
            raise SystemExit(job.latest.message if job else "The training is gone.")


def on_cluster(all_options: list[TrainingOptions], address: str) -> None:
    """All of them at once."""
    from mnist_models.jobs.cluster.distribution import Cluster

    cluster = Cluster(address)
    for job_id in [cluster.begin(order_of(each, "owner")) for each in all_options]:
        while (job := cluster.follow(job_id)) and job.is_unfinished:
            time.sleep(_EVERY_S)
        if job is None or job.latest.stage != "done":
            raise SystemExit(job.latest.message if job else "The training is gone.")


def main() -> None:
    """Measure both ways, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    chosen = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))  # one core each, either way
    os.environ.pop("MNIST_SCHEDULER", None)
    wanted = [options(chosen.epochs, chosen.dataset, seed) for seed in range(chosen.seeds)]
    with real_cluster(chosen.workers) as cluster:
        time.sleep(10)  # the workers are there before the clock starts
        together, theirs = timed(lambda: on_cluster(wanted, cluster.address), chosen.seeds)
    alone, ours = timed(lambda: one_after_another(wanted), chosen.seeds)
    figures: dict[str, Any] = {
        "seeds": chosen.seeds,
        "workers": chosen.workers,
        "epochs": chosen.epochs,
        "one_after_another_s": round(alone, 1),
        "cluster_s": round(together, 1),
        "times_faster": round(alone / together, 2),
        "identical": ours == theirs,
    }
    print(json.dumps(figures))
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if not figures["identical"]:
        sys.exit("The weights differ.")


if __name__ == "__main__":
    main()
