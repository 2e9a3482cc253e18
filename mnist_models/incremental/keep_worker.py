"""The job that makes a run of a lesson: python -m mnist_models.incremental.keep_worker JOB."""

import hashlib
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.incremental.lesson import Lesson, LessonError, State
from mnist_models.incremental.lesson_worker import files_of_run, prepared, rehearsed, versions
from mnist_models.incremental.lessons import KEEPING
from mnist_models.incremental.methods import Way
from mnist_models.incremental.task import Labelled, labelled
from mnist_models.jobs.cluster.parcels import RUN, Elsewhere, files_below
from mnist_models.jobs.eta import remember_phases
from mnist_models.jobs.job import job_folder, progress_path, read_job
from mnist_models.jobs.progress import PUBLISHING, Event, OnEvent, read_progress
from mnist_models.jobs.worker import main
from mnist_models.learning.approaches import Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.runs.publishing import make_way, publish, publish_folder, remove_leftovers
from mnist_models.runs.registry import load_run
from mnist_models.runs.upgrade import derived_arrays
from mnist_models.text import Text, t

_GONE = t("The lesson is gone. Teach it again.")


def keep(request: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """The work: score what the ways of a lesson came to on all test pictures, and publish it."""
    tell(Event("loading"))
    remove_leftovers()
    taught, ways = job_folder(request["lesson"]), request["ways"]
    job = read_job(request["lesson"], place="ended")
    if job is None:
        raise LessonError(_GONE)
    lesson, state = Lesson.from_json(job.order.request), State.of(job)
    dataset = rehearsed(lesson)
    train, test = labelled(dataset)
    if lesson.kind != "left out":
        task, test, new_test = prepared(lesson, train, test, taught, tell)
        train, test = task.old + task.new, test + new_test
    tell(Event("scoring"))
    stacks: dict[Approach, Stack] = {
        approach: Stack.load(taught / f"{way}.npz") for approach, way in ways.items()
    }
    scores: dict[str, NDArray] = {
        "labels": test.y,
        **{a: stack.predict_proba(test.x) for a, stack in stacks.items()},
    }
    manifest = _manifest(lesson, ways, state, dataset, stacks, train, scores)
    tell(Event(PUBLISHING))
    run = publish(
        request["name"],
        manifest,
        stacks,
        {"test_scores.npz": scores, **derived_arrays(manifest, scores)},
        {"history.json": {}},
    )
    tell(Event("done", 1.0, run=run.name, message=_word(make_way(run.name))))
    remember_phases(KEEPING, read_progress(progress_path(folder.name)))


def _word(gone: int) -> Text | str:
    """What who keeps a run should know of those that gave way to it."""
    if not gone:
        return ""
    return t(
        "The oldest kept run gave way to yours.",
        "The {count} oldest kept runs gave way to yours.",
        count=gone,
    )


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
    contents = json.dumps([asdict(lesson), dataset.fingerprint]).encode() + train.x.tobytes()
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "fingerprint": hashlib.sha256(contents).hexdigest(),
        "recipe": {**recipe, "name": "taught"},
        "seed": lesson.seed,
        "lesson": {
            **asdict(lesson),
            "ways": ways,
            "seconds": {step.way: step.seconds for step in state.steps},
        },
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
                **_cost(
                    approach,
                    ways[approach],
                    lesson,
                    state,
                    epochs=recipe["epochs"],
                    rows=len(train.y),
                ),
                "metrics": {
                    name: evaluate(
                        proba, labels, stack.classes_, one_vs_rest=stack.scheme.is_independent
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


def _cost(
    approach: Approach, way: Way, lesson: Lesson, state: State, *, epochs: int, rows: int
) -> dict[str, Any]:
    """What the networks have cost in all: the lesson, and what they had learned before it.

    The rows of an epoch are those of the first training, where there was one.
    """
    step = next(step for step in state.steps if step.way == way)
    if way == "again":  # begun anew, with as many epochs as the recipe says
        return {"seconds": step.seconds, "rows": [step.rows // epochs], "distinct_rows": rows}
    before = state.base.get(approach) or load_run(lesson.run).manifest["approaches"][approach]
    return {
        "seconds": round(before["seconds"] + step.seconds, 2),
        "rows": before["rows"],
        "distinct_rows": before["distinct_rows"] + state.learned,
    }


def _reads(request: dict[str, Any]) -> dict[str, bytes]:
    """The lesson with what came of it, and the run that has learned."""
    taught, job = job_folder(request["lesson"]), read_job(request["lesson"], place="ended")
    if job is None:
        raise LessonError(_GONE)
    files = {f".jobs/{taught.name}/{n}": contents for n, contents in files_below(taught).items()}
    return {**files, **files_of_run(Lesson.from_json(job.order.request))}


def _receive(_: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """Publish the run that was made of a lesson elsewhere."""
    tell(Event(PUBLISHING))
    run = publish_folder(folder / RUN)
    tell(Event("done", 1.0, run=run.name, message=_word(make_way(run.name))))
    remember_phases(KEEPING, read_progress(progress_path(folder.name)))


ELSEWHERE = Elsewhere(versions=versions, reads=_reads, receive=_receive)

if __name__ == "__main__":
    sys.exit(main(keep))
