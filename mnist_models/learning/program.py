"""The compiled training program of one stack, in TensorFlow."""

import os
from dataclasses import replace
from importlib.metadata import version
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's hints on its own build

# TensorFlow imports Keras too, which takes two seconds and is not needed here, unless it is told to
# look for an older one, which it does without. Whoever needs Keras imports it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tensorflow as tf

from mnist_models.learning.batches import Member
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Floats, Stack
from mnist_models.pictures import PIXELS, Images

del os.environ["TF_USE_LEGACY_KERAS"]

VERSIONS = {"tensorflow": tf.__version__, "keras": version("keras")}

_FEW = 32  # members
_BLOCK = 4_000_000  # numbers of a layer that are held at once: 16 MB
_BETA_1, _BETA_2, _RHO, _EPSILON = 0.9, 0.999, 0.9, 1e-7  # Keras' defaults


class Program:
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
        self._serves = _decides(recipe, members, start, seed)
        self._start = start
        self._outputs = start.layers[-1]
        self._numbers = self.members * max(start.layers[1:])  # of a picture, in its widest layer
        # Of any number of rows, so that a fit on more of them needs no other program.
        self._pixels = tf.Variable(x.reshape(len(x), PIXELS), shape=(None, PIXELS))
        targets = np.stack([member.targets for member in members])  # (M, n)
        self._targets = tf.Variable(targets, shape=(len(members), None))
        self._dropout_seeds = [
            int(stream(seed, member.name, "dropout").integers(2**31)) for member in members
        ]
        # Each of few members has its own first weights, which are moved on beside its neighbours'.
        self._is_few = self.members <= _FEW
        self._firsts = self.members if self._is_few else 1
        self._parameters = [tf.Variable(array) for array in self._arrays(start)]
        self._slots = [
            (tf.Variable(tf.zeros_like(p)), tf.Variable(tf.zeros_like(p))) for p in self._parameters
        ]
        self._step = tf.Variable(0, dtype=tf.int32)
        weights = _class_weights(members)
        self._class_weights = None if weights is None else tf.Variable(weights)
        signature = [
            tf.TensorSpec((None, self.members, recipe.batch_size), tf.int32),
            tf.TensorSpec((None,), tf.float32),
        ]
        self._compiled_answers = tf.function(
            self._answer, input_signature=[tf.TensorSpec((None, PIXELS), tf.uint8)], autograph=False
        )
        # Without AutoGraph: here is nothing to translate, and each look for it takes its time.
        self._compiled = tf.function(self._train, input_signature=signature, autograph=False)

    def serves(self, recipe: Recipe, members: list[Member], *, start: Stack, seed: int) -> bool:
        """Whether another fit can go by `restart`: all but rows, epochs and weights is the same."""
        return self._serves == _decides(recipe, members, start, seed)

    def restart(self, members: list[Member], x: NDArray, *, start: Stack) -> None:
        """Begin another fit that it `serves`, without compiling again."""
        self.show(x)
        self._targets.assign(np.stack([member.targets for member in members]))
        self.become(start)
        for slot in chain(*self._slots):
            slot.assign(tf.zeros_like(slot))
        self._step.assign(0)
        if self._class_weights is not None:
            self._class_weights.assign(_class_weights(members))

    def become(self, stack: Stack) -> None:
        """Go on as these networks, which are of the same shape."""
        for parameter, array in zip(self._parameters, self._arrays(stack), strict=True):
            parameter.assign(array)

    def _arrays(self, stack: Stack) -> list[NDArray]:
        """The parameters in their order: the first weights, biases, and so on, layer by layer."""
        first, *others = chain.from_iterable(zip(stack.weights, stack.biases, strict=True))
        return [*(first if self._is_few else [first]), *others]

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

    def predict_proba(self, x: Images) -> Floats:
        """What the networks answer now: (n, 28, 28) → (n, K), see `Stack.predict_proba`.

        The same to rounding, and faster: TensorFlow's products make more of the processor.
        """
        rows, size = x.reshape(len(x), PIXELS), max(1, _BLOCK // self._numbers)
        blocks = (rows[start : start + size] for start in range(0, max(len(x), 1), size))
        answers = [self._start.read(self._compiled_answers(block).numpy()) for block in blocks]
        return np.concatenate(answers)

    def stack(self, classes: NDArray) -> Stack:
        """The networks as they are now, for the (K,) classes."""
        arrays = [parameter.numpy() for parameter in self._parameters]
        first, others = arrays[: self._firsts], arrays[self._firsts :]
        return replace(
            self._start,
            weights=(np.stack(first) if self._is_few else first[0], *others[1::2]),
            biases=tuple(others[0::2]),
            classes_=classes,
            negative_slope=self._recipe.negative_slope,
        )

    def _train(self, batches: tf.Tensor, rates: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        steps = tf.shape(batches)[0]

        def take(step: tf.Tensor, loss: tf.Tensor, correct: tf.Tensor) -> tuple[tf.Tensor, ...]:
            losses, hits = self._take_step(batches[step], rates[step])
            return step + 1, loss + losses, correct + hits

        nothing = tf.zeros(self.members)
        _, loss, correct = tf.while_loop(
            lambda step, *_: step < steps, take, (tf.constant(0), nothing, nothing)
        )
        return loss, correct

    def _take_step(self, rows: tf.Tensor, rate: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """One step on (M, B) rows; the members' losses and hits before it, (M,) each."""
        inputs = self._inputs(rows)
        targets = tf.gather(self._targets, rows, batch_dims=1)  # (M, B)
        with tf.GradientTape() as tape:
            logits = self._forward(inputs)  # (M, B, outputs)
            losses = tf.reduce_mean(self._loss(logits, targets), axis=1)  # (M,)
            total = tf.reduce_sum(losses)
        self._update(tape.gradient(total, self._parameters), rate)
        return losses, tf.reduce_sum(self._hits(logits, targets), axis=1)

    def _answer(self, rows: tf.Tensor) -> tf.Tensor:
        """The logits of (n, 784) pictures that all members see, (n, M × outputs)."""
        pictures = tf.cast(rows, tf.float32) / 255.0
        shared = [pictures] * self.members if self._is_few else [pictures[tf.newaxis]]
        logits = tf.transpose(self._forward(shared, learning=False), (1, 0, 2))
        return tf.reshape(logits, (-1, self.members * self._outputs))

    def _inputs(self, rows: tf.Tensor) -> list[tf.Tensor]:
        """The pictures of (M, B) rows: for each of few members (B, 784), of many (M, B, 784)."""
        parts = tf.unstack(rows) if self._is_few else [rows]
        return [tf.cast(tf.gather(self._pixels, part), tf.float32) / 255.0 for part in parts]

    def _forward(self, inputs: list[tf.Tensor], *, learning: bool = True) -> tf.Tensor:
        # TensorFlow's product of many small matrices takes a third longer than each of them on its
        # own, whose pictures also stay in the processor's cache; and those are independent. Of many
        # members it is one product after all, since tracing takes longer with each.
        pairs = zip(inputs, self._parameters[: self._firsts], strict=True)
        products = [tf.matmul(pictures, weights) for pictures, weights in pairs]
        hidden = tf.stack(products) if self._is_few else products[0]  # (M, B, units)
        others = self._parameters[self._firsts :]
        for depth, biases in enumerate(others[0::2]):
            if depth:
                hidden = tf.nn.leaky_relu(hidden, self._recipe.negative_slope)
                hidden = self._dropout(hidden, depth - 1) if learning else hidden
                hidden = tf.matmul(hidden, others[2 * depth - 1])
            hidden += biases[:, tf.newaxis]
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
        if self._start.output == "sigmoid":
            wanted = tf.one_hot(tf.cast(targets, tf.int32), self._outputs)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits)
            return tf.reduce_mean(losses, axis=-1)
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


def _decides(recipe: Recipe, members: list[Member], start: Stack, seed: int) -> tuple[Any, ...]:
    """What a compiled program depends on."""
    constant = replace(recipe, epochs=0, patience=None)
    weighted = _class_weights(members) is not None
    return constant, start.approach, start.layers, [m.name for m in members], weighted, seed


def _class_weights(members: list[Member]) -> NDArray[np.float32] | None:
    """Per member the weight of a row with target 0 and of any other, (M, 2); None if all are 1."""
    weights = [member.class_weights for member in members]
    return np.array(weights, np.float32) if any(w != (1.0, 1.0) for w in weights) else None
