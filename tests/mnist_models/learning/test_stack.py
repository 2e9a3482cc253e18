import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.learning import stack as stack_module
from mnist_models.learning.approaches import Approach, sigmoid, softmax
from mnist_models.learning.stack import Stack

BOTH = pytest.mark.parametrize("approach", ["single", "multi"])

# The stack's file and the fixtures that make it do not change from one example to the next.
UNCHANGED = [HealthCheck.function_scoped_fixture]

MakeStack = Callable[..., Stack]


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (10, 28, 28)).astype(np.uint8)


def test_a_slope_that_would_turn_units_over_is_refused(make_stack: Callable[..., Stack]) -> None:
    with pytest.raises(ValueError, match=r"slope is 1 at most, not 1\.5"):
        make_stack("single", negative_slope=1.5)


@pytest.mark.parametrize("negative_slope", [0.0, 0.1])
@pytest.mark.parametrize("hidden", [(8,), (8, 6)])
@BOTH
def test_the_forward_pass_equals_keras(
    approach: Approach,
    hidden: tuple[int, ...],
    negative_slope: float,
    make_stack: MakeStack,
    images: np.ndarray,
) -> None:
    from mnist_models.runs.keras_export import to_keras

    stack = make_stack(approach, hidden=hidden, negative_slope=negative_slope)
    models = to_keras(stack)
    expected = np.concatenate([np.asarray(model(images / 255.0)) for model in models], axis=1)
    assert len(models) == stack.members
    assert expected.std() > 0.01  # or the comparison would say nothing
    np.testing.assert_allclose(stack.predict_proba(images), expected, atol=1e-5)


def test_rows_of_a_single_model_sum_to_one(make_stack: MakeStack, images: np.ndarray) -> None:
    proba = make_stack("single").predict_proba(images)
    assert proba.dtype == np.float32
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-6)


def test_rows_of_a_multi_model_are_independent_answers(
    make_stack: MakeStack, images: np.ndarray
) -> None:
    proba = make_stack("multi").predict_proba(images)
    assert proba.dtype == np.float32
    assert (proba > 0).all()
    assert (proba < 1).all()
    assert np.abs(proba.sum(axis=1) - 1).min() > 0.1


def test_one_more_member_leaves_the_answers_of_the_others(
    make_stack: MakeStack, images: np.ndarray
) -> None:
    eleven = make_stack("multi", classes=list(range(11)))
    ten = Stack(
        weights=tuple(w[:10] for w in eleven.weights),
        biases=tuple(b[:10] for b in eleven.biases),
        classes_=eleven.classes_[:10],
        negative_slope=eleven.negative_slope,
    )
    np.testing.assert_allclose(
        eleven.predict_proba(images)[:, :10], ten.predict_proba(images), atol=1e-6
    )


def _constant(approach: Approach, biases: list[float]) -> Stack:
    """A stack whose logits are these numbers whatever the picture."""
    members, outputs = (1, len(biases)) if approach == "single" else (len(biases), 1)
    return Stack(
        weights=(np.zeros((members, 784, outputs), np.float32),),
        biases=(np.array(biases, np.float32).reshape(members, outputs),),
        classes_=np.arange(len(biases)) * 10,
        negative_slope=0.0,
    )


@BOTH
def test_ties_go_to_the_first_class(approach: Approach, images: np.ndarray) -> None:
    assert (_constant(approach, [0, 0, 0, 0]).predict(images) == 0).all()
    assert (_constant(approach, [0, 2, 1, 2]).predict(images) == 10).all()
    assert (_constant(approach, [0, 1, 1, 2]).predict(images) == 30).all()


def test_a_logit_of_zero_is_a_yes(images: np.ndarray) -> None:
    assert (_constant("multi", [0.0, -1.0]).predict_proba(images)[:, 0] >= 0.5).all()


@BOTH
def test_grey_levels_and_fractions_agree(
    approach: Approach, make_stack: MakeStack, images: np.ndarray
) -> None:
    stack = make_stack(approach)
    expected = stack.predict_proba(images)
    for dtype in (np.float32, np.float64):
        np.testing.assert_allclose(
            stack.predict_proba((images / 255).astype(dtype)), expected, atol=1e-6
        )


