from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.robustness.attribution import explain, input_gradient

BOTH = pytest.mark.parametrize("approach", ["single", "multi"])
MakeStack = Callable[..., Stack]


@pytest.fixture
def image() -> np.ndarray:
    """Ink in a quarter of the picture."""
    picture = np.zeros((28, 28), np.uint8)
    picture[7:21, 7:21] = np.random.default_rng(2).integers(1, 256, (14, 14))
    return picture


@given(
    approach=st.sampled_from(["single", "multi"]),
    hidden=st.lists(st.integers(1, 6), max_size=3).map(tuple),
    negative_slope=st.sampled_from([0.0, 0.1, 0.3]),
    seed=st.integers(0, 999),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_gradient_is_the_slope_between_two_near_pictures(
    approach: Approach,
    hidden: tuple[int, ...],
    negative_slope: float,
    seed: int,
    make_stack: MakeStack,
) -> None:
    """Along a random direction, in exact enough arithmetic, wherever no unit has its kink."""
    stack = make_stack(approach, hidden=hidden, negative_slope=negative_slope, seed=seed)
    rng = np.random.default_rng(seed)
    images = rng.uniform(0.1, 0.9, (3, 28, 28))
    weights = rng.normal(size=(3, 10)).astype(np.float32)
    direction = rng.normal(size=(3, 28, 28))
    step = 1e-6
    above, below = (
        _weighted_logits(stack, images + sign * step * direction, weights) for sign in (1, -1)
    )
    smooth = _same_side(stack, images + step * direction, images - step * direction)
    expected = (above - below) / (2 * step)
    found = (input_gradient(stack, images, weights) * direction).sum(axis=(1, 2))
    np.testing.assert_allclose(found[smooth], expected[smooth], rtol=1e-3, atol=1e-3)


def _layers(stack: Stack, images: np.ndarray) -> list[np.ndarray]:
    """Every layer's sums before its LeakyReLU, in float64: a forward pass of the test's own."""
    hidden = images.reshape(1, len(images), 784)
    sums: list[np.ndarray] = []
    for weights, biases in zip(stack.weights, stack.biases, strict=True):
        if sums:
            hidden = np.where(sums[-1] > 0, sums[-1], stack.negative_slope * sums[-1])
        sums.append(hidden @ weights.astype(np.float64) + biases[:, np.newaxis])
    return sums


def _weighted_logits(stack: Stack, images: np.ndarray, weights: np.ndarray) -> np.ndarray:
    logits = _layers(stack, images)[-1].transpose(1, 0, 2).reshape(len(images), -1)
    return (logits * weights).sum(axis=1)


def _same_side(stack: Stack, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n,) whether each unit of each hidden layer is on the same side of its kink for both."""
    pairs = zip(_layers(stack, one)[:-1], _layers(stack, other)[:-1], strict=True)
    return np.logical_and.reduce(
        [((a > 0) == (b > 0)).all(axis=(0, 2)) for a, b in pairs] or [np.ones(len(one), bool)]
    )


@pytest.mark.parametrize("hidden", [(8,), (8, 6)])
@BOTH
def test_the_gradient_equals_tensorflows(
    approach: Approach, hidden: tuple[int, ...], make_stack: MakeStack, image: np.ndarray
) -> None:
    """By a tape around the Keras models, whose last activation is taken away."""
    import tensorflow as tf

    from mnist_models.runs.keras_export import to_keras

    stack = make_stack(approach, hidden=hidden)
    weights = np.random.default_rng(3).normal(size=(1, 10)).astype(np.float32)
    pixels = tf.Variable(image[np.newaxis] / np.float32(255))
    with tf.GradientTape() as tape:
        logits = tf.concat([_logits(model, pixels) for model in to_keras(stack)], axis=1)
        total = tf.reduce_sum(logits * weights)
    expected = tape.gradient(total, pixels).numpy()
    assert np.abs(expected).max() > 0.01  # or the comparison would say nothing
    found = input_gradient(stack, image[np.newaxis], weights)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


def _logits(model: Any, pixels: Any) -> Any:
    *layers, _softmax_or_sigmoid = model.layers
    for layer in layers:
        pixels = layer(pixels)
    return pixels


@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
@BOTH
def test_without_biases_the_relevance_of_all_pixels_sums_to_the_lead_of_the_answer(
    approach: Approach, hidden: tuple[int, ...], make_stack: MakeStack, image: np.ndarray
) -> None:
    stack = make_stack(approach, hidden=hidden)
    stack = replace(stack, biases=tuple(np.zeros_like(b) for b in stack.biases))
    reason = explain(stack, image)
    first, second = np.sort(stack.logits(image[np.newaxis])[0])[[-1, -2]]
    assert reason.relevance.sum() == pytest.approx(first - second, abs=1e-4)


@BOTH
def test_the_reason_is_about_the_answer_and_the_next_best(
    approach: Approach, make_stack: MakeStack, image: np.ndarray
) -> None:
    stack = make_stack(approach)
    reason = explain(stack, image)
    order = np.argsort(-stack.logits(image[np.newaxis])[0])
    assert [reason.answer, reason.runner_up] == order[:2].tolist()


@BOTH
def test_pixels_without_ink_have_no_say(
    approach: Approach, make_stack: MakeStack, image: np.ndarray
) -> None:
    relevance = explain(make_stack(approach), image).relevance
    assert (relevance[image == 0] == 0).all()
    assert (relevance[image > 0] != 0).any()


def test_only_the_two_members_in_question_are_asked(
    make_stack: MakeStack, image: np.ndarray
) -> None:
    """A third binary model may change as it likes, as long as it stays behind."""
    stack = make_stack("multi")
    reason = explain(stack, image)
    first = stack.weights[0].copy()
    others = [k for k in range(10) if k not in (reason.answer, reason.runner_up)]
    first[others] = 0
    last = stack.biases[-1].copy()
    last[others] = -50
    changed = replace(stack, weights=(first, *stack.weights[1:]), biases=(*stack.biases[:-1], last))
    np.testing.assert_allclose(explain(changed, image).relevance, reason.relevance, atol=1e-6)


def test_more_ink_where_the_relevance_is_positive_helps_the_answer(
    make_stack: MakeStack, image: np.ndarray
) -> None:
    stack = make_stack("single", hidden=())
    reason = explain(stack, image)
    row, column = np.unravel_index(reason.relevance.argmax(), (28, 28))
    less = image.copy()
    less[row, column] = 0
    logits = stack.logits(np.stack([image, less]))
    lead = logits[:, reason.answer] - logits[:, reason.runner_up]
    assert lead[0] - lead[1] == pytest.approx(reason.relevance.max(), abs=1e-4)
    assert lead[0] > lead[1]


def test_saturated_answers_are_explained_as_they_are_given(image: np.ndarray) -> None:
    """Two sigmoids that both round to 1 are a tie, which goes to the first class."""
    biases = np.array([[-3.0], [60.0], [80.0]], np.float32)
    stack = Stack((np.zeros((3, 784, 1), np.float32),), (biases,), np.arange(3), 0.0)
    reason = explain(stack, image)
    assert reason.answer == stack.predict(image[np.newaxis])[0] == 1
    assert reason.runner_up == 2


def test_what_does_not_fit_is_refused(make_stack: MakeStack, image: np.ndarray) -> None:
    stack = make_stack("single")
    for weights in (np.zeros((1, 9)), np.zeros(10), np.zeros((2, 10))):
        with pytest.raises(ValueError, match="One weight per image and logit"):
            input_gradient(stack, image[np.newaxis], weights)
    with pytest.raises(ValueError, match="shape"):
        explain(stack, image[:27])
    with pytest.raises(ValueError, match="no runner-up"):
        explain(make_stack("single", classes=[0]), image)
