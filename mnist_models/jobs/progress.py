"""What a job has to say: a file of JSON lines, one object each, appended as it goes.

The first line is what was ordered, the second says that the work has begun, each further one is an
event. The file is as large from its first moment as it may become: the lines are written over
zeros. So it cannot grow, reading it stays cheap, and a disk that fills up meanwhile does not
swallow how the job ended. A line that is not finished yet is followed by zeros and no line break.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mnist_models.text import Text

_SIZE = 256 * 2**10  # bytes; what the bounds below let through fills about half of it
_FOR_THE_END = 16 * 2**10  # of these, free until the last word
_MAX_FIELD = 2000  # characters of what is put into a message
_EPOCHS_TOLD = 100  # of each part, in all of its fits: a curve on a page has no room for more
_SHARES_TOLD = 500  # while the bar moves from empty to full, two a second at most

PUBLISHING = "publishing"  # from here on a job cannot be cancelled
FINAL_STAGES = ("found", "done", "cancelled", "failed")
REFITTING = "refitting"  # what was judged by held-out pictures is trained once more, on all


@dataclass(frozen=True)
class Event:
    """One piece of news from a job.

    Attributes:
        stage: what is being done, one of `FINAL_STAGES` at the end.
        share: how much is done, 0 to 1, of the part, or of the stage where there are no parts; None
            where nobody knows.
        part: what the stage is done for, if for one of several: an approach, a way to teach.
        news: figures, as JSON can hold them: those of an epoch have its number as "epoch".
        message: for people, in the stages that end a job.
        run: the name of the run that came of it.
    """

    stage: str
    share: float | None = None
    part: str | None = None
    news: dict[str, Any] | None = None
    message: Text | str = ""
    run: str = ""


def is_second_pass(stage: str) -> bool:
    """Whether what is trained in that stage was trained, and judged, before."""
    return stage == REFITTING


OnEvent = Callable[[Event], None]  # may raise to cancel


@dataclass(frozen=True)
class Progress:
    """What one job has said so far.

    Attributes:
        order: what was asked for, as JSON holds it.
        pid: of the process that does it; None while it waits.
        events: what was told since.
        times: when, in seconds since the work began; one number per event.
        changed: when something was last told, in seconds since the epoch.
    """

    order: dict[str, Any]
    pid: int | None
    events: tuple[Event, ...]
    times: tuple[float, ...]
    changed: float


def create_progress(path: Path, order: dict[str, Any]) -> None:
    """Make the file of a job that waits: all its room is taken at once.

    Raises:
        OSError: the file cannot be written, or the disk is full.
    """
    line = json.dumps(order).encode() + b"\n"
    if len(line) > _FOR_THE_END:
        raise ValueError(f"an order of {len(line):,} bytes is too long")
    path.write_bytes(line + bytes(_SIZE - len(line)))


class ProgressFile:
    """Where a job writes what it has to say; opened by the one that holds its lock."""

    def __init__(self, path: Path, *, epochs: int = 1, fits: int = 1, elapsed: float = 0.0) -> None:
        """Go on behind what the file holds.

        Args:
            path: of a file that `create_progress` made.
            epochs: how many will be told of each fit; of many, some are left out.
            fits: how many times each part is trained from its beginning.
            elapsed: seconds since the work began.

        Raises:
            OSError: there is no such file, or it cannot be written.
        """
        self._stride = -(-epochs * fits // _EPOCHS_TOLD)
        self._epochs = epochs
        self._began = time.monotonic() - elapsed
        # Of each part the stage and share that were told last, and when; and the epoch that came
        # last, if it was not told.
        self._told: dict[str | None, tuple[str, float, float]] = {}
        self._left_out: dict[str | None, dict[str, Any]] = {}
        # Unbuffered, a line and the place of the next one change in one step, which no signal can
        # come in between of.
        self._file = path.open("r+b", buffering=0)
        self._file.seek(len(path.read_bytes().rstrip(b"\0")))

    def begin(self) -> None:
        """Say that the work begins.

        Raises:
            OSError: it cannot be written.
        """
        self._write({"pid": os.getpid()})

    def tell(self, event: Event) -> None:
        """Append one event, unless it is one of the many that a reader can do without.

        What cannot be written is not told: a job is not ended by that.
        """
        for line in self._ended_before(event):
            self._append(line)  # the last of its fit, which may end before its time
        if event.news and "epoch" in event.news:
            figures = {k: v for k, v in event.news.items() if k != "val_confusion"}
            line = self._line(replace(event, news=figures))
            if self._is_told(event.news["epoch"]):
                self._left_out.pop(event.part, None)
                self._append(line)
            else:
                self._left_out[event.part] = line
        elif event.news or event.stage in FINAL_STAGES or self._moves_the_bar(event):
            self._append(self._line(event))

    def repeat(self, line: str) -> None:
        """Append what another process has told, as it told it.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: it is not what one tells.
        """
        values = read_line(line)
        self._append({"at": float(values["at"]), **_as_json(event_of(values))})

    def _ended_before(self, event: Event) -> list[dict[str, Any]]:
        """What was left out of the fits that are over when this is told."""
        over = [
            part
            for part, line in self._left_out.items()
            if event.part is None or (part == event.part and line["stage"] != event.stage)
        ]
        return [self._left_out.pop(part) for part in over]

    def _line(self, event: Event) -> dict[str, Any]:
        return {"at": round(time.monotonic() - self._began, 3), **_as_json(event)}

    def _append(self, line: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._write(line)

    def _is_told(self, epoch: int) -> bool:
        return epoch % self._stride == 0 or epoch in (1, self._epochs)

    def _moves_the_bar(self, event: Event) -> bool:
        share, now = event.share or 0.0, time.monotonic()
        stage, told, when = self._told.get(event.part, ("", 0.0, 0.0))
        is_little = 0 <= share - told < 1 / _SHARES_TOLD or now - when < 0.5
        if stage == event.stage and is_little and not told < share == 1:
            return False
        self._told[event.part] = event.stage, share, now
        return True

    def _write(self, values: dict[str, Any]) -> None:
        line = json.dumps(values).encode() + b"\n"
        is_last = values.get("stage") in FINAL_STAGES
        if self._file.tell() + len(line) <= _SIZE - (0 if is_last else _FOR_THE_END):
            self._file.write(line)


def read_progress(path: Path) -> Progress:
    """What a job has said, be it waiting, running, ended or dead.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is damaged.
    """
    with path.open("rb") as file:
        contents = file.read(_SIZE + 1)
        changed = os.fstat(file.fileno()).st_mtime
    if len(contents) > _SIZE:
        raise ValueError("too large")
    return Progress(*_parse(contents.rstrip(b"\0")), changed)


def read_line(line: str) -> dict[str, Any]:
    """What stands in a line that a job has told.

    Raises:
        ValueError: it is damaged.
    """
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError("not what a job says")
    return values


def event_of(values: dict[str, Any]) -> Event:
    """The event that a line says.

    Raises:
        TypeError, KeyError, AttributeError: it says none.
    """
    return _from_json({name: value for name, value in values.items() if name != "at"})


@lru_cache(maxsize=8)  # everyone who watches asks for the same, several times a second
def _parse(
    contents: bytes,
) -> tuple[dict[str, Any], int | None, tuple[Event, ...], tuple[float, ...]]:
    # What stands behind the last line break is still being written, or never will be.
    try:
        order, *lines = [json.loads(line) for line in contents.split(b"\n")[:-1]]
        pid = int(lines.pop(0)["pid"]) if lines and "pid" in lines[0] else None
        times = tuple(float(values.pop("at")) for values in lines)
        return dict(order), pid, tuple(map(_from_json, lines)), times
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("not what a job says") from error


def _as_json(event: Event) -> dict[str, Any]:
    values = {name: value for name, value in asdict(event).items() if value not in (None, "")}
    if event.message:
        values["message"] = Text.to_json(event.message, longest=_MAX_FIELD)
    return values


def _from_json(values: dict[str, Any]) -> Event:
    return Event(**{**values, "message": Text.from_json(values.get("message", ""))})
