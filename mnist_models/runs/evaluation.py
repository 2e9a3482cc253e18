"""What a run says of its networks: their figures on the pictures of a data set."""

from collections.abc import Callable
from dataclasses import dataclass

from mnist_models.data.dataset import Dataset
from mnist_models.learning.stack import Floats, Stack
from mnist_models.metrics.scores import Metrics, evaluate
from mnist_models.pictures import Images


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The figures of one approach.

    Attributes:
        test_proba: (n, K) of the test pictures, for `test_scores.npz`.
        metrics: on the "train" and on the "test" rows.
    """

    test_proba: Floats
    metrics: dict[str, Metrics]


def evaluate_stack(
    stack: Stack, dataset: Dataset, predict_proba: Callable[[Images], Floats] | None = None
) -> Evaluation:
    """Score networks on all pictures of a data set; rounded as they are stored, or it says little.

    Args:
        stack: the networks.
        dataset: the pictures.
        predict_proba: what gives the same answers as theirs faster, if there is something.

    Raises:
        ValueError: the data set has classes that the stack does not know.
    """
    sets = {
        "train": (dataset.x_train, dataset.y_train),
        "test": (dataset.x_test, dataset.y_test),
    }
    predict_proba = predict_proba or stack.predict_proba
    probas = {name: predict_proba(x) for name, (x, _) in sets.items()}
    metrics = {
        name: evaluate(probas[name], y, stack.classes_, one_vs_rest=stack.scheme.is_independent)
        for name, (_, y) in sets.items()
    }
    return Evaluation(probas["test"], metrics)
