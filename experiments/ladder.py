"""From one network to ten, one change at a time: python -m experiments.ladder

The reference recipe, with each rung's approach and sampling, is trained on all of MNIST's training
pictures, with networks of 128 hidden units each ("width") and with networks so narrow that all
together have as many parameters as the single model ("parameters"). With --strong some rungs are
trained by the recipe strong instead. Nothing is chosen here, so everything is scored on MNIST's
test pictures, with the weights rounded as in a stored run. Which pictures each training reads is
kept, so that neighbours can be compared picture by picture, seed by seed.

What is no digit is drawn as in `experiments.no_digit`, and refused by its second rule: no
probability reaches the threshold that refuses one in a hundred of the test digits. Seconds depend
on what else the machine did; processor seconds do so less. Each training is written as it ends,
and those that are there are not done again.
"""

import time
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from experiments import arguments, write
from experiments.equal_size import milliseconds_per_picture, stored_bytes
from experiments.measuring import measured
from experiments.no_digit import KINDS, PICTURES, REFUSED_DIGITS, area
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import Approach, scheme_of
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.stack import Stack
from mnist_models.metrics.calibration import (
    is_rejected,
    rejection_threshold,
    top_label_reliability,
)
from mnist_models.pictures import PIXELS
from mnist_models.pipeline.request import Request

Entry = dict[str, Any]
Equal = Literal["width", "parameters", "strong"]

_TIMED_PICTURES = 500


@dataclass(frozen=True)
class Rung:
    """An approach, and which rows the members of a multi-model see."""

    approach: Approach
    sampling: str = "all"


RUNGS = (
    Rung("single"),
    Rung("sigmoids"),
    Rung("multi", "all"),
    Rung("multi", "undersample"),
    Rung("multi", "hard"),
    Rung("pairs"),
    Rung("codes"),
    Rung("committee"),
)
STRONG = (Rung("single"), Rung("multi", "hard"), Rung("committee"))


def recipe_of(equal: Equal, rung: Rung) -> Recipe:
    """What a rung is trained by."""
    if equal == "strong":
        return RECIPES["strong"]  # whose sampling is that of its rungs
    recipe = replace(RECIPES["reference"], sampling=rung.sampling)
    if equal == "parameters":
        recipe = replace(recipe, member_hidden=(narrow(rung.approach, *recipe.hidden),))
    return recipe


def narrow(approach: Approach, hidden: int, classes: int = 10) -> int:
    """Units of members that together have about as many parameters as one network of `hidden`."""
    members, outputs = scheme_of(approach).size(classes)
    wanted = (PIXELS + 1) * hidden + (hidden + 1) * classes
    return round((wanted / members - outputs) / (PIXELS + 1 + outputs))


def newcomers(approach: Approach, classes: int = 10) -> int:
    """How many members have to be trained when one more class is to be known."""
    scheme = scheme_of(approach)
    before = {role.name for role in scheme.roles(np.arange(classes)) if role.yes is not None}
    return sum(role.name not in before for role in scheme.roles(np.arange(classes + 1)))


def measure_one(equal: Equal, approach: Approach, sampling: str, seed: int) -> Entry:
    """Train one rung and measure it."""
    from mnist_models.learning.training import fit

    data, rung = _data(), Rung(approach, sampling)
    recipe = recipe_of(equal, rung)
    started = time.process_time()
    result = fit(recipe, approach, data.x_train, data.y_train, seed=seed)
    cpu_seconds = time.process_time() - started
    stack = result.rounded()
    return {
        "equal": equal,
        **asdict(rung),
        "seed": seed,
        "fingerprint": Request(recipe, seed=seed).fingerprint(data),
        "members": stack.members,
        "newcomers": newcomers(approach),
        "hidden": list(recipe.units(approach)),
        "parameters": stack.parameters,
        "epochs": result.epochs,
        "rows_per_epoch": sum(result.rows),
        "seconds": result.seconds,
        "cpu_seconds": cpu_seconds,
        "bytes": stored_bytes(stack),
        "milliseconds": milliseconds_per_picture([stack], data.x_test[:_TIMED_PICTURES])[0],
        **scored(stack, data),
    }


def scored(stack: Stack, data: Dataset) -> Entry:
    """Accuracy, calibration and what is refused; `right` has a bit for each test picture."""
    proba = stack.predict_proba(data.x_test)
    right = stack.classes_[proba.argmax(axis=1)] == data.y_test
    threshold = rejection_threshold(proba, REFUSED_DIGITS)
    others = {kind: stack.predict_proba(pictures) for kind, pictures in _no_digits().items()}
    return {
        "rows": len(right),
        "test_accuracy": float(right.mean()),
        "calibration_error": top_label_reliability(proba, data.y_test, stack.classes_).error,
        "refused": {kind: int(is_rejected(p, threshold).sum()) for kind, p in others.items()},
        "area": {kind: area(proba, p) for kind, p in others.items()},
        "right": np.packbits(right).tobytes().hex(),
    }


@cache
def _data() -> Dataset:
    return load_mnist()


@cache
def _no_digits() -> dict[str, NDArray[np.uint8]]:
    return {kind: np.stack([draw(k) for k in range(PICTURES)]) for kind, draw in KINDS.items()}


def _tasks(seeds: int, *, strong: bool) -> list[Entry]:
    """Every training in the order in which it is done: whole ladders, seed by seed."""
    ladders: dict[Equal, tuple[Rung, ...]] = {"width": RUNGS, "parameters": RUNGS}
    tasks = [
        {"equal": equal, **asdict(rung), "seed": seed}
        for seed in range(seeds)
        for equal, rungs in ladders.items()
        for rung in rungs
        # One network is as wide as it is: at equal parameters it is the same training.
        if equal == "width" or scheme_of(rung.approach).size(10)[0] > 1
    ]
    # The seed after those of the experiment "seeds", where the pair has three.
    more = [{"equal": "strong", **asdict(rung), "seed": 3} for rung in STRONG]
    return tasks + (more if strong else [])


def _known(data: Dataset) -> list[Entry]:
    """What was measured before, with the settings and data of today."""
    entries = (load_evidence("ladder") or {"runs": []})["runs"]
    return [
        entry
        for entry in entries
        if entry["fingerprint"]
        == Request(
            recipe_of(entry["equal"], Rung(entry["approach"], entry["sampling"])),
            seed=entry["seed"],
        ).fingerprint(data)
    ]


def _key(entry: Entry) -> tuple[int, int, int]:
    rung = Rung(entry["approach"], entry["sampling"])
    return get_args(Equal).index(entry["equal"]), RUNGS.index(rung), entry["seed"]


def main() -> None:
    """Train what is missing, and write the JSON after each training."""
    parser = arguments(__doc__, cluster=True)
    parser.add_argument("--strong", action="store_true", help="also those of the recipe strong")
    options = parser.parse_args()
    data = _data()
    made = {_key(entry) for entry in _known(data)}
    tasks = [
        task for task in _tasks(options.seeds, strong=options.strong) if _key(task) not in made
    ]
    for entry in measured("experiments.ladder", tasks, options.scheduler):
        print(*(entry[key] for key in (*tasks[0], "test_accuracy", "cpu_seconds")), flush=True)
        runs = sorted([*_known(data), entry], key=_key)
        write("ladder", options.seeds, {"refused_digits": REFUSED_DIGITS, "runs": runs})


if __name__ == "__main__":
    main()
