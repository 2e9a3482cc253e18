"""Lessons: what a visitor teaches a run, in a folder of their own, apart from what others see.

A lesson is a new class, or pictures of known ones that were misread. It is asked for here, learned
by `lesson_worker` in a child process, and its networks are read from here:

    request.json            what is to be learned
    pictures.npz            examples (n, 28, 28) uint8 and their labels (n,)
    state.json              how far it is, and what each way cost and brought
    <way>.npz               the networks that a way came to (see `stack`)
    lock                    held by the tutor for as long as it lives
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from mnist_models.incremental.methods import WAYS as WAYS
from mnist_models.incremental.methods import Way as Way
from mnist_models.jobs.lock import somebody_holds
from mnist_models.jobs.process import child_environment
from mnist_models.learning.recipes import Approach
from mnist_models.learning.stack import SIDE, Stack
from mnist_models.runs.publishing import free_name, write_atomically, write_errors
from mnist_models.runs.run import UNLISTED, RunError, trained_folder, unlisted_run_names

Kind = Literal["new", "left out", "mend"]
Stage = Literal[
    "starting", "waiting", "loading", "base", "teaching", "keeping", "done", "cancelled", "failed"
]  # fmt: skip

_WORKER = "mnist_models.incremental.lesson_worker"

MAX_EXAMPLES = 1000
MAX_LESSONS = 60  # folders of a few megabytes each; the oldest goes
MAX_KEPT_BY_ONE, MAX_KEPT = 3, 50  # runs, by one visitor and by all
_MAX_LABEL = 20
_MARKUP = set("<>&*_`[](){}$\\|#~\"'/:;.@")  # with "." and "@": addresses become links
_ENDED: tuple[Stage, ...] = ("done", "cancelled", "failed")


class LessonError(Exception):
    """A lesson cannot be given; the message is a sentence for the visitor."""


@dataclass(frozen=True)
class Lesson:
    """What is to be learned.

    Attributes:
        kind: "new": a class that the run does not know, from the visitor's examples. "left out":
            a digit that a run of the reference recipe, trained first, has never seen. "mend":
            examples of digits that the run knows and misreads.
        run: the name of the run that learns; for "left out" it is not used.
        label: the new class, or the digit to mend.
        ways: how; at least one.
        many: how many examples of a digit left out are learned from.
        also: further digits whose members are trained when one is mended.
        seed: of everything random.
    """

    kind: Kind
    run: str
    label: str
    ways: tuple[Way, ...] = ("member", "mended", "alone", "together")
    many: int = 10
    also: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Step:
    """What one way cost and brought.

    Attributes:
        way: which one.
        seconds: of the training, without the start of the process.
        rows: pictures looked at, counted again in each epoch and by each member.
        changed: the classes whose members were trained; empty for the single model.
        old: accuracy on test pictures of the classes known before.
        new: share of the test pictures of what was taught that are read correctly; None if none
            were kept back.
        alarms: per class the share of the new test pictures (or of the examples) that its member
            says yes to though it should not; for the multi-model.
    """

    way: Way
    seconds: float
    rows: int
    changed: tuple[str, ...]
    old: float
    new: float | None
    alarms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """How far a lesson is, as its tutor says.

    Attributes:
        stage: what is being done.
        share: of the present way, 0 to 1; None while it cannot be said.
        way: which one is being taught.
        message: for people, at the end.
        classes: (K,) all labels after the lesson, as text; empty until they are known.
        learned, kept_back: how many examples were learned from, and how many only tested with.
        rehearsed: the data set that old classes were rehearsed and tested with.
        tested: how many test pictures of the old classes.
        before: per approach the accuracy on those before the lesson.
        new_before: the same on what was taught, where the run knew it before.
        steps: the ways that are done.
        kept: the name of the run that it was kept as; empty if it was not.
        began: when the teaching began, seconds since the epoch; 0 before.
        running: whether the tutor is alive.
    """

    stage: Stage = "starting"
    share: float | None = None
    way: Way | None = None
    message: str = ""
    classes: tuple[str, ...] = ()
    learned: int = 0
    kept_back: int = 0
    rehearsed: str = ""
    tested: int = 0
    before: dict[Approach, float] = field(default_factory=dict)
    new_before: dict[Approach, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    kept: str = ""
    began: float = 0.0
    running: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return not self.running

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            TypeError, KeyError: it is something else.
        """
        steps = tuple(Step(**s | {"changed": tuple(s["changed"])}) for s in values["steps"])
        return cls(**values | {"steps": steps, "classes": tuple(values["classes"])})

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Pair:
    """Both approaches after a lesson, to be asked as a run is asked.

    Attributes:
        stacks: one per approach that was taught.
        name: of the lesson, for people.
    """

    stacks: dict[Approach, Stack]
    name: str

    @property
    def approaches(self) -> tuple[Approach, ...]:
        """Those that were taught."""
        return tuple(self.stacks)

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the outputs; both approaches have the same."""
        return next(iter(self.stacks.values())).classes_.tolist()

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach."""
        return self.stacks[approach]


