"""Scores → figures: accuracy, per class, confusion, and the binary models one by one.

`evaluate` runs once, when a run is made, with scikit-learn; its results are stored with the run,
and pages read them from there.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mnist_models.metrics.significance import wilson_interval
from mnist_models.text import t

YES = 0.5  # the probability from which a binary model says "mine"


@dataclass(frozen=True)
class BinaryMetrics:
    """The K binary models of a multi-model, each judged on its own question; K numbers each.

    Attributes:
        balanced_accuracy: accuracy on a balanced 1:1 test set, in expectation: the mean of the
            share of its own digit that a model accepts and the share of all others that it
            rejects. Over all negatives, so no sampling noise.
        recall: share of its own digit that the model accepts.
        false_alarm_rate: share of all other digits that it accepts too.
        yes_counts: (K + 1,) how many pictures 0, 1, … K of the models accept.
    """

    balanced_accuracy: list[float]
    recall: list[float]
    false_alarm_rate: list[float]
    yes_counts: list[int]


@dataclass(frozen=True)
class Metrics:
    """What one approach scores on one set of rows.

    Attributes:
        rows: how many pictures.
        accuracy: share of them read correctly.
        accuracy_interval: its 95 % Wilson interval.
        confusion: (K, K) counts, row the true class, column the answer.
        precision: (K,) share of a class' answers that are right.
        recall: (K,) share of a class' pictures that are found: the per-class accuracy.
        f1: (K,) harmonic mean of the two.
        recall_interval: (K, 2) 95 % Wilson intervals of the recall.
        binary: for a multi-model, its members one by one.
    """

    rows: int
    accuracy: float
    accuracy_interval: list[float]
    confusion: list[list[int]]
    precision: list[float]
    recall: list[float]
    f1: list[float]
    recall_interval: list[list[float]]
    binary: BinaryMetrics | None = None

    @property
    def right(self) -> int:
        """How many pictures were read correctly."""
        return sum(row[k] for k, row in enumerate(self.confusion))

    def agrees_with(self, other: Self) -> bool:
        """Whether both say the same, but for last digits: formulas and platforms differ in them."""
        return _to_nine_digits(self) == _to_nine_digits(other)

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            TypeError: a field is missing or unknown.
        """
        binary = values.get("binary")
        return cls(**{**values, "binary": BinaryMetrics(**binary) if binary else None})


def evaluate(proba: NDArray, y: NDArray, classes: NDArray, *, one_vs_rest: bool) -> Metrics:
    """The metrics of (n, K) probabilities against (n,) labels.

    Args:
        proba: (n, K), a column per class.
        y: (n,) true labels out of `classes`.
        classes: (K,).
        one_vs_rest: the columns are answers of independent binary models.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    answers = classes[proba.argmax(axis=1)]
    precision, recall, f1, support = precision_recall_fscore_support(
        y, answers, labels=classes, zero_division=0
    )
    right = int((answers == y).sum())
    found = (recall * support).round().astype(int)
    return Metrics(
        rows=len(y),
        accuracy=right / len(y),
        accuracy_interval=list(wilson_interval(right, len(y))),
        confusion=confusion_matrix(y, answers, labels=classes).tolist(),
        precision=precision.tolist(),
        recall=recall.tolist(),
        f1=f1.tolist(),
        recall_interval=[list(wilson_interval(k, n)) for k, n in zip(found, support, strict=True)],
        binary=_binary_metrics(proba, y, classes) if one_vs_rest else None,
    )


def _to_nine_digits(metrics: Metrics) -> Any:
    return json.loads(json.dumps(metrics.to_json()), parse_float=lambda text: f"{float(text):.9f}")


def _binary_metrics(proba: NDArray, y: NDArray, classes: NDArray) -> BinaryMetrics:
    yes = proba >= YES  # (n, K)
    own = y[:, np.newaxis] == classes
    recall = (yes & own).sum(axis=0) / own.sum(axis=0).clip(1)
    false_alarms = (yes & ~own).sum(axis=0) / (~own).sum(axis=0).clip(1)
    counts = np.bincount(yes.sum(axis=1), minlength=len(classes) + 1)
    return BinaryMetrics(
        balanced_accuracy=((recall + 1 - false_alarms) / 2).tolist(),
        recall=recall.tolist(),
        false_alarm_rate=false_alarms.tolist(),
        yes_counts=counts.tolist(),
    )


def largest_confusions(
    matrices: dict[str, list[list[int]]], classes: list[Any], *, limit: int = 12
) -> list[dict[str, Any]]:
    """The cells off the diagonal with the most mistakes over all matrices together.

    Args:
        matrices: (K, K) counts by name, row the true class, column the answer.
        classes: (K,) labels.
        limit: how many cells.

    Returns:
        Per cell the true class, the answer and the count in each matrix; the largest sum first.
    """
    total = np.sum(list(matrices.values()), axis=0)
    np.fill_diagonal(total, 0)
    order = np.argsort(-total, axis=None, kind="stable")[: min(limit, np.count_nonzero(total))]
    return [
        {
            t("true"): str(classes[i]),
            t("answer"): str(classes[j]),
            **{name: matrix[i][j] for name, matrix in matrices.items()},
        }
        for i, j in zip(*np.unravel_index(order, total.shape), strict=True)
    ]
