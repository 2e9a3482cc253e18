"""What a drawing shows before it is put into MNIST's box: one digit, several, or a mere dot.

The box hides it: there a dot is a large disc, which is read as a 0, and "76" is one dense shape.
"""

import numpy as np

from mnist_models.pictures import Ink
from mnist_models.preprocessing.morphology import boxes, components, roots

# Shares of the height of the tallest piece. `python -m experiments.unsure` counts how many pen
# digits are taken for several, and how many pairs of them for one.
TALL = 0.4  # a piece that is lower is a part of a digit: the bar of a 5, a dot beside it
APART = 0.05  # pieces that are nearer are one digit: a 4 in two strokes
MANY = 20  # of more tall pieces none are put together: they are no digit, and pairs take time
FAINT = 0.1  # of the strongest ink: what is fainter joins no pieces


def count_shapes(ink: Ink) -> int:
    """How many separate pieces are tall enough to be a digit each, at least 1.

    Pieces that are near each other count as one, unless there are more than MANY.

    Args:
        ink: (H, W), cropped and fitted as for `pen_width`.
    """
    labels = components(ink >= FAINT * ink.max())
    if labels.max() == 1:
        return 1
    pieces = boxes(labels)[1:]
    heights = pieces[:, 2] - pieces[:, 0] + 1
    tall = pieces[heights >= TALL * heights.max()]
    if len(tall) > MANY:
        return len(tall)
    first, last = tall[:, np.newaxis, :2], tall[np.newaxis, :, 2:]
    gaps = first - last - 1  # (n, n, 2): how far each begins below and right of the other
    distance = np.maximum(gaps, gaps.swapaxes(0, 1)).max(axis=2)
    near = np.nonzero(distance < APART * heights.max())
    return len(np.unique(roots(len(tall), *near)))
