"""The executor of this machine: one child process at a time, started when its turn comes.

Whoever wants to know how a job stands, in this process or another, before or after a restart, reads
its file and tries the lock (see `progress` and `lock`). Only starting is done by a thread of the
server whose visitor waits.
"""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from mnist_models.errors import ExpectedError
from mnist_models.jobs import queue
from mnist_models.jobs.cluster.markers import away_ids, read_marker
from mnist_models.jobs.interruption import GRACE_S, refusal_here
from mnist_models.jobs.job import (
    UNREADABLE,
    Job,
    JobError,
    Order,
    Present,
    forget_files,
    is_old,
    job_folder,
    job_ids,
    log_name,
    note_cancellation,
    progress_path,
    read_job,
    read_order,
)
from mnist_models.jobs.lock import is_held, running_id, running_job
from mnist_models.jobs.progress import PUBLISHING, Event
from mnist_models.jobs.worker import BUSY, worker_environment
from mnist_models.settings import trained_folder
from mnist_models.text import Text, in_english, t

_LOG = logging.getLogger(__name__)
_START_TIMEOUT_S = 30
_ABSENT_S = 60  # so long a visitor may be away from what only they wait for
_EVERY_S = 0.2
_MAX_ENDED = 60  # jobs, a lesson's of a few megabytes; the oldest go


class Here:
    """Does jobs on this machine, one at a time, whichever server or command line started them."""

    def __init__(self) -> None:
        for name in (".job", ".lessons"):  # where earlier versions had what nobody can reach now
            shutil.rmtree(trained_folder() / name, ignore_errors=True)
        queue.drop_what_nobody_waits_for()
        self._starter = self._new_starter()

    def _new_starter(self) -> "Starter":
        return Starter(self.cancel)

    def refusal(self) -> Text | None:
        """See `Executor`."""
        return refusal_here()

    def submit(
        self,
        order: Order,
        files: Mapping[str, bytes] | None = None,
        present: Present = lambda: True,
    ) -> str:
        """See `Executor`."""
        try:
            if reason := self.refusal():
                raise JobError(reason)
            queue.drop_what_nobody_waits_for()
            _make_room(order.kind)
            job_id = queue.enter(order, files or {})
        except ExpectedError as error:
            _LOG.warning("A job is refused (%s): %s", order.kind, in_english(error.text))
            raise
        _LOG.info("%s is ordered, %d wait", log_name(job_id), len(queue.waiting_ids()))
        self._starter.watch(job_id, present)
        return job_id

    def follow(self, job_id: str) -> Job | None:
        """See `Executor`."""
        waiting = queue.waiting_ids()
        if job_id in waiting:
            job = read_job(job_id, place="waiting")
            return job and self._with_place(job, waiting)
        if (marker := read_marker(job_id)) and queue.server_lives(marker.server):
            job = read_job(job_id, place="running" if marker.attempt else "waiting")
            return job and (job if marker.attempt else self._with_place(job, waiting))
        running = running_id()
        self._starter.adopt(running)
        if job_id == running:
            return read_job(job_id, place="running")
        if job_id in queue.waiting_ids():  # it was on a cluster, and has come back meanwhile
            return self.follow(job_id)
        return None if is_old(job_id) else read_job(job_id, place="ended")

    def cancel(self, job_id: str) -> None:
        """See `Executor`."""
        if queue.leave(job_id, Event("cancelled", message=t("Cancelled before its turn."))):
            return
        running, pid = running_job(patience=0.2)
        job = read_job(job_id, place="running")
        if running == job_id and (job is None or job.is_unfinished):
            note_cancellation(job_id)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGTERM)
            threading.Thread(target=_end_by_force, args=[job_id, pid], daemon=True).start()

    def collect(self, job_id: str) -> Path:
        """See `Executor`."""
        job = self.follow(job_id)
        if job is None or job.is_unfinished:
            raise JobError(t("This has not come to its end, or is gone."))
        return job.folder

    def _with_place(self, job: Job, waiting: list[str]) -> Job:
        """How many jobs come before one that waits, and how long they will take."""
        seconds: list[float | None] = []
        for other in waiting[: waiting.index(job.id) if job.id in waiting else 0]:
            with contextlib.suppress(*UNREADABLE):
                order = read_order(progress_path(other))
                seconds.append(sum(order.phases.values()) if order.measured else None)
        if (running := running_id()) and (now := read_job(running, place="running")):
            seconds.append(now.outlook().seconds_left)
        wait = None if None in seconds else sum(filter(None, seconds))
        return replace(job, ahead=len(seconds), wait=wait)


def _end_by_force(job_id: str, pid: int) -> None:
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline:
        time.sleep(0.2)
        now = read_job(job_id, place="running")
        if running_id() != job_id or (now and now.latest.stage == PUBLISHING):
            return  # it has ended, or it is too late: it ends as it would have
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _make_room(kind: str) -> None:
    """Remove what is old, and the oldest of a kind where there are many, if it has ended."""
    stay = {running_id(), *away_ids(), *queue.waiting_ids()}
    too_many = [job_id for job_id in job_ids(kind) if job_id not in stay][:-_MAX_ENDED]
    for job_id in job_ids():
        if job_id not in stay and (job_id in too_many or is_old(job_id)):
            forget_files(job_id)


