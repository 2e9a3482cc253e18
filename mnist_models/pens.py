"""Real pen strokes as pictures: what a browser's canvas shows when one of their writers draws.

For tests and benchmarks. The strokes are UCI's Pen-Based Recognition of Handwritten Digits
(Alpaydin and Alimoglu, CC BY 4.0), as gzipped JSON in the file that PEN_DIGITS names.
"""

import gzip
import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Stroke = NDArray[np.float32]  # (n, 2): x to the right, y down

OVERSAMPLING = 4  # drawn at four times the size, then averaged: a browser's antialiasing
BIG = 0.75  # the share of the canvas that a big drawing fills


class PenDigitsError(RuntimeError):
    """The pen digits are not here or cannot be read."""


@dataclass(frozen=True, eq=False)
class PenDigit:
    """One digit as one person wrote it: its strokes, in the box the writer was given."""

    digit: int
    writer: int
    strokes: tuple[Stroke, ...]


def load_pen_digits() -> list[PenDigit]:
    """Read the file that PEN_DIGITS names; PenDigitsError if there is none or it is damaged."""
    path = os.environ.get("PEN_DIGITS")
    if not path:
        raise PenDigitsError("PEN_DIGITS is not set: point it at a pen_digits.json.gz.")
    name = Path(path).name
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [_pen_digit(entry) for entry in json.load(file)]
    except FileNotFoundError as error:
        raise PenDigitsError(f"PEN_DIGITS names {name}, and there is no such file.") from error
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise PenDigitsError(f"{name} is damaged: put a fresh copy in its place.") from error


def _pen_digit(entry: dict) -> PenDigit:
    strokes = tuple(np.array(stroke, dtype=np.float32) for stroke in entry["strokes"])
    if not strokes or any(stroke.ndim != 2 or stroke.shape[1] != 2 for stroke in strokes):
        raise ValueError("a stroke is a list of [x, y]")
    return PenDigit(int(entry["digit"]), int(entry["writer"]), strokes)


def render(
    strokes: Sequence[Stroke],
    *,
    canvas: int = 280,
    box: float = 500,
    pen: float = 16,
    big: bool = False,
) -> NDArray[np.uint8]:
    """Draw strokes, white on black with round caps and joins, as (canvas, canvas) uint8.

    strokes: (n, 2) points in a box × box square, which becomes the canvas: the drawing keeps its
    place and size. big: the ink is centred and its longer side is BIG of the canvas. pen: width in
    pixels of the canvas.
    """
    place = _big_and_centred if big else _as_drawn
    picture = Image.new("L", (canvas * OVERSAMPLING, canvas * OVERSAMPLING))
    draw = ImageDraw.Draw(picture)
    for stroke in place(strokes, canvas, box, pen):
        _draw_stroke(draw, stroke * OVERSAMPLING, pen * OVERSAMPLING)
    return np.asarray(picture.reduce(OVERSAMPLING))


def _as_drawn(strokes: Sequence[Stroke], canvas: int, box: float, _pen: float) -> list[Stroke]:
    return [stroke * (canvas / box) for stroke in strokes]


def _big_and_centred(
    strokes: Sequence[Stroke], canvas: int, _box: float, pen: float
) -> list[Stroke]:
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(BIG * canvas - pen, 0) / max(float((high - low).max()), 1)
    return [(stroke - (low + high) / 2) * scale + canvas / 2 for stroke in strokes]


def _draw_stroke(draw: ImageDraw.ImageDraw, stroke: Stroke, pen: float) -> None:
    points = [(float(x), float(y)) for x, y in stroke]
    draw.line(points, fill=255, width=max(1, round(pen)))
    for point in points:
        draw.circle(point, pen / 2, fill=255)
