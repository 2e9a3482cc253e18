"""How much of each class is read on average, and how sure that is with so few people."""

import numpy as np
from numpy.typing import NDArray

_RESAMPLES = 2000


def macro_recall(right: NDArray[np.bool_], y: NDArray) -> float:
    """The mean over the classes of the share that was read correctly."""
    classes, own = np.unique(y, return_inverse=True)
    return float((np.bincount(own, right, len(classes)) / np.bincount(own)).mean())


def interval_over_people(
    right: NDArray[np.bool_], y: NDArray, alphabets: NDArray, drawers: NDArray, seed: int = 0
) -> list[float]:
    """The 95 % interval of `macro_recall`: people of an alphabet are drawn again, whole.

    Each has drawn each class of it once, so that what counts is how many each has of them.
    """
    rng = np.random.default_rng(seed)
    hits = np.zeros(_RESAMPLES)
    for alphabet in np.unique(alphabets):
        own = alphabets == alphabet
        people, who = np.unique(drawers[own], return_inverse=True)
        per_person = np.bincount(who, right[own]) / len(people)
        drawn = rng.integers(len(people), size=(_RESAMPLES, len(people)))
        hits += per_person[drawn].sum(axis=1)
    recall = hits / len(np.unique(y))
    return [float(edge) for edge in np.percentile(recall, (2.5, 97.5))]
