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
from mnist_models.learning.approaches import Approach
from mnist_models.learning.augmentation import Distortion, distort
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import Fit, OnProgress, fit, initial_stack
from mnist_models.metrics.scores import YES
from mnist_models.pictures import Images

# Chosen on 10,000 held-out training rows with the digits 4, 8 and 9 left out; what few examples
# need, on pen drawings of 1, 4, 8 and 9.
ROWS_PER_CLASS = 2000  # that old classes are rehearsed with; of a new one, fewer are few
ROWS_OF_FEW = 4000  # that few examples are widened to, and then old classes are rehearsed with
ALARMING = 0.1  # share of the new examples that a member may claim before it is mended
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
class Labelled:
    """Pictures (n, 28, 28) uint8, light ink on dark, and their labels (n,)."""

    x: Images
    y: NDArray

    def of(self, rows: NDArray | slice) -> "Labelled":
        """Some of them, by number or mask."""
        return Labelled(self.x[rows], self.y[rows])

    def __add__(self, other: "Labelled") -> "Labelled":
        return Labelled(np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y]))


@dataclass(frozen=True, eq=False)
class Taught:
    """What came of one way to teach.

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


@dataclass(frozen=True, eq=False)
class Task:
    """A run and what it is to learn.

    Attributes:
        recipe: what both approaches were built with.
        single, multi: their networks.
        new: pictures of one class that they do not know, or of classes that they misread.
        old: pictures of the classes as they learned them.
        also: of classes that they know, those whose members are mended besides; if it is empty,
            those that raise false alarms.
        seed: of everything random.
    """

    recipe: Recipe
    single: Stack
    multi: Stack
    new: Labelled
    old: Labelled
    also: Sequence[Any] = ()
    seed: int = 0

    @property
    def label(self) -> Any:
        """The class that it is about."""
        return self.new.y[0].item()

    @property
    def is_known(self) -> bool:
        """Whether the run has the class already."""
        return self.label in self.multi.classes_.tolist()

    def confused(self) -> list[Any]:
        """The classes whose members are mended besides that of the label."""
        if self.also:
            return [c for c in self.also if c != self.label]
        alarms = alarmed(self.multi, self.new.of(slice(ROWS_PER_CLASS)))
        return [c for c, share in alarms.items() if share > ALARMING and c != self.label]


def teach(
    task: Task, ways: Sequence[Way], on_progress: Callable[[Way, float], None] = lambda *_: None
) -> Iterator[tuple[Way, Taught]]:
    """Each of the ways with what came of it, one after another, the cheap ones first.

    Args:
        task: what is to be learned.
        ways: how; what they are, says `methods.WAYS`.
        on_progress: told the way and how much of it is done, 0 to 1; may raise to cancel.

    Raises:
        TrainingError: a loss is no longer a number.
    """
    for way in [way for way in WAYS if way in ways]:
        tell = partial(on_progress, way)
        tell(0.0)
        taught = _teach(task, way, tell)
        yield way, taught if way == "alone" else _favoured(task, way, taught)


def _teach(task: Task, way: Way, tell: OnProgress) -> Taught:
    told: dict[str, Any] = {"seed": task.seed, "on_progress": tell}
    matter = (task.recipe, task.new, task.old)
    match way:
        case "member" if not task.is_known:
            return add_member(task.multi, *matter, **told)
        case "member":
            return mend_members(task.multi, [task.label], *matter, **told)
        case "mended":
            labels = [task.label, *task.confused()]
            return mend_members(_with_members(task), labels, *matter, **told)
        case "again":
            classes = _with_outputs(task.single, task.new.y, task.seed).classes_.tolist()
            return learn_again("single", classes, *matter, **told)
        case "together":
            return learn_on(task.single, *matter, **told)
        case "alone":
            return learn_on(task.single, task.recipe, task.new, None, **told)


def _with_members(task: Task) -> Stack:
    """The members, and where the class is new one more that has learned nothing yet."""
    if task.is_known:
        return task.multi
    newborn = initial_stack(task.recipe, "multi", np.array([task.label]), task.seed)
    return task.multi.with_members(newborn)


def _favoured(task: Task, way: Way, taught: Taught) -> Taught:
    """A new class of few examples is given the benefit of the doubt.

    What is learned from a handful is narrow: a hand that was not among them is taken for an old
    class. So the bias of the new output is raised until as many old pictures are misread besides
    as FAVOUR allows.
    """
    if task.is_known or not _are_few(task.new):
        return taught
    started = time.perf_counter()
    approach = WAYS[way].approach
    known = task.multi if approach == "multi" else task.single
    rows = _some(task.old, _ROWS_TO_JUDGE, stream(task.seed, "old", "favour"))
    to_keep = (known.predict(rows.x) == rows.y).mean() - FAVOUR[approach]
    logits = taught.stack.logits(rows.x)
    place = taught.stack.classes_.tolist().index(task.label)
    old = np.delete(logits, place, axis=1)
    right = np.delete(taught.stack.classes_, place)[old.argmax(axis=1)] == rows.y
    leads = np.sort((old.max(axis=1) - logits[:, place])[right])[::-1]
    raised = max(0.0, float(leads[min(int(to_keep * len(rows.y)), len(leads) - 1)]))
    biases = taught.stack.biases[-1].copy()
    # Rounded as it will be stored.
    biases.reshape(-1)[place] = np.float16(biases.reshape(-1)[place] + raised)
    stack = replace(taught.stack, biases=(*taught.stack.biases[:-1], biases))
    return replace(taught, stack=stack, seconds=taught.seconds + time.perf_counter() - started)


def add_member(
    multi: Stack,
    recipe: Recipe,
    new: Labelled,
    old: Labelled,
    *,
    seed: int,
    on_progress: OnProgress = lambda _: None,
) -> Taught:
    """The multi-model with one more member, the others bit for bit as they were.

    Args:
        multi: K members.
        recipe: what they were built with.
        new: pictures of one class that it does not know; few are widened by distortions.
        old: pictures of the classes that it knows, from which negatives are drawn.
        seed: of the new member's random streams.
        on_progress: see `training.fit`.

    Raises:
        ValueError: there are no pictures of one of the two kinds.
        TrainingError: the loss is no longer a number.
    """
    started = time.perf_counter()
    label = new.y[0]
    rows = old + widen(new, _rows_per_class(new), seed=seed)
    result = fit(
        _brief(recipe, _member_epochs(new)),
        "multi",
        rows.x,
        rows.y,
        seed=seed,
        labels=[label],
        on_progress=on_progress,
    )
    return _taught(multi.with_members(result.stack.rounded()), result, started, [label])


def mend_members(
    multi: Stack,
    labels: Sequence[Any],
    recipe: Recipe,
    new: Labelled,
    old: Labelled,
    *,
    seed: int,
    on_progress: OnProgress = lambda _: None,
) -> Taught:
    """The multi-model with some members trained a little further, the others as they were.

    They go on from their weights, with the new pictures and as many old ones of each class.

    Args:
        multi: the members; one may have learned nothing yet.
        labels: whose members are trained.
        recipe: what they were built with.
        new: pictures that they misread.
        old: pictures of the classes as they learned them.
        seed: decides the rows.
        on_progress: see `training.fit`.

    Raises:
        ValueError: a class among `labels` is not the stack's, or has no rows.
        TrainingError: the loss is no longer a number.
    """
    started = time.perf_counter()
    rows = rehearsal(new, old, seed=seed)
    result = fit(
        _brief(recipe, _member_epochs(new)),
        "multi",
        rows.x,
        rows.y,
        seed=seed,
        labels=list(labels),
        start=multi.of(labels),
        on_progress=on_progress,
    )
    return _taught(multi.replacing(result.stack.rounded()), result, started, labels)


def alarmed(multi: Stack, new: Labelled) -> dict[Any, float]:
    """Per class the share of pictures of other classes that its member says yes to."""
    yes = multi.predict_proba(new.x) >= YES
    others = new.y[:, np.newaxis] != multi.classes_
    shares = (yes & others).sum(axis=0) / others.sum(axis=0).clip(1)
    return dict(zip(multi.classes_.tolist(), shares.tolist(), strict=True))


def learn_again(
    approach: Approach,
    classes: Sequence[Any],
    recipe: Recipe,
    new: Labelled,
    old: Labelled,
    *,
    seed: int,
    on_progress: OnProgress = lambda _: None,
) -> Taught:
    """Everything again from nothing: all old rows and the new ones, by the recipe.

    Args:
        approach: what is trained.
        classes: (K,) in the order of the outputs.
        recipe: settings; the epochs are taken as they are, validation rows are not held out.
        new: pictures to learn besides, widened to as many as an old class has.
        old: all old training pictures.
        seed: of all random streams.
        on_progress: see `training.fit`.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    started = time.perf_counter()
    usual = round(len(old.y) / len(np.unique(old.y)))
    rows = old + widen(new, usual, seed=seed)
    result = fit(
        replace(recipe, patience=None),
        approach,
        rows.x,
        rows.y,
        seed=seed,
        labels=list(classes),
        on_progress=on_progress,
    )
    return _taught(result.stack.rounded(), result, started, classes)


