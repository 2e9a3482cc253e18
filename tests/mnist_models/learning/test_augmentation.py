"""Distorted pictures are still pictures of the same digit, each in its own way."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.learning.augmentation import Distortion, distort

STRONG = Distortion(
    shift=1.5, rotation=12, shear=0.2, scale=0.15, elastic=2.5, smoothness=4, pen=0.8
)
LIMITS = st.builds(
    Distortion,
    shift=st.floats(0, 3),
    rotation=st.floats(0, 30),
    shear=st.floats(0, 0.5),
    scale=st.floats(0, 0.5),
    elastic=st.floats(0, 4),
    smoothness=st.floats(1, 8),
    pen=st.floats(0, 1),
)


@settings(deadline=None, max_examples=30)
@given(
    images=hnp.arrays(np.uint8, st.tuples(st.integers(0, 130), st.just(28), st.just(28))),
    distortion=LIMITS,
    seed=st.integers(0, 2**32 - 1),
)
def test_shape_and_type_stay_and_nothing_is_changed_in_place(
    images: np.ndarray, distortion: Distortion, seed: int
) -> None:
    before = images.copy()
    result = distort(images, distortion, np.random.default_rng(seed))
    assert result.shape == images.shape
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(images, before)


def test_no_distortion_leaves_every_picture_as_it_is() -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 28, 28)).astype(np.uint8)
    np.testing.assert_array_equal(distort(images, Distortion(), np.random.default_rng(1)), images)


def test_the_same_stream_gives_the_same_pictures() -> None:
    images = _squares(100)
    first, second = (distort(images, STRONG, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first != distort(images, STRONG, np.random.default_rng(4))).any()


def test_pictures_are_distorted_in_many_ways() -> None:
    distorted = distort(_squares(640), STRONG, np.random.default_rng(0))
    assert len({picture.tobytes() for picture in distorted}) > 500


def test_a_shift_moves_the_centre_of_mass_by_no_more_than_it_says() -> None:
    images = _squares(640)
    moved = _centres(distort(images, Distortion(shift=2.0), np.random.default_rng(0)))
    way = np.abs(moved - _centres(images))
    assert way.max() <= 2.05
    assert way.max() > 1.5


def test_a_rotation_turns_about_the_middle() -> None:
    bar = np.zeros((640, 28, 28), dtype=np.uint8)
    bar[:, 4:24, 13:15] = 255
    turned = distort(bar, Distortion(rotation=30), np.random.default_rng(0)).astype(float)
    np.testing.assert_allclose(_centres(turned), 13.5, atol=0.2)
    rows, columns = np.indices((28, 28)) - 13.5
    mass = turned.sum(axis=(1, 2))
    lean = (turned * rows * columns).sum(axis=(1, 2)) / mass
    upright = (turned * rows**2).sum(axis=(1, 2)) / mass
    angles = np.degrees(np.arctan2(np.abs(lean), upright))
    assert 20 < angles.max() < 31


def test_a_pen_becomes_wider_and_narrower_by_up_to_a_pixel() -> None:
    bar = np.zeros((640, 28, 28), dtype=np.uint8)
    bar[:, 4:24, 12:15] = 255
    widths = distort(bar, Distortion(pen=1.0), np.random.default_rng(0))[:, 14].sum(axis=1) / 255
    assert 3.9 < widths.max() < 4.05
    assert 1.95 < widths.min() < 2.1


def test_real_ink_stays_inside(mnist_npz: Path) -> None:
    with np.load(mnist_npz, allow_pickle=False) as file:
        images = file["x_test"][:2000]
    distorted = distort(images, STRONG, np.random.default_rng(0)).astype(float)
    edge = distorted.sum() - distorted[:, 1:-1, 1:-1].sum()
    assert edge / distorted.sum() < 0.01
    assert distorted.sum() / images.sum(dtype=float) == pytest.approx(1, abs=0.1)


def _squares(n: int) -> np.ndarray:
    images = np.zeros((n, 28, 28), dtype=np.uint8)
    images[:, 9:19, 9:19] = 200
    return images


def _centres(images: np.ndarray) -> np.ndarray:
    weights = images.astype(float)
    mass = weights.sum(axis=(1, 2))
    rows = (weights.sum(axis=2) * np.arange(28)).sum(axis=1) / mass
    columns = (weights.sum(axis=1) * np.arange(28)).sum(axis=1) / mass
    return np.stack([rows, columns], axis=1)
