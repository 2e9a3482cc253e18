"""Teaching a trained run something more: a new class, or pictures of one that it misreads.

The multi-model's promise: a new class is one new member, and the others stay as they are, bit for
bit. What they never saw they may claim, so those that raise false alarms can be trained a little
further ("mended"). The single model has no part that a class could be added to: it learns
everything again, or goes on with old and new together, or with the new alone, and forgets.

Sources of the ideas: rehearsal of old rows against catastrophic forgetting (Robins, 1995); the
one-vs-rest decomposition (Rifkin and Klautau, 2004).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.incremental.methods import WAYS, Way
from mnist_models.incremental.task import ROWS_PER_CLASS, Labelled, Task
from mnist_models.learning.approaches import Approach
from mnist_models.learning.augmentation import Distortion, distort
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import OnProgress, fit, initial_stack

# Chosen as those of `task`, and what few examples need, on pen drawings of 1, 4, 8 and 9.
ROWS_OF_FEW = 4000  # that few examples are widened to, and then old classes are rehearsed with
# Share of the old pictures that a new class of few examples may cost. These are pictures that the
# networks know; of held-out ones it cost at most 0.009 with any of the four digits.
FAVOUR: dict[Approach, float] = {"single": 0.006, "multi": 0.003}
_ROWS_TO_JUDGE = 1500  # of each old class
_LEARNING_RATE = 0.002  # falls to zero over the few epochs
_EPOCHS, _EPOCHS_OF_FEW = 3, 20  # the latter for members; a single model sees ten times the rows

# A few drawings become as many as there are of an old class. They vary no further than one hand
# does, or the new class would spread into others.
_WIDENING = Distortion(
    shift=1.0, rotation=8, shear=0.2, scale=0.12, elastic=2.0, smoothness=5, pen=0.5
)


@dataclass(frozen=True, eq=False)
class Taught:
    """The result of one way to teach.

    Attributes:
        stack: the networks, those that were not touched among them.
        seconds: wall time, widening and compiling included, imports not.
        rows: how many pictures were looked at, counted again in each epoch and by each member.
        changed: the classes whose members were trained; all of them for a single model.
    """

    stack: Stack
    seconds: float
    rows: int
    changed: list[Any]


def teach(
    task: Task, ways: Sequence[Way], on_progress: Callable[[Way, float], None] = lambda *_: None
) -> Iterator[tuple[Way, Taught]]:
    """Each of the ways with its result, one after another, the cheap ones first.

    Args:
        task: what is to be learned.
        ways: how, see `methods.WAYS`.
        on_progress: called with the way and its progress, 0 to 1; may raise to cancel.

    Raises:
        TrainingError: a loss is no longer a number.
    """
    for way in [way for way in WAYS if way in ways]:
        tell = partial(on_progress, way)
        tell(0.0)
        yield way, update(task, way, tell)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What one way trains: the networks of these classes, from these rows."""

    recipe: Recipe
    rows: Labelled
    classes: Sequence[Any]
    start: Stack | None  # to go on from
    join: Callable[[Stack], Stack] = lambda stack: stack  # what was trained, among the others


def update(task: Task, way: Way, on_progress: OnProgress = lambda _: None) -> Taught:
    """The result of one way.

    Args:
        task: what is to be learned.
        way: how, see `methods.WAYS`.
        on_progress: see `training.fit`.

    Raises:
        ValueError: there are no pictures of the class, or none of others.
        TrainingError: the loss is no longer a number.
    """
    started = time.perf_counter()
    plan = _plan(task, way)
    result = fit(
        plan.recipe,
        WAYS[way].approach,
        plan.rows.x,
        plan.rows.y,
        seed=task.seed,
        labels=plan.classes,
        start=plan.start,
        on_progress=on_progress,
    )
    stack, looked_at = plan.join(result.rounded()), sum(result.rows) * result.epochs
    if way != "alone":
        stack = _favoured(task, way, stack)
    return Taught(stack, time.perf_counter() - started, looked_at, list(plan.classes))


def _plan(task: Task, way: Way) -> _Plan:
    new, old, seed = task.new, task.old, task.seed
    if way == "member" and not task.is_known:
        rows = old + widen(new, _rows_per_class(new), seed=seed)
        recipe = _brief(task.recipe, _member_epochs(new))
        return _Plan(recipe, rows, [task.label], None, task.multi.with_members)
    if way in ("member", "mended"):
        members = _with_members(task)
        classes = [task.label, *(task.confused() if way == "mended" else [])]
        recipe = _brief(task.recipe, _member_epochs(new))
        rows = rehearsal(new, old, seed=seed)
        return _Plan(recipe, rows, classes, members.of(classes), members.replacing)
    start = with_outputs(task.single, new.y, seed)
    classes = start.classes_.tolist()
    if way == "again":
        rows = old + widen(new, round(len(old.y) / len(np.unique(old.y))), seed=seed)
        return _Plan(replace(task.recipe, patience=None), rows, classes, None)
    if way == "together":
        rows = rehearsal(new, old, seed=seed)
    else:
        rows = widen(new, _rows_per_class(new), seed=seed)
    return _Plan(_brief(task.recipe, _EPOCHS), rows, classes, start)


