"""Training in a child process: start, follow, cancel, one at a time on a machine.

The child is the command line itself (`python -m mnist_models train --job`). While it trains it
holds an operating-system lock, which is gone when the process is, however it ended. What it has
to say it appends to a file, one JSON object a line. So whoever wants to know how the training
stands, in this process or another, before or after a restart, reads the file and tries the lock.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from mnist_models.publishing import write_errors
from mnist_models.runs import RunError, trained_folder
from mnist_models.workflow import FINAL_STAGES, FITTING_STAGES, Event

_START_TIMEOUT_S = 30
_BUSY = "A training is running already; there is one at a time."
_MAX_PROGRESS_BYTES = 8 * 2**20


class Busy(RuntimeError):  # noqa: N818 - it is a state, and nothing went wrong
    """Another training is running; there is one at a time."""


@dataclass(frozen=True)
class Job:
    """A training that is running or was the last to run.

    Attributes:
        pid: process number of the child.
        title: what it trains, for people.
        started: seconds since the epoch.
        ended: when it last said something, seconds since the epoch.
        running: whether the child holds the lock and has not said its last word.
        latest: the last thing it said.
        share: how much of the training is done, 0 to 1; None before it begins.
        epochs: the figures of each epoch so far, with the approach they belong to.
    """

    pid: int
    title: str
    started: float
    ended: float
    running: bool
    latest: Event
    share: float | None = None
    epochs: list[dict[str, Any]] = field(default_factory=list)


def current_job() -> Job | None:
    """The training that is running, or the last one that was; None if there was none."""
    job = _read_job()
    if job and not job.running and job.latest.stage == "failed":
        # It may have said its last word after its file was read and before the lock was tried.
        job = _read_job()
    return job


def _read_job() -> Job | None:
    try:
        status = _progress_file().stat()
        if status.st_size > _MAX_PROGRESS_BYTES:
            return None
        # What stands behind the last line break is still being written, or never will be.
        lines = _progress_file().read_text(encoding="utf-8").split("\n")[:-1]
        head = json.loads(lines[0])
        events = [Event(**json.loads(line)) for line in lines[1:]]
        # The lock is tried after the file was read: a job that has just begun holds it already.
        return _job(head, events, ended=status.st_mtime, running=_is_locked())
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        return None  # no job yet, or a file that nobody can read: the same to whoever asks


def start_job(arguments: list[str]) -> Job:
    """Start `python -m mnist_models train` with these arguments in a process of its own.

    Args:
        arguments: what follows `train` on the command line.

    Raises:
        Busy: another training is running.
        RunError: the child could not start; the message says why.
    """
    if _is_locked(patience=0.5):
        raise Busy(_BUSY)
    project = Path(__file__).resolve().parent.parent
    search_path = os.pathsep.join(filter(None, [str(project), os.environ.get("PYTHONPATH")]))
    with write_errors():
        _folder().mkdir(parents=True, exist_ok=True)
        with (_folder() / "output.txt").open("wb") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "mnist_models", "train", "--job", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # closing the server's terminal does not end the training
                env={**os.environ, "PYTHONPATH": search_path},
            )
    return _wait_for_first_word(child)


def cancel_job() -> None:
    """Ask the running training to end; it does so within a second or two, publishing nothing."""
    job = current_job()
    if job and job.running:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(job.pid, signal.SIGTERM)


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Hold the lock that makes this the only training on the machine.

    Raises:
        Busy: somebody else holds it.
        RunError: the lock file cannot be written.
    """
    with write_errors():
        _folder().mkdir(parents=True, exist_ok=True)
        lock = FileLock(_folder() / "lock")
        try:
            # Whoever asks how a job stands holds the lock for a moment, so wait that long.
            lock.acquire(timeout=2, poll_interval=0.02)
        except Timeout as error:
            raise Busy(_BUSY) from error
        # What the job before has said must not be taken for this one's.
        _progress_file().unlink(missing_ok=True)
    try:
        yield
    finally:
        lock.release()


class ProgressFile:
    """Where a training writes what it has to say; opened by the one that holds the lock."""

    def __init__(self, title: str) -> None:
        """Begin anew: what the job before has said is gone.

        Raises:
            RunError: the file cannot be written.
        """
        with write_errors():
            self._file: IO[str] = _progress_file().open("w", encoding="utf-8")
        self._last_share = 0.0
        self._write({"pid": os.getpid(), "title": title, "started": time.time()})

    def tell(self, event: Event) -> None:
        """Append one event; of the many that only move the bar, two a second are enough."""
        if event.stage in FITTING_STAGES and event.epoch is None:
            if time.monotonic() - self._last_share < 0.5:
                return
            self._last_share = time.monotonic()
        self._write(asdict(event))

    def _write(self, values: dict[str, Any]) -> None:
        self._file.write(json.dumps(values) + "\n")
        self._file.flush()


def _job(head: dict[str, Any], events: list[Event], *, ended: float, running: bool) -> Job:
    latest = events[-1] if events else Event("starting")
    if not running and latest.stage not in FINAL_STAGES:
        latest = Event(
            "failed",
            message="The training ended without a word: it was stopped from outside, or the "
            "machine ran out of memory. The runs that were there are unchanged.",
        )
    shares = [e.share for e in events if e.stage in FITTING_STAGES and e.share is not None]
    epochs = [{"approach": e.approach, **e.epoch} for e in events if e.epoch]
    return Job(
        pid=int(head["pid"]),
        title=str(head["title"]),
        started=float(head["started"]),
        ended=ended,
        running=running and latest.stage not in FINAL_STAGES,
        latest=latest,
        share=shares[-1] if shares else None,
        epochs=epochs,
    )


def _wait_for_first_word(child: subprocess.Popen[bytes]) -> Job:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        job = current_job()
        if job and job.pid == child.pid:
            return job
        if child.poll() is not None:
            if _is_locked():
                raise Busy(_BUSY)
            raise RunError(f"The training could not start: {_last_output()}")
        time.sleep(0.05)
    child.kill()
    raise RunError("The training could not start: it said nothing for half a minute.")


def _last_output() -> str:
    with contextlib.suppress(OSError):
        text = (_folder() / "output.txt").read_text(encoding="utf-8", errors="replace")
        return text.strip().splitlines()[-1][:500] if text.strip() else "it ended at once."
    return "its output cannot be read."


def _is_locked(patience: float = 0) -> bool:
    """Whether a training holds the lock.

    To look is to hold it for a moment, so two who look at once may see each other. Where that
    matters, `patience` is how many seconds to look again.
    """
    lock = FileLock(_folder() / "lock")
    if not _folder().is_dir():
        return False
    try:
        lock.acquire(timeout=patience, poll_interval=0.02)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _folder() -> Path:
    return trained_folder() / ".job"


def _progress_file() -> Path:
    return _folder() / "progress.jsonl"
