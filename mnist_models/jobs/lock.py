"""The lock that makes a job the only one that is done on a machine, whoever started it, and how.

The operating system holds it for a process, so it is free again when that process is gone.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_models.atomic_files import write_atomically, write_errors
from mnist_models.jobs.job import JobError
from mnist_models.settings import jobs_folder
from mnist_models.text import t

# With too many open files, or a disk that fails for a moment, nobody can say that it is free.
_UNKNOWN = (errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOLCK)


class Busy(JobError):  # noqa: N818 - it is a state, and nothing went wrong
    """Another job is being done; there is one at a time."""


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Hold the lock.

    Raises:
        Busy: somebody else holds it.
        WriteError: the lock file cannot be written.
    """
    with job_file_errors():
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
        with job_file_errors():
            _claim("")  # nobody takes the last job for one that is being done
        yield
    finally:
        with contextlib.suppress(OSError):
            _claim("")
        lock.release()


def is_held(patience: float = 0) -> bool:
    """Whether a job is being done.

    To look is to hold the lock for a moment, so two who look at once may see each other. Where that
    matters, `patience` is how many seconds to look again.
    """
    return jobs_folder().is_dir() and somebody_holds(_lock(), patience)


def claim(job_id: str) -> None:
    """Say which job this process does; whoever holds the lock says it.

    Raises:
        OSError: it cannot be written.
    """
    _claim(f"{job_id} {os.getpid()}")


def running_id() -> str:
    """The job that is being done on this machine; empty if there is none."""
    return running_job()[0]


def running_job(patience: float = 0) -> tuple[str, int]:
    """The job that is being done, and the number of its process; empty and 0 if there is none.

    Args:
        patience: see `is_held`.
    """
    with contextlib.suppress(OSError, ValueError):
        job_id, pid = _claim_path().read_text(encoding="utf-8").split()
        if is_held(patience):
            return job_id, int(pid)
    return "", 0


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
    except OSError as error:
        return error.errno in _UNKNOWN
    lock.release()
    return False


def job_file_errors() -> contextlib.AbstractContextManager[None]:
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


def _claim(contents: str) -> None:
    write_atomically(_claim_path(), contents.encode())


def _claim_path() -> Path:
    return jobs_folder() / "running"
