"""The process that does a job: alone on the machine, behind the pages, and till its last word."""

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnist_models.errors import ExpectedError
from mnist_models.jobs import queue
from mnist_models.jobs.interruption import Interruption, ending, is_expected
from mnist_models.jobs.job import (
    UNREADABLE,
    JobError,
    Order,
    forget_files,
    job_folder,
    progress_path,
    read_order,
)
from mnist_models.jobs.lock import Busy, claim, exclusive, job_file_errors
from mnist_models.jobs.progress import FINAL_STAGES, Event, OnEvent, ProgressFile
from mnist_models.settings import JOB_CORES, PROJECT, limits
from mnist_models.text import t

_MAX_OUTPUT_BYTES = 2**20
# What TensorFlow, and NumPy when it scores, take for the number of threads.
INDEPENDENT = "TF_NUM_INTEROP_THREADS"  # of products that do not wait for each other
THREADS = (
    "TF_NUM_INTRAOP_THREADS",
    INDEPENDENT,
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
)
BUSY = 75  # the exit status of one that came while another job was being done

_GONE = t("This job was cancelled while it waited, or its files are gone.")

# Does what a request asks for, with the files of a folder, and tells how it goes.
Work = Callable[[dict[str, Any], Path, OnEvent], object]


def main(work: Work) -> int | str:
    """Do the job that the command line names; returns the exit status, or why it is 1.

    A module of work ends with `sys.exit(main(work))` and is started by `python -m module JOB`.
    """
    _stand_back()
    try:
        event = perform(sys.argv[1], work, cut_output, minutes=limits().minutes)
    except Busy:
        return BUSY
    except ExpectedError as error:
        return str(error)
    return 1 if event.stage in ("cancelled", "failed") else 0


def perform_here(order: Order, work: Work, listener: OnEvent) -> Event:
    """Do a job at once in this process, for as long as it takes; see `perform`."""
    with job_file_errors():
        job_id = queue.create(order, {})
    try:
        return perform(job_id, work, listener)
    except ExpectedError:  # it has not begun: how it goes later is told and not raised
        forget_files(job_id)
        raise


def perform(job_id: str, work: Work, listener: OnEvent, *, minutes: float | None = None) -> Event:
    """Do a job while no other is done on this machine, and tell whoever follows it.

    Args:
        job_id: of a job whose files are there.
        work: what is done.
        listener: told as well; an exception from it ends the job.
        minutes: how long it may take; as long as it likes if None.

    Returns:
        How it ended.

    Raises:
        Busy: another job is being done.
        JobError: this one was cancelled while it waited, or its file is damaged.
        WriteError: its files cannot be written.
    """
    with Interruption() as interruption, exclusive():
        order, progress = _begin(job_id)
        last = Event("starting")

        def tell_both(event: Event) -> None:
            nonlocal last
            if last.stage in FINAL_STAGES:
                return  # what goes wrong behind the end does not change it
            last = event
            progress.tell(event)
            listener(event)

        tell = interruption.watching(tell_both)
        try:
            with interruption.after(minutes, tell):
                work(order.request, job_folder(job_id), tell)
        except BaseException as error:
            tell(ending(error))
            if not is_expected(error):
                raise
            return last
        if last.stage not in FINAL_STAGES:
            tell(Event("done", 1.0))
        return last


def _begin(job_id: str) -> tuple[Order, ProgressFile]:
    """Say that the job has begun; from now on it waits no more."""
    try:
        order = read_order(progress_path(job_id))
    except UNREADABLE as error:
        raise JobError(_GONE) from error
    with job_file_errors():
        claim(job_id)
        if order.server and not queue.leave(job_id):
            raise JobError(_GONE)
        progress = ProgressFile(progress_path(job_id), epochs=order.epochs, fits=order.fits)
        progress.begin()
    return order, progress


def _stand_back() -> None:
    """Take the lowest priority that is usual for work in the background."""
    if hasattr(os, "nice"):
        os.nice(10)


def cut_output(_: Event) -> None:
    """Keep the output short, for a listener; what is printed last comes behind the cut."""
    with contextlib.suppress(OSError):
        if os.fstat(1).st_size > _MAX_OUTPUT_BYTES:
            os.ftruncate(1, _MAX_OUTPUT_BYTES)


def worker_environment(cores: int | None = None) -> dict[str, str]:
    """The environment of its process: it finds this package, and makes room for the pages.

    Networks that know nothing of each other are trained on all cores. A product of matrices leaves
    a core to the pages: with a thread on each it waits for the one that a page takes, and with the
    lowest priority that is long. What is set stays.

    Args:
        cores: that it may use; all of this machine if None.
    """
    search_path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    cores = cores or _cores()
    independent = os.environ.get(JOB_CORES) or str(cores)
    return {
        **dict.fromkeys(THREADS, str(max(1, cores - 1))),
        INDEPENDENT: independent,
        JOB_CORES: independent,
        **os.environ,
        "PYTHONPATH": search_path,
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
