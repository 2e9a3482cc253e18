"""The child process that gives a lesson (see `lessons`).

python -m mnist_models.incremental.lesson_worker FOLDER

With --keep behind it, it makes a run of a lesson that was given before.
"""

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.loading import load_dataset
from mnist_models.data.mnist import find_mnist
from mnist_models.incremental.lesson import Lesson, LessonError, LessonStage, State, Step
from mnist_models.incremental.lessons import alive, lessons_folder, load_request, load_state, tell
from mnist_models.incremental.methods import Way
from mnist_models.incremental.task import Labelled, Task, accuracy, alarmed, labelled, task_of
from mnist_models.jobs.progress import Event
from mnist_models.jobs.worker import stand_back
from mnist_models.learning.approaches import APPROACHES, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.pipeline.interruption import Cancelled, Interruption, ending, is_expected
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import load_run
from mnist_models.runs.upgrade import derived_arrays
from mnist_models.settings import limits

if TYPE_CHECKING:
    from mnist_models.incremental.updates import Taught

_TELL_EVERY_S = 0.3
_KEPT_BACK = 5  # of the visitor's examples every fifth, if there are so many


class _Report:
    """The state of the lesson, told to whoever watches."""

    def __init__(self, folder: Path, state: State) -> None:
        self.state = state
        self._folder = folder
        self._inode = folder.stat().st_ino
        self._told = 0.0

    def say(self, stage: LessonStage, **news: Any) -> None:
        if self._folder.stat().st_ino != self._inode:
            raise Cancelled  # this lesson was forgotten, and the visitor has begun another
        self.state = replace(self.state, **{"stage": stage, "share": None, **news})
        tell(self._folder, self.state)
        self._told = time.monotonic()

    def share(self, done: float) -> None:
        if time.monotonic() - self._told > _TELL_EVERY_S:
            self.say(self.state.stage, share=min(1.0, done))

    def way(self, way: Way, done: float) -> None:
        if way != self.state.way:
            self.say("teaching", way=way, share=0.0)
        self.share(done)

    def end(self, event: Event) -> None:
        """Say how it ended."""
        self.say(cast(LessonStage, event.stage), message=event.message, way=None)


def main(folder: Path, *, keep: bool = False) -> int:
    """Give the lesson of a folder, or make a run of what it came to; returns the exit status."""
    stand_back()
    with alive(folder), Interruption("lesson") as interruption:
        report = _Report(folder, load_state(folder) if keep else State())
        (folder / "pid").write_text(str(os.getpid()))
        try:
            with _turn(report), interruption.after(limits().minutes, report.end):
                (_keep if keep else _give)(load_request(folder), folder, report)
        except BaseException as error:
            report.end(ending(error, "lesson"))
            if not is_expected(error):
                raise
            return 1
    return 0


@contextlib.contextmanager
def _turn(report: _Report) -> Iterator[None]:
    """One lesson at a time, since TensorFlow takes 700 MB; who waits can cancel."""
    turn = FileLock(lessons_folder() / "turn")
    report.say("waiting")
    while not turn.is_locked:
        with contextlib.suppress(Timeout):
            turn.acquire(timeout=0.2)
    try:
        yield
    finally:
        turn.release()


def _give(lesson: Lesson, folder: Path, report: _Report) -> None:
    report.say("loading")
    dataset = _rehearsed(lesson)
    # Imports TensorFlow, so not before it is this lesson's turn.
    from mnist_models.incremental.updates import teach

    prepare = _left_out if lesson.kind == "left out" else _prepared
    task, test, new_test = prepare(lesson, *labelled(dataset), folder, report)
    report.say("teaching", rehearsed=dataset.name, **_before(task, test, new_test))
    for way, taught in teach(task, lesson.ways, report.way):
        taught.stack.save(folder / f"{way}.npz")
        step = _step(way, taught, task, test, new_test)
        report.say("teaching", steps=(*report.state.steps, step), way=None)
    report.say("done")


def _keep(lesson: Lesson, folder: Path, report: _Report) -> None:
    report.say("keeping")
    order = json.loads((folder / "keep.json").read_text(encoding="utf-8"))
    dataset = _rehearsed(lesson)
    train, test = labelled(dataset)
    if lesson.kind != "left out":
        task, test, new_test = _prepared(lesson, train, test, folder, report)
        train, test = task.old + task.new, test + new_test
    stacks: dict[Approach, Stack] = {
        approach: Stack.load(folder / f"{way}.npz") for approach, way in order["ways"].items()
    }
    scores: dict[str, NDArray] = {
        "labels": test.y,
        **{a: stack.predict_proba(test.x) for a, stack in stacks.items()},
    }
    manifest = _manifest(lesson, order["ways"], report.state, dataset, stacks, train, scores)
    run = publish(
        order["name"],
        manifest,
        stacks,
        {"test_scores.npz": scores, **derived_arrays(manifest, scores)},
        {"history.json": {}},
    )
    report.say("done", kept=run.name)


