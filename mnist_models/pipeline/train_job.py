"""A training as a job: python -m mnist_models.pipeline.train_job JOB.

Pages order it and the command line does it in its own process; either way it is the only job on a
machine, and whoever follows it is told how it goes.
"""

import sys
from pathlib import Path
from typing import Any

from mnist_models.formatting import commas
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Order, Present, progress_path
from mnist_models.jobs.progress import Event, OnEvent, read_progress
from mnist_models.jobs.worker import main, perform_here
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.pipeline.estimates import earlier_trainings, plan, remember
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.request import TRAINING, Request
from mnist_models.pipeline.train_run import train_run
from mnist_models.runs.label import differences
from mnist_models.runs.publishing import remove_leftovers
from mnist_models.text import t


def order_training(options: TrainingOptions, owner: str, present: Present) -> str:
    """Let a training wait for its turn, in a process of its own; returns the job's id.

    Raises:
        ExpectedError: it is not taken; the text says why.
    """
    return executor().submit(_order(options, owner), present=present)


def train_here(options: TrainingOptions, listener: OnEvent) -> Event:
    """Train in this process, which may take as long as it likes.

    Args:
        options: what to train.
        listener: told of all that happens; an exception from it ends the training.

    Returns:
        How it ended, with the name of the run if there is one.

    Raises:
        Busy: another job is running.
        ExpectedError: it cannot begin; the text says why.
    """
    return perform_here(_order(options, "owner"), train, listener)


def train(options: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """The work: train what the options ask for, publish it, remember how long it took."""
    request = TrainingOptions.from_json(options).request()
    remove_leftovers()
    train_run(request, tell)
    remember(request, read_progress(progress_path(folder.name)))


def _order(options: TrainingOptions, owner: str) -> Order:
    request, earlier = options.request(), earlier_trainings()
    return Order(
        work="mnist_models.pipeline.train_job",
        kind=TRAINING,
        title=_title(request),
        request=options.to_json(),
        owner=owner,
        keeps=True,
        phases=plan(request, earlier),
        measured=bool(earlier),
        epochs=request.recipe.epochs,
        fits=request.fits,
    )


def _title(request: Request) -> str:
    """What people read of it while it waits and runs: "reference on MNIST, 1 epoch"."""
    name, data = request.recipe.name, DATASET_TITLES[request.dataset]
    changed = differences(request.recipe.to_json(), request.seed, request.approaches)
    return commas([t("{recipe} on {data}", recipe=name, data=data), *changed])


if __name__ == "__main__":
    sys.exit(main(train))
