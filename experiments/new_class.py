"""The promise of ten models, put to the test: python -m experiments.new_class

A new class costs the multi-model one small training, says the reference, while the single model
must learn everything again. Four parts, each with the reference's recipe:

* left_out: each digit in turn is left out of MNIST and taught afterwards in every way, and compared
  with models that had all ten digits from the start.
* growing: from two digits to ten, one at a time.
* examples: a left-out digit is taught from 1 to 1,000 pictures.
* drawings: a left-out digit is taught from ten pen drawings, two by each of five people, and tested
  on drawings by others. Here the models know MNIST's and the pens' pictures of all other digits.

Everything is scored on MNIST's test pictures and on drawings by people who taught nothing.
`updates` was tuned on MNIST's last 10,000 training rows with the digits 4, 8 and 9, and, for few
examples, on drawings of 1, 4, 8 and 9 with other teachers.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from experiments import write
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import load_pen_digits, pen_pictures
from mnist_models.evidence.experiments import load_evidence
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.incremental.task import Labelled, Task, accuracy, labelled
from mnist_models.incremental.updates import Taught, teach
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit
from mnist_models.preprocessing.to_mnist import to_mnist

RECIPE = RECIPES["reference"]
EXAMPLES = (1, 3, 10, 30, 100, 300, 1000)
TEACHERS, DRAWINGS, LESSONS = 5, 2, 7  # people, drawings by each, groups of people per digit
CANVAS_PEN = 8.0  # pixels: the thinnest that the canvas has
_FEW: tuple[Way, ...] = ("member", "mended", "together")

Row = dict[str, Any]
Stacks = dict[Approach, Stack]


def left_out(train: Labelled, test: Labelled, seed: int) -> Iterator[Row]:
    """Each digit taught to models of the other nine, and models of all ten from the start."""
    for approach in PAIR:
        taught = _from_the_start(train, approach, seed)
        yield {"seed": seed, "digit": None, "way": f"{approach} from the start",
               "seconds": taught.seconds, "rows": taught.rows,
               "accuracy": accuracy(taught.stack, test)}  # fmt: skip
    for digit in range(10):
        task, known = _without(digit, train, seed)
        of_digit, others = test.of(test.y == digit), test.of(test.y != digit)
        before = {a: accuracy(stack, others) for a, stack in known.items()}
        for way, taught in teach(task, tuple(WAYS)):
            yield {"seed": seed, "digit": digit, "way": way, "seconds": taught.seconds,
                   "rows": taught.rows, "accuracy": accuracy(taught.stack, test),
                   "before": before[WAYS[way].approach], "old": accuracy(taught.stack, others),
                   "new": accuracy(taught.stack, of_digit),
                   "changed": len(taught.changed)}  # fmt: skip


def growing(train: Labelled, test: Labelled, seed: int) -> Iterator[Row]:
    """Two digits, then one more at a time; seconds and rows are those of one step."""
    first = train.of(train.y < 2)
    multi, single = (_from_the_start(first, a, seed) for a in ("multi", "single"))
    grown: dict[Way, Taught] = {"member": multi, "mended": multi, "again": single}
    for many in range(2, 11):
        shown = test.of(test.y < many)
        if many > 2:
            old, new = train.of(train.y < many - 1), train.of(train.y == many - 1)
            grown = {way: _grow(way, grown, old, new, seed) for way in grown}
        for way, taught in grown.items():
            yield {"seed": seed, "classes": many, "way": way, "seconds": taught.seconds,
                   "rows": taught.rows, "accuracy": accuracy(taught.stack, shown)}  # fmt: skip


def examples(train: Labelled, test: Labelled, seed: int) -> Iterator[Row]:
    """Each left-out digit taught from few pictures and from many."""
    for digit in range(10):
        task, _ = _without(digit, train, seed)
        others, of_digit = test.of(test.y != digit), test.of(test.y == digit)
        for many in EXAMPLES:
            few = replace(task, new=task.new.of(slice(many)))
            for way, taught in teach(few, _FEW):
                yield {"seed": seed, "digit": digit, "examples": many, "way": way,
                       "old": accuracy(taught.stack, others),
                       "new": accuracy(taught.stack, of_digit)}  # fmt: skip


def drawings(train: Labelled, test: Labelled, seed: int) -> Iterator[Row]:
    """Each left-out digit taught from ten drawings by five people."""
    pens = load_pen_digits()
    pictures = Labelled(*pen_pictures(pens))
    everything = train + Labelled(pictures.x, pictures.y.astype(np.int64))
    labels, writers = (np.array([getattr(p, name) for p in pens]) for name in ("digit", "writer"))
    for digit in range(10):
        task, known = _without(digit, everything, seed)
        others = test.of(test.y != digit)
        before = {a: accuracy(stack, others) for a, stack in known.items()}
        own = [i for i, label in enumerate(labels) if label == digit]
        drawn = np.stack([to_mnist(pens[i].drawn(pen=CANVAS_PEN)) for i in own])
        theirs = Labelled(drawn, labels[own])
        for lesson in range(LESSONS):
            people = np.random.default_rng([seed, lesson, digit]).permutation(np.unique(writers))
            taught_by = [np.flatnonzero(writers[own] == p)[:DRAWINGS] for p in people[:TEACHERS]]
            strangers = theirs.of(~np.isin(writers[own], people[:TEACHERS]))
            new = theirs.of(np.concatenate(taught_by))
            few = replace(task, new=new)
            for way, taught in teach(few, _FEW):
                yield {"seed": seed, "digit": digit, "lesson": lesson, "way": way,
                       "seconds": taught.seconds, "rows": len(strangers.y),
                       "before": before[WAYS[way].approach],
                       "old": accuracy(taught.stack, others),
                       "new": accuracy(taught.stack, strangers)}  # fmt: skip


def _from_the_start(rows: Labelled, approach: Approach, seed: int) -> Taught:
    started = time.perf_counter()
    result = fit(RECIPE, approach, rows.x, rows.y, seed=seed)
    seconds, looked_at = time.perf_counter() - started, sum(result.rows) * result.epochs
    return Taught(result.rounded(), seconds, looked_at, np.unique(rows.y).tolist())


def _without(digit: int, train: Labelled, seed: int) -> tuple[Task, Stacks]:
    """The task to teach a digit, and both approaches trained without it."""
    old, new = train.of(train.y != digit), train.of(train.y == digit)
    known: Stacks = {a: fit(RECIPE, a, old.x, old.y, seed=seed).rounded() for a in PAIR}
    return Task(RECIPE, known["single"], known["multi"], new, old, seed=seed), known


def _grow(way: Way, grown: dict[Way, Taught], old: Labelled, new: Labelled, seed: int) -> Taught:
    """Add one class in the same way as the earlier ones."""
    multi = grown["mended" if way == "mended" else "member"].stack
    task = Task(RECIPE, grown["again"].stack, multi, new, old, seed=seed)
    return dict(teach(task, [way]))[way]


PARTS: dict[str, tuple[Callable[[Labelled, Labelled, int], Iterator[Row]], int]] = {
    "left_out": (left_out, 3),  # and the number of seeds
    "growing": (growing, 3),
    "examples": (examples, 1),
    "drawings": (drawings, 1),
}


def main() -> None:
    """Measure the requested parts, and write the JSON after each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", choices=tuple(PARTS), default=list(PARTS))
    options = parser.parse_args()
    train, test = labelled(load_mnist())
    for name in options.parts:
        measure, seeds = PARTS[name]
        rows: list[Row] = []
        for seed in range(seeds):
            for row in measure(train, test, seed):
                print(name, row, flush=True)
                rows.append(row)
            known = load_evidence("new_class") or {}
            parts = {part: known.get(part, []) for part in PARTS} | {name: rows}
            threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS") or os.cpu_count() or 1)
            facts = {"settings": RECIPE.settings(), "threads": threads}
            write("new_class", None, {**facts, **parts})


if __name__ == "__main__":
    main()