def _manifest(
    lesson: Lesson,
    ways: dict[Approach, Way],
    state: State,
    dataset: Dataset,
    stacks: dict[Approach, Stack],
    train: Labelled,
    scores: dict[str, NDArray],
) -> dict[str, Any]:
    """What run.json says of a run that was taught, with its test scores as they are stored."""
    known = lesson.kind == "left out"
    recipe = RECIPES["reference"].settings() if known else load_run(lesson.run).manifest["recipe"]
    steps = {step.way: step for step in state.steps}
    contents = json.dumps([asdict(lesson), dataset.fingerprint]).encode() + train.x.tobytes()
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "fingerprint": hashlib.sha256(contents).hexdigest(),
        "recipe": {**recipe, "name": "taught"},
        "seed": lesson.seed,
        "lesson": {**asdict(lesson), "ways": ways},
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "train_rows": len(train.y),
            "test_rows": len(scores["labels"]),
        },
        "classes": next(iter(stacks.values())).classes_.tolist(),
        "approaches": {
            approach: {
                "layers": list(stack.layers),
                "members": stack.members,
                "parameters": stack.parameters,
                "seconds": steps[ways[approach]].seconds,
                "rows": [steps[ways[approach]].rows],
                "distinct_rows": len(train.y),
                "metrics": {
                    name: evaluate(
                        proba, labels, stack.classes_, one_vs_rest=stack.members > 1
                    ).to_json()
                    for name, proba, labels in (
                        ("train", stack.predict_proba(train.x), train.y),
                        ("test", scores[approach], scores["labels"]),
                    )
                },
            }
            for approach, stack in stacks.items()
        },
    }


def _rehearsed(lesson: Lesson) -> Dataset:
    """What old classes are rehearsed and tested with: nothing is downloaded for a lesson."""
    mnist = lesson.kind == "left out" or load_run(lesson.run).test_set == "mnist"
    return load_dataset("mnist" if mnist and find_mnist() else "sample")


def _prepared(
    lesson: Lesson, old: Labelled, test: Labelled, folder: Path, _: _Report
) -> tuple[Task, Labelled, Labelled]:
    """What a run is to learn from the visitor's examples, and what both kinds are tested with."""
    with np.load(folder / "pictures.npz", allow_pickle=False) as file:
        new = Labelled(file["x"], file["y"])
    run = load_run(lesson.run)
    if lesson.kind == "mend" and not set(new.y.tolist()) <= set(map(str, run.classes)):
        raise LessonError(f"The run {run.name} does not know what the drawings show.")
    kept = np.arange(len(new.y)) % _KEPT_BACK == _KEPT_BACK - 1
    task = task_of(run, new, old, also=lesson.also, seed=lesson.seed)
    if task.new.y.dtype.kind == "U":
        test = test.as_text()
    new = task.new
    return replace(task, new=new.of(~kept)), test, new.of(kept)


def _left_out(
    lesson: Lesson, old: Labelled, test: Labelled, _: Path, report: _Report
) -> tuple[Task, Labelled, Labelled]:
    """A run of the reference recipe that has never seen the digit, and the digit."""
    from mnist_models.learning.training import fit

    digit, recipe = int(lesson.label), RECIPES["reference"]
    known = old.of(old.y != digit)
    stacks: list[Stack] = []
    report.say("base")
    for approach in APPROACHES:

        def share(done: float) -> None:
            report.share((len(stacks) + done) / len(APPROACHES))

        result = fit(recipe, approach, known.x, known.y, seed=lesson.seed, on_progress=share)
        stacks.append(result.stack.rounded())
    new = old.of(np.flatnonzero(old.y == digit)[: lesson.many])
    task = Task(recipe, stacks[0], stacks[1], new, known, seed=lesson.seed)
    return task, test.of(test.y != digit), test.of(test.y == digit)


def _before(task: Task, test: Labelled, new_test: Labelled) -> dict[str, Any]:
    """What is known when the teaching begins, as `State` has it."""
    stacks: dict[Approach, Stack] = {"single": task.single, "multi": task.multi}
    classes = [*task.multi.classes_.tolist(), *([] if task.is_known else [task.label])]
    of_new = {a: accuracy(s, new_test) for a, s in stacks.items() if len(new_test.y)}
    return {
        "began": time.time(),
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
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), keep="--keep" in sys.argv[2:]))
