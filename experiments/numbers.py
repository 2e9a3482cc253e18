"""Which judge knows that a cut went through the middle of a digit? python -m experiments.numbers

Numbers of two to six digits are composed of the strokes of one writer each: every digit HEIGHT
pixels high, all with one pen, a little higher or lower than its neighbours. They stand beside each
other in one of three ways: with a gap between the columns of their inks ("apart"), with columns
that touch or overlap ("close"), or pushed on from where the inks first touch ("pushed"). Each
approach finds the digits with `find_digits`, cuts where it judges it best, and reads them; a number
counts if all its digits are right, and no more and no fewer. Beside that, each reads the same
numbers by their strokes, grouped by `group_strokes`, as on the canvas of Draw. Single digits of the
same writers show how often each cuts what needed no cut.

The networks are those of `experiments.folds`, which have not seen the writer. What decides between
cuts is fitted by `experiments.cut_weights` on the writers of the folds FITTED, by networks that
have not seen them; the figures are of the writers of the folds REPORTED.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from experiments import counted, write
from experiments.folds import FOLDS, Fold, by_writer, fingerprint, folds
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import PenDigit, load_pen_digits
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack
from mnist_models.metrics.significance import PairedMetrics
from mnist_models.pictures import Grey
from mnist_models.preprocessing.rasterise import Stroke, rasterise, render
from mnist_models.segmentation.find_digits import look_at
from mnist_models.segmentation.stroke_groups import group_strokes

Spacing = Literal["apart", "close", "pushed"]
SPACINGS: tuple[Spacing, ...] = get_args(Spacing)

HEIGHT = 96  # pixels, of each digit with its pen
PENS = 4, 24  # pixels
LENGTHS = 2, 6
BETWEEN: dict[Spacing, tuple[float, float]] = {  # shares of the height; what overlaps is negative
    "apart": (0.05, 0.4),
    "close": (-0.1, 0),
    "pushed": (-0.1, 0),
}
NUMBERS, SINGLES = 200, 200  # of each fold: numbers of each spacing, and single digits
FITTED, REPORTED = range(2), range(2, FOLDS)  # folds: for the weights, and for the figures
_SEED = 0
UNEVEN = 0.05  # of the height: so far a digit is moved up or down
MARGIN = 40  # pixels around the number


@dataclass(frozen=True, eq=False)
class Number:
    """A number as one person wrote its digits, and its picture, light ink on black."""

    label: str
    writer: int
    pen: float
    strokes: list[Stroke]
    picture: Grey


def compose(digits: Sequence[PenDigit], spacing: Spacing, rng: np.random.Generator) -> Number:
    """A number of some of these digits, which are all of one writer."""
    length = rng.integers(LENGTHS[0], LENGTHS[1] + 1)
    return written([digits[k] for k in rng.integers(len(digits), size=length)], spacing, rng)


def written(chosen: Sequence[PenDigit], spacing: Spacing, rng: np.random.Generator) -> Number:
    """These digits, beside each other, with any pen."""
    pen = float(rng.uniform(*PENS))
    strokes: list[Stroke] = []
    ink = np.empty((0, 2))
    for digit in chosen:
        own = _scaled(digit.strokes, pen, rng.uniform(-UNEVEN, UNEVEN) * HEIGHT)
        points = np.concatenate([_dense(stroke) for stroke in own])
        if strokes:
            start = _touching(ink, points, pen) if spacing == "pushed" else ink[:, 0].max() + pen
            move = np.array([start + rng.uniform(*BETWEEN[spacing]) * HEIGHT, 0])
            own, points = [stroke + move for stroke in own], points + move
        strokes += own
        ink = np.concatenate([ink, points])
    label = "".join(str(digit.digit) for digit in chosen)
    return Number(label, chosen[0].writer, pen, strokes, _drawn(strokes, ink, pen))


def _scaled(strokes: Sequence[Stroke], pen: float, down: float) -> list[NDArray[np.floating]]:
    """HEIGHT pixels high with its pen, so many pixels further down, from column 0 on."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (HEIGHT - pen) / max(float(high[1] - low[1]), 1)
    return [(stroke - low) * scale + (0, down) for stroke in strokes]


def _dense(stroke: NDArray[np.floating]) -> NDArray[np.floating]:
    """(n, 2): points on a stroke, at most a pixel apart."""
    pieces = [stroke[:1]]
    for start, end in pairwise(stroke):
        steps = max(1, int(np.ceil(np.hypot(*(end - start)))))
        pieces.append(start + (end - start) * (np.arange(1, steps + 1) / steps)[:, np.newaxis])
    return np.concatenate(pieces)


def _touching(left: NDArray[np.floating], right: NDArray[np.floating], pen: float) -> float:
    """Where what comes from the right first touches what is on the left, drawn with that pen."""
    down = left[:, np.newaxis, 1] - right[:, 1]
    across = left[:, np.newaxis, 0] - right[:, 0]
    reach = np.sqrt(np.maximum(pen**2 - down**2, 0))
    return float(np.where(np.abs(down) < pen, across + reach, -np.inf).max())