@pytest.mark.parametrize(
    ("wrong", "expectation"),
    [
        (np.zeros((28, 28), np.uint8), "shape (n, 28, 28)"),
        (np.zeros((2, 784), np.uint8), "shape (n, 28, 28)"),
        (np.zeros((2, 28, 28, 1), np.uint8), "shape (n, 28, 28)"),
        (np.zeros((2, 28, 27), np.uint8), "shape (n, 28, 28)"),
        (np.array(3), "shape (n, 28, 28)"),
        (np.zeros((2, 28, 28), np.int64), "uint8"),
        (np.zeros((2, 28, 28), np.bool_), "uint8"),
        (np.zeros((2, 28, 28), np.complex64), "uint8"),
        (np.zeros((2, 28, 28), object), "uint8"),
        (np.full((2, 28, 28), 255.0), "[0, 1]"),
        (np.full((2, 28, 28), 1.001), "[0, 1]"),
        (np.full((2, 28, 28), -0.001), "[0, 1]"),
        (np.full((2, 28, 28), np.nan), "[0, 1]"),
        (np.full((2, 28, 28), np.inf), "[0, 1]"),
    ],
)
def test_wrong_images_are_refused_with_what_was_expected(
    wrong: np.ndarray, expectation: str, make_stack: MakeStack
) -> None:
    for method in ("predict", "predict_proba", "logits"):
        with pytest.raises(ValueError, match=re.escape(expectation)):
            getattr(make_stack("single"), method)(wrong)


def test_a_single_nan_among_sound_pixels_is_refused(make_stack: MakeStack) -> None:
    picture = np.full((1, 28, 28), 0.5)
    picture[0, 13, 17] = np.nan
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        make_stack("single").predict(picture)


