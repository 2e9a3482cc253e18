"""How much does preparing a drawing the way MNIST did gain, and what does it cost?

Both approaches of a run read pen digits of real writers, as drawn and big and centred, with pens
of several widths, once prepared by `to_mnist` and once the plain way: the whole canvas shrunk to
28 × 28. Then MNIST's own test pictures, untouched and enlarged to a canvas.

    python -m benchmarks.drawing [--run NAME] [--limit N] [--out FILE]
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
from mnist_models.data import Dataset, DatasetError, load_mnist
from mnist_models.pens import PenDigit, PenDigitsError, load_pen_digits, render
from mnist_models.recipes import Approach

Grey = NDArray[np.uint8]
Predict = Callable[[Grey], NDArray]  # (n, 28, 28) → (n,) labels
Predictors = Mapping[Approach, Predict]

CANVAS = 280
PENS = (8, 12, 16, 20, 24)  # pixels of the canvas
ENLARGEMENTS = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)


@dataclass(frozen=True)
class Row:
    """The accuracy of each approach on one kind of picture, prepared in one way."""

    pictures: str
    preparation: str
    accuracy: dict[Approach, float]


def whole_canvas(picture: Grey) -> Grey:
    """The plain way: (H, W) shrunk to (28, 28), wherever on it the drawing is."""
    return np.asarray(Image.fromarray(picture).resize((28, 28)))


def prepare_and_score(
    name: str, pictures: Iterable[Grey], labels: NDArray, predictors: Predictors
) -> Iterator[Row]:
    """One row for the plain way and one for `to_mnist`; a canvas is held no longer than needed."""
    plain, fitted = zip(*((whole_canvas(p), to_mnist(p)) for p in pictures), strict=True)
    yield _score(name, "whole canvas", np.stack(plain), labels, predictors)
    yield _score(name, "to_mnist", np.stack(fitted), labels, predictors)


def pen_rows(digits: Sequence[PenDigit], predictors: Predictors) -> Iterator[Row]:
    """Every pen, as drawn and big and centred."""
    labels = np.array([digit.digit for digit in digits])
    for big in (False, True):
        for pen in PENS:
            name = f"pen digits, {'big and centred' if big else 'as drawn'}, {pen} px pen"
            pictures = (render(d.strokes, canvas=CANVAS, pen=pen, big=big) for d in digits)
            yield from prepare_and_score(name, pictures, labels, predictors)


def mnist_rows(images: Grey, labels: NDArray, predictors: Predictors) -> Iterator[Row]:
    """MNIST pictures (n, 28, 28) untouched, then enlarged to a canvas in several ways."""
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
        approach: float(np.mean(predict(images) == labels))
        for approach, predict in predictors.items()
    }
    return Row(name, preparation, accuracy)


def _spread(total: int, limit: int | None) -> NDArray[np.intp]:
    """Indices of at most `limit` items, evenly over all of them: neighbours share a writer."""
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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--run", help="a run in trained/ (default: the active one)")
    parser.add_argument("--limit", type=int, help="at most this many pictures of each source")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    return parser.parse_args()


def main() -> None:
    """Print the table as it grows; write JSON with --out."""
    arguments = _arguments()
    try:
        run = load_run(arguments.run)
        predictors = {approach: run.stack(approach).predict for approach in run.approaches}
        digits, mnist = load_pen_digits(), load_mnist()
    except (RunError, PenDigitsError, DatasetError) as error:
        sys.exit(str(error))
    print(f"{run.label}, accuracy".ljust(58) + "".join(name.rjust(9) for name in predictors))
    table = []
    for row in rows(digits, mnist, predictors, arguments.limit):
        figures = "".join(f"{value:9.4f}" for value in row.accuracy.values())
        print(f"{row.pictures:44}{row.preparation:14}{figures}", flush=True)
        table.append(asdict(row))
    if arguments.out:
        report = {"run": run.name, "version": run.version, "limit": arguments.limit, "rows": table}
        arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
