"""What a job is: an order, a folder of its own, and how far it is."""

import contextlib
import hashlib
import json
import math
import re
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self, TypeGuard

from mnist_models.errors import ExpectedError
from mnist_models.formatting import duration_text
from mnist_models.jobs.eta import Fitting, Outlook, Plan, fits_under_way, outlook
from mnist_models.jobs.progress import (
    FINAL_STAGES,
    PUBLISHING,
    Event,
    Progress,
    read_progress,
)
from mnist_models.settings import SettingsError, jobs_folder, limits
from mnist_models.text import Text, paragraph, t

# What a file that nobody can read raises, be it absent, damaged or not ours.
UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
Place = Literal["waiting", "running", "ended"]
Present = Callable[[], bool]  # whether the visitor who ordered a job is still there

_VISITOR = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST_SILENCE_S = 60.0  # more than that is no pause: the clock was set
_SILENT = t(
    "It ended without a word: it was stopped from outside, or the machine ran out of memory. "
    "Nothing else has changed."
)
CANCELLED = t("Cancelled. Nothing was changed.")  # as the job itself would have said


class JobError(ExpectedError):
    """A job cannot be taken, or could not start; the message says why."""


@dataclass(frozen=True)
class Order:
    """What is asked for.

    Attributes:
        work: the module that does it, see `worker.main`.
        kind: what sort of work it is, one word: jobs of one kind are found by it.
        title: for people.
        request: what to do, as JSON can hold it.
        owner: a mark of the visitor who asked; "owner" for whoever runs the site.
        keeps: whether what comes of it is for others too, so that it is wanted when the visitor is
            gone.
        phases: how long each is expected to take, in their order; empty where nobody knows.
        measured: whether earlier jobs on this machine say so, or it is a guess.
        epochs: how many each part takes, of a training.
        fits: how many times a part is trained from its beginning.
        server: which one's visitor asked, see `queue`.
    """

    work: str
    kind: str
    title: str
    request: dict[str, Any]
    owner: str = "owner"
    keeps: bool = False
    phases: Plan = field(default_factory=dict)
    measured: bool = False
    epochs: int = 1
    fits: int = 1
    server: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {**asdict(self), "title": Text.to_json(self.title)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            TypeError, KeyError, ValueError: it is something else.
        """
        order = cls(**{**values, "title": Text.from_json(values["title"])})
        texts = (order.work, order.kind, order.owner, order.server)
        numbers = (*order.phases.values(), order.epochs, order.fits)
        if not (
            all(isinstance(text, str) for text in texts)
            and isinstance(order.request, dict)
            and all(isinstance(n, int | float) and 0 < n < math.inf for n in numbers)
        ):
            raise ValueError("not what an order is")
        return order


@dataclass(frozen=True)
class Job:
    """A job as it stands at one moment.

    Attributes:
        id: names its folder; later jobs have greater ones.
        order: what was asked for.
        place: whether it waits, runs or has ended.
        latest: the last thing it said.
        progress: all that it said.
        ahead: of one that waits, how many jobs come before it, the running one included.
        wait: of one that waits, seconds until its turn; None while nobody can know.
    """

    id: str
    order: Order
    place: Place
    latest: Event
    progress: Progress
    ahead: int = 0
    wait: float | None = None

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or runs."""
        return self.place != "ended"

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has cancelled it, be it over or not yet."""
        return _cancelled_path(self.id).exists()

    @property
    def has_begun(self) -> bool:
        """Whether its work has begun, be it over or not."""
        return self.place == "running" or self.progress.pid is not None

    @property
    def seconds(self) -> float:
        """After how long it said the last thing, since it began."""
        return self.progress.times[-1] if self.progress.times else 0.0

    @property
    def folder(self) -> Path:
        """Where its files are: what it was given, and what came of it."""
        return job_folder(self.id)

    @property
    def fits(self) -> tuple[Fitting, ...]:
        """What is being trained at this moment; nothing where nothing is."""
        return fits_under_way(self.progress, self.order.fits, self.order.epochs)

    @property
    def epochs(self) -> tuple[dict[str, Any], ...]:
        """The figures of the epochs so far with "approach" and "stage"; of many epochs, some."""
        return tuple(
            {"approach": e.part, "stage": e.stage, **e.news}
            for e in self.progress.events
            if e.news and "epoch" in e.news
        )

    def outlook(self, now: float | None = None) -> Outlook:
        """How much of everything is done and how long the rest will take.

        Args:
            now: seconds since the epoch, if not the present.
        """
        # By what the job has timed itself: the machine's clock may have been set meanwhile.
        told = self.progress.times[-1] if self.progress.times else 0.0
        since = (time.time() if now is None else now) - self.progress.changed
        elapsed = told + min(max(0.0, since), _LONGEST_SILENCE_S)
        return outlook(self.order.phases, self.progress, elapsed, measured=self.order.measured)


def new_visitor() -> str:
    """A secret of 128 bits for a visitor who has none."""
    return secrets.token_urlsafe(16)


def is_visitor(text: object) -> TypeGuard[str]:
    """Whether something from outside has the form of such a secret."""
    return isinstance(text, str) and bool(_VISITOR.fullmatch(text))


def mark_of(visitor: str) -> str:
    """What stands in the names of a visitor's jobs and runs: it tells nothing about the secret.

    Addresses of kept runs are passed on, and a browser says what its secret is: 96 bits are more
    than anyone can try until a secret of their own has the same mark.
    """
    return hashlib.sha256(f"runs of {visitor}".encode()).hexdigest()[:24]


def job_folder(job_id: str) -> Path:
    """Where one job has its files."""
    return jobs_folder() / job_id


def progress_path(job_id: str) -> Path:
    """What one job has said."""
    return job_folder(job_id) / "job.jsonl"


def _cancelled_path(job_id: str) -> Path:
    return job_folder(job_id) / "cancelled"


def note_cancellation(job_id: str) -> None:
    """Whatever becomes of a job now was asked for, even if it has to be killed."""
    with contextlib.suppress(OSError):
        _cancelled_path(job_id).touch()


def new_id(order: Order) -> str:
    """A greater one than all jobs have that are there; two who ask at once may get the same number.

    It ends at random, so that no job gets the folder of one that was deleted.
    """
    numbers = [int(name[:8]) for name in job_ids()]
    number = max(numbers, default=0) + 1
    return f"{number:08d}-{order.kind}-{order.owner}-{secrets.token_hex(4)}"


def log_name(job_id: str) -> str:
    """The job as the log names it: without the mark of its visitor."""
    number, kind, *_ = job_id.split("-")
    return f"job {number} ({kind})"


def job_ids(kind: str = "*", owner: str = "*") -> list[str]:
    """All jobs that are there, the latest last, be they only of one kind or of one visitor."""
    pattern = f"{'[0-9]' * 8}-{kind}-{owner}-*"
    return sorted(path.name for path in jobs_folder().glob(pattern))


def is_old(job_id: str) -> bool:
    """Whether a job has said its last word longer ago than anything of it is kept.

    Nobody is told that there is such a job, even while its files are there.
    """
    with contextlib.suppress(OSError, SettingsError):  # who orders the next is told of a setting
        return progress_path(job_id).stat().st_mtime < time.time() - limits().days * 86_400
    return False


def forget_files(job_id: str) -> None:
    """Delete the folder of a job; one that is still being done finds that it cannot write there."""
    shutil.rmtree(job_folder(job_id), ignore_errors=True)


@lru_cache(maxsize=256)  # who waits asks every second what those before take
def read_order(path: Path) -> Order:
    """What was asked for, by the first line of a job's file: it never changes.

    Raises:
        OSError, ValueError, TypeError, KeyError: nobody can read it.
    """
    with path.open("rb") as file:
        return Order.from_json(json.loads(file.readline()))


def read_job(job_id: str, *, place: Place) -> Job | None:
    """A job of which it is known whether it waits or runs; None where nobody can read its file."""
    try:
        progress = read_progress(progress_path(job_id))
        order = Order.from_json(progress.order)
    except UNREADABLE:
        return None
    latest = progress.events[-1] if progress.events else Event("starting")
    if latest.stage in FINAL_STAGES:
        place = "ended"
    elif place == "ended":
        asked = latest.stage != PUBLISHING and _cancelled_path(job_id).exists()
        latest = Event("cancelled" if asked else "failed", message=CANCELLED if asked else _SILENT)
    return Job(job_id, order, place, latest, progress)


def wait_text(job: Job) -> Text:
    """How many jobs come before one that waits, and about how long that takes."""
    if not job.ahead:
        return t("It is your turn: it starts in a moment.")
    before = t("{count} job before yours.", "{count} jobs before yours.", count=job.ahead)
    if job.wait is None:
        return paragraph(before, t("How long that takes is not known yet."))
    duration = duration_text(job.wait)
    return paragraph(before, t("About {duration} until your turn.", duration=duration))
