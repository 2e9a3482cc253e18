"""People it has never seen: python -m experiments.writers

The recipe "pens" is trained five times, each time without the pen digits of six of the thirty
writers. It is then tested on the digits of these six, drawn with pens of several widths, both as
written and big and centred. The shipped run has learned from all thirty.
"""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import Predictors, Row, mnist_rows, pen_rows
from experiments import write
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import COPIES, PenDigit, load_pen_digits, pen_pictures
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import APPROACHES, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit

FOLDS = 5
SEED = 0


def left_out(writers: NDArray[np.integer], fold: int) -> NDArray[np.bool_]:
    """Which digits a fold is tested on, (n,): those of every fifth writer."""
    return writers % FOLDS == fold


def train(mnist: Dataset, x: NDArray, y: NDArray) -> dict[Approach, Stack]:
    """Both approaches on MNIST and these pen pictures, rounded as a run stores them."""
    pictures, labels = np.concatenate([mnist.x_train, x]), np.concatenate([mnist.y_train, y])
    return {
        approach: fit(RECIPES["pens"], approach, pictures, labels, seed=SEED).stack.rounded()
        for approach in APPROACHES
    }


def measure(
    fold: int, mnist: Dataset, digits: Sequence[PenDigit], pictures: tuple[NDArray, NDArray]
) -> Iterator[dict[str, Any]]:
    """Train without a fold's writers; yields the right answers for each kind of their drawings."""
    out = left_out(np.array([digit.writer for digit in digits]), fold)
    x, y = (array[np.repeat(~out, COPIES)] for array in pictures)
    stacks = train(mnist, x, y)
    predictors: Predictors = {approach: stack.predict for approach, stack in stacks.items()}
    theirs = [digit for digit, is_out in zip(digits, out, strict=True) if is_out]
    for row in pen_rows(theirs, predictors):
        yield _entry(fold, row, len(theirs))
    yield _entry(fold, next(mnist_rows(mnist.x_test, mnist.y_test, predictors)), len(mnist.y_test))


def _entry(fold: int, row: Row, rows: int) -> dict[str, Any]:
    right = {approach: round(share * rows) for approach, share in row.accuracy.items()}
    return {"fold": fold, "pictures": row.pictures, "preparation": row.preparation,
            "rows": rows, "right": right}  # fmt: skip


def main() -> None:
    """Measure the requested folds, and write the JSON after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, nargs="*", default=list(range(FOLDS)))
    options = parser.parse_args()
    mnist, digits = load_mnist(), load_pen_digits()
    pictures = pen_pictures(digits)
    for fold in options.folds:
        entries = list(measure(fold, mnist, digits, pictures))
        print(*entries, sep="\n", flush=True)
        known = (load_evidence("writers") or {"runs": []})["runs"]
        kept = [entry for entry in known if entry["fold"] != fold]
        runs = sorted([*kept, *entries], key=lambda entry: entry["fold"])
        write("writers", None, {"settings": RECIPES["pens"].settings(), "runs": runs})


if __name__ == "__main__":
    main()
