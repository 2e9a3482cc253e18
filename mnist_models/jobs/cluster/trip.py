"""One job that is away: its file here says what it tells there, and how it ends."""

import contextlib
import json
import logging
import shutil
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mnist_models.atomic_files import write_atomically
from mnist_models.jobs.cluster.markers import Marker, read_marker, remove_marker, write_marker
from mnist_models.jobs.cluster.parcels import RUN, checked, elsewhere, files_below, write_below
from mnist_models.jobs.cluster.versions import code_version
from mnist_models.jobs.interruption import ending, is_expected
from mnist_models.jobs.job import (
    UNREADABLE,
    Order,
    job_folder,
    progress_path,
    read_order,
)
from mnist_models.jobs.lock import job_file_errors
from mnist_models.jobs.progress import (
    FINAL_STAGES,
    PUBLISHING,
    Event,
    ProgressFile,
    create_progress,
    event_of,
    read_line,
    read_progress,
)
from mnist_models.settings import limits
from mnist_models.text import Text, t

MAX_ATTEMPTS = 2  # a job is tried once more where its worker has died
_NOT_GIVEN = ("job.jsonl", "output.txt")  # what a job says
_AS_LONG_AS_IT_LIKES = 10**7  # minutes
_LOG = logging.getLogger(__name__)


