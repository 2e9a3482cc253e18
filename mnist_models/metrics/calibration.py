"""What the probabilities are worth: calibration, who says yes, ROC and precision-recall curves.

All from scores that are stored with a run: (n, K) probabilities and the (n,) labels behind them.
NumPy only, so that pages can afford it; scikit-learn's figures are the same, as the tests hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.metrics.scores import YES, wilson_interval

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The answers whose probability lies between two bounds.

    Attributes:
        low, high: the bounds; `high` belongs to the next bin, but 1 to the last one.
        answers: how many there are, at least one.
        predicted: the mean of their probabilities.
        observed: the share of them that came true.
        interval: the 95 % Wilson interval of that share.
    """

    low: float
    high: float
    answers: int
    predicted: float
    observed: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Reliability:
    """How often what was said came true, probability by probability.

    Attributes:
        bins: those that are not empty, ascending.
        error: the expected calibration error: the mean distance of `predicted` and `observed`,
            each bin weighing as many answers as it holds (Naeini et al. 2015, "Obtaining well
            calibrated probabilities using Bayesian binning").
    """

    bins: list[Bin]
    error: float


def top_label_reliability(proba: NDArray, y: NDArray, classes: ArrayLike) -> Reliability:
    """Is an answer as often right as its probability says? The single model's own reading.

    One answer a picture, the largest of its K probabilities, true where that class is right. Can
    be asked of a multi-model too, whose largest probability stands for no such promise.

    Args:
        proba: (n, K).
        y: (n,) labels out of `classes`.
        classes: (K,).

    Raises:
        ValueError: there are no rows.
    """
    right = np.asarray(classes)[proba.argmax(axis=1)] == y
    return reliability(proba.max(axis=1), right)


def member_reliability(proba: NDArray, y: NDArray, classes: ArrayLike) -> Reliability:
    """Is it the digit as often as a probability says? The multi-model's own reading.

    n × K answers, each of the K probabilities of a picture, true where the picture is of that
    class. Can be asked of a single model too. Nine in ten answers are an easy "no", so the error
    comes out far smaller than that of the top label: compare each with its own kind only.

    Args:
        proba: (n, K).
        y: (n,) labels out of `classes`.
        classes: (K,).

    Raises:
        ValueError: there are no rows.
    """
    return reliability(proba, _own(y, classes))


def reliability(proba: NDArray, true: NDArray[np.bool_], *, bins: int = BINS) -> Reliability:
    """Probabilities against what came true, in bins of equal width.

    Args:
        proba: of any shape, in [0, 1].
        true: of the same shape.
        bins: how many.

    Raises:
        ValueError: there are no answers.
    """
    if not proba.size:
        raise ValueError("Without answers there is no calibration.")
    edges = np.arange(bins + 1) / bins
    said, came_true = proba.astype(np.float64).ravel(), true.ravel()
    place = np.digitize(said, edges[1:-1])
    answers, sums, hits = (
        np.bincount(place, weights=weights, minlength=bins) for weights in (None, said, came_true)
    )
    found = [
        Bin(
            low=float(edges[k]),
            high=float(edges[k + 1]),
            answers=int(answers[k]),
            predicted=float(sums[k] / answers[k]),
            observed=float(hits[k] / answers[k]),
            interval=wilson_interval(int(hits[k]), int(answers[k])),
        )
        for k in np.flatnonzero(answers)
    ]
    return Reliability(found, float(np.abs(sums - hits).sum() / said.size))


@dataclass(frozen=True)
class YesGroup:
    """The pictures for which equally many members say yes.

    Attributes:
        yes: "none", "one" or "several" of them.
        pictures: how many.
        right: of these, how many are read correctly (the largest probability wins, yes or no).
    """

    yes: Literal["none", "one", "several"]
    pictures: int
    right: int


def yes_groups(proba: NDArray, y: NDArray, classes: ArrayLike) -> list[YesGroup]:
    """For how many pictures none, one and several of the K members say yes: three groups.

    Args:
        proba: (n, K) of a multi-model.
        y: (n,) labels out of `classes`.
        classes: (K,).
    """
    yes = (proba >= YES).sum(axis=1)
    right = np.asarray(classes)[proba.argmax(axis=1)] == y
    groups: dict[Literal["none", "one", "several"], NDArray[np.bool_]] = {
        "none": yes == 0,
        "one": yes == 1,
        "several": yes > 1,
    }
    return [YesGroup(n, int(g.sum()), int((g & right).sum())) for n, g in groups.items()]


