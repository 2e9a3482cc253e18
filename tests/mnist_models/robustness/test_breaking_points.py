"""Where answers give way, counted by hand."""

import numpy as np

from mnist_models.robustness.breaking_points import breaking_points, first_to_break


def test_the_breaking_point_is_the_smallest_strength_with_another_answer() -> None:
    strengths = [-2.0, -1.0, 0.0, 1.0, 2.0]
    answers = np.array([[5, 1, 3], [5, 3, 3], [5, 3, 3], [7, 3, 3], [5, 4, 3]])
    np.testing.assert_array_equal(breaking_points(answers, strengths, 1), [1, 2, np.inf])
    np.testing.assert_array_equal(breaking_points(answers, strengths, -1), [np.inf, 2, np.inf])


def test_who_gives_way_first_is_counted_picture_by_picture() -> None:
    single = np.array([1, 2, np.inf, 3, np.inf])
    multi = np.array([2, 1, 1, 3, np.inf])
    counts = first_to_break(single, multi)
    assert (counts.only_first, counts.only_second) == (2, 1)  # the one that holds longer
    assert (counts.both_wrong, counts.both_right) == (1, 1)
