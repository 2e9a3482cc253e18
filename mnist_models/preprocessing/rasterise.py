"""Strokes → the 28 × 28 picture that MNIST would have made of them, drawn once and exactly.

Where the pen went is known on a canvas, so nothing has to be found in a picture: the strokes are
scaled, drawn with a pen like MNIST's, and centred. Every number comes from + − × ÷ √
in float64, in this order, and from whole numbers, so another language gets the very same picture.

`render` draws what a browser shows instead, for whoever needs pictures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_models.foreground.paper import BlankDrawing
from mnist_models.pictures import BOX, CENTRE, SIDE, Grey
from mnist_models.preprocessing.picture_files import UnreadablePicture
from mnist_models.preprocessing.shapes import count_shapes, groups
from mnist_models.preprocessing.stroke_width import BLOB
from mnist_models.text import t

Stroke = NDArray[np.floating]  # (n, 2): x to the right, y down

# Chosen by `python -m experiments.strokes`.
PEN = 2.5  # pixels of the box, as in MNIST
SUB = 4  # sub-samples per pixel, in each direction
STEP = 1  # sub-samples by which the drawing is moved; MNIST's were moved by whole pixels
# Of the canvas' side: the pens there. By the ink of the thinnest dots and separate shapes are told,
# so that it does not matter which pen somebody chose.
THINNEST, THICKEST = 8 / 280, 24 / 280

MAX_POINTS = 10_000
MAX_STROKES = 500  # a digit has one to three
OVERSAMPLING = 4  # drawn at four times the size, then averaged: a browser's antialiasing
BIG = 0.75  # the share of the canvas that a big drawing fills
_AT_ONCE = 1_000  # lines, to bound the memory
_LEVEL = 1e-9  # sub-samples that a level line is taken to fall, so that nothing is divided by 0
_FAR = 10_000  # pixels: a pen that left the canvas may have been so far away
_PARTS = 4  # straight pieces of a curve
_NUMBERS = {"M": 2, "L": 2, "Q": 4}  # Fabric.js draws freehand with these commands only


@dataclass(frozen=True, eq=False)
class Drawn:
    """How strokes became MNIST's picture, and what there was to draw.

    `fitted` is (H, W) uint8, its longer side BOX pixels; `centred` is (28, 28), what the models
    see. `is_dot` and `shapes` say what the strokes are: too little for a digit, or several of them.
    """

    fitted: Grey
    centred: Grey
    is_dot: bool
    shapes: int


def read_paths(paths: list[Any], side: int | tuple[int, int]) -> list[Stroke]:
    """The strokes of a canvas, without what was drawn beyond its edges.

    Args:
        paths: as Fabric.js writes them.
        side: of the canvas, in pixels, or its width and its height.

    Raises:
        UnreadablePicture: they are not paths, have too many points or leave the canvas too often.
    """
    try:
        # Counted before any is made: a visitor may send millions.
        if _PARTS * sum(len(path["path"]) for path in paths) > MAX_POINTS:
            raise UnreadablePicture(
                t("Its strokes have more than {limit} pieces.", limit=MAX_POINTS // _PARTS)
            )
        lines = [_points(path["path"]) for path in paths]
    except UnreadablePicture:
        raise
    except (TypeError, KeyError, ValueError, IndexError, OverflowError) as error:
        raise UnreadablePicture(t("Its strokes are not lines.")) from error
    strokes = [part for line in lines for part in _on_canvas(line, side)]
    if len(strokes) > MAX_STROKES:
        raise UnreadablePicture(t("It has more than {most} strokes.", most=MAX_STROKES))
    return strokes


def _points(path: list[list[Any]]) -> Stroke:
    """A path as points; a straight line is a curve whose middle is its start."""
    curves: list[list[float]] = []
    for command, *rest in path:
        if len(rest) != _NUMBERS[command]:
            raise ValueError("a command with the wrong number of arguments")
        numbers = [float(number) for number in rest]
        if not all(math.isfinite(number) and abs(number) < _FAR for number in numbers):
            raise ValueError("a point that is nowhere")
        before = curves[-1][-2:] if curves or command == "Q" else numbers
        curves.append([*before, *(numbers if command == "Q" else [*before, *numbers])])
    if not curves:
        raise ValueError("a stroke without points")
    start, middle, end = np.array(curves[1:]).reshape(-1, 3, 1, 2).swapaxes(0, 1)
    s = np.arange(1, _PARTS + 1)[:, np.newaxis] / _PARTS
    places = (1 - s) * (1 - s) * start + 2 * (1 - s) * s * middle + s * s * end
    return np.concatenate([np.array([curves[0][-2:]]), places.reshape(-1, 2)])


def _on_canvas(line: Stroke, side: int | tuple[int, int]) -> list[Stroke]:
    """The parts of a line between its points that are on the canvas."""
    there = np.all((line >= 0) & (line <= side), axis=1)
    parts = np.split(line, np.flatnonzero(np.diff(there)) + 1)
    return parts[0 if there[0] else 1 :: 2]


def rasterise(strokes: Sequence[Stroke]) -> Grey:
    """The picture that MNIST would have made of strokes: (28, 28) uint8, light ink on black.

    strokes: wherever they are and of whatever size, with at least one point each.
    Raises BlankDrawing if there are none.
    """
    return _placed(_fitted(strokes))


def rasterise_steps(strokes: Sequence[Stroke], side: float) -> Drawn:
    """How strokes become that picture, and what they are; raises the same.

    side: of the square that they were drawn in, in the strokes' unit.
    """
    fitted = _fitted(strokes)
    thinnest = THINNEST * side
    points = np.concatenate(strokes)
    return Drawn(
        fitted=_levels(fitted),
        centred=_placed(fitted),
        is_dot=bool(thinnest > BLOB * (np.ptp(points, axis=0).max() + thinnest)),
        shapes=count_shapes(_pieces(strokes, thinnest)),
    )


def _pieces(strokes: Sequence[Stroke], pen: float) -> NDArray[np.float64]:
    """(n, 4): top, left, bottom and right of the ink of each group of strokes that touch."""
    low = np.array([stroke.min(axis=0) for stroke in strokes])[:, ::-1] - pen / 2
    high = np.array([stroke.max(axis=0) for stroke in strokes])[:, ::-1] + pen / 2
    group = groups(_touching(strokes, pen)) if len(strokes) > 1 else np.zeros(1, np.intp)
    return np.array(
        [[*low[group == k].min(axis=0), *high[group == k].max(axis=0)] for k in np.unique(group)]
    )


def _touching(strokes: Sequence[Stroke], pen: float) -> NDArray[np.bool_]:
    """(n, n): whose ink shares a cell of a grid that is as fine as the sub-samples."""
    points = np.concatenate(strokes).astype(np.float64)
    low, high = points.min(axis=0) - pen / 2, points.max(axis=0) + pen / 2
    cells = BOX * SUB
    scale = cells / (high - low).max()
    ink = np.stack(
        [inked([(stroke - low) * scale], pen * scale + 1, cells, cells) for stroke in strokes]
    )
    flat = ink.reshape(len(strokes), -1).astype(np.float32)
    return flat @ flat.T > 0


def _fitted(strokes: Sequence[Stroke]) -> NDArray[np.bool_]:
    """Which sub-samples are inked when the longer side with its pen is BOX pixels, (H, W)."""
    if not strokes:
        raise BlankDrawing(t("The drawing has no ink: nothing was drawn on the canvas."))
    points = np.concatenate(strokes).astype(np.float64)
    low = points.min(axis=0)
    extent = points.max(axis=0) - low
    pen, longer = PEN * SUB, extent.max()
    scale = (BOX * SUB - pen) / longer if longer > 0 else 0.0
    lines = [(stroke.astype(np.float64) - low) * scale + pen / 2 for stroke in strokes]
    width, height = np.minimum(np.ceil((extent * scale + pen) / SUB), BOX).astype(int) * SUB
    return inked(lines, pen, height, width)


def inked(lines: Sequence[Stroke], pen: float, height: int, width: int) -> NDArray[np.bool_]:
    """Which cells of a grid have their centre within half a pen of a line, (height, width).

    lines: (n, 2) points in cells of the grid, whose first centre is at 0.5. pen: its width.
    """
    starts = np.concatenate([line[:-1] if len(line) > 1 else line for line in lines])
    ends = np.concatenate([line[1:] if len(line) > 1 else line for line in lines])
    changes = np.zeros((height, width + 1), dtype=np.intp)  # where ink begins and ends in a row
    for part in range(0, len(starts), _AT_ONCE):
        chosen = slice(part, part + _AT_ONCE)
        row, left, right = _spans(starts[chosen], ends[chosen], pen / 2, height)
        first = np.maximum(np.ceil(left - 0.5), 0).astype(np.intp)
        after = np.minimum(np.floor(right - 0.5), width - 1).astype(np.intp) + 1
        there = first < after
        np.add.at(changes, (row[there], first[there]), 1)
        np.add.at(changes, (row[there], after[there]), -1)
    return changes.cumsum(axis=1)[:, :-1] > 0


def _spans(
    starts: Stroke, ends: Stroke, radius: float, height: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The span of each row of cells that each line inks: its row, its left and its right end.

    The pen is a disc that moves along the line. Its chord on a row reaches furthest right, or left,
    where the disc's radius at the chord's end stands upright on the line, or at an end of the line.
    """
    x, y = starts[:, :1], np.arange(height) + 0.5 - starts[:, 1:]
    dx, dy = ends[:, :1] - x, ends[:, 1:] - starts[:, 1:]
    dy = np.where(dy == 0, _LEVEL, dy)
    length = np.sqrt(dx * dx + dy * dy)
    lean = radius * dx / np.where(dy < 0, -length, length)
    edges = []
    for side in (-1.0, 1.0):
        along = np.minimum(np.maximum((y + side * lean) / dy, 0), 1)
        off = y - along * dy
        room = radius * radius - off * off
        edges.append(x + along * dx + side * np.sqrt(np.maximum(room, 0)))
    line, row = np.nonzero(room >= 0)
    return row, edges[0][line, row], edges[1][line, row]


