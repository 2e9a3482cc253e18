"""Real pen strokes as pictures: what a browser's canvas shows when one of their writers draws.

The strokes are UCI's Pen-Based Recognition of Handwritten Digits (Alpaydin and Alimoglu, CC BY
4.0): 7,494 digits by 30 writers. They are read from the gzipped JSON that PEN_DIGITS names, or from
UCI's own archive, which is downloaded once.
"""

import gzip
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError, OnAmount, Source, cache_folder, fetch
from mnist_models.data.mnist import load_mnist
from mnist_models.pictures import SIDE, Grey
from mnist_models.preprocessing.rasterise import Stroke, rasterise, render
from mnist_models.preprocessing.to_mnist import to_mnist
from mnist_models.text import t

WRITING_BOX = 500  # the side of the box that the writers were given

UCI = Source(
    what=t("set of pen digits"),
    url="https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip",
    # As measured by others in 2026; UCI does not publish it.
    sha256="1e02bea023613c2b11c9492f6f34caf975420455934f3527d270cee9a1f03b64",
    size_bytes=0,
    instead=t("Alternatively, set PEN_DIGITS to a copy of pen_digits.json.gz."),
)
_MEMBER = "pendigits-orig.tra.Z"
_MAX_MEMBER_BYTES = 16 * 2**20

# Pictures of each digit to learn from: some of its strokes, drawn exactly as a visitor's are, and
# some of a canvas, as uploads and photographs are read. `python -m experiments.strokes` chose how
# many. Of the strokes the first are as they were written, the others varied; of each ROUND of
# pictures the first is as it was written, with any pen, the others are varied, with a thick one,
# and the last is big and centred: a thick pen's strokes run into one another, a little differently
# in each picture, and are harder to read.
STROKES, PICTURES, ROUND = 4, 8, 3
COPIES = STROKES + PICTURES
# Pixels of the canvas. As it was written, a digit's pen has any width in between, half of them
# above 20.
PENS, THICK = (8.0, 24.0), (18.0, 27.0)
TURN, SLANT, STRETCH = 10.0, 0.15, 0.12  # at most: degrees, shear, and change of either side
WIDTHS = (8, 12, 16, 20, 24)  # of the pens that drawings are measured with


@dataclass(frozen=True, eq=False)
class PenDigit:
    """One digit as one person wrote it: its strokes, in the box that the writer was given."""

    digit: int
    writer: int
    strokes: tuple[Stroke, ...]

    def drawn(self, *, pen: float, big: bool = False, canvas: int = 280) -> Grey:
        """The digit on a square canvas, in its place in the box; see `render`."""
        return render(self.strokes, box=WRITING_BOX, canvas=canvas, pen=pen, big=big)


def load_pen_digits(*, progress: OnAmount | None = None) -> list[PenDigit]:
    """The pen digits of the file that PEN_DIGITS names, or of UCI's archive.

    Raises:
        DatasetError: they cannot be loaded, or the file is damaged.
    """
    named = os.environ.get("PEN_DIGITS")
    path = Path(named) if named else fetch(UCI, cache_folder() / "pen_digits.zip", progress)
    try:
        return _read_json(path) if named else _read_archive(path)
    except FileNotFoundError as error:
        raise DatasetError(
            t("PEN_DIGITS names {file}, and there is no such file.", file=path.name)
        ) from error
    # gzip, zip, LZW, JSON and UNIPEN fail on damaged bytes in a dozen different ways.
    except Exception as error:
        raise DatasetError(
            t("{file} is damaged: replace it with a fresh copy.", file=path.name)
        ) from error


def _read_json(path: Path) -> list[PenDigit]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [_pen_digit(entry) for entry in json.load(file)]


def _pen_digit(entry: dict) -> PenDigit:
    strokes = tuple(np.array(stroke, dtype=np.float32) for stroke in entry["strokes"])
    if not strokes or any(stroke.ndim != 2 or stroke.shape[1] != 2 for stroke in strokes):
        raise ValueError("a stroke is a list of [x, y]")
    return PenDigit(int(entry["digit"]), int(entry["writer"]), strokes)


def _read_archive(path: Path) -> list[PenDigit]:
    from unlzw3 import unlzw  # Unix compress, of 1998; needed here only

    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(_MEMBER).file_size > _MAX_MEMBER_BYTES:
            raise ValueError("too large")
        return list(read_unipen(unlzw(archive.read(_MEMBER)).decode("ascii")))


