"""The smallest change of pixels, as far as gradient steps find it, that makes an answer another.

DeepFool (Moosavi-Dezfooli et al. 2016, https://arxiv.org/abs/1511.04599): a picture steps towards
the nearest border to another class, where a network is taken to be as linear as it is right here.
Steps are half as long as to that border, and no pixel leaves black to white. What has crossed it is
then brought back to the border's point that is nearest to the picture (as in Croce and Hein 2020,
https://arxiv.org/abs/1907.02044). Every change that is found works; a smaller one may exist. A
browser computes the same (`ui/live/deepfool.js`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.inputs import as_rows
from mnist_models.learning.stack import Floats, Stack
from mnist_models.pictures import SIDE, Images
from mnist_models.robustness.attribution import input_gradient

STEPS = 60  # at most, until a border is crossed
NEAR = 3  # other classes, those with the largest logits, whose borders are looked at
_STEP = 0.5  # of the way to a border
_LEAST = 1e-3  # logits beyond the border that a step aims at, so that it is crossed at all
_RETURNS = 2  # to the picture, along the border
_BEYOND = 1.05  # times the way back to the border, which is not quite linear
_HALVINGS, _DOUBLINGS = 12, 30  # of a length that is sought


@dataclass(frozen=True, eq=False)
class Change:
    """For each picture the smallest change that was found.

    Attributes:
        pictures: (n, 28, 28) float32 in [0, 1], changed.
        lengths: (n,) of the changes, their Euclidean norms: 1 is one pixel from black to white.
            Infinity where no step has led to another answer.
        answers: (n,) the classes that are read now, as indices into `classes_`.
    """

    pictures: Floats
    lengths: NDArray[np.float64]
    answers: NDArray[np.intp]


def smallest_change(stack: Stack, images: Images) -> Change:
    """What it takes to have pictures, (n, 28, 28), read as anything else.

    In a multi-model the answer is the member whose logit is largest, so another answer is one in
    which another member's is.

    Raises:
        ValueError: the stack knows one class only, or the images have another shape or type.
    """
    if len(stack.classes_) < 2:
        raise ValueError("A stack of one class has no other answer.")
    start = as_rows(images)
    answers = _logits(stack, start).argmax(axis=1)
    changed = _crossed(stack, start, answers)
    has_changed = _logits(stack, changed).argmax(axis=1) != answers
    changed = _nearest_on_line(stack, start, changed, answers)
    for _ in range(_RETURNS):
        again = _returned(stack, start, changed, answers)
        is_other = _logits(stack, again).argmax(axis=1) != answers
        again = _nearest_on_line(stack, start, again, answers)
        is_nearer = is_other & (_lengths(start, again) < _lengths(start, changed))
        changed = np.where(is_nearer[:, np.newaxis], again, changed)
    lengths = np.where(has_changed, _lengths(start, changed), np.inf)
    return Change(changed.reshape(-1, SIDE, SIDE), lengths, _logits(stack, changed).argmax(axis=1))


def _crossed(stack: Stack, start: Floats, answers: NDArray) -> Floats:
    """Pictures, as rows, after steps towards the nearest border until each has crossed one."""
    rows = start.copy()
    left = np.arange(len(rows))
    for _ in range(STEPS):
        logits = _logits(stack, rows[left])
        left, logits = (array[logits.argmax(axis=1) == answers[left]] for array in (left, logits))
        if not len(left):
            break
        rows[left] = np.clip(rows[left] + _step(stack, rows[left], answers[left], logits), 0, 1)
    return rows


def _step(stack: Stack, rows: Floats, answers: NDArray, logits: Floats) -> Floats:
    """Half of the way to the nearest of the borders to other classes."""
    each = np.arange(len(rows))
    step, shortest = np.zeros_like(rows), np.full(len(rows), np.inf)
    for other in _others(logits, answers)[:, :NEAR].T:
        gradient = _lead_gradient(stack, rows, answers, other)
        is_stuck = (rows <= 0) & (gradient < 0) | (rows >= 1) & (gradient > 0)
        gradient = np.where(is_stuck, np.float32(0), gradient)
        lead = logits[each, answers] - logits[each, other] + np.float32(_LEAST)
        slope = np.maximum(np.linalg.norm(gradient, axis=1), np.float32(1e-6))
        is_nearer = lead / slope < shortest
        shortest = np.where(is_nearer, lead / slope, shortest)
        own = np.float32(_STEP) * (lead / slope**2)[:, np.newaxis] * gradient
        step = np.where(is_nearer[:, np.newaxis], own, step)
    return step


def _returned(stack: Stack, start: Floats, rows: Floats, answers: NDArray) -> Floats:
    """The nearest points to `start` on the borders at `rows`, taken as linear, and a bit beyond."""
    logits = _logits(stack, rows)
    each, other = np.arange(len(rows)), _others(logits, answers)[:, 0]
    gradient = _lead_gradient(stack, rows, answers, other)
    lead = logits[each, answers] - logits[each, other] + np.float32(_LEAST)
    needed = lead + (gradient * (rows - start)).sum(axis=1)

    def moved(lengths: NDArray) -> Floats:
        by = lengths[:, np.newaxis].astype(np.float32)
        return np.clip(start + by * gradient, np.float32(0), np.float32(1))

    def is_enough(lengths: NDArray) -> NDArray[np.bool_]:
        return (gradient * (moved(lengths) - start)).sum(axis=1) >= needed

    low, high = np.zeros(len(rows)), np.full(len(rows), 1e-3)
    for _ in range(_DOUBLINGS):
        high = np.where(is_enough(high), high, 2 * high)
    for _ in range(2 * _HALVINGS):
        low, high = _halved(low, high, is_enough((low + high) / 2))
    return np.clip(start + np.float32(_BEYOND) * (moved(high) - start), 0, 1)


def _nearest_on_line(stack: Stack, start: Floats, rows: Floats, answers: NDArray) -> Floats:
    """How little of each change gives another answer; all of it where a part was not tried."""

    def moved(shares: NDArray) -> Floats:
        return start + shares[:, np.newaxis].astype(np.float32) * (rows - start)

    low, high = np.zeros(len(rows)), np.ones(len(rows))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = _halved(low, high, _logits(stack, moved(middle)).argmax(axis=1) != answers)
    return np.clip(moved(high), 0, 1)


def _halved(low: NDArray, high: NDArray, is_enough: NDArray) -> tuple[NDArray, NDArray]:
    """The half of each interval in which a length begins to be enough."""
    middle = (low + high) / 2
    return np.where(is_enough, low, middle), np.where(is_enough, middle, high)


def _others(logits: Floats, answers: NDArray) -> NDArray[np.intp]:
    """All classes but the answer by their logits, largest first, (n, K - 1)."""
    logits = logits.copy()
    logits[np.arange(len(logits)), answers] = np.inf
    return np.argsort(-logits, axis=1, kind="stable")[:, 1:]


def _lead_gradient(stack: Stack, rows: Floats, answers: NDArray, other: NDArray) -> Floats:
    """How another class's logit grows with each pixel beside the answer's, (n, 784)."""
    weights = np.zeros((len(rows), len(stack.classes_)), np.float32)
    weights[np.arange(len(rows)), other] = 1
    weights[np.arange(len(rows)), answers] = -1
    return input_gradient(stack, rows.reshape(-1, SIDE, SIDE), weights).reshape(rows.shape)


def _logits(stack: Stack, rows: Floats) -> Floats:
    return stack.logits(rows.reshape(-1, SIDE, SIDE))


def _lengths(start: Floats, rows: Floats) -> NDArray[np.float64]:
    return np.linalg.norm(rows.astype(np.float64) - start, axis=1)
