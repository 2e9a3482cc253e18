"""What OpenCV is asked for against plain definitions of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models.foreground.morphology import (
    Mask,
    components,
    convex_hull,
    depth,
    dilated,
    morphed,
)

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
    labels, boxes = components(mask, diagonal=diagonal)
    flooded = filled(mask, diagonal)
    assert len(boxes) == labels.max(initial=0) == flooded.max()
    pairs = {(int(one), int(other)) for one, other in zip(labels.flat, flooded.flat, strict=True)}
    assert len(pairs) == len(set(labels.flat)) == len(set(flooded.flat))
    for number, (top, left, bottom, right) in enumerate(boxes, 1):
        rows, columns = np.nonzero(labels == number)
        assert (top, left) == (rows.min(), columns.min())
        assert (bottom, right) == (rows.max() + 1, columns.max() + 1)


@untimed
@given(masks, st.booleans())
def test_depth_is_the_distance_to_the_nearest_pixel_outside(mask: Mask, outside: bool):
    padded = np.pad(mask, 1, constant_values=outside)
    out = np.argwhere(~padded) - 1
    found = depth(mask, outside=outside)
    assert not found[~mask].any()
    for place in np.argwhere(mask) if len(out) else ():
        nearest = np.hypot(*(out - place).T).min()
        assert np.isclose(found[tuple(place)], nearest, atol=1e-3)


@untimed
@given(masks, st.sampled_from([(1, 1), (3, 1), (3, 3), (7, 5)]))
def test_dilated_takes_the_largest_of_a_box(mask: Mask, size: tuple[int, int]):
    picture = (mask * np.arange(mask.size).reshape(mask.shape)).astype(np.float32)
    up, aside = (side // 2 for side in size)
    found, wide = dilated(picture, size), dilated(mask, size)
    for row, column in np.ndindex(mask.shape):
        rows = slice(max(0, row - up), row + up + 1)
        columns = slice(max(0, column - aside), column + aside + 1)
        assert found[row, column] == picture[rows, columns].max()
        assert wide[row, column] == mask[rows, columns].any()


@untimed
@given(masks, st.sampled_from([(1, 3), (3, 3)]))
def test_opening_keeps_what_the_box_fits_into_and_closing_is_its_reverse(
    mask: Mask, size: tuple[int, int]
):
    up, aside = (side // 2 for side in size)
    kept = np.zeros(mask.shape, dtype=bool)
    for row, column in np.ndindex(mask.shape):  # a box's centre is in the picture
        rows = slice(max(0, row - up), row + up + 1)
        columns = slice(max(0, column - aside), column + aside + 1)
        kept[rows, columns] |= mask[rows, columns].all()
    assert np.array_equal(morphed(mask, "open", size), kept)
    assert np.array_equal(morphed(~mask, "close", size), ~morphed(mask, "open", size))


def test_a_turned_square_has_four_corners_and_is_its_own_hull():
    y, x = np.indices((100, 100)) - 50
    square = np.abs(x + 0.4 * y) + np.abs(y - 0.4 * x) < 40
    corners, hull = convex_hull(square)
    assert corners == 4
    assert not (square & ~hull).any()
    assert hull.sum() < 1.05 * square.sum()
    assert convex_hull(np.hypot(x, y) < 40)[0] > 4