def read_unipen(text: str) -> Iterator[PenDigit]:
    """The digits of a file, in its order, as far as its format is used here.

    UNIPEN (Guyon and others, 1994):

        .SEGMENT DIGIT 0-1 ? "8"    a digit begins
        .COMMENT 8 1 0              its class, its writer, its number among the writer's
        .PEN_DOWN                   a stroke begins: lines of x and y, y upwards
        .PEN_UP                     it ends

    Raises:
        ValueError: a digit has no strokes, no writer, or something that is no number.
    """
    blocks = text.split(".SEGMENT DIGIT")[1:]
    for block in blocks:
        yield _from_unipen(block.splitlines())


def _from_unipen(lines: list[str]) -> PenDigit:
    digit = writer = None
    strokes: list[list[list[float]]] = []
    down = False
    for line in lines[1:]:
        word, *values = line.split() or [""]
        if word == ".COMMENT":
            digit, writer = int(values[0]), int(values[1])
        elif word.startswith("."):
            down = word == ".PEN_DOWN"
            if down:
                strokes.append([])
        elif word and down:
            x, y = float(word), float(values[0])
            strokes[-1].append([x, WRITING_BOX - y])
    if digit is None or writer is None or not any(strokes):
        raise ValueError("a digit without class, writer or strokes")
    return PenDigit(
        digit, writer, tuple(np.array(stroke, dtype=np.float32) for stroke in strokes if stroke)
    )


def pen_pictures(
    digits: Sequence[PenDigit], progress: OnAmount | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What the models would see had the writers drawn on our canvas: to learn from.

    Returns (COPIES * n, 28, 28) pictures, the copies of a digit one after another, and their
    (COPIES * n,) labels. A digit's pictures do not depend on the others' that it is drawn with.
    """
    pictures = np.empty((len(digits), COPIES, SIDE, SIDE), dtype=np.uint8)
    for i, digit in enumerate(digits):
        rng = np.random.default_rng([digit.digit, digit.writer, *map(len, digit.strokes)])
        for copy in range(COPIES):
            pictures[i, copy] = _to_learn_from(digit.strokes, copy, rng)
        if progress:
            progress(i + 1, len(digits))
    labels = np.array([digit.digit for digit in digits], dtype=np.uint8)
    return pictures.reshape(-1, SIDE, SIDE), np.repeat(labels, COPIES)


def _to_learn_from(strokes: Sequence[Stroke], copy: int, rng: np.random.Generator) -> Grey:
    picture = copy - STROKES
    if picture < 0:
        return rasterise(_vary(strokes, rng) if copy else strokes)
    if picture % ROUND:
        pen, strokes = rng.uniform(*THICK), _vary(strokes, rng)
    else:
        pen = PENS[1] - (PENS[1] - PENS[0]) * rng.random() ** 2
    big = picture % ROUND == ROUND - 1
    return to_mnist(render(strokes, box=WRITING_BOX, pen=pen, big=big))


def _vary(strokes: Sequence[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """The strokes turned, slanted and stretched around the middle of their box, in which they stay.

    What was written near the edge is moved back in, or the pen would draw beyond the canvas.
    """
    angle = np.radians(rng.uniform(-TURN, TURN))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    slant = np.array([[1, 0], [rng.uniform(-SLANT, SLANT), 1]])
    stretch = np.diag(1 + rng.uniform(-STRETCH, STRETCH, 2))
    varied = [
        (stroke - WRITING_BOX / 2) @ (turn @ slant @ stretch) + WRITING_BOX / 2
        for stroke in strokes
    ]
    points = np.concatenate(varied)
    low, high = points.min(axis=0), points.max(axis=0)
    back = np.maximum(-low, 0) - np.maximum(high - WRITING_BOX, 0)
    return [stroke + back for stroke in varied]


def load_pens(*, progress: OnAmount | None = None) -> Dataset:
    """MNIST, and in its training set the pen digits as well, as `to_mnist` prepares drawings.

    The pen digits follow MNIST's 60,000 training rows, `pen_digits.COPIES` rows each; the test set
    is MNIST's own. Raises DatasetError.
    """
    mnist = load_mnist(progress=progress)
    digits = load_pen_digits(progress=progress)
    x, y = pen_pictures(digits, progress)
    return Dataset(
        "pens",
        np.concatenate([mnist.x_train, x]),
        np.concatenate([mnist.y_train, y]),
        mnist.x_test,
        mnist.y_test,
    )
