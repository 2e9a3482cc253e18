"""One more class in one call: what the page New class does, for other programs."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.loading import load_dataset
from mnist_models.incremental.lesson import check_examples, check_label
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.incremental.task import Labelled, labelled, task_of
from mnist_models.learning.approaches import Approach, ApproachError, scheme_of
from mnist_models.runs.run import Run
from mnist_models.text import t

if TYPE_CHECKING:
    from mnist_models.incremental.updates import Taught


def add_class(
    run: Run,
    label: str,
    examples: NDArray[np.uint8],
    *,
    approach: Approach = "multi",
    method: Way = "member",
    dataset: str = "mnist",
    seed: int = 0,
) -> "Taught":
    """Teach an approach of a run a class that it does not know; the run stays as it is.

    Args:
        run: with the weights of both approaches.
        label: the name of the class.
        examples: (n, 28, 28) uint8 pictures of it, as `to_mnist` makes them.
        approach: "single" or "multi".
        method: how, a name in `methods.WAYS` that belongs to the approach; with "member" the old
            members stay bit for bit the same.
        dataset: whose training pictures the known classes are rehearsed with.
        seed: of everything random.

    Returns:
        `stack`, the networks that know the class; `seconds` and `rows` that it took; `changed`, the
        classes whose members were trained.

    Raises:
        ValueError: there is no such method for the approach.
        ExpectedError: the label or the examples cannot be learned, or the data cannot be loaded.
    """
    said = scheme_of(approach).said
    methods = [name for name, way in WAYS.items() if way.approach == approach]
    if not methods:
        raise ApproachError(
            t(
                "A class can be added to a single model or a multi-model only. A {name} learns it "
                "with all others, from the beginning: put its pictures among those that it is "
                "trained on.",
                name=said,
            )
        )
    if method not in methods:
        raise ValueError(f"The methods for {approach} are {', '.join(methods)}, not {method!r}.")
    name = check_label(label, run.classes)
    check_examples(examples)
    # Imports TensorFlow, so only when there is work.
    from mnist_models.incremental.updates import update

    old, _ = labelled(load_dataset(dataset))
    return update(
        task_of(run, Labelled(examples, np.full(len(examples), name)), old, seed=seed), method
    )
