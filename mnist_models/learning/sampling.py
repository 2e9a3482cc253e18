"""Which rows each binary model learns from.

A binary model asks "is it my digit?": of 60,000 training pictures about 6,000 say yes and
54,000 say no. Left as it is, a network does well by always saying no. The strategies here
balance the two sides; each docstring says what that costs. Names are imbalanced-learn's.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_models.text import Texts, t

Rows = NDArray[np.int64]

HARD_SHARE = 0.7  # of the negatives that `hard_undersample` draws by how wrong they are


def stream(seed: int, name: object, purpose: str) -> np.random.Generator:
    """The random stream of one member for one purpose.

    It depends on nothing but its arguments, so a member draws the same rows, weights and
    shuffles whichever members are trained beside it.
    """
    return np.random.default_rng([seed, *(zlib.crc32(str(s).encode()) for s in (name, purpose))])


def undersample(positive: NDArray[np.bool_], rng: np.random.Generator, negatives: int = 1) -> Rows:
    """All positive rows and as many negative ones, drawn without replacement, shuffled.

    The negatives that are not drawn are never seen, so too little may be left to learn from.
    The model learns that a yes is as likely as a no, where it is one to nine: its
    probabilities come out too high.

    Args:
        positive: (n,) true where the row is the member's class.
        rng: the member's stream.
        negatives: how many times as many negative rows as positive ones.

    Returns:
        ((1 + negatives) × positives,) row numbers, or fewer where there are fewer negatives.

    Raises:
        ValueError: there is no positive or no negative row.
    """
    yes, no = _both_sides(positive)
    chosen = rng.choice(no, size=min(negatives * len(yes), len(no)), replace=False)
    return rng.permutation(np.concatenate([yes, chosen]))


def hard_undersample(
    positive: NDArray[np.bool_],
    rng: np.random.Generator,
    proba: NDArray[np.floating],
    negatives: int = 1,
) -> Rows:
    """As `undersample`, but seven in ten negatives are drawn in proportion to how wrong they are.

    A negative's chance grows with the probability of yes that the member gives it now; the other
    three in ten are drawn evenly, so that what has been learned is not forgotten. The model sees
    mostly negatives that look like positives and becomes cautious, which outweighs that a yes
    seems as likely as a no: its probabilities come out nearly right, and the prior correction
    makes them worse (`experiments.sampling`).

    Args:
        positive: (n,) true where the row is the member's class.
        rng: the member's stream.
        proba: (n,) the member's present probability of yes for each row.
        negatives: how many times as many negative rows as positive ones.

    Returns:
        ((1 + negatives) × positives,) row numbers, or fewer where there are fewer negatives.

    Raises:
        ValueError: there is no positive or no negative row.
    """
    yes, no = _both_sides(positive)
    size = min(negatives * len(yes), len(no))
    by_error = round(HARD_SHARE * size)
    # The smallest of exponential waiting times with these rates are a draw without replacement
    # in proportion to the rates (Efraimidis and Spirakis, 2006).
    waiting = rng.exponential(size=len(no)) / np.maximum(proba[no], 1e-6)
    order = np.argpartition(waiting, min(by_error, len(no) - 1))
    rest = rng.choice(order[by_error:], size=size - by_error, replace=False)
    chosen = no[np.concatenate([order[:by_error], rest])]
    return rng.permutation(np.concatenate([yes, chosen]))


def oversample(positive: NDArray[np.bool_], rng: np.random.Generator, _: int = 1) -> Rows:
    """All rows, and positive rows repeated at random until both sides are equal, shuffled.

    Nothing is thrown away, but a model that sees the same rows nine times overfits them easily. The
    probabilities come out too high, as with undersampling: a yes seems as likely as a no.

    Args:
        positive: (n,) true where the row is the member's class.
        rng: the member's stream.

    Returns:
        (2 × negatives,) row numbers, or all rows where there are fewer negatives than positives.

    Raises:
        ValueError: there is no positive or no negative row.
    """
    yes, no = _both_sides(positive)
    repeated = rng.choice(yes, size=max(0, len(no) - len(yes)))
    return rng.permutation(np.concatenate([np.arange(len(positive)), repeated]))


def every_row(positive: NDArray[np.bool_], rng: np.random.Generator, _: int = 1) -> Rows:
    """All rows, shuffled: nothing is thrown away, nothing is balanced.

    The probabilities are those of the data, one yes to nine noes, and need no correction.
    """
    return rng.permutation(len(positive))


def balanced_weights(positive: NDArray[np.bool_]) -> tuple[float, float]:
    """The weights of a negative and of a positive row that make both sides weigh the same.

    n / (2 × rows of the side), as scikit-learn's class_weight="balanced". They distort the
    probabilities as undersampling does.

    Raises:
        ValueError: there is no positive or no negative row.
    """
    yes, no = _both_sides(positive)
    return len(positive) / (2 * len(no)), len(positive) / (2 * len(yes))


class Draw(Protocol):
    """Chooses the rows of a member, see `undersample`."""

    def __call__(
        self, positive: NDArray[np.bool_], rng: np.random.Generator, negatives: int = 1, /
    ) -> Rows:
        """The row numbers."""


Redraw = Callable[[NDArray[np.bool_], np.random.Generator, NDArray, int], Rows]


@dataclass(frozen=True)
class Strategy:
    """A way to choose rows.

    Attributes:
        summary: the rows it chooses, within a sentence.
        draw: the rows of a member.
        each_epoch: draw again for every epoch.
        redraw: from the second epoch on, draw by what the member answers (see
            `hard_undersample`).
        weighted: rows weigh so that both sides count the same (see `balanced_weights`).
        balanced: both sides count the same, so the probabilities need `correct_prior`.
    """

    summary: str
    draw: Draw
    each_epoch: bool = False
    redraw: Redraw | None = None
    weighted: bool = False
    balanced: bool = True


STRATEGIES: dict[str, Strategy] = {
    "undersample": Strategy(
        t("all pictures of the digit and as many of the others, drawn once"), undersample
    ),
    "fresh": Strategy(
        t("all pictures of the digit and as many of the others, drawn again for each epoch"),
        undersample,
        each_epoch=True,
    ),
    "hard": Strategy(
        t(
            "all pictures of the digit and as many of the others, in each epoch mostly those that "
            "the network gets most wrong"
        ),
        undersample,
        each_epoch=True,
        redraw=hard_undersample,
    ),
    "oversample": Strategy(
        t("every picture, those of the digit repeated until there are as many as of the others"),
        oversample,
    ),
    "weighted": Strategy(
        t("every picture, those of the digit weighing as much as all others together"),
        every_row,
        weighted=True,
    ),
    "all": Strategy(t("every picture, one yes to nine noes"), every_row, balanced=False),
}


# As people read them; the command line and addresses have the keys.
SAMPLING_TITLES = Texts(
    {
        "undersample": t("undersample"),
        "fresh": t("fresh"),
        "hard": t("hard"),
        "oversample": t("oversample"),
        "weighted": t("weighted"),
        "all": t("all"),
    }
)


def _both_sides(positive: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    yes, no = np.flatnonzero(positive), np.flatnonzero(~positive)
    if not len(yes) or not len(no):
        raise ValueError(
            f"A binary model needs rows of both kinds, not {len(yes)} positive and {len(no)} "
            "negative ones."
        )
    return yes, no


def pack_rows(chosen: list[Rows], n_rows: int) -> NDArray[np.uint8]:
    """The record of who saw which row: (M, ceil(n_rows / 8)), one bit a row."""
    seen = np.zeros((len(chosen), n_rows), dtype=bool)
    for member, rows in enumerate(chosen):
        seen[member, rows] = True
    return np.packbits(seen, axis=1)


def unpack_rows(packed: NDArray[np.uint8], n_rows: int) -> NDArray[np.bool_]:
    """What `pack_rows` recorded, as (M, n_rows) booleans."""
    return np.unpackbits(packed, axis=1, count=n_rows).astype(bool)
