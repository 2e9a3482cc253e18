"""Where a picture is among the test pictures; NumPy only, as pages need it, in bytes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.embedding.hidden_units import hidden_units
from mnist_models.learning.stack import Floats, Stack

Bytes = NDArray[np.int8]  # whole numbers from -127 to 127, times a scale of their component
_ROWS = 500  # whose hidden units are held at once
_FIELDS = ("weights", "scales", "offset", "points", "steps")


@dataclass(frozen=True, eq=False)
class Embedding:
    """The test pictures as points, and how another picture becomes one.

    The first two components are the map; neighbours are sought in all C.

    Attributes:
        weights: (units, C) of each hidden unit in each component.
        scales: (C,) float32, of the weights.
        offset: (C,) float32.
        points: (n, C) where the test pictures are.
        steps: (C,) float32, of the points.
    """

    weights: Bytes
    scales: Floats
    offset: Floats
    points: Bytes
    steps: Floats

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def of(cls, weights: NDArray, offset: NDArray, stack: Stack, images: ArrayLike) -> Self:
        """The embedding with these components (units, C), (C,) of a stack's hidden units.

        The images (n, 28, 28) are the test pictures.

        What is rounded first is what all that comes later is computed with, here and in browsers.
        """
        numbers, scales = _to_bytes(weights)
        exact = offset.astype(np.float32)
        points, steps = _to_bytes(_place(stack, images, numbers, scales, exact))
        return cls(numbers, scales, exact, points, steps)

    def check_size(self, units: int, pictures: int) -> None:
        """Refuse what was made for another number of hidden units or test pictures.

        Raises:
            ValueError: it was.
        """
        if (len(self.weights), len(self.points)) != (units, pictures):
            raise ValueError("The embedding is of other networks or pictures.")

    def place(self, stack: Stack, images: ArrayLike) -> Floats:
        """Where pictures are: (n, 28, 28) → (n, C) float32.

        Raises:
            ValueError: the images have another shape, type or range, or the stack other units.
        """
        return _place(stack, images, self.weights, self.scales, self.offset)

    def nearest(self, place: ArrayLike, count: int) -> NDArray[np.intp]:
        """The numbers of the test pictures nearest to a place (C,), the nearest first."""
        away = self.points * self.steps - np.asarray(place, np.float32)
        return np.square(away).sum(axis=1).argsort(kind="stable")[:count]

    def within(self, corners: NDArray) -> NDArray[np.intp]:
        """The numbers of the test pictures inside a line that is drawn on the map and closed.

        Args:
            corners: (m, 2) of the line, in the first two components' numbers, -127 to 127.
        """
        x, y = self.points[:, :2].astype(np.float64).T + 1e-3  # a point is on no corner
        inside = np.zeros(len(x), bool)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y0 != y1:
                inside ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
        return np.flatnonzero(inside)

    def to_arrays(self) -> dict[str, NDArray]:
        """What `from_arrays` takes."""
        return {name: getattr(self, name) for name in _FIELDS}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray]) -> Self:
        """An embedding that was stored.

        Raises:
            KeyError, ValueError: the arrays are no such thing.
        """
        return cls(**{name: arrays[name] for name in _FIELDS})


def _place(
    stack: Stack, images: ArrayLike, weights: Bytes, scales: Floats, offset: Floats
) -> Floats:
    rows, exact = np.asarray(images), weights.astype(np.float32)
    parts = (rows[start : start + _ROWS] for start in range(0, max(len(rows), 1), _ROWS))
    return np.concatenate([hidden_units(stack, part) @ exact * scales + offset for part in parts])


def _to_bytes(numbers: NDArray) -> tuple[Bytes, Floats]:
    """Columns as bytes with a scale each."""
    largest = np.abs(numbers).max(axis=0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(numbers / scales).clip(-127, 127).astype(np.int8), scales


def _check(embedding: Embedding) -> None:
    components = embedding.offset.shape
    if not components == embedding.scales.shape == embedding.steps.shape or len(components) != 1:
        raise ValueError("The components do not fit together.")
    for array in (embedding.weights, embedding.points):
        if array.dtype != np.int8 or array.ndim != 2 or array.shape[1:] != components:
            raise ValueError(f"An array of bytes (…, {components}) is needed, not {array.shape}.")
    if components[0] < 2:
        raise ValueError("A map has two components at least.")
    if not all(np.isfinite(a).all() for a in (embedding.scales, embedding.offset, embedding.steps)):
        raise ValueError("A number is not finite.")
