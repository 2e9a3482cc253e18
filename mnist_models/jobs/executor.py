"""Who does jobs: what an executor can be asked, wherever its jobs are done."""

import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from mnist_models.jobs.job import Job, Order, Present, job_ids
from mnist_models.jobs.queue import waiting_ids
from mnist_models.text import Text


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
    """Where jobs are done: on this machine. The same for all of a process."""
    with _creating:
        return _executor()


@cache
def _executor() -> Executor:
    from mnist_models.jobs.here import Here

    return Here()


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
