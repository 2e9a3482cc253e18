"""Networks that have not seen some of the writers: python -m experiments.folds

The recipe "pens" is trained five times, each time without the pen digits of six of the thirty
writers, so that each writer is left out once. The networks are kept in the cache of Keras, under a
hash of the recipe, of the strokes and of what is drawn of them to learn from: every experiment on
people who were left out reads the same, and trains only what is not there.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import cache_folder
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import COPIES, PenDigit, load_pen_digits, pen_pictures
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit

FOLDS = 5
SEED = 0
_EVERY = 100  # of so many digits one is drawn for the hash: all are drawn alike


@dataclass(frozen=True, eq=False)
class Fold:
    """What was trained without some writers, and their digits.

    `number` is 0 to FOLDS - 1.
    """

    number: int
    digits: list[PenDigit]
    stacks: dict[Approach, Stack]


def left_out(writers: NDArray[np.integer], fold: int) -> NDArray[np.bool_]:
    """Which digits a fold is tested on, (n,): those of every fifth writer."""
    return writers % FOLDS == fold


def by_writer(digits: Sequence[PenDigit]) -> dict[int, list[PenDigit]]:
    """The digits of each writer, in the order of the first of each."""
    found: dict[int, list[PenDigit]] = {}
    for digit in digits:
        found.setdefault(digit.writer, []).append(digit)
    return found


def fingerprint(mnist: Dataset, digits: Sequence[PenDigit]) -> str:
    """A hash of everything that the networks depend on, but the versions of the libraries."""
    settings = json.dumps([RECIPES["pens"].settings(), SEED, FOLDS, COPIES, mnist.fingerprint])
    strokes = (stroke.tobytes() for digit in digits for stroke in digit.strokes)
    drawn = pen_pictures(digits[::_EVERY])[0].tobytes()
    digest = hashlib.sha256(settings.encode())
    for part in (*strokes, drawn):
        digest.update(part)
    return digest.hexdigest()[:16]


def folds(
    mnist: Dataset, digits: Sequence[PenDigit], numbers: Sequence[int] = range(FOLDS)
) -> Iterator[Fold]:
    """The folds with these numbers, one after another; trains what is not kept yet."""
    folder = cache_folder() / "pens_folds" / fingerprint(mnist, digits)
    writers = np.array([digit.writer for digit in digits])
    drawn = cache(lambda: pen_pictures(digits))  # takes minutes, and is the same for every fold
    for number in numbers:
        out = left_out(writers, number)
        files = {a: folder / f"{number}-{a}.npz" for a in PAIR}
        for approach, file in files.items():
            if not file.exists():
                others = np.repeat(~out, COPIES)
                pictures, labels = drawn()
                x = np.concatenate([mnist.x_train, pictures[others]])
                y = np.concatenate([mnist.y_train, labels[others]])
                result = fit(RECIPES["pens"], approach, x, y, seed=SEED)
                _keep(result.rounded(), file)
        stacks = {approach: Stack.load(file) for approach, file in files.items()}
        theirs = [digit for digit, is_out in zip(digits, out, strict=True) if is_out]
        yield Fold(number, theirs, stacks)


def _keep(stack: Stack, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part.npz")
    stack.save(partial)
    partial.replace(file)


def main() -> None:
    """Train what is not kept yet."""
    mnist, digits = load_mnist(), load_pen_digits()
    print(fingerprint(mnist, digits))
    for fold in folds(mnist, digits):
        print(f"Fold {fold.number} is there, without {len(fold.digits)} digits.", flush=True)


if __name__ == "__main__":
    main()
