"""Lessons: what a visitor teaches a run, in a folder of their own, apart from what others see.

A lesson is a new class, or pictures of known ones that were misread. It is asked for here, learned
by `lesson_worker` in a child process, and its networks are read from here:

    request.json            what is to be learned
    pictures.npz            examples (n, 28, 28) uint8 and their labels (n,)
    state.json              how far it is, and what each way cost and brought
    <way>.npz               the networks that a way came to (see `stack`)
    lock                    held by the worker for as long as it lives
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from mnist_models.atomic_files import write_atomically, write_errors
from mnist_models.incremental.lesson import _ENDED, Lesson, LessonError, Pair, State, check_examples
from mnist_models.incremental.methods import Way
from mnist_models.jobs.lock import somebody_holds
from mnist_models.jobs.process import JobError, start_child
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import free_name
from mnist_models.runs.registry import unlisted_run_names
from mnist_models.runs.run import UNLISTED
from mnist_models.settings import trained_folder

_UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
_FORGOTTEN = ".forgotten-"  # how names begin of lessons that were thrown away
_WORKER = "mnist_models.incremental.lesson_worker"

MAX_LESSONS = 60  # folders of a few megabytes each; the oldest goes
MAX_KEPT_BY_ONE, MAX_KEPT = 3, 50  # runs, by one visitor and by all


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
        WriteError, JobError: the files cannot be written, or the process cannot be started.
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
        _start_worker(folder)


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
    with contextlib.suppress(*_UNREADABLE):
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
        WriteError, JobError: the files cannot be written, or the process cannot be started.
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
        _start_worker(folder, "--keep")


def mark_of(visitor: str) -> str:
    """What stands in the names of a visitor's runs: it tells nothing about the secret."""
    return hashlib.sha256(f"runs of {visitor}".encode()).hexdigest()[:12]


def cancel_lesson(visitor: str) -> None:
    """Ask the worker to end, which it does in its next step."""
    folder = lesson_folder(visitor)
    state = _read(folder)
    if state and state.running:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((folder / "pid").read_text()), signal.SIGTERM)


def forget_lesson(visitor: str) -> None:
    """Throw the visitor's lesson away; one that is going on is cancelled first."""
    cancel_lesson(visitor)
    folder = lesson_folder(visitor)
    # Its worker may go on for a step or two, and notices then that the folder is another.
    forgotten = folder.with_name(f"{_FORGOTTEN}{secrets.token_hex(8)}")
    with contextlib.suppress(OSError):
        folder.rename(forgotten)
        (forgotten / "pictures.npz").unlink()
    for gone in lessons_folder().glob(f"{_FORGOTTEN}*"):
        if not somebody_holds(alive(gone)):
            shutil.rmtree(gone, ignore_errors=True)


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
    """What a worker holds for as long as it lives."""
    return FileLock(folder / "lock")


def file_errors() -> contextlib.AbstractContextManager[None]:
    """The same as `write_errors`, for the files of lessons."""
    return write_errors("The lesson's files in trained/.lessons")


def load_state(folder: Path) -> State:
    """What the worker of a folder said last, whether it lives or not.

    Raises:
        OSError, ValueError, TypeError, KeyError: nobody can say.
    """
    return State.from_json(json.loads((folder / "state.json").read_text(encoding="utf-8")))


def _read(folder: Path) -> State | None:
    try:
        return replace(load_state(folder), running=somebody_holds(alive(folder)))
    except _UNREADABLE:
        return None


def _slug(label: str) -> str:
    """A label as a run's name can hold it."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "symbol"


def _start_worker(folder: Path, *arguments: str) -> None:
    """Start the child, and wait until it holds its lock.

    Raises:
        JobError: it cannot be started.
    """
    with (folder / "output.txt").open("wb") as output:
        child = start_child(_WORKER, str(folder), *arguments, output=output)
    deadline = time.monotonic() + 30
    while not (folder / "pid").exists():
        if child.poll() is not None or time.monotonic() > deadline:
            child.kill()
            raise JobError(
                "The lesson could not start. This site's owner finds the reason in its output.txt."
            )
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
