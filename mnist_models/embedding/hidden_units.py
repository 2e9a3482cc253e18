"""What the last hidden layer says of pictures."""

import numpy as np
from numpy.typing import ArrayLike

from mnist_models.learning.inputs import as_rows
from mnist_models.learning.stack import Floats, Stack

_BLOCK = 16_000_000  # numbers that are held at once, but for the result: 64 MB


def hidden_units(stack: Stack, images: ArrayLike) -> Floats:
    """The last hidden layer after its LeakyReLU: (n, 28, 28) → (n, M × units), float32.

    The members' units stand one member after the other, as `ui/live/networks.js` has them. A stack
    without hidden layers has the 784 pixels in their place.

    Raises:
        ValueError: the images have another shape, type or range than `Stack.predict_proba` takes.
    """
    rows = as_rows(images)
    size = max(1, _BLOCK // (stack.members * max(stack.layers)))
    blocks = range(0, max(len(rows), 1), size)
    return np.concatenate([_of_block(stack, rows[start : start + size]) for start in blocks])


def _of_block(stack: Stack, rows: Floats) -> Floats:
    hidden = stack.hidden(rows)
    return hidden.transpose(1, 0, 2).reshape(len(rows), len(hidden) * hidden.shape[2])
