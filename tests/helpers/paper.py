"""Digits on paper as people photograph it: what lies around the ink, and the light on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models.data.pen_digits import PenDigit
from mnist_models.pictures import Grey
from mnist_models.preprocessing.decoding import LONGER_SIDE
from mnist_models.preprocessing.rasterise import render

Paint = NDArray[np.floating]  # (SIDE, SIDE), 0 for paper to 1 for ink

SIDE = 280
TOP, BOTTOM = 75, 205  # of the digit


def ink_of_digit(digit: PenDigit, pen: float = 7) -> Paint:
    """The digit in the middle of the page."""
    points = np.concatenate(digit.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (BOTTOM - TOP - pen) / max(float((high - low).max()), 1)
    strokes = [(stroke - (low + high) / 2) * scale + SIDE / 2 for stroke in digit.strokes]
    return render(strokes, box=SIDE, canvas=SIDE, pen=pen) / 255


def page(ink: Paint, light: NDArray[np.floating] | float = 1, noise: float = 2) -> Grey:
    """Dark ink on light paper, (H, W) uint8, with a camera's noise."""
    shot = 235 * light * (1 - 0.75 * ink)
    shot = shot + np.random.default_rng(0).normal(0, noise, ink.shape)
    return shot.clip(0, 255).astype(np.uint8)


def turned(picture: NDArray, degrees: float, fill: float) -> NDArray:
    image = Image.fromarray(picture.astype(np.float32))
    return np.asarray(image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=fill))


def _lines(rows: slice | list[int], columns: slice | list[int], strength: float = 1) -> Paint:
    lines = np.zeros((SIDE, SIDE))
    lines[rows] = strength
    lines[:, columns] = strength
    return lines


def _light(name: str) -> NDArray[np.floating]:
    y, x = np.indices((SIDE, SIDE)) / SIDE - 0.5
    return {
        "gradient": 0.65 - 0.6 * x,
        "vignette": 1 - 1.2 * (x**2 + y**2),
        "shadow": 0.75 - 0.25 * np.tanh(60 * (x + 0.4 * y - 0.1)),
        "cast": np.where(x + 0.3 * y > 0.1, 0.6, 1.0),
    }[name]


def _on_table(ink: Paint, table: float, degrees: float = 0) -> Grey:
    sheet = np.zeros((SIDE, SIDE))
    sheet[50:230, 50:230] = 1
    sheet = turned(sheet, degrees, 0)
    return page(1 - (1 - (1 - table) * (1 - sheet)) * (1 - ink))


def _plot(ink: Paint) -> Grey:
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    picture[50:230, 50:230] = np.rint(255 * ink)[50:230, 50:230]
    picture[50:230:36, 44:50] = picture[230:236, 50:230:36] = 0
    return picture


def _edged(picture: Grey, width: int, level: int, *sides: str) -> Grey:
    edges: dict[str, Any] = {
        "top": np.s_[:width],
        "bottom": np.s_[-width:],
        "left": np.s_[:, :width],
    }
    for side in sides:
        picture[edges[side]] = level
    return picture


BESIDE = [TOP - 20, TOP - 19, TOP - 18]  # a line of three pixels
CELL = [*range(40, 43), *range(237, 240)]
NONE = slice(0, 0)

PAGES: dict[str, Callable[[Paint], Grey]] = {
    "one line above": lambda ink: page(np.maximum(0.5 * ink, _lines(BESIDE, NONE))),
    "one line beside": lambda ink: page(np.maximum(ink, _lines(NONE, BESIDE))),
    "ruled": lambda ink: page(np.maximum(ink, _lines(slice(12, None, 70), NONE, 0.4))),
    "ruled, turned": lambda ink: page(
        np.maximum(
            ink, turned(np.pad(_lines(slice(12, None, 70), NONE, 0.5), 30), 1.5, 0)[30:-30, 30:-30]
        )
    ),
    "squared": lambda ink: page(
        np.maximum(ink, _lines(slice(9, None, 45), slice(9, None, 45), 0.3))
    ),
    "table": lambda ink: page(np.maximum(0.4 * ink, _lines(CELL, CELL))),
    "caption bar": lambda ink: _edged(page(ink), 25, 90, "bottom"),
    "cut too wide": lambda ink: _edged(page(ink), 1, 30, "top", "left"),
    "pale sheet": lambda ink: _on_table(ink, 1.15),
    "sheet on a table": lambda ink: _on_table(ink, 0.3),
    "turned sheet on a table": lambda ink: _on_table(ink, 0.4, 8),
    "black corners": lambda ink: (page(ink) * turned(np.ones_like(ink), 6, 0)).astype(np.uint8),
    "plot with axes": _plot,
    "gradient": lambda ink: page(ink, _light("gradient")),
    "vignette": lambda ink: page(ink, _light("vignette")),
    "soft shadow": lambda ink: page(ink, _light("shadow")),
    "cast shadow": lambda ink: page(ink, _light("cast")),
    "pencil": lambda ink: page(0.2 * ink, _light("gradient") / 2 + 0.5, noise=1),
    "blackboard": lambda ink: 255 - page(ink, _light("vignette")),
}


# Large pictures of much that is small; without a bound each would take much memory or time.
COSTLY: dict[str, Callable[[NDArray, NDArray], NDArray]] = {
    "dots": lambda y, x: 255 * (y % 2 + x % 2 == 0),
    "rings": lambda y, x: 255 * (np.maximum(abs(y - 512), abs(x - 512)) % 4 < 2),
    "small pieces": lambda y, x: (
        255 * ((y % 56 < 44) & (x % 32 < 6) | (y % 8 < 3) & (x % 8 < 3) & (x % 32 > 9))
    ),
    "squares": lambda y, x: 255 - 90 * ((y % 8 == 0) | (x % 8 == 0)),
    "noise": lambda y, x: np.random.default_rng(0).integers(0, 256, y.shape),
    "faint noise": lambda y, x: np.random.default_rng(0).integers(200, 256, y.shape),
}


def costly_file(kind: str, folder: Path) -> Path:
    """One of these, as large as a picture is looked at, as a file of NumPy's."""
    picture = COSTLY[kind](*np.indices((LONGER_SIDE, LONGER_SIDE))).astype(np.uint8)
    np.save(file := folder / "picture.npy", picture)
    return file