def check_label(text: str, classes: list[Any]) -> str:
    """The name of a new class, without spaces around it.

    Raises:
        LessonError: it is empty, too long, not to be shown safely, or known already.
    """
    label = " ".join(text[: 10 * _MAX_LABEL].split())
    if not label:
        raise LessonError("Give the new class a name first: one character is enough.")
    if len(text) > 10 * _MAX_LABEL or len(label) > _MAX_LABEL:
        raise LessonError(f"That name is too long: at most {_MAX_LABEL} characters.")
    if not label.isprintable() or _MARKUP & set(label):
        raise LessonError("Use letters, digits, spaces, hyphens or symbols such as ★ in the name.")
    if label.isdecimal() and not _is_plain_number(label):
        raise LessonError("Write a number as 12: digits 0 to 9, at most four, no zero in front.")
    if label.casefold() in {str(known).casefold() for known in classes}:
        raise LessonError(f"The run knows {label} already. Choose another name, or mend a digit.")
    return label


def _is_plain_number(label: str) -> bool:
    """Whether it stays what it is when it becomes a number, as the labels of digits are."""
    return label.isascii() and len(label) <= 4 and str(int(label)) == label


def check_examples(images: NDArray[np.uint8]) -> None:
    """Refuse examples that nothing could be learned from.

    Raises:
        LessonError: there are none, too many, or one is empty.
    """
    if not len(images):
        raise LessonError("There is no example yet: draw one and add it.")
    if len(images) > MAX_EXAMPLES:
        raise LessonError(f"At most {MAX_EXAMPLES:,} examples are learned from.")
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise LessonError(f"Examples are {SIDE} × {SIDE} pictures of grey levels.")
    if not images.any(axis=(1, 2)).all():
        raise LessonError("One of the examples is empty. Delete it and draw it again.")


def start_lesson(
    visitor: str, lesson: Lesson, images: NDArray[np.uint8], labels: list[str]
) -> None:
    """Begin a lesson in a process of its own; the visitor's last one is gone.

    Args:
        visitor: a secret of the visitor's; the lesson belongs to who has it.
        lesson: what is to be learned.
        images: (n, 28, 28) uint8 examples; none for a digit left out.
        labels: (n,) what they show.

    Raises:
        LessonError: the visitor's last lesson is still going on, or there is nothing to learn.
        RunError: the files cannot be written, or the process cannot be started.
    """
    if lesson.kind != "left out":
        check_examples(images)
    if (state := read_lesson(visitor)) and state.running:
        raise LessonError("Your last lesson is still going on: wait for it, or cancel it.")
    forget_lesson(visitor)
    _make_room()
    folder = lesson_folder(visitor)
    with file_errors():
        folder.mkdir(parents=True)
        write_atomically(folder / "request.json", json.dumps(asdict(lesson)).encode())
        with (folder / "pictures.npz").open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, x=images, y=np.array(labels, dtype=str))
        tell(folder, State())
        _start_tutor(folder)


def read_lesson(visitor: str) -> State | None:
    """How the visitor's lesson stands; None where there is none."""
    folder = lesson_folder(visitor)
    state = _read(folder)
    if state and not state.running and state.stage not in _ENDED:
        state = _read(folder)  # its last word may have come between the file and the lock
    if state and not state.running and state.stage not in _ENDED:
        message = (
            "The lesson ended without a word: it was stopped from outside, or the machine ran out "
            "of memory. Nothing else has changed."
        )
        return replace(state, stage="failed", message=message)
    return state


