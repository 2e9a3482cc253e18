"""Skeletons and cones against plain definitions of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.foreground.morphology import Mask, components
from mnist_models.preprocessing.thinning import cones, skeleton

untimed = settings(deadline=None)  # a busy machine is no failure
masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))


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
    return len(components(np.pad(~mask, 1, constant_values=True), diagonal=False)[1]) - 1


@untimed
@given(masks)
def test_a_skeleton_keeps_every_piece_and_every_hole(mask: Mask):
    thinned = skeleton(mask)
    assert not (thinned & ~mask).any()
    assert len(components(thinned)[1]) == len(components(mask)[1])
    assert holes(thinned) == holes(mask)


def test_a_bar_becomes_a_line():
    bar = np.zeros((30, 90), dtype=bool)
    bar[10:21, 10:81] = True
    thinned = skeleton(bar)
    assert thinned.sum(axis=0).max() == 1
    assert 55 <= thinned.sum() <= 71
