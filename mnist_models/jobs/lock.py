"""The lock that makes a job the only one that is done on a machine, whoever started it, and how.

The operating system holds it for a process, so it is free again when that process is gone.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_models.atomic_files import write_atomically, write_errors
from mnist_models.jobs.job import JobError, jobs_folder
from mnist_models.text import t


class Busy(JobError):  # noqa: N818 - it is a state, and nothing went wrong
    """Another job is being done; there is one at a time."""


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Hold the lock.

    Raises:
        Busy: somebody else holds it.
        WriteError: the lock file cannot be written.
    """
    with file_errors():
        jobs_folder().mkdir(parents=True, exist_ok=True)
        lock = _lock()
        try:
            # Whoever asks how a job stands holds the lock for a moment, so wait that long.
            lock.acquire(timeout=2, poll_interval=0.02)
        except Timeout as error:
            raise Busy(
                t(
                    "Another job is running on this machine; there is one at a time. To see it, or "
                    "to end it: python -m mnist_models queue"
                )
            ) from error
    try:
        yield
    finally:
        lock.release()


def is_held(patience: float = 0) -> bool:
    """Whether a job is being done.

    To look is to hold the lock for a moment, so two who look at once may see each other. Where that
    matters, `patience` is how many seconds to look again.
    """
    return jobs_folder().is_dir() and somebody_holds(_lock(), patience)


def claim(job_id: str) -> None:
    """Say which job is being done; whoever holds the lock says it.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(_claim_path(), job_id.encode())


def running_id() -> str:
    """The job that is being done on this machine; empty if there is none."""
    with contextlib.suppress(OSError):
        job_id = _claim_path().read_text(encoding="utf-8")
        return job_id if is_held() else ""
    return ""


def somebody_holds(lock: FileLock, patience: float = 0) -> bool:
    """Whether another process, or another part of this one, holds a lock.

    Args:
        lock: which.
        patience: how many seconds to look again.
    """
    try:
        lock.acquire(timeout=patience, poll_interval=0.02)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def file_errors() -> contextlib.AbstractContextManager[None]:
    """The same as `write_errors`, for the files of jobs."""
    return write_errors(
        lambda reason: t(
            "The files of jobs in trained/.jobs cannot be written: {reason}. Free some space, "
            "allow writing there, or remove that folder, and try again; the existing runs are "
            "unchanged.",
            reason=reason,
        )
    )


def _lock() -> FileLock:
    return FileLock(jobs_folder() / "lock")


def _claim_path() -> Path:
    return jobs_folder() / "running"
