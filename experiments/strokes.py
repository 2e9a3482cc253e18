"""How strokes are best drawn, and what to learn from: python -m experiments.strokes

Small networks of both approaches are trained on MNIST's first training pictures and on pen digits
of 24 of the 30 writers, five times, so that each writer is left out once; then they read the
strokes of those who were left out. MNIST's test pictures have no part in it.

First the pen's width, the sub-samples and the steps by which drawings are moved
(`mnist_models.preprocessing.rasterise`), with one picture of each digit. Then how many pictures of
a digit to learn from are drawn from its strokes, and how many are those of a canvas: every sixth
digit is learned from and read, from its strokes and from pictures of a canvas.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from experiments import write
from experiments.folds import FOLDS, left_out
from mnist_models import to_mnist
from mnist_models.data import pen_digits
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import PenDigit, load_pen_digits, pen_pictures
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.training import fit
from mnist_models.preprocessing import rasterise

SEED = 0
MNIST_ROWS = 12_000
EVERY = 6  # every n-th digit has a part in the choice of what to learn from
SMALL = replace(
    RECIPES["pens"], hidden=(256,), member_hidden=(64,), batch_size=128, learning_rate=0.001,
    epochs=5, rescore=2, distortion=None,
)  # fmt: skip
DISTORTED = replace(SMALL, distortion=RECIPES["pens"].distortion)

FIRST = {"PEN": 2.5, "SUB": 4, "STEP": 4}  # what the other ways are compared with
DRAWN: tuple[dict[str, Any], ...] = (
    FIRST,
    {**FIRST, "PEN": 2.2},
    {**FIRST, "PEN": 2.8},
    {**FIRST, "STEP": 1},
    {**FIRST, "SUB": 8, "STEP": 8},
)
MIXES = ((0, 8), (2, 6), (4, 4), (4, 8))  # from strokes, and pictures of a canvas
BANK = (4, 8)  # as many are made once, and each mix takes the first of both
PENS = (8, 24)  # of the canvases that are read

Pictures = NDArray[np.uint8]


def right_answers(
    recipe: Any, mnist: Dataset, learned: Pictures, digits: Sequence[PenDigit],
    read: Mapping[str, Pictures],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """How many digits of writers who are left out each approach reads, per kind of picture.

    Args:
        recipe: to train.
        mnist: its first rows are learned from too.
        learned: (n, copies, 28, 28), the pictures of each digit to learn from.
        digits: n of them.
        read: by kind, the (n, 28, 28) that are read.
    """
    labels = np.array([digit.digit for digit in digits], dtype=np.uint8)
    writers = np.array([digit.writer for digit in digits])
    copies = learned.shape[1]
    for approach in PAIR:
        right = dict.fromkeys(read, 0)
        for fold in range(FOLDS):
            out = left_out(writers, fold)
            x = np.concatenate([mnist.x_train[:MNIST_ROWS], *learned[~out]])
            y = np.concatenate([mnist.y_train[:MNIST_ROWS], np.repeat(labels[~out], copies)])
            stack = fit(recipe, approach, x, y, seed=SEED).stack
            for kind, pictures in read.items():
                right[kind] += int(np.sum(stack.predict(pictures[out]) == labels[out]))
        for kind, count in right.items():
            yield {"approach": approach, "read": kind, "rows": len(digits), "right": count}


def ways_to_draw(mnist: Dataset, digits: Sequence[PenDigit]) -> Iterator[dict[str, Any]]:
    """An entry per way to draw and approach."""
    for way in DRAWN:
        with patch.multiple(rasterise, **way):
            drawn = np.stack([rasterise.rasterise(digit.strokes) for digit in digits])
        for entry in right_answers(SMALL, mnist, drawn[:, None], digits, {"strokes": drawn}):
            yield {**way, **entry}


def mixes(mnist: Dataset, digits: Sequence[PenDigit]) -> Iterator[dict[str, Any]]:
    """An entry per mix, approach and kind of picture."""
    with patch.multiple(pen_digits, STROKES=BANK[0], PICTURES=BANK[1], COPIES=sum(BANK)):
        bank = pen_pictures(digits)[0].reshape(len(digits), sum(BANK), 28, 28)
    read = {"strokes": bank[:, 0]} | {
        f"{pen} px pen": np.stack([to_mnist(digit.drawn(pen=pen)) for digit in digits])
        for pen in PENS
    }
    for strokes, pictures in MIXES:
        chosen = np.r_[:strokes, BANK[0] : BANK[0] + pictures]
        for entry in right_answers(DISTORTED, mnist, bank[:, chosen], digits, read):
            yield {"strokes": strokes, "pictures": pictures, **entry}


def main() -> None:
    """Measure the candidates of the requested parts, and write the JSON after each."""
    parts = {"drawn": ways_to_draw, "mixes": lambda mnist, digits: mixes(mnist, digits[::EVERY])}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", choices=list(parts), default=list(parts))
    options = parser.parse_args()
    mnist, digits = load_mnist(), load_pen_digits()
    for part in options.parts:
        measured = []
        for entry in parts[part](mnist, digits):
            measured.append(entry)
            print(*entry.values(), flush=True)
        known = load_evidence("strokes") or {}
        write("strokes", None, {p: known.get(p, []) for p in parts} | {part: measured})


if __name__ == "__main__":
    main()
