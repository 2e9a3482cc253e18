"""Training with TensorFlow: one loop for all approaches.

All approaches are one stack of M networks (see `stack`), so all are trained by one loop:
a batch is (M, B) row numbers, a layer is one batched matrix product, and the losses of the
members are added up, which leaves each member the gradient it would have on its own. The loop
over a block of steps is one compiled `Program`; Python looks in between two blocks,
to report progress and to notice a cancellation.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.approaches import Approach, scheme_of
from mnist_models.learning.augmentation import distorted_ahead, distorted_in_part
from mnist_models.learning.batches import Member, epoch_batches, make_members, steps_per_epoch
from mnist_models.learning.program import Program
from mnist_models.learning.recipes import Recipe, TrainingError
from mnist_models.learning.sampling import Rows, stream
from mnist_models.learning.stack import Stack
from mnist_models.pictures import PIXELS, Images
from mnist_models.text import t

# Steps between two looks at the progress and at the cancel flag: a tenth of a second of the
# smallest network, a second of the largest. With 32 the single model takes a fifth longer.
_STEPS_PER_BLOCK = 128


OnProgress = Callable[[float], None]  # share of all steps done, 0 to 1; may raise to cancel
OnEpoch = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Fit:
    """A trained stack and how it came to be.

    Attributes:
        stack: the trained networks; with the recipe's `patience` those of the best epoch.
        epochs: how many epochs they learned for.
        history: per epoch `loss` and `accuracy` (means over the members, as training saw them,
            dropout and all), `member_loss` and `member_accuracy` (M numbers each), and with
            validation rows `val_loss`, `val_accuracy` and `val_confusion` (K × K counts, row the
            true class) of the whole approach.
        rows: per member the rows of an epoch.
        seen: per member the numbers of the distinct rows that it ever learned from, ascending.
        seconds: wall time of the training steps and the validation, without imports.
        program: what it was compiled to; it goes on as the last epoch's networks.
    """

    stack: Stack
    epochs: int
    history: dict[str, list[Any]]
    rows: list[int]
    seen: list[Rows]
    seconds: float
    program: Program

    def rounded(self) -> Stack:
        """The networks as they are stored, see `Stack.rounded`.

        Raises:
            TrainingError: a weight is no number.
        """
        try:
            return self.stack.rounded()
        except ValueError as error:
            raise TrainingError(
                t(
                    "The weights are no longer numbers: the training has diverged. Nothing is "
                    "kept; a smaller learning rate is the usual cure."
                )
            ) from error


def fit(
    recipe: Recipe,
    approach: Approach,
    x: NDArray[np.uint8],
    y: NDArray,
    *,
    seed: int,
    labels: Sequence[Any] | None = None,
    start: Stack | None = None,
    validation: tuple[NDArray[np.uint8], NDArray] | None = None,
    program: Program | None = None,
    on_progress: OnProgress = lambda _: None,
    on_epoch: OnEpoch = lambda _: None,
) -> Fit:
    """Train one approach of a recipe.

    Args:
        recipe: the settings.
        approach: a name in `approaches.APPROACHES`.
        x: (n, 28, 28) uint8.
        y: (n,) labels.
        seed: with the same seed, data and machine, the weights are the same.
        labels: the classes in the order of the outputs; those of y, ascending, if None. Of a
            multi-model only their members are trained.
        start: a stack of these layers and classes to go on from; new initial weights if None.
        validation: rows that training never sees, judged after each epoch; with all members only.
        program: of an earlier fit, used if it serves this one; a new one is compiled if not.
        on_progress: called about once a second, or more often; an exception ends the training.
        on_epoch: called with the epoch's history entries.

    Raises:
        TrainingError: the loss is no longer a number.
        ApproachError: the approach is not for so many classes.
    """
    started = time.perf_counter()
    classes = _classes(y) if labels is None else np.asarray(labels)
    members = make_members(recipe, approach, y, classes, seed)
    start = start or initial_stack(recipe, approach, classes, seed)
    if program and program.serves(recipe, members, start=start, seed=seed):
        program.restart(members, x, start=start)
    else:
        program = Program(recipe, members, x, start=start, seed=seed)
    history: dict[str, list[Any]] = {}
    steps = steps_per_epoch(members, recipe.batch_size, recipe.passes or 1)
    best = _Best(recipe.patience)
    answers = None
    shown = _shown(recipe, x, members, seed)
    for epoch in range(recipe.epochs):
        if epoch:
            if (epoch - 1) % (recipe.rescore or 1) == 0:
                answers = _answers(members, program, x)
            for k, member in enumerate(members):
                member.begin_epoch(None if answers is None else answers[:, k])
        if (pictures := next(shown)) is not x:
            program.show(pictures)

        def tell(share: float, epoch: int = epoch) -> None:
            on_progress((epoch + share) / recipe.epochs)

        batches = epoch_batches(members, steps, recipe.batch_size)
        rates = _learning_rates(recipe, epoch, steps)
        entry = _run_epoch(program, batches, rates, tell)
        if validation is not None:
            entry |= _judge(start, program.predict_proba(validation[0]), validation[1])
            if best.is_better(entry["val_accuracy"], epoch + 1):
                best.stack = program.stack(classes)
        for name, value in entry.items():
            history.setdefault(name, []).append(value)
        on_epoch({"epoch": epoch + 1, **entry})
        if best.is_enough(epoch + 1):
            break
    return Fit(
        stack=best.stack or program.stack(classes),
        epochs=best.epoch or len(history["loss"]),
        history=history,
        rows=[len(member.rows) for member in members],
        seen=[np.flatnonzero(member.seen) for member in members],
        seconds=time.perf_counter() - started,
        program=program,
    )


class _Best:
    """The best weights so far, if the recipe wants them kept, and whether to stop."""

    def __init__(self, patience: int | None) -> None:
        self._patience = patience
        self._score = -1.0
        self.stack: Stack | None = None
        self.epoch = 0

    def is_better(self, score: float, epoch: int) -> bool:
        """Whether the weights of this epoch are to be kept, as the best so far."""
        if self._patience is None or score <= self._score:
            return False
        self._score, self.epoch = score, epoch
        return True

    def is_enough(self, epoch: int) -> bool:
        return self._patience is not None and epoch - self.epoch >= self._patience > 0


def _shown(recipe: Recipe, x: Images, members: list[Member], seed: int) -> Iterator[Images]:
    """What each epoch learns from: the pictures themselves, or newly distorted ones."""
    if recipe.distortion is None:
        return repeat(x)
    streams = (stream(seed, epoch, "distortion") for epoch in range(recipe.epochs))
    if recipe.passes and len(_used(members)) < len(x) / 2:
        return distorted_in_part(x, recipe.distortion, streams, lambda: _used(members))
    return distorted_ahead(x, recipe.distortion, streams)


def _used(members: list[Member]) -> Rows:
    """The rows of this epoch, ascending."""
    return np.unique(np.concatenate([member.rows for member in members]))


def _answers(members: list[Member], program: Program, x: Images) -> NDArray[np.floating] | None:
    """What the members say to each row, (n, M), where their next rows are chosen by it."""
    by_answers = any(member.strategy.redraw for member in members)
    return program.predict_proba(x) if by_answers else None


def _learning_rates(recipe: Recipe, epoch: int, steps: int) -> NDArray[np.float32]:
    """The learning rate of each step of an epoch, (steps,)."""
    done = (epoch + np.arange(steps) / steps) / recipe.epochs
    shape = 0.5 * (1 + np.cos(np.pi * done)) if recipe.schedule == "cosine" else np.ones(steps)
    return (recipe.learning_rate * shape).astype(np.float32)


def _classes(y: NDArray) -> NDArray:
    classes = np.unique(y)
    # As uint8, 9 + 250 would be 3: labels that people compute with are plain integers.
    return classes.astype(np.int64) if np.issubdtype(classes.dtype, np.integer) else classes


def _run_epoch(
    program: Program,
    batches: NDArray[np.int32],
    rates: NDArray[np.float32],
    on_progress: OnProgress,
) -> dict[str, Any]:
    loss = np.zeros(program.members)
    correct = np.zeros(program.members)
    for start in range(0, len(batches), _STEPS_PER_BLOCK):
        block = slice(start, start + _STEPS_PER_BLOCK)
        block_loss, block_correct = program.train(batches[block], rates[block])
        if not np.isfinite(block_loss).all():
            raise TrainingError(
                t(
                    "The loss is no longer a number: the training has diverged. Nothing is kept; "
                    "a smaller learning rate usually helps."
                )
            )
        loss += block_loss
        correct += block_correct
        on_progress(min(1.0, (start + _STEPS_PER_BLOCK) / len(batches)))
    loss /= len(batches)
    accuracy = correct / (len(batches) * batches.shape[2])
    return {
        "loss": float(loss.mean()),
        "accuracy": float(accuracy.mean()),
        "member_loss": loss.round(6).tolist(),
        "member_accuracy": accuracy.round(6).tolist(),
    }


def _judge(stack: Stack, answers: NDArray[np.floating], y: NDArray) -> dict[str, Any]:
    """Loss, accuracy and confusion of the whole approach on rows that it did not learn from."""
    proba = answers.astype(np.float64).clip(1e-7, 1 - 1e-7)
    truth = y[:, np.newaxis] == stack.classes_
    if stack.scheme.is_independent:
        loss = -np.log(np.where(truth, proba, 1 - proba)).mean()
    else:
        loss = -np.log(proba[truth]).mean()
    confusion = np.zeros((len(stack.classes_),) * 2, dtype=int)
    np.add.at(confusion, (truth.argmax(axis=1), proba.argmax(axis=1)), 1)
    return {
        "val_loss": float(loss),
        "val_accuracy": float(confusion.trace() / len(y)),
        "val_confusion": confusion.tolist(),
    }


def initial_stack(recipe: Recipe, approach: Approach, classes: NDArray, seed: int) -> Stack:
    """Networks that have learned nothing: Glorot's uniform or normal weights, and zeros.

    Args:
        recipe: settings.
        approach: says which members there are.
        classes: (K,) labels in the order of the outputs.
        seed: of the members' streams.
    """
    scheme = scheme_of(approach)
    streams = [stream(seed, role.name, "weights") for role in scheme.roles(classes)]
    sizes = (PIXELS, *recipe.units(approach), scheme.size(len(classes))[1])
    weights = []
    for inputs, units in pairwise(sizes):
        shape, sd = (inputs, units), recipe.initial_sd
        limit = np.sqrt(6 / (inputs + units))
        drawn = [
            rng.uniform(-limit, limit, shape) if sd is None else rng.normal(0, sd, shape)
            for rng in streams
        ]
        weights.append(np.stack(drawn).astype(np.float32))
    return Stack(
        weights=tuple(weights),
        biases=tuple(np.zeros((len(streams), units), dtype=np.float32) for units in sizes[1:]),
        classes_=classes,
        negative_slope=recipe.negative_slope,
        approach=approach,
    )
