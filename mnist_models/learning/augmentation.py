"""New training pictures from old ones: moved, turned, sheared, scaled, bent, thicker, thinner.

A distortion of the geometry says for each of the 784 pixels where in the old picture its value
comes from. Read bilinearly, that is four weights on four old pixels: a sparse 784 × 784 matrix.
Small groups of pictures share a matrix, so that distorting 60,000 of them takes about as long as
a training epoch of the smallest network here; every epoch draws all matrices and groups anew.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mnist_models.pictures import PIXELS, SIDE, Images

_GROUP = 64  # pictures that share a matrix
_CHUNK = 64 * _GROUP  # pictures that are in memory as floats at a time


@dataclass(frozen=True)
class Distortion:
    """How far pictures may be distorted; every number is drawn evenly up to these.

    Attributes:
        shift: pixels, in each direction.
        rotation: degrees, either way.
        shear: horizontal pixels per vertical pixel, either way.
        scale: share by which a picture grows or shrinks, in each direction.
        elastic: pixels by which places are moved at random, neighbours alike (Simard 2003).
        smoothness: pixels over which neighbours are alike, a standard deviation.
        pen: 0 to 1, how much of the way to a one pixel wider or narrower pen.
    """

    shift: float = 0.0
    rotation: float = 0.0
    shear: float = 0.0
    scale: float = 0.0
    elastic: float = 0.0
    smoothness: float = 4.0
    pen: float = 0.0

    def scaled(self, strength: float) -> Self:
        """The same, that many times as far; how smoothly pictures are bent is no matter of that."""
        numbers = {name: strength * most for name, most in vars(self).items()}
        return replace(self, **numbers | {"smoothness": self.smoothness})


def distort(images: Images, distortion: Distortion, rng: np.random.Generator) -> Images:
    """Every picture distorted once: (n, 28, 28) uint8 → (n, 28, 28) uint8.

    Args:
        images: light ink on dark.
        distortion: how far.
        rng: draws the distortions and who shares one.
    """
    result = np.empty_like(images)
    order = rng.permutation(len(images))
    for start in range(0, len(images), _CHUNK):
        rows = order[start : start + _CHUNK]
        pictures = _change_pen(images[rows], distortion.pen, rng)
        groups = -(-len(rows) // _GROUP)
        sources = _source_places(distortion, groups, rng)
        for group, places in enumerate(sources):
            part = slice(group * _GROUP, (group + 1) * _GROUP)
            moved = _bilinear(places) @ pictures[part].reshape(-1, PIXELS).T
            result[rows[part]] = moved.T.reshape(-1, SIDE, SIDE).round().clip(0, 255)
    return result


def distorted_ahead(
    images: Images, distortion: Distortion, streams: Iterator[np.random.Generator]
) -> Iterator[Images]:
    """All pictures, distorted anew by each of the streams.

    A thread makes the next while somebody learns from those that are ready.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(distort, images, distortion, next(streams))
        for rng in streams:
            ready, coming = coming, thread.submit(distort, images, distortion, rng)
            yield ready.result()
        yield coming.result()


def distorted_in_part(
    images: Images,
    distortion: Distortion,
    streams: Iterator[np.random.Generator],
    used: Callable[[], NDArray[np.int64]],
) -> Iterator[Images]:
    """All pictures, by each of the streams those distorted anew that are used next.

    The others are as they were last, so that few rows of many cost little.
    """
    shown = images.copy()
    for rng in streams:
        rows = used()
        shown[rows] = distort(images[rows], distortion, rng)
        yield shown.copy()  # somebody may keep it


def _source_places(
    distortion: Distortion, groups: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Where each pixel's value comes from, (groups, 2, 784): rows, then columns."""

    def draw(limit: float, size: tuple[int, ...] = (groups,)) -> NDArray:
        return rng.uniform(-limit, limit, size)

    angle = np.radians(draw(distortion.rotation))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.tile(np.eye(2)[:, :, np.newaxis], (1, 1, groups))
    shear[1, 0] = draw(distortion.shear)
    matrix = np.einsum("ijg,jkg->gik", turn, shear)
    matrix *= np.exp(draw(np.log1p(distortion.scale), (groups, 2)))[:, :, np.newaxis]
    centre = (SIDE - 1) / 2
    grid = np.indices((SIDE, SIDE)).reshape(2, PIXELS) - centre
    places = matrix @ grid + draw(distortion.shift, (groups, 2))[:, :, np.newaxis] + centre
    return np.asarray(places + _elastic(distortion, groups, rng), dtype=np.float32)


def _elastic(distortion: Distortion, groups: int, rng: np.random.Generator) -> NDArray:
    if not distortion.elastic:
        return np.zeros((groups, 2, PIXELS))
    from scipy.ndimage import gaussian_filter

    noise = rng.uniform(-1, 1, (groups, 2, SIDE, SIDE))
    sigma = distortion.smoothness
    field = gaussian_filter(noise, (0, 0, sigma, sigma), mode="constant")
    field /= np.abs(field).max(axis=(2, 3), keepdims=True)
    strength = rng.uniform(0, distortion.elastic, (groups, 1, 1, 1))
    return (strength * field).reshape(groups, 2, PIXELS)


def _bilinear(places: NDArray[np.float32]):  # type: ignore[no-untyped-def]  # a SciPy matrix
    """The sparse matrix (784, 784) that reads pictures at these places, (2, 784).

    What lies outside of the picture is dark.
    """
    from scipy.sparse import csr_array

    low = np.floor(places).astype(int)
    share = places - low
    columns, weights = [], []
    for down in (0, 1):
        for right in (0, 1):
            row, column = low[0] + down, low[1] + right
            weight = np.abs(1 - down - share[0]) * np.abs(1 - right - share[1])
            inside = (row >= 0) & (row < SIDE) & (column >= 0) & (column < SIDE)
            columns.append(np.where(inside, row * SIDE + column, 0))
            weights.append(np.where(inside, weight, 0))
    starts = np.arange(0, 4 * PIXELS + 1, 4)
    data = np.stack(weights, axis=1).ravel().astype(np.float32)
    return csr_array((data, np.stack(columns, axis=1).ravel(), starts), shape=(PIXELS, PIXELS))


def _change_pen(images: Images, limit: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Strokes up to a pixel wider or narrower: part of the way to the neighbours' extreme."""
    pictures = images.astype(np.float32)
    if not limit:
        return pictures
    amount = rng.uniform(-limit, limit, len(images)).astype(np.float32)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    cross = [padded[:, 1:-1, :-2], padded[:, 1:-1, 2:], padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]]
    # Half of the four neighbours' extreme on either side of a stroke makes it one pixel wider.
    for extreme, chosen in ((np.maximum, amount > 0), (np.minimum, amount < 0)):
        target = images[chosen]
        for neighbour in cross:
            target = extreme(target, neighbour[chosen])
        share = 0.5 * np.abs(amount[chosen])[:, np.newaxis, np.newaxis]
        pictures[chosen] += share * (target - pictures[chosen])
    return pictures
