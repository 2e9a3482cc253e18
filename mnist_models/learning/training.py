"""Training with TensorFlow, and models for plain Keras. The only module that imports them.

Both approaches are one stack of M networks (see `stack`), so both are trained by one loop:
a batch is (M, B) row numbers, a layer is one batched matrix product, and the losses of the
members are added up, which leaves each member the gradient it would have on its own. The loop
over a block of steps is one compiled TensorFlow program; Python looks in between two blocks,
which is where progress is told and a cancellation is noticed.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's hints on its own build

import keras
import tensorflow as tf

from mnist_models.learning.augmentation import Images, distort
from mnist_models.learning.batches import Member, epoch_batches, make_members, steps_per_epoch
from mnist_models.learning.recipes import Approach, Recipe, TrainingError
from mnist_models.learning.sampling import Rows, stream
from mnist_models.learning.stack import PIXELS, Stack

VERSIONS = {"tensorflow": tf.__version__, "keras": keras.__version__}

# Steps between two looks at the progress and at the cancel flag: a tenth of a second of the
# smallest network, a second of the largest. With 32 the single model takes a fifth longer.
_STEPS_PER_BLOCK = 128

_BETA_1, _BETA_2, _RHO, _EPSILON = 0.9, 0.999, 0.9, 1e-7  # Keras' defaults

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
    """

    stack: Stack
    epochs: int
    history: dict[str, list[Any]]
    rows: list[int]
    seen: list[Rows]
    seconds: float


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
    on_progress: OnProgress = lambda _: None,
    on_epoch: OnEpoch = lambda _: None,
) -> Fit:
    """Train one approach of a recipe.

    Args:
        recipe: the settings.
        approach: "single" or "multi".
        x: (n, 28, 28) uint8.
        y: (n,) labels.
        seed: with the same seed, data and machine, the weights are the same.
        labels: the classes in the order of the outputs; those of y, ascending, if None. Of a
            multi-model only their members are trained.
        start: a stack of these layers and classes to go on from; new initial weights if None.
        validation: rows that training never sees, judged after each epoch; with all members only.
        on_progress: called about once a second, or more often; an exception ends the training.
        on_epoch: called with the epoch's history entries.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    started = time.perf_counter()
    classes = _classes(y) if labels is None else np.asarray(labels)
    members = make_members(recipe, approach, y, classes, seed)
    start = start or initial_stack(recipe, approach, classes, seed)
    program = _Program(recipe, members, x, start=start, seed=seed)
    history: dict[str, list[Any]] = {}
    steps = steps_per_epoch(members, recipe.batch_size)
    best = _Best(recipe.patience)
    answers = None
    for epoch, pictures in enumerate(_pictures(recipe, x, seed)):
        if epoch:
            if (epoch - 1) % (recipe.rescore or 1) == 0:
                answers = _answers(members, program, classes, x)
            for k, member in enumerate(members):
                member.begin_epoch(None if answers is None else answers[:, k])
        if pictures is not x:
            program.show(pictures)

        def tell(share: float, epoch: int = epoch) -> None:
            on_progress((epoch + share) / recipe.epochs)

        batches = epoch_batches(members, steps, recipe.batch_size)
        rates = _learning_rates(recipe, epoch, steps)
        entry = _run_epoch(program, batches, rates, tell)
        if validation is not None:
            stack = program.stack(classes)
            entry |= _judge(stack, *validation)
            best.offer(stack, entry["val_accuracy"], epoch + 1)
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
    )


class _Best:
    """The best weights so far, if the recipe wants them kept, and whether to stop."""

    def __init__(self, patience: int | None) -> None:
        self._patience = patience
        self._score = -1.0
        self.stack: Stack | None = None
        self.epoch = 0

    def offer(self, stack: Stack, score: float, epoch: int) -> None:
        if self._patience is not None and score > self._score:
            self.stack, self._score, self.epoch = stack, score, epoch

    def is_enough(self, epoch: int) -> bool:
        return self._patience is not None and epoch - self.epoch >= self._patience > 0


def _pictures(recipe: Recipe, x: Images, seed: int) -> Iterator[Images]:
    """What each epoch learns from: the pictures themselves, or distorted anew."""
    distortion = recipe.distortion
    if distortion is None:
        yield from repeat(x, recipe.epochs)
        return
    # The next epoch's are made in a thread of their own while this one's are learned from.
    with ThreadPoolExecutor(max_workers=1) as thread:
        streams = (stream(seed, epoch, "distortion") for epoch in range(recipe.epochs))
        coming = thread.submit(distort, x, distortion, next(streams))
        for rng in streams:
            ready, coming = coming, thread.submit(distort, x, distortion, rng)
            yield ready.result()
        yield coming.result()


def _answers(
    members: list[Member], program: "_Program", classes: NDArray, x: Images
) -> NDArray[np.floating] | None:
    """What the members say to each row, (n, M), where their next rows are chosen by it."""
    by_answers = any(member.strategy.redraw for member in members)
    return program.stack(classes).predict_proba(x) if by_answers else None


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
    program: "_Program",
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
                "The loss is no longer a number: the training has blown up. Nothing is kept; "
                "a smaller learning rate is the usual cure."
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


def _judge(stack: Stack, x: NDArray[np.uint8], y: NDArray) -> dict[str, Any]:
    """Loss, accuracy and confusion of the whole approach on rows that it did not learn from."""
    proba = stack.predict_proba(x).astype(np.float64).clip(1e-7, 1 - 1e-7)
    truth = y[:, np.newaxis] == stack.classes_
    if stack.output == "softmax":
        loss = -np.log(proba[truth]).mean()
    else:
        loss = -np.log(np.where(truth, proba, 1 - proba)).mean()
    confusion = np.zeros((len(stack.classes_),) * 2, dtype=int)
    np.add.at(confusion, (truth.argmax(axis=1), proba.argmax(axis=1)), 1)
    return {
        "val_loss": float(loss),
        "val_accuracy": float(confusion.trace() / len(y)),
        "val_confusion": confusion.tolist(),
    }


class _Program:
    """The compiled training program of one stack."""

    def __init__(
        self,
        recipe: Recipe,
        members: list[Member],
        x: NDArray,
        *,
        start: Stack,
        seed: int,
    ) -> None:
        self.members = len(members)
        self._recipe = recipe
        self._outputs = start.layers[-1]
        self._pixels = tf.Variable(x.reshape(len(x), PIXELS))
        self._targets = tf.constant(np.stack([member.targets for member in members]))  # (M, n)
        self._dropout_seeds = [
            int(stream(seed, member.name, "dropout").integers(2**31)) for member in members
        ]
        pairs = zip(start.weights, start.biases, strict=True)
        self._parameters = [tf.Variable(array) for array in chain.from_iterable(pairs)]
        self._slots = [
            (tf.Variable(tf.zeros_like(p)), tf.Variable(tf.zeros_like(p))) for p in self._parameters
        ]
        self._step = tf.Variable(0, dtype=tf.int32)
        self._class_weights = _class_weights(members)
        signature = [
            tf.TensorSpec((None, self.members, recipe.batch_size), tf.int32),
            tf.TensorSpec((None,), tf.float32),
        ]
        self._compiled = tf.function(self._train, input_signature=signature)

    def show(self, x: NDArray[np.uint8]) -> None:
        """Learn from these versions of the pictures from now on, (n, 28, 28)."""
        self._pixels.assign(x.reshape(len(x), PIXELS))

    def train(
        self, batches: NDArray[np.int32], rates: NDArray[np.float32]
    ) -> tuple[NDArray, NDArray]:
        """Take one step per entry of (S, M, B) row numbers and (S,) learning rates.

        Returns the members' losses and hits, added up over the steps, (M,) each.
        """
        loss, correct = self._compiled(batches, rates)
        return loss.numpy(), correct.numpy()

    def stack(self, classes: NDArray) -> Stack:
        arrays = [parameter.numpy() for parameter in self._parameters]
        return Stack(
            weights=tuple(arrays[0::2]),
            biases=tuple(arrays[1::2]),
            classes_=classes,
            negative_slope=self._recipe.negative_slope,
        )

    def _train(self, batches: tf.Tensor, rates: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        loss = tf.zeros(self.members)
        correct = tf.zeros(self.members)
        for step in tf.range(tf.shape(batches)[0]):
            rows = batches[step]  # (M, B)
            inputs = tf.cast(tf.gather(self._pixels, rows), tf.float32) / 255.0  # (M, B, 784)
            targets = tf.gather(self._targets, rows, batch_dims=1)  # (M, B)
            with tf.GradientTape() as tape:
                logits = self._forward(inputs)  # (M, B, outputs)
                losses = tf.reduce_mean(self._loss(logits, targets), axis=1)  # (M,)
                total = tf.reduce_sum(losses)
            self._update(tape.gradient(total, self._parameters), rates[step])
            loss += losses
            correct += tf.reduce_sum(self._hits(logits, targets), axis=1)
        return loss, correct

    def _forward(self, hidden: tf.Tensor) -> tf.Tensor:
        last = len(self._parameters) // 2 - 1
        for depth in range(last + 1):
            weights, biases = self._parameters[2 * depth : 2 * depth + 2]
            hidden = tf.matmul(hidden, weights) + biases[:, tf.newaxis]
            if depth < last:
                hidden = tf.nn.leaky_relu(hidden, self._recipe.negative_slope)
                hidden = self._dropout(hidden, depth)
        return hidden

    def _dropout(self, hidden: tf.Tensor, depth: int) -> tf.Tensor:
        rate = self._recipe.dropouts[depth]
        if rate == 0:
            return hidden
        counter = self._step * len(self._recipe.dropouts) + depth
        # One stream per member, so that a member's mask does not depend on its neighbours.
        noise = tf.stack(
            [
                tf.random.stateless_uniform(tf.shape(hidden)[1:], (seed, counter))
                for seed in self._dropout_seeds
            ]
        )
        # A product, whose gradient is a product, where `tf.where` takes three passes back.
        return hidden * tf.cast(noise >= rate, tf.float32) / (1 - rate)

    def _loss(self, logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        if self._outputs == 1:
            losses = tf.nn.sigmoid_cross_entropy_with_logits(targets, logits[..., 0])
            if self._class_weights is None:
                return losses
            weights = tf.gather(self._class_weights, tf.cast(targets > 0, tf.int32), batch_dims=1)
            return weights * losses
        return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(targets, tf.int32), logits)

    def _hits(self, logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        if self._outputs == 1:
            answers = tf.cast(logits[..., 0] >= 0, tf.float32)
        else:
            answers = tf.cast(tf.argmax(logits, axis=-1), tf.float32)
        return tf.cast(answers == targets, tf.float32)

    def _update(self, gradients: list[tf.Tensor], rate: tf.Tensor) -> None:
        """One step of Keras' Adam or RMSprop by TensorFlow's fused kernels.

        The kernels read and write each number once, where Keras' optimizers take a dozen passes
        over the arrays; the tests hold the two equal.
        """
        self._step.assign_add(1)
        step = tf.cast(self._step, tf.float32)
        powers = {"beta1_power": tf.pow(_BETA_1, step), "beta2_power": tf.pow(_BETA_2, step)}
        for parameter, slots, gradient in zip(
            self._parameters, self._slots, gradients, strict=True
        ):
            first, second = slots
            common = {"var": parameter.handle, "lr": rate, "grad": gradient}
            if self._recipe.optimizer == "adam":
                tf.raw_ops.ResourceApplyAdam(
                    **common,
                    m=first.handle,
                    v=second.handle,
                    **powers,
                    beta1=_BETA_1,
                    beta2=_BETA_2,
                    epsilon=_EPSILON,
                )
            else:
                tf.raw_ops.ResourceApplyRMSProp(
                    **common,
                    ms=first.handle,
                    mom=second.handle,
                    rho=_RHO,
                    momentum=0.0,
                    epsilon=_EPSILON,
                )


def _class_weights(members: list[Member]) -> tf.Tensor | None:
    """Per member the weight of a row with target 0 and of any other, (M, 2); None if all are 1."""
    weights = [member.class_weights for member in members]
    return tf.constant(weights, tf.float32) if any(w != (1.0, 1.0) for w in weights) else None


def initial_stack(recipe: Recipe, approach: Approach, classes: NDArray, seed: int) -> Stack:
    """Networks that have learned nothing: Glorot's uniform or normal weights, and zeros.

    Args:
        recipe: settings.
        approach: one network for all classes, or one for each.
        classes: (K,) labels in the order of the outputs.
        seed: of the members' streams.
    """
    names = ["single"] if approach == "single" else [str(label) for label in classes]
    streams = [stream(seed, name, "weights") for name in names]
    sizes = (PIXELS, *recipe.units(approach), len(classes) // len(names))
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
        biases=tuple(np.zeros((len(names), units), dtype=np.float32) for units in sizes[1:]),
        classes_=classes,
        negative_slope=recipe.negative_slope,
    )


def to_keras(stack: Stack) -> list[keras.Model]:
    """Each member as a Keras model: (n, 28, 28) floats in [0, 1] → (n, K) or (n, 1) probabilities.

    Source of the equality with `Stack.predict_proba`: the same arrays, layer by layer.
    """
    return [_keras_member(stack, member) for member in range(stack.members)]


def _keras_member(stack: Stack, member: int) -> keras.Model:
    layers: list[keras.layers.Layer] = [keras.Input((28, 28)), keras.layers.Flatten()]
    dense = []
    for depth, units in enumerate(stack.layers[1:]):
        if depth:
            layers.append(keras.layers.LeakyReLU(negative_slope=stack.negative_slope))
        dense.append(keras.layers.Dense(units))
        layers.append(dense[-1])
    layers.append(keras.layers.Activation(stack.output))
    model = keras.Sequential(layers)
    for layer, weights, biases in zip(dense, stack.weights, stack.biases, strict=True):
        layer.set_weights([weights[member], biases[member]])
    return model


def export_keras(stack: Stack, stem: Path) -> list[Path]:
    """Write `<stem>.keras`, or `<stem>_<class>.keras` for each member of several.

    Raises:
        OSError: the folder cannot be written.
    """
    names = [""] if stack.members == 1 else [f"_{label}" for label in stack.classes_]
    paths = [stem.with_name(f"{stem.name}{name}.keras") for name in names]
    for path, model in zip(paths, to_keras(stack), strict=True):
        model.save(path)
    return paths
