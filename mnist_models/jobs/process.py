"""Training in a child process: start, follow, cancel, one at a time on a machine.

The child is a module that reads its request as JSON (see `pipeline.train_job`). While it trains it
holds an operating-system lock, which is gone when the process is, however it ended. What it has
to say stands in a file (see `progress`). So whoever wants to know how the training stands, in this
process or another, before or after a restart, reads the file and tries the lock.
"""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mnist_models.errors import ExpectedError
from mnist_models.jobs.eta import Outlook, Plan, outlook
from mnist_models.jobs.lock import BUSY, Busy, file_errors, is_held
from mnist_models.jobs.progress import (
    FINAL_STAGES,
    FITTING_STAGES,
    GRACE_S,
    Event,
    Progress,
    job_folder,
    read_progress,
)
from mnist_models.settings import PROJECT

_START_TIMEOUT_S = 30
# What TensorFlow, and NumPy when it scores, take for the number of threads.
_THREADS = (
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
)
_starting = threading.Lock()  # of several visitors who press at once, one starts a child


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
        share: how much of the fitting is done, 0 to 1; None before it begins.
        epoch: which epoch the present fit is in, from 1; None before it begins.
        epochs_wanted: how many a fit takes.
        epochs: the figures of each epoch so far, with the approach they belong to; of more than
            a hundred, some of them.
        phases: how long each phase was expected to take, in their order.
        measured: whether earlier trainings on this machine say so, or it is a guess.
        progress: all that it said.
    """

    pid: int
    title: str
    started: float
    ended: float
    running: bool
    latest: Event
    share: float | None
    epoch: int | None
    epochs_wanted: int
    epochs: tuple[dict[str, Any], ...]
    phases: Plan
    measured: bool
    progress: Progress

    def outlook(self, now: float | None = None) -> Outlook:
        """How much of everything is done and how long the rest will take.

        Args:
            now: seconds since the epoch, if not the present.
        """
        # By what the job has timed itself: the machine's clock may have been set meanwhile.
        told = self.progress.times[-1] if self.progress.times else 0.0
        since = (time.time() if now is None else now) - self.progress.changed
        elapsed = told + max(0.0, since)
        return outlook(self.phases, self.progress, elapsed, measured=self.measured)


def current_job() -> Job | None:
    """The training that is running, or the last one that was; None if there was none."""
    job = _read_job()
    if job and not job.running and job.latest.stage == "failed":
        # It may have said its last word after its file was read and before the lock was tried.
        job = _read_job()
    return job


class JobError(ExpectedError):
    """A job could not start; the message says why."""


def start_job(module: str, request: dict[str, Any]) -> Job:
    """Start `python -m module` in a process of its own.

    Args:
        module: holds the lock while it works, and says how it goes.
        request: what to do, which it reads as JSON from its input.

    Raises:
        Busy: another training is running.
        JobError: the child could not start.
        WriteError: the job's files cannot be written.
    """
    with _starting:
        if is_held(patience=0.5):
            raise Busy(BUSY)
        with file_errors():
            output = _new_output(request)
        with output:
            child = start_child(module, output=output, request=request)
        return _wait_for_first_word(child)


def cancel_job() -> None:
    """Ask the running training to end, which it does within a second or two, publishing nothing.

    If it is still there after ten, it is ended by force. One that is already being published ends
    as it would have.
    """
    job = current_job()
    if job and job.running:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(job.pid, signal.SIGTERM)
        threading.Thread(target=_end_by_force, args=[job], daemon=True).start()


def _read_job() -> Job | None:
    try:
        progress = read_progress()
        # The lock is tried after the file was read: a job that has just begun holds it already.
        return _job(progress, holds_lock=is_held())
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # no job yet, or a file that nobody can read: the same to whoever asks


def _job(progress: Progress, *, holds_lock: bool) -> Job:
    head = progress.head
    latest = progress.events[-1] if progress.events else Event("starting")
    if not holds_lock and latest.stage not in FINAL_STAGES:
        latest = Event(
            "failed",
            message="The training ended without a word: it was stopped from outside, or the "
            "machine ran out of memory. The runs that were there are unchanged.",
        )
    fitting = [e for e in progress.events if e.stage in FITTING_STAGES and e.share is not None]
    share = fitting[-1].share if fitting else None
    wanted = int(head["epochs"])
    return Job(
        pid=int(head["pid"]),
        title=str(head["title"]),
        started=float(head["started"]),
        ended=progress.changed,
        running=holds_lock and latest.stage not in FINAL_STAGES,
        latest=latest,
        share=share,
        epoch=None if share is None else _epoch(share * int(head["fits"]), wanted),
        epochs_wanted=wanted,
        epochs=tuple({"approach": e.approach, **e.epoch} for e in progress.events if e.epoch),
        phases={str(name): float(seconds) for name, seconds in head["phases"].items()},
        measured=bool(head["measured"]),
        progress=progress,
    )


def _epoch(fits_done: float, epochs: int) -> int:
    """The epoch that is under way, where 1.5 fits being done is the middle of the second."""
    of_this_fit = fits_done - max(0, math.ceil(fits_done) - 1)
    return max(1, math.ceil(of_this_fit * epochs - 1e-6))


def start_child(
    module: str, *arguments: str, output: IO[bytes], request: dict[str, Any] | None = None
) -> subprocess.Popen[bytes]:
    """Start `python -m module` with these arguments, apart from this process.

    Args:
        module: what to run.
        arguments: what follows it on the command line.
        output: where what it prints goes.
        request: written as JSON into its input, if there is one.

    Raises:
        JobError: it cannot be started.
    """
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # closing the server's terminal does not end the training
            env=_child_environment(),
        )
    except OSError as error:
        raise JobError(
            f"No process could be started: {error.strerror or error}. Try again later."
        ) from error
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError), child.stdin:  # it ended at once: its output says why
        child.stdin.write(b"" if request is None else json.dumps(request).encode())
    return child


def _wait_for_first_word(child: subprocess.Popen[bytes]) -> Job:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        job = current_job()
        if job and job.pid == child.pid:
            return job
        if child.poll() is not None:
            if is_held():
                raise Busy(BUSY)
            raise JobError(f"The training could not start: {_last_output()}")
        time.sleep(0.05)
    child.kill()
    raise JobError("The training could not start: it said nothing for half a minute.")


def _end_by_force(job: Job) -> None:
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline:
        time.sleep(0.2)
        now = current_job()
        if not now or not now.running or (now.pid, now.started) != (job.pid, job.started):
            return
        if now.latest.stage == "publishing":
            return  # too late: it ends as it would have
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(job.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _new_output(request: dict[str, Any]) -> IO[bytes]:
    """Where the child's output goes; at the file's end, wherever `worker.cut_output` has cut it.

    Raises:
        OSError: the file cannot be written, or the disk is full: a child could not say so.
    """
    job_folder().mkdir(parents=True, exist_ok=True)
    path = _output_path()
    path.unlink(missing_ok=True)
    output = path.open("ab")
    output.write(json.dumps(request).encode() + b"\n")
    output.flush()
    return output


def _last_output() -> str:
    with contextlib.suppress(OSError):
        text = _output_path().read_text(encoding="utf-8", errors="replace")
        lines = text.strip().splitlines()[1:]
        return lines[-1][:500] if lines else "it ended at once."
    return "its output cannot be read."


def _child_environment() -> dict[str, str]:
    """The child's: it finds this package, and leaves a core to the pages. What is set stays.

    With a thread on each core the products of matrices wait for the one that the pages take, and
    with the lowest priority that is long: on two busy cores the fitting took twice as long with
    two threads as with one, NumPy's scoring five times, and one stroke in twenty a tenth of a
    second.
    """
    search_path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    threads = str(max(1, _cores() - 1))
    return {**dict.fromkeys(_THREADS, threads), **os.environ, "PYTHONPATH": search_path}


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _output_path() -> Path:
    return job_folder() / "output.txt"
