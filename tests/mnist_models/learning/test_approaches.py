from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.data.dataset import Dataset
from mnist_models.learning import approaches
from mnist_models.learning.approaches import APPROACHES, PAIR, Approach, ApproachError, scheme_of
from mnist_models.learning.batches import make_members
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit, initial_stack
from mnist_models.robustness.attribution import explain

TINY = Recipe(
    name="tiny",
    summary="for the tests",
    hidden=(16,),
    member_hidden=(8,),
    negative_slope=0.1,
    batch_size=32,
    epochs=8,
    learning_rate=0.01,
)
SUM_TO_ONE = ("single", "committee", "pairs", "codes")
Contents = dict[str, Any]


@pytest.fixture(scope="module")
def trained(tiny_dataset: Dataset) -> dict[Approach, Stack]:
    x, y = tiny_dataset.x_train, tiny_dataset.y_train
    return {a: fit(TINY, a, x, y, seed=0).rounded() for a in APPROACHES}


def test_the_pair_is_first() -> None:
    assert tuple(APPROACHES)[:2] == PAIR == ("single", "multi")


@pytest.mark.parametrize("approach", APPROACHES)
def test_every_approach_learns_and_answers_alike_from_its_file(
    approach: Approach, trained: dict[Approach, Stack], tiny_dataset: Dataset, tmp_path: Path
) -> None:
    stack, x, y = trained[approach], tiny_dataset.x_test, tiny_dataset.y_test
    proba = stack.predict_proba(x)
    assert proba.shape == (len(x), 10)
    assert proba.dtype == np.float32
    assert proba.min() >= 0
    assert proba.max() <= 1
    sums = proba.sum(axis=1)
    assert np.allclose(sums, 1, atol=1e-5) == (approach in SUM_TO_ONE)
    assert (stack.predict(x) == y).mean() > 0.75
    stack.save(tmp_path / "stack.npz")
    again = Stack.load(tmp_path / "stack.npz")
    assert (again.approach, again.members) == (approach, stack.members)
    np.testing.assert_array_equal(again.predict_proba(x), proba)
    assert stack.predict_proba(x[:0]).shape == (0, 10)


@pytest.mark.parametrize(
    ("approach", "members", "outputs"),
    [
        ("single", 1, 10),
        ("multi", 10, 1),
        ("sigmoids", 1, 10),
        ("committee", 10, 10),
        ("pairs", 45, 1),
        ("codes", 15, 1),
    ],
)
def test_an_approach_has_its_members_of_their_width(
    approach: Approach, members: int, outputs: int, trained: dict[Approach, Stack]
) -> None:
    stack = trained[approach]
    width = 16 if members == 1 else 8
    assert (stack.members, stack.layers) == (members, (784, width, outputs))
    assert APPROACHES[approach].size(10) == (members, outputs)
    assert len({role.name for role in APPROACHES[approach].roles(np.arange(10))}) == members


def test_members_begin_by_their_names_alone(trained: dict[Approach, Stack]) -> None:
    """The weights of the pair are what they always were, since their streams are."""
    limits = [np.sqrt(6 / (784 + units)) for units in (16, 8)]
    for approach, names, limit in (
        ("single", ["single"], limits[0]),
        ("multi", [str(k) for k in range(10)], limits[1]),
        ("sigmoids", ["single"], limits[0]),
        ("committee", ["single", *(f"single {n}" for n in range(2, 11))], limits[1]),
    ):
        start = initial_stack(TINY, approach, np.arange(10), 3)  # type: ignore[arg-type]
        for k, name in enumerate(names):
            shape = start.weights[0][k].shape
            expected = stream(3, name, "weights").uniform(-limit, limit, shape)
            np.testing.assert_array_equal(start.weights[0][k], expected.astype(np.float32))


def test_the_first_of_a_committee_is_the_single_model(tiny_dataset: Dataset) -> None:
    recipe = replace(TINY, member_hidden=None, dropout=0.2, epochs=2)
    x, y = tiny_dataset.x_train, tiny_dataset.y_train
    alone, ten = (fit(recipe, a, x, y, seed=1).stack for a in ("single", "committee"))
    np.testing.assert_allclose(ten.weights[0][0], alone.weights[0][0], atol=1e-4)
    assert not np.allclose(ten.weights[0][1], alone.weights[0][0], atol=1e-2)
    of_members = [
        Stack(tuple(w[k : k + 1] for w in ten.weights), tuple(b[k : k + 1] for b in ten.biases),
              ten.classes_, ten.negative_slope).predict_proba(x[:20])
        for k in range(10)
    ]  # fmt: skip
    np.testing.assert_allclose(ten.predict_proba(x[:20]), np.mean(of_members, axis=0), atol=1e-6)


def test_a_pair_learns_from_its_two_classes_alone(tiny_dataset: Dataset) -> None:
    y = tiny_dataset.y_train
    members = make_members(TINY, "pairs", y, np.arange(10), 0)
    for member, (a, b) in zip(members, combinations(range(10), 2), strict=True):
        assert member.name == f"{a} or {b}"
        assert sorted(member.rows) == np.flatnonzero((y == a) | (y == b)).tolist()
        assert set(y[member.targets == 1]) == {a}