def read_request(visitor: str) -> Lesson | None:
    """What the visitor's lesson is about; None where there is none."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return load_request(lesson_folder(visitor))
    return None


def load_request(folder: Path) -> Lesson:
    """What is to be learned in a folder.

    Raises:
        OSError, ValueError, TypeError, KeyError: nobody can say.
    """
    values = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    return Lesson(**values | {"ways": tuple(values["ways"]), "also": tuple(values["also"])})


def keep_lesson(visitor: str, ways: dict[Approach, Way]) -> None:
    """Make a run of what these ways came to, in a process of its own; `State.kept` names it.

    It is found by who knows its name, and stands in no list.

    Raises:
        LessonError: there is nothing to keep, or there is no room for it.
        RunError: the files cannot be written, or the process cannot be started.
    """
    state, lesson = read_lesson(visitor), read_request(visitor)
    done = {step.way for step in state.steps} if state else set()
    if not state or not lesson or state.running or not set(ways.values()) <= done:
        raise LessonError("There is nothing to keep yet: teach first.")
    if len(unlisted_run_names(mark_of(visitor))) >= MAX_KEPT_BY_ONE:
        raise LessonError(f"You keep {MAX_KEPT_BY_ONE} runs already. Delete one of them first.")
    if len(unlisted_run_names()) >= MAX_KEPT:
        raise LessonError("Visitors keep as many runs here as there is room for. Download it.")
    folder = lesson_folder(visitor)
    name = f"{UNLISTED}{mark_of(visitor)}-{_slug(lesson.label)}"
    with file_errors():
        (folder / "pid").unlink(missing_ok=True)
        order = {"name": free_name(name), "ways": ways}
        write_atomically(folder / "keep.json", json.dumps(order).encode())
        _start_tutor(folder, "--keep")


def mark_of(visitor: str) -> str:
    """What stands in the names of a visitor's runs: it tells nothing about the secret."""
    return hashlib.sha256(f"runs of {visitor}".encode()).hexdigest()[:12]


def cancel_lesson(visitor: str) -> None:
    """Ask the tutor to end, which it does in its next step."""
    folder = lesson_folder(visitor)
    state = _read(folder)
    if state and state.running:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((folder / "pid").read_text()), signal.SIGTERM)


def forget_lesson(visitor: str) -> None:
    """Throw the visitor's lesson away; one that is going on is cancelled first."""
    cancel_lesson(visitor)
    shutil.rmtree(lesson_folder(visitor), ignore_errors=True)


def taught(visitor: str, ways: dict[Approach, Way]) -> Pair:
    """Both approaches as these ways have left them.

    Raises:
        LessonError: the lesson has not come to that, or is gone.
    """
    folder = lesson_folder(visitor)
    try:
        stacks = {approach: Stack.load(folder / f"{way}.npz") for approach, way in ways.items()}
    except ValueError as error:
        raise LessonError("That was not learned, or is gone. Teach it again.") from error
    lesson = read_request(visitor)
    return Pair(stacks, f"taught {lesson.label}" if lesson else "taught")


def lesson_folder(visitor: str) -> Path:
    """Where a visitor's lesson is; the secret itself is not written anywhere."""
    return lessons_folder() / hashlib.sha256(visitor.encode()).hexdigest()[:32]


def lessons_folder() -> Path:
    """Where all lessons are: beside the runs, and hidden from their list."""
    return trained_folder() / ".lessons"


def tell(folder: Path, state: State) -> None:
    """Say how far a lesson is.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(folder / "state.json", json.dumps(state.to_json()).encode())


def alive(folder: Path) -> FileLock:
    """What a tutor holds for as long as it lives."""
    return FileLock(folder / "lock")


def file_errors() -> contextlib.AbstractContextManager[None]:
    """The same as `write_errors`, for the files of lessons."""
    return write_errors("The lesson's files in trained/.lessons")


def load_state(folder: Path) -> State:
    """What the tutor of a folder said last, whether it lives or not.

    Raises:
        OSError, ValueError, TypeError, KeyError: nobody can say.
    """
    return State.from_json(json.loads((folder / "state.json").read_text(encoding="utf-8")))


def _read(folder: Path) -> State | None:
    try:
        return replace(load_state(folder), running=somebody_holds(alive(folder)))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _slug(label: str) -> str:
    """A label as a run's name can hold it."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "symbol"


def _start_tutor(folder: Path, *arguments: str) -> None:
    """Start the child, and wait until it holds its lock.

    Raises:
        RunError: it cannot be started.
    """
    with (folder / "output.txt").open("wb") as output:
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "mnist_models.incremental.lesson_worker",
                str(folder),
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=child_environment(),
        )
    deadline = time.monotonic() + 30
    while not (folder / "pid").exists():
        if child.poll() is not None or time.monotonic() > deadline:
            child.kill()
            raise RunError("The lesson could not start; the server's owner finds out why in it.")
        time.sleep(0.05)


def _make_room() -> None:
    """Remove the oldest lessons where there are many; those that are going on stay."""
    with contextlib.suppress(OSError):
        folders = sorted(lessons_folder().iterdir(), key=lambda path: path.stat().st_mtime)
        idle = [path for path in folders if path.is_dir() and not somebody_holds(alive(path))]
        for path in idle[: max(0, len(idle) - MAX_LESSONS + 1)]:
            shutil.rmtree(path, ignore_errors=True)


def new_visitor() -> str:
    """A secret for a visitor who has none."""
    return secrets.token_urlsafe(16)
