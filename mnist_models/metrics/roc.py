"""ROC and precision-recall curves of yes-or-no models."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.metrics.calibration import _own
from mnist_models.metrics.scores import YES


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
