"""A committee of ten dense networks of one hidden layer: python -m experiments.record

Meier et al. (2011) average 25 networks 784-800-10, which see the digits brought to several widths,
and misread 0.39 % of MNIST's test pictures. Ours has ten members of the same size. What each sees,
and the recipe, were fixed before any was trained, and nothing was chosen afterwards: five see
digits as they were written and five set upright, none like another. Half an hour to an hour on two
quiet cores; each member is kept as its training ends, and only what is missing is trained.
"""

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import cache_folder
from mnist_models.data.mnist import load_mnist
from mnist_models.learning.normalisation import View, seen
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.stack import Stack

VIEWS = (
    View(),
    View(14, upright=True),
    View(20),
    View(upright=True),
    View(10),
    View(18, upright=True),
    View(16),
    View(12, upright=True),
    View(18),
    View(20, upright=True),
)


def member_recipe() -> Recipe:
    """How each member is trained: strong's distortions and falling rate, Meier's 800 units."""
    return replace(
        RECIPES["strong"],
        name="record",
        hidden=(800,),
        member_hidden=None,
        batch_size=128,
        learning_rate=0.0015,
        epochs=60,
    )


def folder(data: Dataset) -> Path:
    """Where the members of these settings are kept."""
    said = json.dumps([member_recipe().settings(), [asdict(v) for v in VIEWS], data.fingerprint])
    return cache_folder() / "record" / hashlib.sha256(said.encode()).hexdigest()[:16]


def member(number: int, data: Dataset) -> Stack:
    """One member, trained unless it is kept; with all training pictures, and its own seed."""
    file = folder(data) / f"{number}.npz"
    if not file.exists():
        from mnist_models.learning.training import fit  # TensorFlow, where it is done

        def tell(entry: dict) -> None:
            print(
                number, VIEWS[number], entry["epoch"], entry["loss"], entry["accuracy"], flush=True
            )

        pictures = seen(data.x_train, VIEWS[number])
        result = fit(member_recipe(), "single", pictures, data.y_train, seed=number, on_epoch=tell)
        file.parent.mkdir(parents=True, exist_ok=True)
        facts = {"seconds": result.seconds, "history": result.history}
        file.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")
        partial = file.with_suffix(".part.npz")
        result.rounded().save(partial)
        partial.replace(file)
    return Stack.load(file)


def main() -> None:
    """Train the members that are missing."""
    data = load_mnist()
    print(folder(data), flush=True)
    for number in range(len(VIEWS)):
        member(number, data)


if __name__ == "__main__":
    main()
