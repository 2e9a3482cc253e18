"""How much accuracy does preparing a drawing as in MNIST gain, and what does it cost?

Both approaches of every run read pen digits of real writers: from their strokes, as the page Draw
does, and from pictures, both as drawn and big and centred, with pens of several widths, once
prepared by `to_mnist` and once the plain way: the whole canvas shrunk to 28 × 28. Then they read
MNIST's own test pictures, untouched and enlarged to a canvas.

    python -m benchmarks.drawing [--runs NAME ...] [--limit N] [--out FILE]
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models import RunError, load_run, to_mnist
from mnist_models.comparison.contenders import Contender, contenders_of
from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import WIDTHS, PenDigit, load_pen_digits
from mnist_models.evidence.experiments import command, load_evidence
from mnist_models.evidence.pen_widths import (
    PEN_DIGITS,
    STROKES,
    left_out_accuracy,
    pen_pictures_name,
)
from mnist_models.formatting import percent_text
from mnist_models.preprocessing.rasterise import rasterise
from mnist_models.runs.registry import run_names

Grey = NDArray[np.uint8]
Predict = Callable[[Grey], NDArray]  # (n, 28, 28) → (n,) labels
Predictors = Mapping[str, Predict]  # by their name in the table

CANVAS = 280
_WIDTH = 60  # of the table's first column
ENLARGEMENTS = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)


@dataclass(frozen=True)
class Row:
    """The accuracy of each predictor on one kind of picture, prepared in one way."""

    pictures: str
    preparation: str
    accuracy: dict[str, float]


def whole_canvas(picture: Grey) -> Grey:
    """The plain way: (H, W) shrunk to (28, 28), wherever the drawing is."""
    return np.asarray(Image.fromarray(picture).resize((28, 28)))


def prepare_and_score(
    name: str, pictures: Iterable[Grey], labels: NDArray, predictors: Predictors
) -> Iterator[Row]:
    """One row for the plain way and one for `to_mnist`; no canvas is kept longer than needed."""
    plain, fitted = zip(*((whole_canvas(p), to_mnist(p)) for p in pictures), strict=True)
    yield _score(name, "whole canvas", np.stack(plain), labels, predictors)
    yield _score(name, "to_mnist", np.stack(fitted), labels, predictors)


def pen_rows(digits: Sequence[PenDigit], predictors: Predictors) -> Iterator[Row]:
    """A row for their strokes, then one per pen and preparation: as drawn, big and centred."""
    labels = np.array([digit.digit for digit in digits])
    strokes = np.stack([rasterise(digit.strokes) for digit in digits])
    yield _score(STROKES, "rasterise", strokes, labels, predictors)
    for big in (False, True):
        for pen in WIDTHS:
            name = pen_pictures_name(pen, big=big)
            pictures = (d.drawn(canvas=CANVAS, pen=pen, big=big) for d in digits)
            yield from prepare_and_score(name, pictures, labels, predictors)


def mnist_rows(images: Grey, labels: NDArray, predictors: Predictors) -> Iterator[Row]:
    """MNIST pictures (n, 28, 28), untouched and then enlarged to a canvas in several ways."""
    yield _score("MNIST test pictures", "untouched", images, labels, predictors)
    for enlargement in ENLARGEMENTS:
        pictures = (
            np.asarray(Image.fromarray(image).resize((CANVAS, CANVAS), enlargement))
            for image in images
        )
        name = f"MNIST, enlarged ({enlargement.name.lower()})"
        yield from prepare_and_score(name, pictures, labels, predictors)


def _score(
    name: str,
    preparation: str,
    images: Grey,
    labels: NDArray,
    predictors: Predictors,
) -> Row:
    accuracy = {
        key: float(np.mean(predict(images) == labels)) for key, predict in predictors.items()
    }
    return Row(name, preparation, accuracy)


def _spread(total: int, limit: int | None) -> NDArray[np.intp]:
    """Indices of at most `limit` items, spread evenly because neighbours share a writer."""
    return np.linspace(0, total - 1, min(total, limit or total)).astype(np.intp)


def rows(
    digits: Sequence[PenDigit],
    mnist: Dataset,
    predictors: Predictors,
    limit: int | None = None,
) -> Iterator[Row]:
    """All rows of the benchmark, over at most `limit` pictures of each source."""
    yield from pen_rows([digits[i] for i in _spread(len(digits), limit)], predictors)
    chosen = _spread(len(mnist.x_test), limit)
    yield from mnist_rows(mnist.x_test[chosen], mnist.y_test[chosen], predictors)


def from_folds(rows: Iterable[Row], taught: Sequence[Contender]) -> Iterator[Row]:
    """The same rows, without the figures of a run for people that it has learned from.

    They are replaced by those of the five folds of `experiments.writers`, each of which reads the
    writers that it never saw. These cover all writers, whatever the limit. A figure that was not
    measured is left out.
    """
    folds = load_evidence("writers")
    for row in rows:
        if not row.pictures.startswith(PEN_DIGITS):
            yield row
            continue
        measured = left_out_accuracy(folds, row.pictures, row.preparation) or {}
        theirs = {c.key: measured[c.approach] for c in taught if c.approach in measured}
        others = {k: v for k, v in row.accuracy.items() if k not in {c.key for c in taught}}
        yield Row(row.pictures, row.preparation, theirs | others)


def table(rows: Iterable[Row], names: Sequence[str]) -> Iterator[str]:
    """A heading, then a line per row as it comes; a dash where nothing was measured."""
    yield f"{'accuracy':{_WIDTH}}" + "".join(f"{name:>20}" for name in names)
    for row in rows:
        figures = (row.accuracy.get(name) for name in names)
        texts = ("–" if figure is None else percent_text(figure) for figure in figures)
        title = f"{row.pictures}, {row.preparation}"
        yield f"{title:{_WIDTH}}" + "".join(f"{text:>20}" for text in texts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs", nargs="*", help="runs in trained/ (default: all those on MNIST)")
    parser.add_argument("--limit", type=int, help="at most this many pictures of each source")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    return parser.parse_args()


def main() -> None:
    """Print the table as it grows; write JSON with --out."""
    arguments = _arguments()
    try:
        runs = [load_run(name) for name in arguments.runs or run_names()]
        runs = [run for run in runs if run.test_set == "mnist"]
        predictors = {
            f"{run.name}.{approach}": run.stack(approach).predict
            for run in runs
            for approach in run.with_weights
        }
        digits, mnist = load_pen_digits(), load_mnist()
    except (RunError, DatasetError) as error:
        sys.exit(str(error))
    taught = [c for run in runs if run.dataset == "pens" for c in contenders_of(run)]
    measured: list[Row] = []

    def remembered() -> Iterator[Row]:
        for row in from_folds(rows(digits, mnist, predictors, arguments.limit), taught):
            measured.append(row)
            yield row

    for line in table(remembered(), list(predictors)):
        print(line, flush=True)
    if arguments.out:
        report = {
            "command": command("drawing"),
            "runs": {run.name: run.version for run in runs},
            "limit": arguments.limit,
            "rows": [asdict(row) for row in measured],
        }
        arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
