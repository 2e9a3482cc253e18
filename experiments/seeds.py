"""Is it luck? Every recipe with three seeds: python -m experiments.seeds

Both approaches of each recipe for MNIST, trained as in the shipped run and scored on MNIST's test
pictures; nothing is chosen by these scores. Seed 0 is the shipped run itself. Results already in
the JSON, made with the same settings and data, are not trained again.
"""

from functools import cache
from typing import Any

from experiments import arguments, write
from experiments.measuring import measured
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.metrics.scores import Metrics, evaluate
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.train_approaches import held_out_rows
from mnist_models.runs.registry import find_run

Entry = dict[str, Any]

NAMES = [name for name, recipe in RECIPES.items() if recipe.dataset == "mnist"]


def measure_one(recipe: str, approach: Approach, seed: int) -> Entry:
    """Train one approach as `train_run` would train a shipped run, and score it."""
    data = _data()
    train, test = _trained(RECIPES[recipe], approach, data, seed)
    return _entry(RECIPES[recipe], approach, data, seed, train, test)


def _shipped(recipe: Recipe, approach: Approach, data: Dataset, seed: int) -> Entry | None:
    """The same of a shipped run, if there is one with these settings, data and seed."""
    fingerprint = Request(recipe, seed=seed).fingerprint(data)
    if seed or (run := find_run(fingerprint, (approach,), ())) is None:
        return None
    train, test = (run.metrics(approach, part) for part in ("train", "test"))
    return _entry(recipe, approach, data, seed, train, test)


def _entry(
    recipe: Recipe, approach: Approach, data: Dataset, seed: int, train: Metrics, test: Metrics
) -> Entry:
    fingerprint = Request(recipe, seed=seed).fingerprint(data)
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


@cache
def _data() -> Dataset:
    return load_mnist()


def _known() -> list[Entry]:
    return (load_evidence("seeds") or {"runs": []})["runs"]


def main() -> None:
    """Measure missing results, and write the JSON after each training."""
    parser = arguments(__doc__, cluster=True)
    parser.add_argument("--recipes", nargs="*", choices=NAMES, default=NAMES)
    parser.add_argument("--approach", choices=PAIR)
    options = parser.parse_args()
    data = _data()

    def keep(entry: Entry) -> None:
        print(*(entry[key] for key in ("recipe", "approach", "seed", "test_accuracy")), flush=True)
        write("seeds", options.seeds, {"runs": _sorted([*_known(), entry], data)})

    tasks: list[Entry] = []
    made = {(entry["fingerprint"], entry["approach"]) for entry in _known()}
    for seed in range(options.seeds):
        for name in options.recipes:
            fingerprint = Request(RECIPES[name], seed=seed).fingerprint(data)
            for approach in (options.approach,) if options.approach else PAIR:
                if (fingerprint, approach) in made:
                    continue
                if shipped := _shipped(RECIPES[name], approach, data, seed):
                    keep(shipped)
                else:
                    tasks.append({"recipe": name, "approach": approach, "seed": seed})
    for entry in measured("experiments.seeds", tasks, options.scheduler):
        keep(entry)


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
        key=lambda e: (NAMES.index(e["recipe"]), PAIR.index(e["approach"]), e["seed"]),
    )


if __name__ == "__main__":
    main()
