"""Disturbed pictures: what each disturbance does, and what it leaves alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_models.robustness.geometry import hide_square, turn
from mnist_models.robustness.noise import add_noise, noise_fields
from mnist_models.robustness.pen_width import change_pen
from mnist_models.robustness.perturbations import PERTURBATIONS

ALL = pytest.mark.parametrize("name", PERTURBATIONS)


@pytest.fixture
def images() -> np.ndarray:
    """Strokes of three pixels and grey noise: a vertical, a horizontal, and anything."""
    drawn = np.zeros((3, 28, 28), np.uint8)
    drawn[0, 5:23, 13:16] = 255
    drawn[1, 12:15, 5:23] = 255
    drawn[2] = np.random.default_rng(3).integers(0, 256, (28, 28))
    return drawn


@ALL
def test_nothing_changes_at_0_and_everything_else_is_a_picture(
    name: str, images: np.ndarray
) -> None:
    perturbation = PERTURBATIONS[name]
    np.testing.assert_array_equal(perturbation.apply(images, 0), images)
    for strength in (perturbation.low, perturbation.high):
        before = images.copy()
        disturbed = perturbation.apply(images, strength)
        assert (disturbed.shape, disturbed.dtype) == (images.shape, np.uint8)
        assert strength == 0 or (disturbed != images).any()
        np.testing.assert_array_equal(images, before)


@ALL
def test_the_strengths_go_from_the_least_to_the_greatest_through_0(name: str) -> None:
    perturbation = PERTURBATIONS[name]
    for step in (perturbation.step, perturbation.coarse):
        strengths = perturbation.strengths(step)
        assert strengths == sorted(strengths)
        assert (strengths[0], strengths[-1]) == (perturbation.low, perturbation.high)
        assert 0 in strengths


def test_noise_is_the_same_whenever_it_is_added_and_another_on_each_picture() -> None:
    np.testing.assert_array_equal(noise_fields(3)[:2], noise_fields(2))
    grey = np.full((2, 28, 28), 128, np.uint8)
    noisy = add_noise(grey, 0.1)
    assert (noisy[0] != noisy[1]).any()
    assert noisy.std() == pytest.approx(0.1 * 255, rel=0.1)
    assert noisy.mean() == pytest.approx(128, abs=2)


@pytest.mark.parametrize("side", [1, 2, 7, 20])
def test_the_square_is_black_and_stands_over_the_centre_of_the_ink(side: int) -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 4:25, 3:24] = 200  # 21 pixels, their centre at (14, 13)
    hidden = image[0] - hide_square(image, side)[0]
    rows, columns = np.nonzero(hidden)
    assert len(rows) == side**2
    assert np.ptp(rows) == np.ptp(columns) == side - 1
    assert abs(rows.mean() - 14) <= 0.5
    assert abs(columns.mean() - 13) <= 0.5


def test_a_blank_picture_has_nothing_to_hide() -> None:
    blank = np.zeros((1, 28, 28), np.uint8)
    for strength in range(21):
        assert not hide_square(blank, strength).any()


def test_a_quarter_turn_makes_a_vertical_stroke_a_horizontal_one(images: np.ndarray) -> None:
    np.testing.assert_array_equal(turn(images, 90), np.rot90(images, -1, axes=(1, 2)))
    np.testing.assert_array_equal(turn(images, -90), np.rot90(images, 1, axes=(1, 2)))


def test_a_turn_is_clockwise() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 2:6, 12:16] = 255  # at the top
    _, columns = np.nonzero(turn(image, 30)[0])
    assert columns.mean() > 17


def test_the_radius_is_added_on_each_side_of_a_stroke(images: np.ndarray) -> None:
    vertical = images[:1]
    for radius, width in ((1, 5), (2, 7), (-1, 1)):
        assert (change_pen(vertical, radius)[0, 14] == 255).sum() == width
    half = change_pen(vertical, 0.5)[0, 14]
    assert half[12] == half[16] == 128  # grey where a half of it is
    assert not change_pen(vertical, -2).any()


@given(
    radius=st.floats(0, 2),
    seed=st.integers(0, 99),
)
@settings(max_examples=25)
def test_a_thicker_pen_only_adds_ink_and_a_thinner_one_only_takes_it(
    radius: float, seed: int
) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (2, 28, 28)).astype(np.uint8)
    assert (change_pen(images, radius) >= images).all()
    assert (change_pen(images, -radius) <= images).all()
