"""People it has never seen: python -m experiments.writers

The networks of `experiments.folds` read the digits of the six writers that each has not seen: from
their strokes, as the page Draw does, and from pictures, drawn with pens of several widths, both as
written and big and centred. The shipped run "pens" has learned from all thirty.

"beside" compares the two ways digit by digit: how many are read from their strokes alone, and how
many from the picture alone.
"""

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.drawing import Predictors, Row, mnist_rows, pen_rows
from experiments import write
from experiments.folds import FOLDS, Fold, fingerprint, folds
from mnist_models import to_mnist
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import WIDTHS, load_pen_digits
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.recipes import RECIPES
from mnist_models.preprocessing.rasterise import rasterise

_BESIDE = (WIDTHS[0], WIDTHS[-1])  # pixels: the pens of the pictures beside the strokes


def measure(fold: Fold, mnist: Dataset) -> Iterator[dict[str, Any]]:
    """The right answers for each kind of drawing."""
    predictors: Predictors = {approach: stack.predict for approach, stack in fold.stacks.items()}
    for row in pen_rows(fold.digits, predictors):
        yield _entry(fold.number, row, len(fold.digits))
    untouched = next(mnist_rows(mnist.x_test, mnist.y_test, predictors))
    yield _entry(fold.number, untouched, len(mnist.y_test))


def _entry(fold: int, row: Row, rows: int) -> dict[str, Any]:
    right = {approach: round(share * rows) for approach, share in row.accuracy.items()}
    return {"fold": fold, "pictures": row.pictures, "preparation": row.preparation,
            "rows": rows, "right": right}  # fmt: skip


def beside(fold: Fold) -> Iterator[dict[str, Any]]:
    """Per pen and approach, which of the two ways alone leads to the right answer how often."""
    labels = np.array([digit.digit for digit in fold.digits])
    strokes = np.stack([rasterise(digit.strokes) for digit in fold.digits])
    for pen in _BESIDE:
        pictures = np.stack([to_mnist(digit.drawn(pen=pen)) for digit in fold.digits])
        for approach, stack in fold.stacks.items():
            one, other = (stack.predict(x) == labels for x in (strokes, pictures))
            yield {"fold": fold.number, "pen": pen, "approach": approach, "rows": len(labels),
                   "strokes_alone": int(np.sum(one & ~other)),
                   "picture_alone": int(np.sum(other & ~one))}  # fmt: skip


def main() -> None:
    """Measure the requested folds, and write the JSON after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, nargs="*", default=list(range(FOLDS)))
    options = parser.parse_args()
    mnist, digits = load_mnist(), load_pen_digits()
    networks = fingerprint(mnist, digits)
    for fold in folds(mnist, digits, options.folds):
        measured = {"runs": list(measure(fold, mnist)), "beside": list(beside(fold))}
        print(*measured["runs"], *measured["beside"], sep="\n", flush=True)
        known = load_evidence("writers") or {}
        kept = known if known.get("networks") == networks else {}
        for name, entries in measured.items():
            others = [entry for entry in kept.get(name, []) if entry["fold"] != fold.number]
            measured[name] = sorted([*others, *entries], key=lambda entry: entry["fold"])
        write(
            "writers",
            None,
            {"settings": RECIPES["pens"].settings(), "networks": networks, **measured},
        )


if __name__ == "__main__":
    main()