@dataclass(frozen=True, eq=False)
class Curve:
    """What a yes-or-no model does at every threshold, from the strictest to the laxest.

    Attributes:
        x: (t,) ascending: false alarms for a ROC curve, recall for a precision-recall curve.
        y: (t,) recall, or precision.
        thresholds: (t,) descending: from this probability on it says yes; infinite at first, where
            it never does.
        area: under the ROC curve; of a precision-recall curve the average precision.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    area: float

    def at(self, threshold: float = YES) -> tuple[float, float]:
        """Where on the curve (x, y) the model is that says yes from this probability on."""
        last = int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1
        return float(self.x[last]), float(self.y[last])

    def thinned(self, limit: int = 200) -> Self:
        """At most so many of its points, evenly along its length, both ends among them.

        Charts need no more; `area` stays that of the whole curve.
        """
        steps = np.abs(np.diff(self.x)) + np.abs(np.diff(self.y))
        length = np.concatenate([[0.0], np.cumsum(steps)])
        wanted = np.linspace(0, length[-1], limit)
        kept = np.unique(np.append(np.searchsorted(length, wanted[:-1]), len(length) - 1))
        return type(self)(self.x[kept], self.y[kept], self.thresholds[kept], self.area)


def roc_curves(proba: NDArray, y: NDArray, classes: ArrayLike) -> list[Curve | None]:
    """The ROC curve of each of the K yes-or-no questions, see `roc_curve`.

    Args:
        proba: (n, K).
        y: (n,) labels out of `classes`.
        classes: (K,).
    """
    return _per_class(roc_curve, proba, y, classes)


def precision_recall_curves(proba: NDArray, y: NDArray, classes: ArrayLike) -> list[Curve | None]:
    """The precision-recall curve of each of the K questions, see `precision_recall_curve`.

    Args:
        proba: (n, K).
        y: (n,) labels out of `classes`.
        classes: (K,).
    """
    return _per_class(precision_recall_curve, proba, y, classes)


def roc_curve(proba: NDArray, own: NDArray[np.bool_]) -> Curve | None:
    """Recall over false alarms, from (0, 0) to (1, 1).

    The area is the chance that a picture of the digit gets a higher probability than one of
    another digit (Hanley and McNeil 1982); equal ones count half.

    Args:
        proba: (n,) probabilities of yes.
        own: (n,) where yes is right.

    Returns:
        None where all pictures are of the digit or none is: then there is nothing to tell apart.
    """
    if own.all() or not own.any():
        return None
    thresholds, hits, alarms = _at_every_threshold(proba, own)
    x, y = alarms / alarms[-1], hits / hits[-1]
    return Curve(x, y, thresholds, float(np.trapezoid(y, x)))


def precision_recall_curve(proba: NDArray, own: NDArray[np.bool_]) -> Curve | None:
    """Precision over recall, from (0, 1), where the model says nothing and so nothing wrong.

    The area is the average precision, a sum of steps: what lies between two thresholds counts
    with the precision of the laxer one, as scikit-learn has it.

    Args:
        proba: (n,) probabilities of yes.
        own: (n,) where yes is right.

    Returns:
        None where all pictures are of the digit or none is: then there is nothing to tell apart.
    """
    if own.all() or not own.any():
        return None
    thresholds, hits, alarms = _at_every_threshold(proba, own)
    recall = hits / hits[-1]
    precision = np.append(1.0, hits[1:] / (hits + alarms)[1:])
    return Curve(recall, precision, thresholds, float((np.diff(recall) * precision[1:]).sum()))


def rejection_threshold(proba: NDArray, share: float) -> float:
    """The largest threshold below which at most this share of the answers lies.

    Args:
        proba: (n, K), n at least 1; the answer to a picture is its largest probability.
        share: 0 ≤ share < 1.
    """
    largest = np.sort(proba.max(axis=1))
    return float(largest[int(share * len(largest))])


def is_rejected(proba: NDArray, threshold: float = YES) -> NDArray[np.bool_]:
    """Which pictures get the answer "none of mine": (n,) true where no probability reaches it."""
    return proba.max(axis=1) < threshold


def _own(y: NDArray, classes: ArrayLike) -> NDArray[np.bool_]:
    return y[:, np.newaxis] == np.asarray(classes)


def _per_class(
    curve: Callable[[NDArray, NDArray[Any]], Curve | None],
    proba: NDArray,
    y: NDArray,
    classes: ArrayLike,
) -> list[Curve | None]:
    return [curve(p, own) for p, own in zip(proba.T, _own(y, classes).T, strict=True)]


def _at_every_threshold(proba: NDArray, own: NDArray[np.bool_]) -> tuple[NDArray, NDArray, NDArray]:
    """Thresholds descending from infinity, and the hits and false alarms down to each."""
    order = np.argsort(-proba, kind="stable")
    said, hits = proba[order].astype(np.float64), np.cumsum(own[order])
    last = np.flatnonzero(np.append(np.diff(said) != 0, True))  # of equal ones: all are yes at once
    return (
        np.append(np.inf, said[last]),
        np.append(0, hits[last]),
        np.append(0, last + 1 - hits[last]),
    )
