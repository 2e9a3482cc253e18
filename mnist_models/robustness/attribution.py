"""Why a model answered as it did: what each pixel said for the answer, against the runner-up.

Gradient × input (Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713): with m(x) the logit of
the answer minus the logit of the runner-up, the relevance of pixel i is x_i · ∂m/∂x_i. Between its
kinks a network of LeakyReLUs is linear, so these 784 numbers and the share of the biases sum to m.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.learning.inputs import as_rows
from mnist_models.learning.stack import Floats, Stack
from mnist_models.pictures import SIDE


@dataclass(frozen=True, eq=False)
class Reason:
    """What spoke for an answer and against the runner-up, pixel by pixel.

    Attributes:
        answer: index into `classes_` of the most probable class.
        runner_up: index of the class with the largest logit among the others.
        relevance: (28, 28) float32, in logits; above 0 for the answer, below 0 for the runner-up,
            and 0 where there is no ink.
    """

    answer: int
    runner_up: int
    relevance: Floats


def explain(stack: Stack, image: ArrayLike) -> Reason:
    """The reason for the answer to one picture, (28, 28) uint8 0-255 or float in [0, 1].

    In a multi-model the two logits come from two members, each asked about its own class.

    Raises:
        ValueError: the image has another shape, type or range, or the stack knows one class only,
            or has no logit for each class.
    """
    if len(stack.classes_) < 2:
        raise ValueError("A stack of one class has no runner-up.")
    images = np.asarray(image)[np.newaxis]
    logits = stack.logits(images)[0]
    if len(logits) != len(stack.classes_):
        raise ValueError(f"The members of the approach {stack.approach} speak for no class each.")
    answer = int(stack.read(logits[np.newaxis])[0].argmax())  # as `predict` breaks ties
    logits[answer] = -np.inf
    runner_up = int(logits.argmax())
    margin = np.zeros((1, len(logits)), np.float32)
    margin[0, [answer, runner_up]] = 1, -1
    gradient = input_gradient(stack, images, margin)[0]
    return Reason(answer, runner_up, gradient * as_rows(images).reshape(SIDE, SIDE))


def input_gradient(stack: Stack, images: ArrayLike, weights: NDArray) -> Floats:
    """How a weighted sum of the logits grows with each pixel, by backpropagation.

    Args:
        stack: the networks.
        images: (n, 28, 28), as `Stack.predict_proba` takes them.
        weights: (n, M × outputs), of each image's logits in its sum, as `Stack.logits` gives them.

    Returns:
        (n, 28, 28) float32, per pixel in [0, 1]; at a kink of the LeakyReLU the slope below zero
        counts, as in TensorFlow.

    Raises:
        ValueError: the images or the weights have another shape, type or range, or members have
            views of their own.
    """
    if stack.views:
        raise ValueError("Members with views of their own have no gradient of the picture itself.")
    rows = as_rows(images)
    if weights.shape != (len(rows), stack.members * stack.layers[-1]):
        raise ValueError(f"One weight per image and logit is needed, not {weights.shape}.")
    slopes = _slopes(stack, rows)
    # (n, M × out) → (M, n, out)
    gradient = weights.astype(np.float32).reshape(len(rows), stack.members, stack.layers[-1])
    gradient = gradient.transpose(1, 0, 2)
    for depth in reversed(range(len(stack.weights))):
        gradient = gradient @ stack.weights[depth].transpose(0, 2, 1)
        if depth:
            gradient = gradient * slopes[depth - 1]
    return gradient.sum(axis=0).reshape(len(rows), SIDE, SIDE)


def _slopes(stack: Stack, rows: Floats) -> list[Floats]:
    """Per hidden layer the slope of each unit's LeakyReLU where the rows put it, (M, n, units)."""
    slopes = []
    hidden = rows[np.newaxis]
    for weights, biases in zip(stack.weights[:-1], stack.biases[:-1], strict=True):
        before = hidden @ weights + biases[:, np.newaxis]
        slope = np.where(before > 0, np.float32(1), np.float32(stack.negative_slope))
        slopes.append(slope)
        hidden = slope * before
    return slopes
