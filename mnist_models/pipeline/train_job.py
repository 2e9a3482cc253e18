"""A training as a job: python -m mnist_models.pipeline.train_job JOB.

Pages order it and the command line does it in its own process; either way it is the only job on a
machine, and whoever follows it is told how it goes. With a cluster both have a worker do it.
"""

import contextlib
import sys
from pathlib import Path
from typing import Any

from mnist_models.data.loading import data_versions
from mnist_models.formatting import commas
from mnist_models.jobs.cluster.parcels import RUN, Elsewhere
from mnist_models.jobs.executor import executor, perform
from mnist_models.jobs.job import Order, Present, progress_path
from mnist_models.jobs.progress import PUBLISHING, Event, OnEvent, read_progress
from mnist_models.jobs.worker import main
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.pipeline.estimates import earlier_trainings, plan, remember
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.request import TRAINING, Request
from mnist_models.pipeline.train_run import check_request, find_trained, found, ready, train_run
from mnist_models.runs.label import differences
from mnist_models.runs.publishing import free_name, publish_folder, remove_leftovers
from mnist_models.runs.quota import check_room
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import RunError
from mnist_models.text import t


def order_training(options: TrainingOptions, owner: str, present: Present) -> str:
    """Let a training wait for its turn, in a process of its own; returns the job's id.

    Raises:
        ExpectedError: it is not taken; the text says why.
    """
    return executor().submit(order_of(options, owner), present=present)


def train_here(options: TrainingOptions, listener: OnEvent) -> Event:
    """Train in this process, or on the cluster for who waits here, as long as it likes.

    Args:
        options: what to train.
        listener: told of all that happens; an exception from it ends the training.

    Returns:
        How it ended, with the name of the run if there is one.

    Raises:
        Busy: another job is running.
        ExpectedError: it cannot begin; the text says why.
    """
    return perform(order_of(options, "owner"), train, listener)


def train(options: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """The work: train what the options ask for, publish it, remember how long it took."""
    request = TrainingOptions.from_json(options).request()
    remove_leftovers()
    train_run(request, tell)
    remember(request, read_progress(progress_path(folder.name)))


def order_of(options: TrainingOptions, owner: str) -> Order:
    """What an executor is asked for.

    Raises:
        ExpectedError: a choice is not offered here.
    """
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


def _before(options: dict[str, Any]) -> Event | None:
    """How it ends without being sent: the same was trained before, or there is no room."""
    request = TrainingOptions.from_json(options).request()
    check_request(request)
    for name in run_names() if not request.again else ():
        with contextlib.suppress(RunError):
            # The worker has the data; those of the run are the same, or it has another hash.
            dataset = load_run(name).manifest["dataset"]
            if dataset["name"] == request.dataset and "fingerprint" in dataset:
                run = find_trained(request, request.fingerprint(dataset["fingerprint"]))
                if run:
                    return found(run)
    check_room(request.name or free_name(request.recipe.name))
    return None


def _receive(options: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """Publish the run that was trained elsewhere, and remember how long it took."""
    tell(Event(PUBLISHING))
    run = publish_folder(folder / RUN)
    tell(ready(run))
    request = TrainingOptions.from_json(options).request()
    remember(request, read_progress(progress_path(folder.name)))


def _versions(options: dict[str, Any]) -> dict[str, str]:
    return data_versions(TrainingOptions.from_json(options).request().dataset)


ELSEWHERE = Elsewhere(before=_before, receive=_receive, versions=_versions)

if __name__ == "__main__":
    sys.exit(main(train))
