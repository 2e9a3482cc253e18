"""Which rows each binary model learns from.

A binary model asks "is it my digit?": of 60,000 training pictures about 6,000 say yes and
54,000 say no. Left as it is, a network does well by always saying no. The strategies here
balance the two sides; each says what it gives up for that. Names are imbalanced-learn's.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def stream(seed: int, name: object, purpose: str) -> np.random.Generator:
    """The random stream of one member for one purpose.

    It depends on nothing but its arguments, so a member draws the same rows, weights and
    shuffles whoever is trained beside it.
    """
    return np.random.default_rng([seed, *(zlib.crc32(str(s).encode()) for s in (name, purpose))])


def undersample(positive: NDArray[np.bool_], rng: np.random.Generator) -> Rows:
    """All positive rows and as many negative ones, drawn without replacement, shuffled.

    The negatives that are not drawn are never seen, so too little may be left to learn from.
    The model learns that a yes is as likely as a no, where it is one to nine: its
    probabilities come out too high.

    Args:
        positive: (n,) true where the row is the member's class.
        rng: the member's stream.

    Returns:
        (2 × positives,) row numbers, or fewer where there are fewer negatives.

    Raises:
        ValueError: there is no positive or no negative row.
    """
    yes, no = _both_sides(positive)
    chosen = rng.choice(no, size=min(len(yes), len(no)), replace=False)
    return rng.permutation(np.concatenate([yes, chosen]))


def every_row(positive: NDArray[np.bool_], rng: np.random.Generator) -> Rows:
    """All rows, shuffled: nothing is thrown away, nothing is balanced."""
    return rng.permutation(len(positive))


@dataclass(frozen=True)
class Strategy:
    """A named way to choose rows, as the recipes and the pages call it."""

    draw: Callable[[NDArray[np.bool_], np.random.Generator], Rows]
    summary: str


STRATEGIES: dict[str, Strategy] = {
    "undersample": Strategy(
        undersample, "all pictures of the digit and as many of the others, drawn once"
    ),
    "all": Strategy(every_row, "every picture, one yes to nine noes"),
}


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