def learn_on(
    single: Stack,
    recipe: Recipe,
    new: Labelled,
    old: Labelled | None,
    *,
    seed: int,
    on_progress: OnProgress = lambda _: None,
) -> Taught:
    """The single model trained further, with an output more for a class that it does not know.

    Args:
        single: one network.
        recipe: what it was built with.
        new: pictures to learn, of one new class or of classes that it knows.
        old: pictures to rehearse, as many of each class; None rehearses nothing, and much is
            forgotten.
        seed: of the rows, and of the new output's first weights.
        on_progress: see `training.fit`.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    started = time.perf_counter()
    start = _with_outputs(single, new.y, seed)
    if old is None:
        rows = widen(new, _rows_per_class(new), seed=seed)
    else:
        rows = rehearsal(new, old, seed=seed)
    result = fit(
        _brief(recipe, _EPOCHS),
        "single",
        rows.x,
        rows.y,
        seed=seed,
        labels=start.classes_.tolist(),
        start=start,
        on_progress=on_progress,
    )
    return _taught(result.stack.rounded(), result, started, start.classes_.tolist())


def widen(new: Labelled, rows: int, *, seed: int) -> Labelled:
    """Of each class at least so many rows: the pictures, and distorted ones where they are few."""
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
    """At most so many of each class."""
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


def _with_outputs(single: Stack, labels: NDArray, seed: int) -> Stack:
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


def _taught(stack: Stack, result: Fit, started: float, changed: Sequence[Any]) -> Taught:
    looked_at = sum(result.rows) * result.epochs
    return Taught(stack, time.perf_counter() - started, looked_at, list(changed))
