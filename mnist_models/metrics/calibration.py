"""What the probabilities are worth: calibration, and who says yes.

All from scores that are stored with a run: (n, K) probabilities and the (n,) labels behind them.
NumPy only, so that pages can afford it; tests check that scikit-learn gives the same figures.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.metrics.scores import YES
from mnist_models.metrics.significance import wilson_interval

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
    """How often answers came true, probability by probability.

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
    return reliability(proba, y[:, np.newaxis] == np.asarray(classes))


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


def correct_prior(proba: NDArray[np.floating], rate: float) -> NDArray[np.floating]:
    """Undo what balancing did to the probabilities of a binary model.

    p = β·pₛ / (β·pₛ − pₛ + 1), Dal Pozzolo et al. 2015, "Calibrating probability with
    undersampling for unbalanced classification", equation 4. The order of a model's answers
    stays as it was.

    Args:
        proba: probabilities pₛ of a model that learned from balanced rows.
        rate: β, the share of negatives that balancing kept (or, where it repeated or weighed
            positives, the ratio of positives to negatives): 0 < β ≤ 1.

    Raises:
        ValueError: the rate is not in (0, 1].
    """
    if not 0 < rate <= 1:
        raise ValueError(f"The sampling rate must be above 0 and at most 1, not {rate}.")
    return rate * proba / (rate * proba - proba + 1)
