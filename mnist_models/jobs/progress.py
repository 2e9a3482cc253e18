"""What a training has to say: a file of JSON lines, one object each, appended as it goes.

The file is as large from its first moment as it may become: the lines are written over zeros. So
it cannot grow, reading it stays cheap, and a disk that fills up meanwhile does not swallow how the
training ended. A line that is not finished yet is followed by zeros and no line break.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from mnist_models.settings import trained_folder

_SIZE = 256 * 2**10  # bytes; what the bounds below let through fills about half of it
_FOR_THE_END = 16 * 2**10  # of these, free until the last word
_MAX_MESSAGE = 2000  # characters
_EPOCHS_TOLD = 100  # of each approach: a curve on a page has no room for more
_SHARES_TOLD = 500  # while the bar moves from empty to full, two a second at most

GRACE_S = 10  # what a training that should end has left, until it is ended by force

Stage = Literal[
    "starting", "loading", "importing", "training", "refitting", "scoring", "publishing",
    "found", "done", "cancelled", "failed",
]  # fmt: skip


FITTING_STAGES: tuple[Stage, ...] = ("training", "refitting")


FINAL_STAGES: tuple[Stage, ...] = ("found", "done", "cancelled", "failed")


@dataclass(frozen=True)
class Event:
    """One piece of news from a training.

    Attributes:
        stage: what is being done.
        share: how much is done, 0 to 1, of the stage, or of all the fitting in the two stages
            that fit; None where nobody knows.
        approach: which approach is being trained, if one is.
        epoch: in the stage "training", the figures of an epoch that has just ended.
        message: for people, in the stages that end a training.
        run: the name of the run that came of it.
    """

    stage: Stage
    share: float | None = None
    approach: str | None = None
    epoch: dict[str, Any] | None = None
    message: str = ""
    run: str = ""


OnEvent = Callable[[Event], None]  # may raise to cancel


@dataclass(frozen=True)
class Progress:
    """What one training has said so far.

    Attributes:
        head: what was known when it began.
        events: what was told since.
        times: when, in seconds since it began; one number per event.
        changed: when something was last told, in seconds since the epoch.
    """

    head: dict[str, Any]
    events: tuple[Event, ...]
    times: tuple[float, ...]
    changed: float


class ProgressFile:
    """Where a training writes what it has to say; opened by the one that holds the lock."""

    def __init__(self, head: dict[str, Any], *, epochs: int) -> None:
        """Begin anew: what the job before has said is gone.

        Args:
            head: what is known of the training, as JSON can hold it.
            epochs: how many one fit will take; of many, a part is told.

        Raises:
            OSError: the file cannot be written, or the disk is full.
        """
        self._stride = -(-epochs // _EPOCHS_TOLD)
        self._epochs = epochs
        self._began = self._last_share = time.monotonic()
        self._share = 0.0
        self._phase: tuple[str, str | None] = ("", None)
        _path().write_bytes(bytes(_SIZE))
        # Unbuffered, a line and the place of the next one change in one step, which no signal can
        # come in between of.
        self._file = _path().open("r+b", buffering=0)
        self._write(head)

    def tell(self, event: Event) -> None:
        """Append one event, unless it is one of the many that a reader can do without.

        What cannot be written is not told: a training is not ended by that.
        """
        if event.epoch:
            if not self._is_told(event.epoch["epoch"]):
                return
            figures = {k: v for k, v in event.epoch.items() if k != "val_confusion"}
            event = replace(event, epoch=figures)
        elif event.stage not in FINAL_STAGES and not self._moves_the_bar(event):
            return
        event = replace(event, message=event.message[:_MAX_MESSAGE])
        with contextlib.suppress(OSError):
            self._write({"at": round(time.monotonic() - self._began, 3), **_without_empty(event)})

    def _is_told(self, epoch: int) -> bool:
        return epoch % self._stride == 0 or epoch in (1, self._epochs)

    def _moves_the_bar(self, event: Event) -> bool:
        phase, share, now = (event.stage, event.approach), event.share or 0.0, time.monotonic()
        is_little = 0 <= share - self._share < 1 / _SHARES_TOLD or now - self._last_share < 0.5
        if phase == self._phase and is_little:
            return False
        self._phase, self._share, self._last_share = phase, share, now
        return True

    def _write(self, values: dict[str, Any]) -> None:
        line = json.dumps(values).encode() + b"\n"
        is_last = values.get("stage") in FINAL_STAGES
        if self._file.tell() + len(line) <= _SIZE - (0 if is_last else _FOR_THE_END):
            self._file.write(line)


def job_folder() -> Path:
    """Where the job's files are: beside the runs, and hidden from their list."""
    return trained_folder() / ".job"


def forget_progress() -> None:
    """Remove what the job before has said, which must not be taken for the next one's.

    Raises:
        OSError: it cannot be removed.
    """
    _path().unlink(missing_ok=True)


def read_progress() -> Progress:
    """What the present training has said, or the last one, be it ended or dead.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is damaged.
    """
    with _path().open("rb") as file:
        contents = file.read(_SIZE + 1)
        changed = os.fstat(file.fileno()).st_mtime
    if len(contents) > _SIZE:
        raise ValueError("too large")
    head, events, times = _parse(contents.rstrip(b"\0"))
    return Progress(head, events, times, changed)


@lru_cache(maxsize=1)  # everyone who watches asks for the same, several times a second
def _parse(contents: bytes) -> tuple[dict[str, Any], tuple[Event, ...], tuple[float, ...]]:
    # What stands behind the last line break is still being written, or never will be.
    try:
        lines = [json.loads(line) for line in contents.split(b"\n")[:-1]]
        head, *rest = lines
        times = tuple(float(values.pop("at")) for values in rest)
        return dict(head), tuple(Event(**values) for values in rest), times
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("not what a training says") from error


def _without_empty(event: Event) -> dict[str, Any]:
    return {name: value for name, value in asdict(event).items() if value not in (None, "")}


def _path() -> Path:
    return job_folder() / "progress.jsonl"
