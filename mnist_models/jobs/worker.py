"""A training's own side of a job: to say how it goes, to stand back behind the pages."""

import contextlib
import os
import time

from mnist_models.jobs.lock import file_errors
from mnist_models.jobs.progress import ProgressFile, read_progress
from mnist_models.pipeline.estimates import earlier_trainings, plan, remember
from mnist_models.pipeline.train_run import Event, OnEvent, Request

_MAX_OUTPUT_BYTES = 2**20


def begin(request: Request) -> ProgressFile:
    """Where a training says how it goes; only the one that holds the lock may.

    Raises:
        RunError: the file cannot be written.
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


def modest(tell: OnEvent) -> OnEvent:
    """The same listener, in a process whose priority is low and whose output stays short."""
    if hasattr(os, "nice"):
        os.nice(10)

    def tell_and_cut(event: Event) -> None:
        with contextlib.suppress(OSError):
            if os.fstat(1).st_size > _MAX_OUTPUT_BYTES:
                os.ftruncate(1, _MAX_OUTPUT_BYTES)  # what is printed last comes behind that
        tell(event)

    return tell_and_cut


def remember_how_long(request: Request) -> None:
    """Keep what the training that has just ended took, for the estimates of the next ones."""
    with contextlib.suppress(OSError, ValueError):
        remember(request, read_progress())
