"""A training as a job: the only one on a machine, told to whoever follows it.

Pages start it as a process of its own, python -m mnist_models.pipeline.train_job, which reads its
`TrainingOptions` as JSON from its input; the command line trains in its own process.
"""

import contextlib
import json
import os
import sys
import time

from mnist_models.errors import ExpectedError
from mnist_models.jobs import worker
from mnist_models.jobs.lock import Busy, exclusive, file_errors
from mnist_models.jobs.process import Job, start_job
from mnist_models.jobs.progress import Event, OnEvent, ProgressFile, read_progress
from mnist_models.pipeline.estimates import earlier_trainings, plan, remember
from mnist_models.pipeline.interruption import Interruption, ending, is_expected
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.train_run import train_run
from mnist_models.runs.publishing import remove_leftovers
from mnist_models.settings import limits


def start_training(options: TrainingOptions) -> Job:
    """Train in a process of its own.

    Raises:
        Busy: another training is running.
        ExpectedError: the process could not start; the message says why.
    """
    return start_job("mnist_models.pipeline.train_job", options.to_json())


def train_exclusively(
    request: Request, listener: OnEvent, *, minutes: float | None = None
) -> Event:
    """Train while nobody else does on this machine, and tell whoever follows the job.

    Args:
        request: what to train.
        listener: told as well; an exception from it ends the training.
        minutes: how long it may take; as long as it likes if None.

    Returns:
        How it ended, with the name of the run if there is one.

    Raises:
        Busy: somebody else trains.
        WriteError: the job's files cannot be written.
    """
    with Interruption() as interruption, exclusive():
        remove_leftovers()
        progress = begin(request)

        def tell_both(event: Event) -> None:
            progress.tell(event)
            listener(event)

        tell = interruption.watching(tell_both)
        try:
            with interruption.after(minutes, tell):
                run = train_run(request, tell)
        except BaseException as error:
            event = ending(error)
            tell(event)
            if not is_expected(error):
                raise
            return event
        with contextlib.suppress(OSError, ValueError):
            remember(request, read_progress())
    return Event("done", run=run.name)


def begin(request: Request) -> ProgressFile:
    """Where a training says how it goes; only the one that holds the lock may.

    Raises:
        WriteError: the file cannot be written.
    """
    earlier = earlier_trainings()
    head = {
        "pid": os.getpid(),
        "title": f"{request.recipe.name} on {request.dataset}",
        "started": time.time(),
        "epochs": request.recipe.epochs,
        "fits": request.fits,
        "phases": plan(request, earlier),
        "measured": bool(earlier),
    }
    with file_errors():
        return ProgressFile(head, epochs=request.recipe.epochs)


def main() -> int | str:
    """Train what stands in this process' input; returns the exit status, or why it is 1."""
    worker.stand_back()
    try:
        request = TrainingOptions.from_json(json.load(sys.stdin)).request()
        event = train_exclusively(request, worker.cut_output, minutes=limits().minutes)
    except (Busy, ExpectedError) as error:
        return str(error)
    return 0 if event.run else 1


if __name__ == "__main__":
    sys.exit(main())
