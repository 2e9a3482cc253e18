"""Lessons: what a visitor teaches a run, a job of their own, apart from what others see.

A lesson is a new class, or pictures of known ones that were misread. It is ordered and followed
here, and given by `lesson_worker`; its job's folder has the pictures that it is given, and the
networks that each way came to.
"""

import io
import re
import time
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from mnist_models.incremental.lesson import Lesson, LessonError, Pair, State, check_examples
from mnist_models.incremental.methods import Way
from mnist_models.jobs.eta import remembered_phases
from mnist_models.jobs.executor import executor, latest_job
from mnist_models.jobs.job import (
    UNREADABLE,
    Job,
    JobError,
    Order,
    Present,
    forget_files,
    job_ids,
    mark_of,
)
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import delete_run, free_name
from mnist_models.runs.registry import unlisted_run_names
from mnist_models.runs.run import UNLISTED
from mnist_models.text import t

LESSON, KEEPING = "lesson", "keeping"  # kinds of jobs
PICTURES = "pictures.npz"  # examples x (n, 28, 28) uint8 and what they show, y (n,)
_NOT_OVER = t("Your last lesson is not over: wait for it, or cancel it.")
MAX_KEPT_BY_ONE = 3  # runs
_KEEPING_S = 5  # so long a visitor who wants to be forgotten waits for the end of a cancelled job


def order_lesson(
    visitor: str,
    lesson: Lesson,
    images: NDArray[np.uint8],
    labels: list[str],
    present: Present = lambda: True,
) -> None:
    """Let a lesson wait for its turn; the visitor's last one is gone.

    Args:
        visitor: a secret of the visitor's; the lesson belongs to who has it.
        lesson: what is to be learned.
        images: (n, 28, 28) uint8 examples; none for a digit left out.
        labels: (n,) what they show.
        present: whether the visitor is still there, see `Executor`.

    Raises:
        LessonError: the visitor's last lesson is not over, or there is nothing to learn.
        JobError, WriteError: it is not taken, or its files cannot be written.
    """
    if lesson.kind != "left out":
        check_examples(images)
    before = find_lesson(visitor)
    if before and before[1].running:
        raise LessonError(_NOT_OVER)
    pictures = io.BytesIO()
    np.savez_compressed(pictures, allow_pickle=False, x=images, y=np.array(labels, dtype=str))
    phases, measured = _plan(
        f"{LESSON} {lesson.kind}",
        *("loading", "importing", *(["base"] if lesson.kind == "left out" else []), *lesson.ways),
    )
    order = Order(
        work="mnist_models.incremental.lesson_worker",
        kind=LESSON,
        title=t("A lesson: {label}", label=lesson.label),
        request=asdict(lesson),
        owner=mark_of(visitor),
        phases=phases,
        measured=measured,
    )
    executor().submit(order, {PICTURES: pictures.getvalue()}, present)
    if before:
        forget_files(before[1].job.id)


def find_lesson(visitor: str) -> tuple[Lesson, State] | None:
    """What the visitor's lesson is about and how it stands; None where there is none."""
    if (job := _lesson_job(visitor)) is None:
        return None
    try:
        lesson, state = Lesson.from_json(job.order.request), State.of(job)
    except UNREADABLE:
        return None
    keeping = latest_job(KEEPING, mark_of(visitor))
    if keeping and keeping.order.request.get("lesson") == job.id:
        return lesson, replace(state, keeping=keeping)
    return lesson, state


def keep_lesson(visitor: str, ways: dict[Approach, Way]) -> None:
    """Make a run of what these ways came to, as a job of its own; `State.kept` names it.

    It is found by who knows its name, and stands in no list.

    Raises:
        LessonError: there is nothing to keep, or there is no room for it.
        JobError, RunError, WriteError: it is not taken, or cannot be written.
    """
    found, mark = find_lesson(visitor), mark_of(visitor)
    done = {step.way for step in found[1].steps} if found else set()
    if found and found[1].running:
        raise LessonError(_NOT_OVER)
    if not found or not set(ways.values()) <= done:
        raise LessonError(t("There is nothing to keep yet: teach first."))
    lesson, state = found
    if len(unlisted_run_names(mark)) >= MAX_KEPT_BY_ONE:
        raise LessonError(
            t("You keep {count} runs already. Delete one of them first.", count=MAX_KEPT_BY_ONE)
        )
    phases, measured = _plan(KEEPING, "loading", "scoring", "publishing")
    name = free_name(f"{UNLISTED}{mark}-{_slug(lesson.label)}")
    order = Order(
        work="mnist_models.incremental.keep_worker",
        kind=KEEPING,
        title=t("Keeping a lesson: {label}", label=lesson.label),
        request={"lesson": state.job.id, "ways": ways, "name": name},
        owner=mark,
        keeps=True,
        phases=phases,
        measured=measured,
    )
    executor().submit(order)


def cancel_lesson(visitor: str) -> None:
    """Ask the visitor's lesson to end, or the keeping of it, which it does in its next step."""
    for kind in (LESSON, KEEPING):
        if job := latest_job(kind, mark_of(visitor)):
            executor().cancel(job.id)


def forget_lesson(visitor: str) -> None:
    """Throw the visitor's lesson away with its drawings; one that goes on is cancelled first."""
    cancel_lesson(visitor)
    if job := _lesson_job(visitor):
        forget_files(job.id)


def forget_jobs_and_runs(visitor: str) -> None:
    """Cancel what waits for the visitor, throw their lesson away, delete the runs that they keep.

    A training that has begun goes on, since what it makes is for everyone.

    Raises:
        JobError: a run of theirs is still being made.
        RunError, WriteError: a run cannot be deleted.
    """
    mark = mark_of(visitor)
    forget_lesson(visitor)
    _wait_for_kept_run(mark)
    for name in unlisted_run_names(mark):
        delete_run(name)
    for job_id in job_ids(owner=mark):
        job = executor().follow(job_id)  # None where nobody can read it: it goes as well
        if job and job.place == "running":
            continue
        if job is None or job.is_unfinished:
            executor().cancel(job_id)
        forget_files(job_id)


def _wait_for_kept_run(mark: str) -> None:
    """What was cancelled too late is published, and only then can it be deleted."""
    deadline = time.monotonic() + _KEEPING_S
    while (job := latest_job(KEEPING, mark)) and job.is_unfinished:
        if time.monotonic() > deadline:
            raise JobError(t("A run that you keep is still being made. Try again in a moment."))
        time.sleep(0.05)


def taught(visitor: str, ways: dict[Approach, Way]) -> Pair:
    """Both approaches as these ways have left them.

    Raises:
        LessonError: the lesson has not come to that, or is gone.
    """
    try:
        if (found := find_lesson(visitor)) is None:
            raise ValueError("no lesson")
        lesson, state = found
        folder = executor().collect(state.job.id)
        stacks = {a: Stack.load(folder / f"{way}.npz") for a, way in ways.items()}
    except (ValueError, JobError) as error:
        raise LessonError(t("That was not learned, or is gone. Teach it again.")) from error
    return Pair(stacks, t("taught {label}", label=lesson.label))


def _lesson_job(visitor: str) -> Job | None:
    return latest_job(LESSON, mark_of(visitor))


def _plan(kind: str, *phases: str) -> tuple[dict[str, float], bool]:
    """How long each phase took the last time, and whether it was measured."""
    known = remembered_phases(kind)
    return {phase: known.get(phase, 5.0) for phase in phases}, set(phases) <= known.keys()


def _slug(label: str) -> str:
    """A label as a run's name can hold it."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "symbol"