class Starter:
    """Starts what waits when its turn comes, and drops what nobody waits for any more."""

    def __init__(self, cancel: Callable[[str], None]) -> None:
        self._cancel = cancel
        self._present: dict[str, Present] = {}
        self._seen: dict[str, float] = {}  # when each job's visitor was last there
        self._dropped: set[str] = set()  # whose visitors are gone
        self._idle_since = time.monotonic()  # when a job was last being done
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def watch(self, job_id: str, present: Present) -> None:
        """See to a job from now on."""
        with self._lock:
            self._present[job_id] = present
            self._seen[job_id] = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()

    def adopt(self, job_id: str) -> None:
        """See to a job whose server is gone, and its visitor with it."""
        if not job_id or job_id in self._present:
            return
        with contextlib.suppress(*UNREADABLE):
            server = read_order(progress_path(job_id)).server
            if server and not queue.server_lives(server):
                self.watch(job_id, lambda: False)

    def _run(self) -> None:
        while True:
            try:
                if not self._look():
                    return
            except Exception:  # those who wait must not wait for ever
                _LOG.exception("Jobs are looked at again in a moment")
            time.sleep(_EVERY_S)

    def _look(self) -> bool:
        """Do what is due; returns whether there is anything left to see to."""
        with self._lock:  # so that nobody adds one that these do not know yet
            waiting = queue.read_queue()
            running = queue.running_ids()  # after those: a job runs before it waits no more
            child_lives = self._child is not None and self._child.poll() is None
            for job_id in set(self._present) - {*running, *waiting}:
                del self._present[job_id], self._seen[job_id]
                if job := read_job(job_id, place="ended"):
                    _LOG.info(
                        "%s: %s after %.1f s", log_name(job_id), job.latest.stage, job.seconds
                    )
                if job_id in self._dropped:
                    self._dropped.remove(job_id)
                    forget_files(job_id)  # drawings, too: nobody comes back for them
            if not self._present and not child_lives:
                self._thread = None
                return False
        self._drop_what_nobody_waits_for()
        self._do_next(waiting)
        return True

    def _do_next(self, waiting: list[str]) -> None:
        """Start the first of those that wait, if it is ours and its turn has come."""
        if is_held():
            self._idle_since = time.monotonic()
        elif self._child and self._child.poll() is None:
            if time.monotonic() - self._idle_since > GRACE_S:
                self._child.kill()  # it has said its last word, and does not end
        elif waiting and queue.is_ours(waiting[0]):
            self._start(waiting[0])

    def _drop_what_nobody_waits_for(self) -> None:
        queue.drop_what_nobody_waits_for()
        now = time.monotonic()
        for job_id, present in list(self._present.items()):
            if present():
                self._seen[job_id] = now
            elif now - self._seen[job_id] > _ABSENT_S:
                self._seen[job_id] = now
                with contextlib.suppress(*UNREADABLE):
                    if not read_order(progress_path(job_id)).keeps:
                        self._dropped.add(job_id)
                        self._cancel(job_id)

    def _start(self, job_id: str) -> None:
        _LOG.info("%s begins", log_name(job_id))
        try:
            self._child = _start_child(_work_of(job_id), job_id)
            self._wait_for_first_word(self._child, job_id)
        except JobError as error:
            queue.leave(job_id, Event("failed", message=error.text))

    def _wait_for_first_word(self, child: subprocess.Popen[bytes], job_id: str) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while job_id in queue.waiting_ids():
            if child.poll() is not None:
                if child.returncode == BUSY:
                    return  # the command line was quicker: it waits on
                raise JobError(_why_not_started(job_id))
            if time.monotonic() > deadline:
                child.kill()
                raise JobError(t("It could not start: it said nothing for half a minute."))
            time.sleep(0.05)


def _work_of(job_id: str) -> str:
    try:
        return read_order(progress_path(job_id)).work
    except UNREADABLE as error:
        raise JobError(t("It could not start: its files are gone or damaged.")) from error


def _start_child(module: str, job_id: str) -> subprocess.Popen[bytes]:
    """Start `python -m module JOB`, apart from this process.

    Raises:
        JobError: it cannot be started.
    """
    try:
        with (job_folder(job_id) / "output.txt").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", module, job_id],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # closing the server's terminal does not end the job
                env=worker_environment(),
            )
    except OSError as error:
        reason = error.strerror or str(error)
        raise JobError(
            t("No process could be started: {reason}. Try again later.", reason=reason)
        ) from error


def _why_not_started(job_id: str) -> Text:
    with contextlib.suppress(OSError):
        text = (job_folder(job_id) / "output.txt").read_text(encoding="utf-8", errors="replace")
        if lines := text.strip().splitlines():
            return t("It could not start: {output}", output=lines[-1][:500])
    return t("It could not start: it ended at once, without a word.")
