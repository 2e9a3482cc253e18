"""The lock that makes a training the only one on a machine, whoever started it, and however.

The operating system holds it for a process, so it is free again when that process is gone.
"""

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from mnist_models.atomic_files import write_errors
from mnist_models.jobs.progress import forget_progress, job_folder

BUSY = "A training is running already; there is one at a time."


class Busy(RuntimeError):  # noqa: N818 - it is a state, and nothing went wrong
    """Another training is running; there is one at a time."""


@contextlib.contextmanager
def exclusive(*, keeps_progress: bool = False) -> Iterator[None]:
    """Hold the lock.

    Args:
        keeps_progress: what the last training said stays; a new one may not be taken for it.

    Raises:
        Busy: somebody else holds it.
        WriteError: the lock file cannot be written.
    """
    with file_errors():
        job_folder().mkdir(parents=True, exist_ok=True)
        lock = _lock()
        try:
            # Whoever asks how a job stands holds the lock for a moment, so wait that long.
            lock.acquire(timeout=2, poll_interval=0.02)
        except Timeout as error:
            raise Busy(BUSY) from error
    try:
        if not keeps_progress:
            with file_errors():
                forget_progress()
        yield
    finally:
        lock.release()


def is_held(patience: float = 0) -> bool:
    """Whether a training holds the lock.

    To look is to hold it for a moment, so two who look at once may see each other. Where that
    matters, `patience` is how many seconds to look again.
    """
    return job_folder().is_dir() and somebody_holds(_lock(), patience)


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
    """The same as `write_errors`, for the files of the job."""
    return write_errors(
        "The job's files in trained/.job",
        "Free some space, allow writing there, or remove that folder,",
    )


def _lock() -> FileLock:
    return FileLock(job_folder() / "lock")
