"""The job that gives a lesson: python -m mnist_models.incremental.lesson_worker JOB."""

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_models.data.dataset import Dataset
from mnist_models.data.loading import data_versions, load_dataset
from mnist_models.data.mnist import find_mnist
from mnist_models.incremental.lesson import Lesson, LessonError, Step
from mnist_models.incremental.lessons import LESSON, PICTURES
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.incremental.task import Labelled, Task, accuracy, alarmed, labelled, task_of
from mnist_models.jobs.cluster.parcels import Elsewhere, files_below
from mnist_models.jobs.eta import remember_phases
from mnist_models.jobs.job import progress_path
from mnist_models.jobs.progress import Event, OnEvent, read_progress
from mnist_models.jobs.worker import main
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.runs.registry import load_run
from mnist_models.text import t

if TYPE_CHECKING:
    from mnist_models.incremental.updates import Taught

_KEPT_BACK = 5  # of the visitor's examples every fifth, if there are that many


def give(request: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """The work: teach what the request asks for in each way, and keep the networks."""
    lesson = Lesson.from_json(request)
    tell(Event("loading"))
    dataset = rehearsed(lesson)
    tell(Event("importing"))
    from mnist_models.incremental.updates import teach

    prepare = _left_out if lesson.kind == "left out" else prepared
    task, test, new_test = prepare(lesson, *labelled(dataset), folder, tell)
    facts = {"rehearsed": dataset.name, **_before(task, test, new_test)}

    def tell_share(way: Way, done: float) -> None:
        tell(Event("teaching", min(1.0, done), way))

    first = next(way for way in WAYS if way in lesson.ways)
    tell(Event("teaching", 0.0, first, news=facts))
    for way, taught in teach(task, lesson.ways, tell_share):
        taught.stack.save(folder / f"{way}.npz")
        step = _step(way, taught, task, test, new_test)
        tell(Event("teaching", 1.0, way, news=asdict(step)))
    tell(Event("done", 1.0))
    remember_phases(f"{LESSON} {lesson.kind}", read_progress(progress_path(folder.name)))


def rehearsed(lesson: Lesson) -> Dataset:
    """What old classes are rehearsed and tested with: nothing is downloaded for a lesson."""
    mnist = lesson.kind == "left out" or load_run(lesson.run).test_set == "mnist"
    return load_dataset("mnist" if mnist and find_mnist() else "sample")


def prepared(
    lesson: Lesson, old: Labelled, test: Labelled, folder: Path, _: OnEvent
) -> tuple[Task, Labelled, Labelled]:
    """What a run is to learn from the visitor's examples, and what both kinds are tested with."""
    with np.load(folder / PICTURES, allow_pickle=False) as file:
        new = Labelled(file["x"], file["y"])
    run = load_run(lesson.run)
    if lesson.kind == "mend" and not set(new.y.tolist()) <= set(map(str, run.classes)):
        raise LessonError(t("The run {name} does not know what the drawings show.", name=run.name))
    kept = np.arange(len(new.y)) % _KEPT_BACK == _KEPT_BACK - 1
    task = task_of(run, new, old, also=lesson.also, seed=lesson.seed)
    if task.new.y.dtype.kind == "U":
        test = test.as_text()
    new = task.new
    return replace(task, new=new.of(~kept)), test, new.of(kept)


def _left_out(
    lesson: Lesson, old: Labelled, test: Labelled, _: Path, tell: OnEvent
) -> tuple[Task, Labelled, Labelled]:
    """A run of the reference recipe that has never seen the digit, and the digit."""
    from mnist_models.learning.training import fit

    digit, recipe = int(lesson.label), RECIPES["reference"]
    known = old.of(old.y != digit)
    stacks: list[Stack] = []
    costs: dict[Approach, dict[str, Any]] = {}

    def tell_share(done: float) -> None:
        tell(Event("training", (len(stacks) + done) / len(PAIR), "base"))

    for approach in PAIR:
        result = fit(recipe, approach, known.x, known.y, seed=lesson.seed, on_progress=tell_share)
        stacks.append(result.rounded())
        costs[approach] = {
            "seconds": round(result.seconds, 2),
            "rows": result.rows,
            "distinct_rows": len(np.unique(np.concatenate(result.seen))),
        }
    tell(Event("training", 1.0, "base", news={"base": costs}))
    new = old.of(np.flatnonzero(old.y == digit)[: lesson.many])
    task = Task(recipe, stacks[0], stacks[1], new, known, seed=lesson.seed)
    return task, test.of(test.y != digit), test.of(test.y == digit)


def _before(task: Task, test: Labelled, new_test: Labelled) -> dict[str, Any]:
    """What is known when the teaching begins, as `State` has it."""
    stacks: dict[Approach, Stack] = {"single": task.single, "multi": task.multi}
    classes = [*task.multi.classes_.tolist(), *([] if task.is_known else [task.label])]
    of_new = {a: accuracy(s, new_test) for a, s in stacks.items() if len(new_test.y)}
    return {
        "classes": tuple(map(str, classes)),
        "learned": len(task.new.y),
        "kept_back": len(new_test.y),
        "tested": len(test.y),
        "before": {a: accuracy(s, test) for a, s in stacks.items()},
        "new_before": of_new if task.is_known else {},
    }


def _step(way: Way, taught: "Taught", task: Task, test: Labelled, new_test: Labelled) -> Step:
    stack = taught.stack
    shown = new_test if len(new_test.y) else task.new
    alarms = alarmed(stack, shown) if stack.output == "sigmoid" else {}
    return Step(
        way=way,
        seconds=round(taught.seconds, 2),
        rows=taught.rows,
        changed=tuple(map(str, taught.changed)) if stack.output == "sigmoid" else (),
        old=accuracy(stack, test),
        new=accuracy(stack, new_test) if len(new_test.y) else None,
        alarms={str(label): share for label, share in alarms.items()},
        weights=stack.parameters // stack.members,
    )


def versions(_: dict[str, Any]) -> dict[str, str]:
    """A hash of what old classes may be rehearsed with, for a lesson on another machine."""
    return {**data_versions("mnist"), **data_versions("sample")}


def files_of_run(lesson: Lesson) -> dict[str, bytes]:
    """The files of the run that learns, by their path in trained/."""
    if lesson.kind == "left out":
        return {}
    files = files_below(load_run(lesson.run).path)
    return {f"{lesson.run}/{name}": contents for name, contents in files.items()}


ELSEWHERE = Elsewhere(
    versions=versions, reads=lambda request: files_of_run(Lesson.from_json(request))
)

if __name__ == "__main__":
    sys.exit(main(give))
