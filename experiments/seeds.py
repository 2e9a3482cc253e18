"""Is it luck? Every recipe with three seeds: python -m experiments.seeds

Both approaches of each recipe for MNIST, trained as in the shipped run and scored on MNIST's test
pictures; nothing is chosen by these scores. Seed 0 is the shipped run itself. Results already in
the JSON, made with the same settings and data, are not trained again.
"""

from typing import Any

from experiments import arguments, write
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import APPROACHES, Approach
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.metrics.scores import Metrics, evaluate
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.train_run import held_out_rows
from mnist_models.runs.registry import find_run

Entry = dict[str, Any]

NAMES = [name for name, recipe in RECIPES.items() if recipe.dataset == "mnist"]


def measure(recipe: Recipe, approach: Approach, data: Dataset, seed: int) -> Entry:
    """Train one approach as `train_run` would train a shipped run, and score it."""
    fingerprint = Request(recipe, seed=seed).fingerprint(data)
    shipped = find_run(fingerprint, (approach,), ()) if seed == 0 else None
    if shipped:
        train, test = (shipped.metrics(approach, part) for part in ("train", "test"))
    else:
        train, test = _trained(recipe, approach, data, seed)
    return {
        "recipe": recipe.name,
        "approach": approach,
        "seed": seed,
        "fingerprint": fingerprint,
        "train_accuracy": train.accuracy,
        "test_accuracy": test.accuracy,
        "balanced_accuracy": list(test.binary.balanced_accuracy) if test.binary else [],
    }


def _trained(
    recipe: Recipe, approach: Approach, data: Dataset, seed: int
) -> tuple[Metrics, Metrics]:
    from mnist_models.learning.training import fit

    x, y = data.x_train, data.y_train
    kept = ~held_out_rows(len(y), 0 if recipe.refit else recipe.validation_split, seed)
    # No recipe stops early, so the rows that were held out decide nothing.
    assert recipe.patience is None
    stack = fit(recipe, approach, x[kept], y[kept], seed=seed).rounded()
    one_vs_rest = approach == "multi"
    train, test = (
        evaluate(stack.predict_proba(pictures), truth, stack.classes_, one_vs_rest=one_vs_rest)
        for pictures, truth in ((x, y), (data.x_test, data.y_test))
    )
    return train, test


def _known() -> list[Entry]:
    return (load_evidence("seeds") or {"runs": []})["runs"]


def main() -> None:
    """Measure missing results, and write the JSON after each training."""
    parser = arguments(__doc__)
    parser.add_argument("--recipes", nargs="*", choices=NAMES, default=NAMES)
    parser.add_argument("--approach", choices=APPROACHES)
    options = parser.parse_args()
    data = load_mnist()
    for seed in range(options.seeds):
        for name in options.recipes:
            for approach in (options.approach,) if options.approach else APPROACHES:
                fingerprint = Request(RECIPES[name], seed=seed).fingerprint(data)
                made = {(entry["fingerprint"], entry["approach"]) for entry in _known()}
                if (fingerprint, approach) in made:
                    continue
                entry = measure(RECIPES[name], approach, data, seed)
                print(name, approach, seed, entry["test_accuracy"], flush=True)
                write("seeds", options.seeds, {"runs": _sorted([*_known(), entry], data)})


def _sorted(entries: list[Entry], data: Dataset) -> list[Entry]:
    """Sorted by recipe, approach and seed; results of a recipe before it changed are left out."""
    current = [
        entry
        for entry in entries
        if entry["recipe"] in NAMES
        and entry["fingerprint"]
        == Request(RECIPES[entry["recipe"]], seed=entry["seed"]).fingerprint(data)
    ]
    return sorted(
        current,
        key=lambda e: (NAMES.index(e["recipe"]), APPROACHES.index(e["approach"]), e["seed"]),
    )


if __name__ == "__main__":
    main()
