"""Who does jobs: what an executor can be asked, wherever its jobs are done."""

import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from mnist_models.jobs.job import Job, JobError, Order, Present, job_ids
from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.jobs.queue import waiting_ids
from mnist_models.jobs.worker import Work, perform_here
from mnist_models.settings import scheduler_address
from mnist_models.text import Text, t

_EVERY_S = 0.2


class Executor(Protocol):
    """Takes orders, one of a visitor's waiting at a time, and does them in their turn."""

    def refusal(self) -> Text | None:
        """Why no job can be done at all, as pages say it; None if jobs can be."""

    def submit(self, order: Order, files: Mapping[str, bytes] = ..., present: Present = ...) -> str:
        """Let a job wait for its turn; returns its id.

        Args:
            order: what is to be done.
            files: what the work is given, by the name that it has in the job's folder.
            present: asked now and then; of a job that keeps nothing, a visitor who is gone for a
                minute wants nothing any more.

        Raises:
            JobError: it is not taken; the message says why.
            WriteError: its files cannot be written.
        """

    def follow(self, job_id: str) -> Job | None:
        """How a job stands; None where there is none."""

    def cancel(self, job_id: str) -> None:
        """Ask a job to end, which it does within a second or two, with nothing published.

        If it is still there after ten seconds, it is ended by force. One that is being published
        ends as it would have.
        """

    def collect(self, job_id: str) -> Path:
        """The folder with what came of a job.

        Raises:
            JobError: it has not come to its end.
        """


_creating = threading.Lock()


def executor() -> Executor:
    """Where jobs are done: here, or on a cluster (`MNIST_SCHEDULER`). One for all of a process."""
    with _creating:
        return _executor()


@cache
def _executor() -> Executor:
    if address := scheduler_address():
        from mnist_models.jobs.cluster.distribution import Cluster

        return Cluster(address)
    from mnist_models.jobs.here import Here

    return Here()


def perform(order: Order, work: Work, listener: OnEvent) -> Event:
    """Do a job for whoever waits for it in this process, which is told how it goes.

    Args:
        order: what is to be done.
        work: what does it, if it is done in this process: where there is no cluster.
        listener: told of all that happens; an exception from it ends the job.

    Returns:
        How it ended.

    Raises:
        Busy: another job is being done here.
        ExpectedError: it cannot begin; the text says why.
    """
    from mnist_models.jobs.cluster.distribution import Cluster

    does = executor() if scheduler_address() else None
    if not isinstance(does, Cluster):
        return perform_here(order, work, listener)
    job_id, told = does.begin(order), 0
    while (job := does.follow(job_id)) is not None:
        try:
            events = job.progress.events
            told = told if told <= len(events) else 0  # it is tried once more
            for event in events[told:]:
                told += 1
                listener(event)
            if not job.is_unfinished:
                if job.latest not in events:
                    listener(job.latest)
                return job.latest
            time.sleep(_EVERY_S)
        except KeyboardInterrupt:
            does.cancel(job_id)
        except BaseException:
            does.cancel(job_id)
            raise
    raise JobError(t("This has not come to its end, or is gone."))


def latest_job(kind: str, owner: str = "*", *, begun: bool = False) -> Job | None:
    """The last job of a kind, of all visitors or of one; None if there is none.

    Args:
        kind: see `Order`.
        owner: a visitor's mark.
        begun: leave out those that wait, or were cancelled before their turn.
    """
    skipped = set(waiting_ids()) if begun else set()
    for job_id in reversed(job_ids(kind, owner)):
        if job_id in skipped:
            continue
        job = executor().follow(job_id)
        if job and (not begun or job.has_begun):
            return job
    return None
