"""Which gives way first when a digit is disturbed? python -m experiments.robustness

PICTURES of MNIST's test set, drawn once by a seed, are disturbed in four ways, each at several
strengths (`mnist_models/robustness`). Both approaches of every shipped run that has weights of both
read what comes out. Counted are right answers at each strength and, of the wrong ones, those at
which no probability reaches one half. Of the pictures that both read rightly undisturbed it is
counted which approach gives way at a smaller strength; strengths below and above 0 are ways of
their own. The last way is the smallest change of pixels that gradient steps find.

The test set decides nothing here: no network, strength or rule was chosen by these figures.
"""

import argparse
import time
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import counted, write
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import stream
from mnist_models.metrics.scores import YES
from mnist_models.metrics.significance import PairedMetrics, median_interval
from mnist_models.pictures import Images
from mnist_models.robustness.breaking_points import breaking_points, first_to_break, probabilities
from mnist_models.robustness.deepfool import smallest_change
from mnist_models.robustness.perturbations import PERTURBATIONS
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run

PICTURES = 1_000
_SEED = 0
SMALLEST = "smallest"  # way of the smallest change, beside those of the disturbances


def draw(images: Images, labels: NDArray, count: int) -> tuple[Images, NDArray]:
    """So many pictures with their labels, drawn without replacement."""
    rows = np.sort(
        stream(_SEED, "pictures", "robustness").choice(len(images), count, replace=False)
    )
    return images[rows], labels[rows]


def measure(run: Run, images: Images, labels: NDArray) -> dict[str, Any]:
    """How both approaches of a run bear each disturbance.

    Args:
        run: with weights of both.
        images: (n, 28, 28).
        labels: (n,), what they truly are.
    """
    stacks = {approach: run.stack(approach) for approach in PAIR}
    both_right = np.all([stack.predict(images) == labels for stack in stacks.values()], axis=0)
    accuracy: list[dict[str, Any]] = []
    first: list[dict[str, Any]] = []
    for name, perturbation in PERTURBATIONS.items():
        strengths = perturbation.strengths(perturbation.coarse)
        answers: dict[Approach, NDArray] = {}
        for approach, stack in stacks.items():
            probas = probabilities(stack, images, perturbation, strengths)
            answers[approach] = stack.classes_[probas.argmax(axis=2)]
            accuracy += [
                {
                    "perturbation": name,
                    "strength": strength,
                    "approach": approach,
                    **counted("right", answer == labels),
                    "none": int(((answer != labels) & (proba.max(axis=1) < YES)).sum()),
                }
                for strength, answer, proba in zip(
                    strengths, answers[approach], probas, strict=True
                )
            ]
        for sign in (-1, 1) if perturbation.low < 0 else (1,):
            points = {a: breaking_points(answers[a][:, both_right], strengths, sign) for a in PAIR}
            paired = first_to_break(points["single"], points["multi"])
            first.append({"way": name, "sign": sign, **_counts(paired)})
    changes = {a: smallest_change(stack, images[both_right]) for a, stack in stacks.items()}
    lengths = {approach: change.lengths.tolist() for approach, change in changes.items()}
    paired = first_to_break(*(np.array(lengths[approach]) for approach in PAIR))
    first.append({"way": SMALLEST, "sign": 1, **_counts(paired)})
    return {
        "run": run.name,
        "weights": {approach: run.weights_hash(approach) for approach in PAIR},
        "both_right": int(both_right.sum()),
        "accuracy": accuracy,
        "first": first,
        "smallest": [
            {"approach": a, "median": median(own), "interval": median_interval(own)}
            for a, own in lengths.items()
        ],
    }


def _counts(paired: PairedMetrics) -> dict[str, Any]:
    return {
        "single": paired.only_second,  # gives way while the other still holds
        "multi": paired.only_first,
        "together": paired.both_wrong,
        "neither": paired.both_right,
        "p": paired.mcnemar_p,
    }


def main() -> None:
    """Measure every shipped run that has both approaches, and write the JSON."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    mnist = load_mnist()
    images, labels = draw(mnist.x_test, mnist.y_test, PICTURES)
    measured = []
    for name in run_names():
        run = load_run(name)
        if name in RECIPES and set(run.with_weights) >= set(PAIR):
            start = time.perf_counter()
            measured.append(measure(run, images, labels))
            print(name, f"{time.perf_counter() - start:.0f} s", measured[-1]["first"], flush=True)
    write("robustness", None, {"pictures": PICTURES, "runs": measured})


if __name__ == "__main__":
    main()
