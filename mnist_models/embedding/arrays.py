"""The embedding of a run's approaches as arrays for one .npz file."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mnist_models.embedding.fitting import fit_components
from mnist_models.embedding.hidden_units import hidden_units
from mnist_models.embedding.projection import Embedding
from mnist_models.learning.approaches import Approach
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack

_NUMBERS = 30_000_000  # of hidden units that are fitted to at once; very wide stacks see fewer rows
_FEWEST = 1_000
_FITTED_ON = 5_000  # training pictures; with twice as many neighbours carry the label no more often


def embedding_arrays(
    stacks: Mapping[Approach, Stack],
    x_train: NDArray[np.uint8],
    y_train: NDArray,
    x_test: NDArray[np.uint8],
    seed: int = 0,
) -> dict[str, NDArray]:
    """Fit the components to training pictures, and place the test pictures by them.

    Args:
        stacks: whose hidden layers are looked at.
        x_train, y_train: (n, 28, 28) and (n,); a part of them, drawn at random, is enough.
        x_test: (m, 28, 28), which become the points.
        seed: of the run.

    Returns:
        What `embeddings_in` reads; nothing of a stack whose hidden layer spans no plane.
    """
    size = min(_FITTED_ON, len(y_train))
    rows = stream(seed, "embedding", "rows").choice(len(y_train), size=size, replace=False)
    arrays: dict[str, NDArray] = {}
    for approach, stack in stacks.items():
        few = rows[: max(_NUMBERS // (stack.members * stack.layers[-2]), _FEWEST)]
        if found := fit_components(hidden_units(stack, x_train[few]), y_train[few], seed):
            made = Embedding.of(*found, stack, x_test)
            arrays |= {f"{approach}_{name}": array for name, array in made.to_arrays().items()}
    return arrays


def embeddings_in(arrays: Mapping[str, NDArray]) -> dict[str, Embedding]:
    """By approach what `embedding_arrays` gave.

    Raises:
        KeyError, ValueError: the arrays are no such thing.
    """
    parts: dict[str, dict[str, NDArray]] = {}
    for name, array in arrays.items():
        approach, _, field = name.partition("_")
        parts.setdefault(approach, {})[field] = array
    return {approach: Embedding.from_arrays(fields) for approach, fields in parts.items()}
