"""A canvas' own strokes, drawn again with a thin pen: what a thick one has run together is parted.

`to_mnist` mends the pen in any picture, but where the strokes of a small digit by a thick pen have
run together, no picture shows how they went. The canvas knows where the pen went.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.pen_digits import render
from mnist_models.data.unipen import Stroke
from mnist_models.preprocessing.decoding import UnreadablePicture

PEN = 8  # pixels: the thinnest that the canvas offers, and the one that is read best
MAX_POINTS = 20_000
_FAR = 10_000  # pixels: a pen that left the canvas may have been so far away
_PARTS = 8  # straight pieces of a curve
_NUMBERS = {"M": 2, "L": 2, "Q": 4}  # Fabric.js draws freehand with these commands only


def redraw(strokes: list[Any], side: int) -> NDArray[np.uint8]:
    """The drawing with a thin pen, (side, side) uint8, light ink on black.

    Args:
        strokes: the paths as Fabric.js writes them, at least one.
        side: of the canvas, in pixels.

    Raises:
        UnreadablePicture: they are no paths, or too many points.
    """
    try:
        lines = [_points(stroke["path"]) for stroke in strokes]
    except (TypeError, KeyError, ValueError, IndexError) as error:
        raise UnreadablePicture("Its strokes are no lines.") from error
    if sum(map(len, lines)) > MAX_POINTS:
        raise UnreadablePicture(f"Its strokes have more than {MAX_POINTS} points.")
    return render(lines, canvas=side, box=side, pen=PEN)


def _points(path: list[list[Any]]) -> Stroke:
    points: list[tuple[float, float]] = []
    if len(path) > MAX_POINTS // _PARTS:
        raise UnreadablePicture(f"One of its strokes has {len(path)} pieces.")
    for command, *rest in path:
        if len(rest) != _NUMBERS[command]:
            raise ValueError("a command with other numbers than it takes")
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
    t = np.arange(1, _PARTS + 1)[:, np.newaxis] / _PARTS
    places = (
        (1 - t) ** 2 * np.array(start) + 2 * (1 - t) * t * np.array(middle) + t**2 * np.array(end)
    )
    return [(float(x), float(y)) for x, y in places]