@BOTH
def test_many_images_in_blocks_give_the_same_as_one_pass(
    approach: Approach, make_stack: MakeStack, images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = make_stack(approach)
    in_one_pass = stack.predict_proba(images)
    monkeypatch.setattr(stack_module, "_BLOCK", 3 * stack.members * 784 + 1)
    rows = stack_module.as_rows(images)
    sizes = [len(block) for block in stack_module._blocks(rows, stack.members * 784)]
    assert sizes == [3, 3, 3, 1]
    np.testing.assert_allclose(stack.predict_proba(images), in_one_pass, atol=1e-6)


@BOTH
def test_no_images_give_no_rows(approach: Approach, make_stack: MakeStack) -> None:
    stack = make_stack(approach)
    for empty in (np.zeros((0, 28, 28), np.uint8), np.zeros((0, 28, 28))):
        assert stack.predict_proba(empty).shape == (0, 10)
        assert stack.predict(empty).shape == (0,)


@given(hnp.arrays(np.float32, (3, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_softmax_and_sigmoid_equal_scipy(logits: np.ndarray) -> None:
    from scipy import special

    exact = logits.astype(np.float64)
    np.testing.assert_allclose(softmax(logits), special.softmax(exact, axis=1), atol=1e-6)
    np.testing.assert_allclose(sigmoid(logits), special.expit(exact), atol=1e-6)


@given(
    approach=st.sampled_from(["single", "multi"]),
    hidden=st.lists(st.integers(1, 5), max_size=2).map(tuple),
    count=st.integers(2, 12),
    negative_slope=st.sampled_from([0.0, 0.1, 0.3]),
    rounded=st.booleans(),
    seed=st.integers(0, 99),
)
@settings(max_examples=25, deadline=None, suppress_health_check=UNCHANGED)
def test_saving_and_loading_gives_the_very_same_numbers(
    approach: Approach,
    hidden: tuple[int, ...],
    count: int,
    negative_slope: float,
    rounded: bool,
    seed: int,
    make_stack: MakeStack,
    images: np.ndarray,
    tmp_path: Path,
) -> None:
    stack = make_stack(
        approach,
        hidden=hidden,
        classes=list(range(count)),
        negative_slope=negative_slope,
        seed=seed,
    )
    stack = stack.rounded() if rounded else stack
    stack.save(tmp_path / "stack.npz")
    loaded = Stack.load(tmp_path / "stack.npz")
    assert loaded.layers == stack.layers == (784, *hidden, count if approach == "single" else 1)
    _assert_same_numbers(loaded, stack)
    np.testing.assert_array_equal(loaded.classes_, stack.classes_)
    np.testing.assert_array_equal(loaded.predict_proba(images), stack.predict_proba(images))


def _assert_same_numbers(ours: Stack, theirs: Stack) -> None:
    for our, their in zip(
        (*ours.weights, *ours.biases), (*theirs.weights, *theirs.biases), strict=True
    ):
        assert our.dtype == their.dtype == np.float32
        np.testing.assert_array_equal(our, their)


@BOTH
def test_a_rounded_weight_is_a_byte_times_its_units_scale(
    approach: Approach, make_stack: MakeStack
) -> None:
    stack = make_stack(approach, hidden=(8, 6))
    for before, after in zip(stack.weights, stack.rounded().weights, strict=True):
        scales = np.abs(after).max(axis=1, keepdims=True) / 127
        numbers = after / scales
        np.testing.assert_allclose(numbers, np.rint(numbers), atol=1e-4)
        assert (np.abs(after - before) <= 0.5001 * scales).all()
    for before, after in zip(stack.biases, stack.rounded().biases, strict=True):
        np.testing.assert_array_equal(after, before)


@given(hnp.arrays(np.float32, (2, 5, 3), elements=st.floats(-(2.0**126), 2.0**126, width=32)))
@settings(deadline=None)
def test_what_was_rounded_is_rounded_to_itself(weights: np.ndarray) -> None:
    numbers, scales = stack_module._to_bytes(weights)
    rounded = stack_module._from_bytes(numbers, scales)
    assert np.abs(numbers.astype(int)).max() <= 127
    assert np.isfinite(rounded).all()
    again = stack_module._to_bytes(rounded)
    np.testing.assert_array_equal(again[0], numbers)
    np.testing.assert_array_equal(again[1], scales)


def test_members_are_rounded_alike_alone_and_among_others(make_stack: MakeStack) -> None:
    stack = make_stack("multi")
    three = stack.of([3, 1, 4])
    _assert_same_numbers(three.rounded(), stack.rounded().of([3, 1, 4]))


def test_a_rounded_weight_takes_a_byte_of_the_file(make_stack: MakeStack, tmp_path: Path) -> None:
    stack = make_stack("single", hidden=(128,)).rounded()
    stack.save(tmp_path / "stack.npz")
    assert 0.8 < (tmp_path / "stack.npz").stat().st_size / stack.parameters < 1.05


def test_a_file_of_float16_is_read_as_it_is(make_stack: MakeStack, tmp_path: Path) -> None:
    """Runs of before have such files; what is taught to them is kept in float32."""
    stack = make_stack("multi")
    halves = [(w.astype(np.float16), b.astype(np.float16)) for w, b in _layers(stack)]
    arrays: dict[str, Any] = {f"weights_{d}": w for d, (w, _) in enumerate(halves)}
    arrays |= {f"biases_{d}": b for d, (_, b) in enumerate(halves)}
    np.savez(tmp_path / "old.npz", classes=stack.classes_, negative_slope=0.1, **arrays)
    old = Stack.load(tmp_path / "old.npz")
    for (w, b), (half_w, half_b) in zip(_layers(old), halves, strict=True):
        np.testing.assert_array_equal(w, half_w.astype(np.float32))
        np.testing.assert_array_equal(b, half_b.astype(np.float32))
    taught = old.with_members(make_stack("multi", classes=["new"], seed=1).rounded())
    taught.save(tmp_path / "taught.npz")
    _assert_same_numbers(Stack.load(tmp_path / "taught.npz"), taught)


def _layers(stack: Stack) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(stack.weights, stack.biases, strict=True))


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_cannot_be_stored_are_refused_and_nothing_is_written(
    number: float, make_stack: MakeStack, tmp_path: Path
) -> None:
    stack = make_stack("single")
    stack.weights[1][0, 0, 0] = number
    with pytest.raises(ValueError, match="Layer 1"):
        stack.save(tmp_path / "stack.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def saved(make_stack: MakeStack) -> bytes:
    file = io.BytesIO()
    make_stack("multi", classes=[0, 1]).save(file)  # type: ignore[arg-type]
    return file.getvalue()


def _npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


_LAYER = {
    "weights_0": np.zeros((1, 784, 2)),
    "biases_0": np.zeros((1, 2)),
    "classes": np.arange(2),
    "negative_slope": 0.1,
}


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"These are not the weights you are looking for.\n",
        b"PK\x03\x04",
        _npy(np.zeros((1, 784, 2))),
        _npz(),
        _npz(**{**_LAYER, "classes": np.array([{"a": 1}, None], dtype=object)}),
        _npz(**{**_LAYER, "weights_0": np.array([["a"]])}),
        _npz(**{**_LAYER, "weights_0": np.zeros((1, 784, 3))}),
        _npz(**{**_LAYER, "weights_1": np.zeros((1, 2, 2))}),
        _npz(**{**_LAYER, "classes": np.array(7)}),
        _npz(**{**_LAYER, "negative_slope": np.zeros(3)}),
        _npz(**{k: v for k, v in _LAYER.items() if k != "classes"}),
    ],
)
def test_a_file_that_holds_no_stack_is_refused_by_name(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match=r"other\.npz holds no readable stack"):
        Stack.load(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"absent\.npz"):
        Stack.load(tmp_path / "absent.npz")


@given(share=st.floats(0, 0.999))
@settings(max_examples=40, suppress_health_check=UNCHANGED)
def test_a_truncated_file_is_refused(share: float, saved: bytes) -> None:
    with pytest.raises(ValueError, match="holds no readable stack"):
        Stack.load(io.BytesIO(saved[: int(share * len(saved))]))


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=UNCHANGED)
def test_a_changed_byte_is_refused_or_harmless(data: st.DataObject, saved: bytes) -> None:
    damaged = bytearray(saved)
    damaged[data.draw(st.integers(0, len(saved) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        loaded = Stack.load(io.BytesIO(damaged))
    except ValueError:
        return
    assert loaded.layers == (784, 8, 1)


@BOTH
def test_classes_can_be_words(
    approach: Approach, make_stack: MakeStack, images: np.ndarray, tmp_path: Path
) -> None:
    stack = make_stack(approach, classes=["heart", "star", "Ω"])
    stack.save(tmp_path / "stack.npz")
    loaded = Stack.load(tmp_path / "stack.npz")
    assert loaded.classes_.tolist() == ["heart", "star", "Ω"]
    assert set(loaded.predict(images)) <= {"heart", "star", "Ω"}
    np.testing.assert_array_equal(
        loaded.predict(images), loaded.classes_[loaded.predict_proba(images).argmax(axis=1)]
    )


def test_layers_and_parameters_are_those_of_the_model_summary(make_stack: MakeStack) -> None:
    single = make_stack("single", hidden=(256,))
    assert (single.layers, single.members, single.output) == ((784, 256, 10), 1, "softmax")
    assert single.parameters == 203_530  # as the tutorial's model summary counts them
    multi = make_stack("multi", hidden=(256,))
    assert (multi.layers, multi.members, multi.output) == ((784, 256, 1), 10, "sigmoid")
    assert multi.parameters == 10 * (784 * 256 + 256 + 256 + 1)


@pytest.mark.parametrize(
    ("weights", "biases", "classes"),
    [
        ((), (), 0),
        (((1, 784, 3),), (), 3),
        (((784, 3),), ((3,),), 3),
        (((1, 784, 3),), ((1, 4),), 3),
        (((1, 784, 3),), ((1, 3),), 4),
        (((1, 784, 8), (1, 7, 3)), ((1, 8), (1, 3)), 3),
        (((2, 784, 8), (3, 8, 1)), ((2, 8), (3, 1)), 3),
        (((3, 784, 2),), ((3, 2),), 6),
    ],
)
def test_layers_that_do_not_fit_together_are_refused(
    weights: tuple[tuple[int, ...], ...], biases: tuple[tuple[int, ...], ...], classes: int
) -> None:
    with pytest.raises(ValueError, match=r"stack needs|fit|one output each"):
        Stack(
            weights=tuple(np.zeros(shape, np.float32) for shape in weights),
            biases=tuple(np.zeros(shape, np.float32) for shape in biases),
            classes_=np.arange(classes),
            negative_slope=0.0,
        )