def _with_members(task: Task) -> Stack:
    """The members, and where the class is new one more that has learned nothing yet."""
    if task.is_known:
        return task.multi
    newborn = initial_stack(task.recipe, "multi", np.array([task.label]), task.seed)
    return task.multi.with_members(newborn)


def with_outputs(single: Stack, labels: NDArray, seed: int) -> Stack:
    """One output more for each class that it does not know, with small random weights."""
    missing = [label for label in np.unique(labels).tolist() if label not in single.classes_]
    inputs, outputs = single.weights[-1].shape[1:]
    limit = np.sqrt(6 / (inputs + outputs + len(missing)))
    drawn = [stream(seed, c, "weights").uniform(-limit, limit, (1, inputs, 1)) for c in missing]
    weights = np.concatenate([single.weights[-1], *drawn], axis=2).astype(np.float32)
    biases = np.pad(single.biases[-1], ((0, 0), (0, len(missing))))
    return replace(
        single,
        weights=(*single.weights[:-1], weights),
        biases=(*single.biases[:-1], biases),
        classes_=np.array([*single.classes_.tolist(), *missing]),
    )


def _favoured(task: Task, way: Way, stack: Stack) -> Stack:
    """A new class of few examples is given the benefit of the doubt.

    What is learned from a handful is narrow: a hand that was not among them is taken for an old
    class. So the bias of the new output is raised until as many old pictures are misread besides
    as FAVOUR allows.
    """
    if task.is_known or not _are_few(task.new):
        return stack
    approach = WAYS[way].approach
    known = task.multi if approach == "multi" else task.single
    rows = _some(task.old, _ROWS_TO_JUDGE, stream(task.seed, "old", "favour"))
    to_keep = (known.predict(rows.x) == rows.y).mean() - FAVOUR[approach]
    logits = stack.logits(rows.x)
    place = stack.classes_.tolist().index(task.label)
    old = np.delete(logits, place, axis=1)
    right = np.delete(stack.classes_, place)[old.argmax(axis=1)] == rows.y
    leads = np.sort((old.max(axis=1) - logits[:, place])[right])[::-1]
    raised = max(0.0, float(leads[min(int(to_keep * len(rows.y)), len(leads) - 1)]))
    biases = stack.biases[-1].copy()
    biases.reshape(-1)[place] += raised
    return replace(stack, biases=(*stack.biases[:-1], biases))


def widen(new: Labelled, rows: int, *, seed: int) -> Labelled:
    """At least this many rows of each class: the pictures, and distorted ones if they are few."""
    parts = [new]
    for label in np.unique(new.y):
        own = new.x[new.y == label]
        if missing := max(0, rows - len(own)):
            copies = np.resize(np.arange(len(own)), missing)
            wide = distort(own[copies], _WIDENING, stream(seed, label, "widening"))
            parts.append(Labelled(wide, np.full(missing, label)))
    return sum(parts[1:], parts[0])


def rehearsal(new: Labelled, old: Labelled, *, seed: int) -> Labelled:
    """As many pictures of each class, old and new, the new ones widened where they are few."""
    rng = stream(seed, "old and new", "rehearsal")
    many = _rows_per_class(new)
    return _some(old, many, rng) + _some(widen(new, many, seed=seed), many, rng)


def _some(rows: Labelled, many: int, rng: np.random.Generator) -> Labelled:
    """At most this many of each class."""
    own = [rng.permutation(np.flatnonzero(rows.y == label)) for label in np.unique(rows.y)]
    return rows.of(np.concatenate([some[:many] for some in own]))


def _are_few(new: Labelled) -> bool:
    return len(new.y) < ROWS_PER_CLASS


def _rows_per_class(new: Labelled) -> int:
    return ROWS_OF_FEW if _are_few(new) else ROWS_PER_CLASS


def _member_epochs(new: Labelled) -> int:
    return _EPOCHS_OF_FEW if _are_few(new) else _EPOCHS


def _brief(recipe: Recipe, epochs: int) -> Recipe:
    """The same network, trained for a few epochs with a falling learning rate."""
    return replace(
        recipe,
        epochs=epochs,
        batch_size=128,
        learning_rate=_LEARNING_RATE,
        schedule="cosine",
        sampling="fresh",
        rescore=None,
        patience=None,
        distortion=None,
    )
