"""Test pictures as points: neighbours look alike, and bytes say nearly what the numbers said."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mnist_models.data.dataset import Dataset
from mnist_models.embedding.arrays import embedding_arrays, embeddings_in
from mnist_models.embedding.fitting import fit_components
from mnist_models.embedding.hidden_units import hidden_units
from mnist_models.embedding.projection import Embedding
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.stack import Stack

MakeStack = Callable[..., Stack]


@pytest.fixture
def arrays(tiny_dataset: Dataset, make_stack: MakeStack) -> dict[str, np.ndarray]:
    stacks = {approach: make_stack(approach, hidden=(12, 6)) for approach in PAIR}
    d = tiny_dataset
    return embedding_arrays(stacks, d.x_train, d.y_train, d.x_test, seed=3)


@pytest.mark.parametrize("approach", PAIR)
@pytest.mark.parametrize("hidden", [(8,), (6, 5)])
def test_the_hidden_units_are_those_that_the_answer_comes_from(
    approach: Approach, hidden: tuple[int, ...], make_stack: MakeStack, tiny_dataset: Dataset
) -> None:
    stack, images = make_stack(approach, hidden=hidden), tiny_dataset.x_test
    units = hidden_units(stack, images)
    assert units.shape == (100, stack.members * hidden[-1])
    of_members = units.reshape(100, stack.members, hidden[-1]).transpose(1, 0, 2)
    logits = of_members @ stack.weights[-1] + stack.biases[-1][:, np.newaxis]
    np.testing.assert_allclose(
        logits.transpose(1, 0, 2).reshape(100, 10), stack.logits(images), atol=1e-5
    )


def test_large_sets_are_asked_in_blocks(
    make_stack: MakeStack, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = make_stack("multi")
    whole = hidden_units(stack, tiny_dataset.x_test)
    monkeypatch.setattr("mnist_models.embedding.hidden_units._BLOCK", 7 * 784 * 10)
    np.testing.assert_allclose(hidden_units(stack, tiny_dataset.x_test), whole, atol=1e-6)
    assert hidden_units(stack, tiny_dataset.x_test[:0]).shape == (0, 80)


def test_there_are_16_components_or_as_many_as_units(arrays: dict[str, np.ndarray]) -> None:
    found = embeddings_in(arrays)
    assert set(found) == set(PAIR)
    for approach, components in (("single", 6), ("multi", 16)):
        made = found[approach]
        assert made.weights.shape == ((6, 60)[approach == "multi"], components)
        assert made.points.shape == (100, components)
        assert {a.shape for a in (made.scales, made.offset, made.steps)} == {(components,)}
        assert {a.dtype for a in (made.weights, made.points)} == {np.dtype(np.int8)}


def test_the_same_seed_gives_the_same_points(
    arrays: dict[str, np.ndarray], tiny_dataset: Dataset, make_stack: MakeStack
) -> None:
    d, stacks = tiny_dataset, {a: make_stack(a, hidden=(12, 6)) for a in PAIR}
    again = embedding_arrays(stacks, d.x_train, d.y_train, d.x_test, seed=3)
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)


@pytest.mark.parametrize("approach", PAIR)
def test_points_are_where_the_pictures_are_but_for_half_a_step(
    approach: Approach,
    arrays: dict[str, np.ndarray],
    tiny_dataset: Dataset,
    make_stack: MakeStack,
) -> None:
    made = embeddings_in(arrays)[approach]
    places = made.place(make_stack(approach, hidden=(12, 6)), tiny_dataset.x_test)
    off = np.abs(places - made.points * made.steps)
    assert (off <= 0.501 * made.steps).all()
    assert np.abs(made.points).max(axis=0).tolist() == [127] * len(made.steps)  # no byte is lost


def test_bytes_for_weights_move_points_by_little(
    tiny_dataset: Dataset, make_stack: MakeStack
) -> None:
    rng, stack = np.random.default_rng(0), make_stack("single", hidden=(40,))
    images = np.concatenate([tiny_dataset.x_train, tiny_dataset.x_train, tiny_dataset.x_train])
    hidden = hidden_units(stack, images)  # of more pictures than are placed at once
    weights, offset = rng.normal(size=(40, 16)), rng.normal(size=16)
    made = Embedding.of(weights, offset, stack, images)
    exact = hidden @ weights + offset
    bound = np.abs(hidden).sum(axis=1, keepdims=True) * made.scales / 2 + made.steps
    assert (np.abs(made.points * made.steps - exact) <= bound).all()


@pytest.mark.parametrize("approach", PAIR)
def test_neighbours_mostly_carry_the_label(
    approach: Approach, tiny_dataset: Dataset, make_stack: MakeStack
) -> None:
    d, stack = tiny_dataset, make_stack(approach, hidden=(64,))
    arrays = embedding_arrays({approach: stack}, d.x_train, d.y_train, d.x_test)
    made = embeddings_in(arrays)[approach]
    places = made.place(stack, d.x_train[:100])
    same = [d.y_test[made.nearest(p, 5)] == y for p, y in zip(places, d.y_train, strict=False)]
    assert np.mean(same) > 0.8  # 0.1 by chance
    own = made.nearest(made.points[17] * made.steps, 3)
    assert own[0] == 17


def test_discriminants_have_a_variance_of_one_within_a_class() -> None:
    rng = np.random.default_rng(1)
    y = np.arange(3000) % 4
    hidden = (rng.normal(size=(3000, 30)) + 3 * np.eye(30)[y]).astype(np.float32)
    found = fit_components(hidden, y, 0)
    assert found is not None
    weights, offset = found
    assert weights.shape == (30, 16)
    placed = hidden @ weights + offset
    np.testing.assert_allclose(placed.mean(axis=0), 0, atol=1e-3)
    within = np.mean([placed[y == k, :3].var(axis=0) for k in range(4)], axis=0)
    np.testing.assert_allclose(within, 1, atol=0.02)
    # No more than the first of those that are left over, which is 1.
    assert placed[:, 3:].var(axis=0).max() == pytest.approx(1, abs=0.01)


def test_two_classes_and_few_units_have_a_map_too(make_stack: MakeStack) -> None:
    rng = np.random.default_rng(2)
    y = np.arange(40) % 2
    found = fit_components(rng.normal(size=(40, 3)).astype(np.float32), y, 0)
    assert found is not None
    assert found[0].shape == (3, 3)


@pytest.mark.parametrize("hidden", [np.ones((40, 30)), np.zeros((40, 2)), np.eye(40)[:, :1]])
def test_units_that_span_no_plane_have_no_map(hidden: np.ndarray) -> None:
    assert fit_components(hidden.astype(np.float32), np.arange(40) % 2, 0) is None


def test_a_stack_with_one_hidden_unit_is_left_out(
    tiny_dataset: Dataset, make_stack: MakeStack
) -> None:
    d = tiny_dataset
    stacks = {approach: make_stack(approach, hidden=(1,)) for approach in PAIR}
    made = embedding_arrays(stacks, d.x_train, d.y_train, d.x_test)
    assert set(embeddings_in(made)) == {"multi"}  # ten members, one unit each


def test_a_line_holds_the_points_inside_it() -> None:
    points = np.array([[0, 0, 9], [50, 0, 9], [0, 100, 9], [10, 3, 9]], np.int8)
    ones = np.ones(3, np.float32)
    made = Embedding(np.zeros((4, 3), np.int8), ones, ones, points, ones)
    assert made.within(np.array([[-5, -5], [20, -5], [20, 20], [-5, 20]])).tolist() == [0, 3]
    bent = np.array([[-128, -128], [128, -128], [128, 128], [5, 5], [-128, 128]])
    assert made.within(bent).tolist() == [0, 1, 3]
    assert made.within(np.array([[3, 3], [3, 3], [3, 3]])).tolist() == []


@pytest.mark.parametrize(
    "change",
    [
        {"points": np.zeros((5, 2), np.float32)},
        {"weights": np.zeros((5, 3), np.int8)},
        {"steps": np.array([1, np.nan], np.float32)},
        {"offset": np.zeros((2, 2), np.float32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_does_not_fit_together_is_refused(change: dict[str, np.ndarray]) -> None:
    bytes_, numbers = np.zeros((5, 2), np.int8), np.ones(2, np.float32)
    fields: dict[str, Any] = dict.fromkeys(("scales", "offset", "steps"), numbers)
    fields |= {"weights": bytes_, "points": bytes_}
    Embedding(**fields)
    with pytest.raises(ValueError, match=r"needed|fit|finite"):
        Embedding(**{**fields, **change})
