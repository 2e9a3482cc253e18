"""Shapes in NumPy against plain definitions of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.preprocessing.morphology import Mask, components, cones, depth, dilation, skeleton

untimed = settings(deadline=None)  # a busy machine is no failure
masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))


def filled(mask: Mask, diagonal: bool) -> np.ndarray:
    """The components of a mask, one flood after the other."""
    steps = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if diagonal or r == 0 or c == 0]
    labels = np.zeros(mask.shape, dtype=int)
    for start in map(tuple, np.argwhere(mask)):
        if labels[start]:
            continue
        number, waiting = labels.max() + 1, [start]
        while waiting:
            row, column = waiting.pop()
            inside = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
            if inside and mask[row, column] and not labels[row, column]:
                labels[row, column] = number
                waiting += [(row + r, column + c) for r, c in steps]
    return labels


@untimed
@given(masks, st.booleans())
def test_components_are_what_a_flood_reaches(mask: Mask, diagonal: bool):
    assert np.array_equal(components(mask, diagonal=diagonal), filled(mask, diagonal))


@untimed
@given(masks, st.booleans())
def test_depth_is_the_distance_to_the_nearest_pixel_outside(mask: Mask, outside: bool):
    padded = np.pad(mask, 1, constant_values=outside)
    out = np.argwhere(~padded) - 1
    found = depth(mask, outside=outside)
    assert not found[~mask].any()
    for place in np.argwhere(mask) if len(out) else ():
        assert np.isclose(found[tuple(place)], np.hypot(*(out - place).T).min())


@untimed
@given(masks, st.sampled_from([1, 3, 7]))
def test_dilation_takes_the_largest_of_a_square(mask: Mask, size: int):
    picture = mask * np.arange(mask.size).reshape(mask.shape)
    reach = size // 2
    for row, column in np.ndindex(mask.shape):
        rows = slice(max(0, row - reach), row + reach + 1)
        columns = slice(max(0, column - reach), column + reach + 1)
        assert dilation(picture, size)[row, column] == picture[rows, columns].max()


@untimed
@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14),
        elements=st.sampled_from([0, 0.5, 1, 2.75, 6]),
    )
)
def test_cones_are_as_high_as_the_highest_that_stands_there(heights: np.ndarray):
    found = cones(heights)
    tips = np.argwhere(heights)
    for place in np.ndindex(heights.shape):
        beside = np.hypot(*(tips - place).T)
        expected = max([0, *(heights[heights > 0] - beside)])
        assert np.isclose(found[place], expected, atol=1e-5)


def holes(mask: Mask) -> int:
    return int(components(np.pad(~mask, 1, constant_values=True), diagonal=False).max()) - 1


@untimed
@given(masks)
def test_a_skeleton_keeps_every_piece_and_every_hole(mask: Mask):
    thinned = skeleton(mask)
    assert not (thinned & ~mask).any()
    pieces, holes = (
        components(mask),
        components(np.pad(~mask, 1, constant_values=True), diagonal=False),
    )
    assert components(thinned).max() == pieces.max()
    left = components(np.pad(~thinned, 1, constant_values=True), diagonal=False)
    assert left.max() == holes.max()


def test_a_bar_becomes_a_line():
    bar = np.zeros((30, 90), dtype=bool)
    bar[10:21, 10:81] = True
    thinned = skeleton(bar)
    assert thinned.sum(axis=0).max() == 1
    assert 55 <= thinned.sum() <= 71
