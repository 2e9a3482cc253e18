"""The smallest change: it works, and where networks are linear there is no smaller one."""

from collections.abc import Callable

import numpy as np
import pytest

from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.robustness.deepfool import smallest_change

BOTH = pytest.mark.parametrize("approach", ["single", "multi"])
MakeStack = Callable[..., Stack]


@pytest.fixture
def images() -> np.ndarray:
    """Ink in a quarter of each picture."""
    drawn = np.zeros((12, 28, 28), np.uint8)
    drawn[:, 7:21, 7:21] = np.random.default_rng(2).integers(0, 256, (12, 14, 14))
    return drawn


@BOTH
def test_each_picture_is_read_as_something_else(
    approach: Approach, make_stack: MakeStack, images: np.ndarray
) -> None:
    stack = make_stack(approach, hidden=(16,), seed=5)
    change = smallest_change(stack, images)
    before, after = (stack.logits(p).argmax(axis=1) for p in (images, change.pictures))
    assert (before != after).all()
    np.testing.assert_array_equal(after, change.answers)
    assert change.pictures.min() >= 0
    assert change.pictures.max() <= 1
    lengths = np.linalg.norm((change.pictures - images / 255).reshape(12, -1), axis=1)
    np.testing.assert_allclose(lengths, change.lengths, rtol=1e-5)


@BOTH
def test_a_little_less_of_the_change_changes_nothing_and_no_random_one_does(
    approach: Approach, make_stack: MakeStack, images: np.ndarray
) -> None:
    stack = make_stack(approach, hidden=(16,), seed=5)
    change = smallest_change(stack, images)
    before = stack.logits(images).argmax(axis=1)
    start = images / 255
    less = start + 0.99 * (change.pictures - start)
    np.testing.assert_array_equal(stack.logits(less).argmax(axis=1), before)
    rng = np.random.default_rng(0)
    for _ in range(20):
        direction = rng.normal(size=start.shape)
        direction *= (change.lengths / np.linalg.norm(direction, axis=(1, 2)))[:, None, None]
        moved = np.clip(start + direction, 0, 1)
        assert (stack.logits(moved).argmax(axis=1) == before).mean() > 0.8


@BOTH
def test_of_linear_networks_it_is_the_distance_to_the_nearest_border(
    approach: Approach, make_stack: MakeStack
) -> None:
    """In the middle of all greys, where neither black nor white is in the way."""
    stack = make_stack(approach, hidden=(), seed=1)
    images = np.random.default_rng(0).integers(110, 140, (6, 28, 28)).astype(np.uint8)
    change = smallest_change(stack, images)
    weights = stack.weights[0].transpose(1, 0, 2).reshape(784, 10).astype(np.float64)
    logits = stack.logits(images).astype(np.float64)
    for k, (answer, length) in enumerate(zip(logits.argmax(axis=1), change.lengths, strict=True)):
        others = [other for other in range(10) if other != answer]
        slopes = np.linalg.norm(weights[:, [answer]] - weights[:, others], axis=0)
        nearest = ((logits[k, answer] - logits[k, others]) / slopes).min()
        assert length == pytest.approx(nearest, rel=0.02, abs=0.005)


@BOTH
def test_networks_that_do_not_look_at_the_picture_cannot_be_moved(
    approach: Approach, make_stack: MakeStack, images: np.ndarray
) -> None:
    stack = make_stack(approach, hidden=())
    blind = Stack((np.zeros_like(stack.weights[0]),), stack.biases, stack.classes_, 0.1)
    change = smallest_change(blind, images)
    assert np.isinf(change.lengths).all()


def test_a_stack_of_one_class_has_no_other_answer(
    make_stack: MakeStack, images: np.ndarray
) -> None:
    with pytest.raises(ValueError, match="no other answer"):
        smallest_change(make_stack("multi", classes=["7"]), images)
