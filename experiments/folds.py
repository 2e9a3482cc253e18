"""Networks that have not seen some of the writers: python -m experiments.folds

The recipe "pens" is trained five times, each time without the pen digits of six of the thirty
writers, so that each writer is left out once. The networks are kept in the cache of Keras, under a
hash of the recipe, of the strokes and of what is drawn of them to learn from: every experiment on
people who were left out reads the same, and trains only what is not there.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import arguments
from experiments.measuring import measured
from mnist_models.atomic_files import write_atomically
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
    mnist: Dataset,
    digits: Sequence[PenDigit],
    numbers: Sequence[int] = range(FOLDS),
    approaches: Sequence[Approach] = PAIR,
) -> Iterator[Fold]:
    """The folds with these numbers, one after another; trains what is not kept yet."""
    folder = _folder(mnist, digits)
    writers = np.array([digit.writer for digit in digits])
    drawn = cache(lambda: pen_pictures(digits))  # takes minutes, and is the same for every fold
    for number in numbers:
        out = left_out(writers, number)
        files = {a: folder / _name(number, a) for a in approaches}
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


def measure_one(number: int, approach: Approach) -> str:
    """The file of one approach's networks of a fold, in base64, see `measuring`."""
    mnist, digits = load_mnist(), load_pen_digits()
    for _ in folds(mnist, digits, (number,), (approach,)):
        pass
    return b64encode((_folder(mnist, digits) / _name(number, approach)).read_bytes()).decode()


def _folder(mnist: Dataset, digits: Sequence[PenDigit]) -> Path:
    return cache_folder() / "pens_folds" / fingerprint(mnist, digits)


def _name(number: int, approach: Approach) -> str:
    return f"{number}-{approach}.npz"


def _keep(stack: Stack, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part.npz")
    stack.save(partial)
    partial.replace(file)


def _have_trained(folder: Path, scheduler: str) -> None:
    """Have a cluster train what is not kept yet, all at once."""
    tasks: list[dict[str, Any]] = [
        {"number": number, "approach": approach}
        for number in range(FOLDS)
        for approach in PAIR
        if not (folder / _name(number, approach)).exists()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    results = measured("experiments.folds", tasks, scheduler, dataset="pens")
    for task, contents in zip(tasks, results, strict=True):
        write_atomically(folder / _name(**task), b64decode(contents))


def main() -> None:
    """Train what is not kept yet."""
    options = arguments(__doc__, seeds=None, cluster=True).parse_args()
    mnist, digits = load_mnist(), load_pen_digits()
    print(fingerprint(mnist, digits))
    if options.scheduler:
        _have_trained(_folder(mnist, digits), options.scheduler)
    for fold in folds(mnist, digits):
        print(f"Fold {fold.number} is there, without {len(fold.digits)} digits.", flush=True)


if __name__ == "__main__":
    main()
