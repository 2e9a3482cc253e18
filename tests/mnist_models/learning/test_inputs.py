"""What members see of pictures, and that a stack with views answers from just that."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.errors import ExpectedError
from mnist_models.learning.inputs import View, as_rows, rows_by_view, seen
from mnist_models.learning.stack import Stack
from mnist_models.robustness.attribution import input_gradient

VIEWS = [View(10), View(14, upright=True), View(20), View(upright=True)]

MakeStack = Callable[..., Stack]
pictures = hnp.arrays(np.uint8, st.tuples(st.integers(0, 3), st.just(28), st.just(28)))


def _bar(width: int, slant: float = 0.0, left: int = 9) -> np.ndarray:
    """A bar 20 rows high, at each row further to the left by the slant: (1, 28, 28)."""
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    for row in range(4, 24):
        start = left + round(slant * (14 - row))
        image[0, row, start : start + width] = 255
    return image


def _columns(image: np.ndarray) -> int:
    inked = np.flatnonzero((image >= 128).any(axis=(0, 1)))
    return int(inked[-1] - inked[0] + 1)


def _slant(image: np.ndarray) -> float:
    rows, columns = np.nonzero(image[0])
    return float(np.cov(rows, columns, aweights=image[0][rows, columns])[0, 1])


@settings(deadline=None)
@given(pictures, st.sampled_from(VIEWS))
def test_a_view_makes_pictures_of_the_same_kind_and_leaves_none_brighter(
    images: np.ndarray, view: View
) -> None:
    made = seen(images, view)
    assert made.shape == images.shape
    assert made.dtype == np.uint8
    if images.size:
        assert made.max() <= images.max()  # only means of pixels are taken


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_picture_stays_empty_and_no_pictures_are_none(view: View) -> None:
    assert not seen(np.zeros((2, 28, 28), np.uint8), view).any()
    assert len(seen(np.zeros((0, 28, 28), np.uint8), view)) == 0


@pytest.mark.parametrize(
    ("before", "width", "after"),
    [(12, 14, 14), (12, 8, 8), (20, 10, 10), (8, 16, 16), (3, 20, 6), (24, 10, 12)],
)
def test_ink_gets_the_width_of_the_view_but_no_more_than_twice_or_less_than_half(
    before: int, width: int, after: int
) -> None:
    made = seen(_bar(before, left=2), View(width))
    assert abs(_columns(made) - after) <= 1
    inked = np.flatnonzero(made.any(axis=(0, 1)))
    assert abs(inked[0] + inked[-1] - 27) <= 1  # in the middle


@pytest.mark.parametrize("slant", [-0.5, -0.2, 0.3, 0.6])
def test_a_slanted_digit_is_set_upright_and_keeps_its_ink(slant: float) -> None:
    image = _bar(4, slant, left=12)
    made = seen(image, View(upright=True))
    assert abs(_slant(made)) < 0.1 * abs(_slant(image))
    assert made.sum(dtype=int) == pytest.approx(image.sum(dtype=int), rel=0.01)


def test_a_picture_is_seen_the_same_among_others_and_alone() -> None:
    images = np.random.default_rng(0).integers(0, 256, (600, 28, 28)).astype(np.uint8)
    for view in VIEWS:
        together = seen(images, view)
        assert np.array_equal(together[555:556], seen(images[555:556], view))


@pytest.mark.parametrize("width", [-1, 3, 29])
def test_a_width_that_does_not_fit_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match="width of a view"):
        View(width)


def test_members_see_their_view_whether_pictures_are_bytes_or_floats() -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28)).astype(np.uint8)
    views = (View(), View(14, upright=True), View())
    of_bytes = rows_by_view(as_rows(images), views)
    assert of_bytes.shape == (3, 5, 784)
    assert np.array_equal(of_bytes, rows_by_view(as_rows(images / 255.0), views))
    assert np.array_equal(of_bytes[0], as_rows(images))
    assert np.array_equal(of_bytes[1], as_rows(seen(images, views[1])))
    assert rows_by_view(as_rows(images), ()).shape == (1, 5, 784)


@pytest.fixture
def members(make_stack: MakeStack) -> list[Stack]:
    return [make_stack("single", seed=seed) for seed in range(len(VIEWS))]


@pytest.fixture
def committee(members: list[Stack]) -> Stack:
    return replace(
        members[0],
        weights=tuple(map(np.concatenate, zip(*(m.weights for m in members), strict=True))),
        biases=tuple(map(np.concatenate, zip(*(m.biases for m in members), strict=True))),
        approach="committee",
        views=tuple(VIEWS),
    )


def test_a_committee_is_the_mean_of_members_that_see_what_training_saw(
    members: list[Stack], committee: Stack
) -> None:
    images = np.random.default_rng(2).integers(0, 256, (7, 28, 28)).astype(np.uint8)
    alone = [m.predict_proba(seen(images, v)) for m, v in zip(members, VIEWS, strict=True)]
    assert committee.predict_proba(images) == pytest.approx(np.mean(alone, axis=0), abs=1e-6)
    assert np.std(alone, axis=0).max() > 0.01  # or the views would make no difference


def test_a_file_keeps_the_views_and_one_without_them_has_none(
    committee: Stack, make_stack: MakeStack
) -> None:
    for stack in (committee.rounded(), make_stack("single"), make_stack("multi")):
        file = io.BytesIO()
        stack.save(file)  # type: ignore[arg-type]  # NumPy writes to either
        file.seek(0)
        assert Stack.load(file).views == stack.views
    assert committee.rounded().views == tuple(VIEWS)


def test_views_have_to_be_as_many_as_members(committee: Stack) -> None:
    with pytest.raises(ValueError, match="3 views do not fit 4 members"):
        replace(committee, views=tuple(VIEWS[:3]))


def test_what_would_leave_the_views_out_is_refused(committee: Stack, tmp_path: Path) -> None:
    from mnist_models.runs.keras_export import export_keras

    with pytest.raises(ExpectedError, match="Keras"):
        export_keras(committee, tmp_path / "committee")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="views"):
        input_gradient(committee, np.zeros((1, 28, 28), np.uint8), np.zeros((1, 40), np.float32))