def _placed(fitted: NDArray[np.bool_]) -> Grey:
    """The inked sub-samples as (28, 28) grey levels, their centre of mass on pixel CENTRE."""
    height, width = fitted.shape
    top, left = (_start(fitted.sum(axis=axis)) for axis in (1, 0))
    field = np.zeros((SIDE * SUB, SIDE * SUB), dtype=bool)
    field[top : top + height, left : left + width] = fitted
    return _levels(field)


def _start(mass: NDArray[np.intp]) -> int:
    """Where the drawing begins, a multiple of STEP, in whole numbers so that no float decides."""
    total, moment = int(mass.sum()), int(mass @ np.arange(mass.size))
    twice = (2 * CENTRE * SUB + SUB - 1) * total - 2 * moment  # from there to the centre, × 2 total
    start = (twice + STEP * total) // (2 * STEP * total) * STEP
    return min(max(start, 0), SIDE * SUB - mass.size)


def _levels(cells: NDArray[np.bool_]) -> Grey:
    """The share of each pixel's sub-samples that are inked, 0 to 255."""
    height, width = cells.shape
    count = cells.reshape(height // SUB, SUB, width // SUB, SUB).sum(axis=(1, 3))
    return ((2 * 255 * count + SUB * SUB) // (2 * SUB * SUB)).astype(np.uint8)


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