def test_a_code_asks_everybody(tiny_dataset: Dataset) -> None:
    y, code = tiny_dataset.y_train, approaches.error_correcting(10)
    for member, bit in zip(make_members(TINY, "codes", y, np.arange(10), 0), code.T, strict=True):
        assert len(member.rows) == len(y)
        np.testing.assert_array_equal(member.targets, bit[y] > 0)


def test_words_of_ten_classes_are_far_apart() -> None:
    code = approaches.error_correcting(10)
    assert code.shape == (10, 15)
    assert min((a != b).sum() for a, b in combinations(code, 2)) >= 5
    columns = list(code.T)
    assert all(1 <= (column > 0).sum() <= 9 for column in columns)
    assert all(2 <= (a != b).sum() <= 8 for a, b in combinations(columns, 2))


@pytest.mark.parametrize("classes", [2, 3, 5, 10, 30])
def test_codes_have_distinct_words_and_bits(classes: int) -> None:
    code = approaches.error_correcting(classes)
    assert len(np.unique(code, axis=0)) == classes
    turned = np.concatenate([code, -code], axis=1)
    assert len(np.unique(turned, axis=1).T) == 2 * code.shape[1]


def test_two_wrong_bits_are_mended() -> None:
    code = approaches.error_correcting(10)
    for k, wrong in [(3, (0, 7)), (9, (2, 14)), (0, (5, 6))]:
        said = code[k].astype(np.float32)
        said[list(wrong)] *= -1
        assert approaches.decode(4 * said[np.newaxis, :, np.newaxis], code)[0].argmax() == k


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=12))
def test_members_that_agree_are_coupled_exactly(odds: list[float]) -> None:
    wanted = np.array(odds) / sum(odds)
    code = approaches.one_vs_one(len(odds))
    duels = [np.log(wanted[a] / wanted[b]) for a, b in combinations(range(len(odds)), 2)]
    found = approaches.couple(np.array(duels, np.float32)[np.newaxis, :, np.newaxis], code)
    np.testing.assert_allclose(found[0], wanted, atol=1e-4)


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=45, max_size=45))
def test_scores_of_wild_members_sum_to_one(logits: list[float]) -> None:
    said = np.array(logits, np.float32)[np.newaxis, :, np.newaxis]
    for found in (
        approaches.couple(said, approaches.one_vs_one(10)),
        approaches.decode(said[:, :15], approaches.error_correcting(10)),
    ):
        assert np.isfinite(found).all()
        assert found.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("approach", ["pairs", "codes"])
def test_more_than_thirty_classes_are_refused(approach: Approach) -> None:
    y = np.arange(31)
    with pytest.raises(ApproachError, match="for 2 to 30 classes, and these are 31"):
        make_members(TINY, approach, y, y, 0)
    assert make_members(TINY, approach, y[:30], y[:30], 0)
    assert len(make_members(TINY, "committee", y, y, 0)) == 10


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(ApproachError, match=r"no approach called forest\. Choose one of: single"):
        scheme_of("forest")


def test_stacks_with_a_member_missing_are_refused(
    trained: dict[Approach, Stack], tmp_path: Path
) -> None:
    for approach in ("multi", "pairs", "codes"):
        stack = trained[approach]
        with pytest.raises(ValueError, match="do not fit"):
            replace(
                stack,
                weights=tuple(w[1:] for w in stack.weights),
                biases=tuple(b[1:] for b in stack.biases),
            )


def test_files_keep_the_code_that_they_are_read_by(
    trained: dict[Approach, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained["codes"].save(tmp_path / "codes.npz")
    scheme = replace(APPROACHES["codes"], code=approaches.one_vs_rest)
    monkeypatch.setitem(APPROACHES, "codes", scheme)
    again = Stack.load(tmp_path / "codes.npz")
    np.testing.assert_array_equal(again.code, trained["codes"].code)


def test_what_has_no_logit_for_each_class_is_not_explained(
    trained: dict[Approach, Stack], tiny_dataset: Dataset
) -> None:
    for approach in ("committee", "pairs", "codes"):
        with pytest.raises(ValueError, match="speak for no class"):
            explain(trained[approach], tiny_dataset.x_test[0])
    assert explain(trained["sigmoids"], tiny_dataset.x_test[0]).relevance.shape == (28, 28)


def test_one_network_is_as_wide_as_the_single_model_and_members_as_those_of_the_multi_model() -> (
    None
):
    strong = RECIPES["strong"]
    assert {a: strong.units(a) for a in APPROACHES} == {
        "single": (2048,),
        "sigmoids": (2048,),
        **dict.fromkeys(("multi", "committee", "pairs", "codes"), (512,)),
    }


def test_sigmoids_learn_by_the_cross_entropy_that_keras_computes(
    tiny_dataset: Dataset, make_stack: Callable[..., Stack]
) -> None:
    import keras

    x, y = tiny_dataset.x_train, tiny_dataset.y_train
    still = replace(TINY, learning_rate=1e-12, epochs=1, batch_size=len(y))
    result = fit(still, "sigmoids", x, y, seed=0)
    one_hot = (y[:, np.newaxis] == np.arange(10)).astype(np.float32)
    expected = keras.losses.BinaryCrossentropy()(one_hot, result.stack.predict_proba(x))
    assert result.history["loss"][0] == pytest.approx(np.asarray(expected), abs=1e-5)
