"""The canvas' own strokes, drawn again with a thin pen, so that merged strokes part again.

`to_mnist` mends the pen in any picture, but where the strokes of a small digit by a thick pen have
run together, no picture shows how they went. The canvas knows where the pen went.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_models.preprocessing.decoding import UnreadablePicture
from mnist_models.text import t

Stroke = NDArray[np.float32]  # (n, 2): x to the right, y down

REDRAWN_PEN = 8  # pixels: the thinnest that the canvas offers, and the one that is read best
MAX_POINTS = 20_000
OVERSAMPLING = 4  # drawn at four times the size, then averaged: a browser's antialiasing
BIG = 0.75  # the share of the canvas that a big drawing fills
_FAR = 10_000  # pixels: a pen that left the canvas may have been so far away
_PARTS = 8  # straight pieces of a curve
_NUMBERS = {"M": 2, "L": 2, "Q": 4}  # Fabric.js draws freehand with these commands only


def redraw(strokes: list[Any], side: int) -> NDArray[np.uint8]:
    """The drawing with a thin pen, (side, side) uint8, light ink on black.

    Args:
        strokes: the paths as Fabric.js writes them, at least one.
        side: of the canvas, in pixels.

    Raises:
        UnreadablePicture: they are not paths, or have too many points.
    """
    try:
        # Counted before any is made: a visitor may send millions.
        if _PARTS * sum(len(stroke["path"]) for stroke in strokes) > MAX_POINTS:
            raise UnreadablePicture(
                t("Its strokes have more than {limit} pieces.", limit=MAX_POINTS // _PARTS)
            )
        lines = [_points(stroke["path"]) for stroke in strokes]
    except UnreadablePicture:
        raise
    except (TypeError, KeyError, ValueError, IndexError, OverflowError) as error:
        raise UnreadablePicture(t("Its strokes are not lines.")) from error
    return render(lines, canvas=side, box=side, pen=REDRAWN_PEN)


def _points(path: list[list[Any]]) -> Stroke:
    points: list[tuple[float, float]] = []
    for command, *rest in path:
        if len(rest) != _NUMBERS[command]:
            raise ValueError("a command with the wrong number of arguments")
        numbers = [float(number) for number in rest]
        if not all(math.isfinite(number) and abs(number) < _FAR for number in numbers):
            raise ValueError("a point that is nowhere")
        end = (numbers[-2], numbers[-1])
        points += _curve(points[-1], (numbers[0], numbers[1]), end) if command == "Q" else [end]
    if not points:
        raise ValueError("a stroke without points")
    return np.array(points, dtype=np.float32)


def _curve(
    start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Points of a quadratic Bézier curve, its start left out."""
    s = np.arange(1, _PARTS + 1)[:, np.newaxis] / _PARTS
    places = (
        (1 - s) ** 2 * np.array(start) + 2 * (1 - s) * s * np.array(middle) + s**2 * np.array(end)
    )
    return [(float(x), float(y)) for x, y in places]


def render(
    strokes: Sequence[Stroke],
    *,
    box: float,
    canvas: int = 280,
    pen: float = 16,
    big: bool = False,
) -> NDArray[np.uint8]:
    """Draw strokes, white on black with round caps and joins, as (canvas, canvas) uint8.

    strokes: (n, 2) points in a box × box square, which becomes the canvas: the drawing keeps its
    place and size. big: the ink is centred and its longer side is BIG of the canvas. pen: width in
    pixels of the canvas.
    """
    picture = Image.new("L", (canvas * OVERSAMPLING, canvas * OVERSAMPLING))
    draw = ImageDraw.Draw(picture)
    scaled = [stroke * (canvas / box) for stroke in strokes]
    for stroke in _big_and_centred(strokes, canvas, pen) if big else scaled:
        _draw_stroke(draw, stroke * OVERSAMPLING, pen * OVERSAMPLING)
    return np.asarray(picture.reduce(OVERSAMPLING))


def _big_and_centred(strokes: Sequence[Stroke], canvas: int, pen: float) -> list[Stroke]:
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(BIG * canvas - pen, 0) / max(float((high - low).max()), 1)
    return [(stroke - (low + high) / 2) * scale + canvas / 2 for stroke in strokes]


def _draw_stroke(draw: ImageDraw.ImageDraw, stroke: Stroke, pen: float) -> None:
    points = [(float(x), float(y)) for x, y in stroke]
    draw.line(points, fill=255, width=max(1, round(pen)))
    for point in points:
        draw.circle(point, pen / 2, fill=255)
