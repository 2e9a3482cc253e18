"""How the recipe "strong" was chosen: python -m experiments.strong

Candidates of both approaches are trained for 25 epochs on nine tenths of MNIST's training pictures
and scored on the other tenth; the test pictures have no part in it. Accuracies differ by 0.001
between seeds, so candidates closer together than that were chosen by cost and size.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from experiments import arguments, write
from experiments.measuring import measured
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.approaches import Approach
from mnist_models.learning.augmentation import Distortion
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.pipeline.train_approaches import held_out_rows

_DISTORTIONS = {
    "mild": RECIPES["strong"].distortion,
    "middle": Distortion(shift=1.5, rotation=12, shear=0.2, scale=0.12, elastic=2.5, pen=0.5),
    "strong": Distortion(shift=1.5, rotation=12, shear=0.25, scale=0.15, elastic=4.0, pen=0.5),
}


@dataclass(frozen=True)
class Candidate:
    """What differs between the candidates."""

    approach: Approach
    hidden: int
    dropout: float
    distortion: str
    batch_size: int

    def recipe(self) -> Recipe:
        """The recipe to train."""
        return replace(
            RECIPES["strong"],
            hidden=(self.hidden,),
            member_hidden=None,
            dropout=self.dropout,
            distortion=_DISTORTIONS[self.distortion],
            batch_size=self.batch_size,
            epochs=25,
        )


CANDIDATES = (
    Candidate("single", 2048, 0.3, "middle", 256),
    Candidate("single", 2048, 0.0, "middle", 256),
    Candidate("single", 2048, 0.0, "strong", 256),
    Candidate("single", 2048, 0.0, "middle", 128),
    Candidate("single", 1024, 0.0, "middle", 128),
    Candidate("multi", 512, 0.3, "middle", 128),
    Candidate("multi", 512, 0.0, "middle", 128),
    Candidate("multi", 512, 0.0, "mild", 128),
    Candidate("multi", 512, 0.0, "middle", 64),
)


@cache
def _data() -> Dataset:
    return load_mnist()


def measure_one(number: int, seed: int) -> dict[str, Any]:
    """Train a candidate; returns its accuracy on the held-out rows after the last epoch."""
    from mnist_models.learning.training import fit  # TensorFlow, where it is done

    candidate, data = CANDIDATES[number], _data()
    held_out = held_out_rows(len(data.y_train), 0.1, seed)
    x, y = data.x_train, data.y_train
    result = fit(
        candidate.recipe(),
        candidate.approach,
        x[~held_out],
        y[~held_out],
        seed=seed,
        validation=(x[held_out], y[held_out]),
    )
    accuracy = result.history["val_accuracy"][-1]
    return {**vars(candidate), "seed": seed, "val_accuracy": accuracy, "seconds": result.seconds}


def main() -> None:
    """Train all candidates with every seed, and write the JSON."""
    options = arguments(__doc__, seeds=1, cluster=True).parse_args()
    numbers = range(len(CANDIDATES))
    tasks = [{"number": n, "seed": seed} for seed in range(options.seeds) for n in numbers]
    runs: list[dict[str, Any]] = []
    for run in measured("experiments.strong", tasks, options.scheduler):
        runs.append(run)
        print(*(value for name, value in run.items() if name != "seconds"), flush=True)
        if len(runs) % len(CANDIDATES) == 0:
            write("strong", run["seed"] + 1, {"epochs": 25, "runs": runs})


if __name__ == "__main__":
    main()