class Trip:
    """Follows one job there and back.

    Attributes:
        id: the job's.
        order: what was asked for.
        marker: what is kept of it on the disk.
        refusals: what workers said that have another program or other data, by their address.
        avoided: workers on which it has died.
        worker: the address of the one that does it, or to which it was sent.
        cancelled: when it was asked to end; None if it was not.
        ended: whether its last word is said.
    """

    def __init__(self, job_id: str, marker: Marker) -> None:
        """Take it up, from its beginning or where another server was killed.

        Raises:
            OSError, ValueError, TypeError, KeyError: its files are gone or damaged.
        """
        self.id = job_id
        self.order: Order = read_order(progress_path(job_id))
        self.marker = read_marker(job_id) or marker
        self.refusals: dict[str, Text] = {}
        self.avoided: set[str] = set()
        self.worker = ""
        self.cancelled: float | None = None
        self.ended = False
        self._old: set[str] = set()  # attempts that were given up
        self._lines = 0  # that are told here
        self._last: dict[str, Any] = {}
        known = read_progress(progress_path(job_id))
        elapsed = known.times[-1] if known.times else 0.0
        if known.pid is not None:
            self._lines = 1 + len(known.events)
        self._progress = self._open(elapsed)
        if known.events and known.events[-1].stage in FINAL_STAGES:
            self._leave()

    def keep(self, **changes: Any) -> None:
        """Keep what has changed of it."""
        self.marker = replace(self.marker, **changes)
        with job_file_errors():
            write_marker(self.id, self.marker)

    def preferred(self, workers: Iterable[str]) -> list[str]:
        """Those that have not refused it and, if there is any other, on which it has not died."""
        willing = [address for address in workers if address not in self.refusals]
        return [address for address in willing if address not in self.avoided] or willing

    def pack(self, key: str) -> dict[str, Any]:
        """What a worker needs to do it, see `remote_job.do_job`.

        Raises:
            ExpectedError: something that it reads is gone or damaged.
        """
        order, kind = self.order, elsewhere(self.order.work)
        files = files_below(job_folder(self.id))
        return {
            "key": key,
            "job": self.id,
            "order": json.dumps(order.to_json()),
            "files": {name: files[name] for name in files if name not in _NOT_GIVEN},
            "reads": kind.reads(order.request),
            "code": code_version(),
            "data": kind.versions(order.request),
            "settings": _settings(order),
        }

    def hear(self, news: Any) -> None:
        """Write down what the job has told; what is damaged, or was told before, is not."""
        with contextlib.suppress(*UNREADABLE):
            attempt, number = str(news["attempt"]), int(news["number"])
            if attempt in self._old:
                return
            if attempt != self.marker.attempt:
                self._begin(attempt)
            self.worker = str(news.get("worker", self.worker))
            if number == self._lines + 1:
                self._lines = number
                self._write(news["line"])

    def end(self, event: Event) -> None:
        """Say the last word."""
        self._progress.tell(event)
        self._leave()

    def give_up_attempt(self, worker: str = "") -> bool:
        """It died on the way; returns whether it is tried once more.

        Args:
            worker: the address of the one that did it, to avoid.
        """
        if self.marker.attempt:
            self._old.add(self.marker.attempt)
        if worker:
            self.avoided.add(worker)
        if self.marker.attempts >= MAX_ATTEMPTS:
            return False
        self.keep(key="", attempt="")
        return True

    def take(self, result: dict[str, Any]) -> bool:
        """Take what came back; returns whether it has come to its end, and did not just die.

        What has to be published is published now, whole or not at all.
        """
        lines = result["lines"]
        for number, line in enumerate(lines, start=1):
            self.hear({"attempt": result["attempt"], "number": number, "line": line})
        try:
            last = event_of(read_line(lines[-1]))
        except (*UNREADABLE, IndexError):
            return False
        if last.stage not in FINAL_STAGES:
            return False
        if last.stage in ("cancelled", "failed"):
            self.end(last)
            return True
        try:
            self._receive(result)
        except Exception as error:
            if not is_expected(error):
                _LOG.exception("What came back of job %s", self.id)
            self.end(ending(error))
        else:
            self._leave()
        return True

    def _receive(self, result: dict[str, Any]) -> None:
        folder = job_folder(self.id)
        shutil.rmtree(folder / RUN, ignore_errors=True)
        try:
            with job_file_errors():
                write_below(folder, checked(result["files"], result["hashes"]))
        except (ValueError, KeyError):
            sentence = t("What came back from the cluster is damaged; nothing was changed.")
            self.end(Event("failed", message=sentence))
            return
        elsewhere(self.order.work).receive(self.order.request, folder, self._progress.tell)

    def _begin(self, attempt: str) -> None:
        """Another process does it, from the beginning."""
        if self.marker.attempt:
            self._old.add(self.marker.attempt)
        self.keep(attempt=attempt, attempts=self.marker.attempts + 1)
        self._lines = 0

    def _write(self, line: str) -> None:
        values = read_line(line)
        if "pid" in values:
            self.wipe()
            self._progress.begin()
        elif values["stage"] not in (PUBLISHING, *FINAL_STAGES):  # those are said here
            self._progress.repeat(line)

    def wipe(self) -> None:
        """Forget what it has told: it is done again, from the beginning.

        Raises:
            OSError: its file cannot be written.
        """
        path = progress_path(self.id)
        fresh = path.with_suffix(".fresh")
        create_progress(fresh, self.order.to_json())
        write_atomically(path, fresh.read_bytes())
        fresh.unlink()
        self._progress = self._open(0.0)

    def _open(self, elapsed: float) -> ProgressFile:
        path = progress_path(self.id)
        return ProgressFile(path, epochs=self.order.epochs, fits=self.order.fits, elapsed=elapsed)

    def _leave(self) -> None:
        self.ended = True
        with contextlib.suppress(OSError):
            remove_marker(self.id)


def _settings(order: Order) -> dict[str, str]:
    """Our limits, as environment variables: a worker's own are not meant for our jobs."""
    ours = limits()
    # Who waits for a job in a shell gives it as long as it likes.
    minutes = ours.minutes if order.server else _AS_LONG_AS_IT_LIKES
    return {
        "MNIST_MAX_EPOCHS": str(int(ours.epochs.high)),
        "MNIST_MAX_HIDDEN": str(int(ours.hidden.high)),
        "MNIST_MAX_MINUTES": str(minutes),
        "MNIST_MAX_RUNS": str(ours.runs),
        "MNIST_MAX_RUNS_MB": str(ours.megabytes),
        "MNIST_MAX_KEPT_RUNS_MB": str(ours.kept_megabytes),
    }
