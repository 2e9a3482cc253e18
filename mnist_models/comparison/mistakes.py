"""Which test pictures stand behind a number, the worst first; NumPy only, as pages need it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.comparison.contenders import Contender, Duel, Outcome

PictureRows = NDArray[np.intp]  # (m,) numbers of test pictures


def cell_rows(duel: Duel, contender: Contender, true: Any, answer: Any) -> PictureRows:
    """The pictures in one cell of a contender's confusion matrix.

    A mistake is the worse the more probable the contender held it; what is right is listed with
    the least sure answer first.

    Args:
        duel: whose test pictures.
        contender: whose answers; one of the duel's.
        true: the label of the cell's row.
        answer: the label of its column.

    Raises:
        RunError: the file of the scores is damaged.
    """
    rows = np.flatnonzero((duel.labels == true) & (contender.answers == answer))
    return _worst_first(rows, contender.proba[rows].max(axis=1), right=true == answer)


def differing_rows(duel: Duel, true: Any, answer: Any) -> PictureRows:
    """The pictures in one cell of the difference: exactly one of the contenders gives the answer.

    Args:
        duel: the two contenders.
        true: the label of the cell's row.
        answer: the label of its column.

    Raises:
        RunError: the file of the scores is damaged.
    """
    gives = np.stack([c.answers == answer for c in (duel.first, duel.second)])  # (2, n)
    rows = np.flatnonzero((duel.labels == true) & (gives[0] != gives[1]))
    sure = np.where(gives, _sureness(duel), 0).max(axis=0)
    return _worst_first(rows, sure[rows], right=true == answer)


def outcome_rows(duel: Duel, outcome: Outcome) -> PictureRows:
    """The pictures that both, only one or none of the contenders reads, as `Duel.paired` counts.

    The surest wrong answer comes first; where both are right, the least sure answer.

    Raises:
        RunError: the file of the scores is damaged.
    """
    rows = np.flatnonzero(duel.outcomes[outcome])
    sure = _sureness(duel)[:, rows]
    if outcome == "both_right":
        return _worst_first(rows, sure.min(axis=0), right=True)
    return _worst_first(rows, np.where(duel.right[:, rows], 0, sure).max(axis=0), right=False)


def line_rows(contender: Contender, corners: ArrayLike) -> PictureRows:
    """The pictures inside a line on a contender's map, the least sure answer first.

    Args:
        contender: whose map; its run has one.
        corners: (m, 2) of the line, see `Embedding.within`.

    Raises:
        RunError: a file of the run is damaged.
    """
    rows = contender.run.embeddings[contender.approach].within(np.asarray(corners))
    return _worst_first(rows, contender.proba[rows].max(axis=1), right=True)


def order_by_confusion(confusion: ArrayLike) -> NDArray[np.intp]:
    """An order of the classes in which those often taken for each other are neighbours.

    Greedy: the pair with the most mistakes, in either direction, is joined first, then the next,
    as long as both are still at the ends of two different chains. Of two equal pairs the one with
    the lower classes comes first. Each chain begins with its lower end, and chains without mistakes
    between them follow each other by that.

    Args:
        confusion: (K, K) counts, row the true class, column the answer.

    Returns:
        (K,) a permutation of 0 … K − 1.
    """
    counts = np.asarray(confusion)
    mistakes = np.triu(counts + counts.T, 1)
    chains = [[k] for k in range(len(counts))]
    pairs = np.argwhere(mistakes)
    for a, b in pairs[np.argsort(-mistakes[*pairs.T], kind="stable")].tolist():
        left, right = (next((c for c in chains if k in (c[0], c[-1])), None) for k in (a, b))
        if left and right and left is not right:
            chains = [c for c in chains if c is not left and c is not right]
            chains.append(_ending(left, a) + _ending(right, b)[::-1])
    ordered = sorted(min(chain, chain[::-1]) for chain in chains)
    return np.array([k for chain in ordered for k in chain], dtype=np.intp)


def _ending(chain: list[int], end: int) -> list[int]:
    return chain if chain[-1] == end else chain[::-1]


def _sureness(duel: Duel) -> NDArray[np.float32]:
    """The probability of each contender's own answer, (2, n)."""
    return np.stack([c.proba.max(axis=1) for c in (duel.first, duel.second)])


def _worst_first(rows: PictureRows, sure: NDArray, *, right: bool) -> PictureRows:
    """Wrong answers by falling, right ones by rising probability; equal ones by their number."""
    return rows[np.argsort(sure if right else -sure, kind="stable")]