def _drawn(strokes: Sequence[Stroke], points: NDArray[np.floating], pen: float) -> Grey:
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.ceil(high - low + pen + 2 * MARGIN).astype(int)
    side = int(max(width, height))
    moved = [stroke - low + pen / 2 + MARGIN for stroke in strokes]
    return render(moved, box=side, canvas=side, pen=pen)[:height, :width]


def numbers_of(digits: Sequence[PenDigit], spacing: Spacing, count: int, name: str) -> list[Number]:
    """So many numbers of these writers, each as often as the others; `name` is that of a stream."""
    rng = stream(_SEED, name, f"numbers {spacing}")
    writers = list(by_writer(digits).values())
    return [compose(writers[k % len(writers)], spacing, rng) for k in range(count)]


def read(stacks: Mapping[Approach, Stack], picture: Grey) -> dict[Approach, str]:
    """What each approach reads, with cuts of its own; all lines in one."""
    uncut = look_at(picture)
    found = {a: uncut.digits(stack.predict_proba) for a, stack in stacks.items()}
    return {a: "".join(map(str, stacks[a].predict(found[a].images))) for a in stacks}


def read_strokes(
    stacks: Mapping[Approach, Stack], strokes: Sequence[Stroke]
) -> dict[Approach, str]:
    """What each approach reads of the strokes, which are grouped without it."""
    images = np.stack([rasterise(digit.strokes) for digit in group_strokes(strokes)])
    return {a: "".join(map(str, stack.predict(images))) for a, stack in stacks.items()}


def measure(fold: Fold) -> dict[str, Any]:
    """How both approaches read a fold's numbers, and how often they cut its single digits.

    Returns per spacing and approach the labels right or not, in pictures and by strokes, and per
    approach the digits cut.
    """
    name = f"fold {fold.number}"
    right: dict[Spacing, dict[Approach, list[bool]]] = {}
    written_right: dict[Spacing, dict[Approach, list[bool]]] = {}
    for spacing in SPACINGS:
        numbers = numbers_of(fold.digits, spacing, NUMBERS, name)
        labels = [number.label for number in numbers]
        seen = [read(fold.stacks, number.picture) for number in numbers]
        by_strokes = [read_strokes(fold.stacks, number.strokes) for number in numbers]
        for found, texts in ((right, seen), (written_right, by_strokes)):
            found[spacing] = {
                a: [text[a] == label for text, label in zip(texts, labels, strict=True)]
                for a in fold.stacks
            }
    rng = stream(_SEED, name, "single digits")
    chosen = rng.choice(len(fold.digits), SINGLES, replace=False)
    pictures = [written([fold.digits[k]], "apart", rng).picture for k in chosen]
    texts = [read(fold.stacks, picture) for picture in pictures]
    cut = {approach: [len(text[approach]) > 1 for text in texts] for approach in fold.stacks}
    return {"right": right, "by_strokes": written_right, "cut": cut}


def entries(measured: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The counts of all folds together, with 95 % intervals and the exact McNemar test."""
    numbers: list[dict[str, Any]] = []
    by_strokes: list[dict[str, Any]] = []
    paired = []
    for spacing in SPACINGS:
        right, written_right = (
            {a: np.concatenate([m[way][spacing][a] for m in measured]) for a in PAIR}
            for way in ("right", "by_strokes")
        )
        for found, those in ((numbers, right), (by_strokes, written_right)):
            found += [
                {"spacing": spacing, "approach": a, **counted("right", those[a])} for a in PAIR
            ]
        single, multi = (right[a] for a in PAIR)
        counts = (single & multi, single & ~multi, multi & ~single, ~single & ~multi)
        both, first, second, neither = (int(count.sum()) for count in counts)
        metrics = PairedMetrics(both, first, second, neither)
        paired.append(
            {
                "spacing": spacing,
                "both": both,
                "only_single": first,
                "only_multi": second,
                "neither": neither,
                "p": metrics.mcnemar_p,
            }
        )
    cut = {a: np.concatenate([m["cut"][a] for m in measured]) for a in PAIR}
    singles = [{"approach": a, **counted("cut", cut[a])} for a in PAIR]
    return {"numbers": numbers, "by_strokes": by_strokes, "paired": paired, "singles": singles}


def main() -> None:
    """Measure the folds that are reported, and write the JSON."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    mnist, digits = load_mnist(), load_pen_digits()
    measured = []
    for fold in folds(mnist, digits, REPORTED):
        measured.append(measure(fold))
        print(f"Fold {fold.number}:", entries(measured[-1:]), flush=True)
    about = {
        "networks": fingerprint(mnist, digits),
        "folds": list(REPORTED),
        "height": HEIGHT,
        "pens": PENS,
        "lengths": LENGTHS,
        "between": BETWEEN,
    }
    write("numbers", None, {**about, **entries(measured)})


if __name__ == "__main__":
    main()
