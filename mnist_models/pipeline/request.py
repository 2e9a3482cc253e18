"""What to train, and what a run that came of it is known by."""

import hashlib
import json
from dataclasses import dataclass

from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import Recipe
from mnist_models.runs.label import default_name

TRAINING = "training"  # the kind of its job


@dataclass(frozen=True)
class Request:
    """What to train.

    Attributes:
        recipe: the settings.
        approaches: which approaches.
        dataset: a name in `data.dataset.DATASETS`.
        seed: decides rows, initial weights, shuffles and dropout.
        name: of the new run; chosen from the recipe's name if empty.
        again: train even if a run with the same settings, data and seed is there.
        scores_only: approaches whose weights are not kept, for runs that would be large.
    """

    recipe: Recipe
    approaches: tuple[Approach, ...] = PAIR
    dataset: str = "mnist"
    seed: int = 0
    name: str = ""
    again: bool = False
    scores_only: tuple[Approach, ...] = ()

    @property
    def fits(self) -> int:
        """How many times each approach is trained from its beginning."""
        return 2 if self.recipe.refit else 1

    def fingerprint(self, dataset: Dataset | str) -> str:
        """Hash of everything that decides the weights: settings, data, or theirs, and seed."""
        decides = {
            "settings": self.recipe.settings(),
            "dataset": dataset if isinstance(dataset, str) else dataset.fingerprint,
            "seed": self.seed,
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def default_name(self, fingerprint: str) -> str:
        """The recipe's name, with what is unusual about this training behind it."""
        recipe = self.recipe.to_json()
        return default_name(recipe, self.seed, self.approaches, self.dataset, fingerprint)
