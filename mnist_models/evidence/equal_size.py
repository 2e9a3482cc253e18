"""One model or ten at equal width and at equal size: the experiment "fairness" as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_models.evidence.experiments import Spread
from mnist_models.formatting import points_text

Entry = dict[str, Any]  # one training of the experiment
Variants = dict[str, list[Entry]]  # the trainings of each variant, a seed each

_SAME = 0.05  # numbers of parameters that differ by less are called equal
_LEARNED = {"all": "all pictures", "undersample": "a 1:1 undersample"}

ACCURACIES = ("one", "ten", "difference", "smallest", "largest")
SPREAD = ("test accuracy", "lowest", "highest")
SIZES = {  # titles, and the keys of an entry
    "parameters": "parameters",
    "distinct rows per network": "distinct_rows",
    "rows per epoch": "rows_per_epoch",
    "processor seconds": "cpu_seconds",
    "file, bytes": "bytes",
    "ms per picture": "milliseconds",
}


@dataclass(frozen=True)
class Fair:
    """A single model and a multi-model that have something in common.

    Attributes:
        equal: what: "128 hidden units each".
        learned: what each of the ten learned from.
        single, multi: their trainings, the same seeds in the same order.
    """

    equal: str
    learned: str
    single: Sequence[Entry]
    multi: Sequence[Entry]

    @property
    def difference(self) -> Spread:
        """Test accuracy of the ten less that of the single model, over the seeds."""
        pairs = zip(self.multi, self.single, strict=True)
        return Spread.of([m["test_accuracy"] - s["test_accuracy"] for m, s in pairs])

    @property
    def finding(self) -> str:
        """Who reads more, where it holds with every seed: "the ten read 0.59 points more"."""
        difference = self.difference
        if difference.low <= 0 <= difference.high:
            return "neither reads more with every seed"
        who = "the ten read" if difference.low > 0 else "the single model reads"
        return f"{who} {points_text(abs(difference.median), 2)} points more"


def title_of(entry: Entry) -> str:
    """What a variant is called: "ten of 128 units, all pictures"."""
    if entry["approach"] == "single":
        return f"one of {entry['hidden']:,} units"
    return f"ten of {entry['hidden']:,} units, {_learned(entry)}"


def variants_of(runs: Sequence[Entry]) -> Variants:
    """The trainings of each variant, by what it is called.

    Args:
        runs: `runs` of the experiment "fairness".
    """
    variants: Variants = {}
    for entry in runs:
        variants.setdefault(title_of(entry), []).append(entry)
    return variants


def fair_comparisons(variants: Variants) -> Iterator[Fair]:
    """Every single model with every multi-model of as many hidden units, or parameters."""
    for single in variants.values():
        for multi in variants.values():
            one, ten = single[0], multi[0]
            if (one["approach"], ten["approach"]) != ("single", "multi"):
                continue
            parameters = one["parameters"]
            if one["hidden"] == ten["hidden"]:
                yield Fair(f"{one['hidden']:,} hidden units each", _learned(ten), single, multi)
            if abs(ten["parameters"] - parameters) < _SAME * parameters:
                equal = f"about {round(parameters, -3):,} parameters"
                yield Fair(equal, _learned(ten), single, multi)


def fair_sentences(comparisons: Sequence[Fair]) -> list[str]:
    """What remains of the difference, a sentence for each thing that the ten can learn from."""
    return [
        f"Where each of the ten learns from {learned}: "
        + ", ".join(f"with {f.equal} {f.finding}" for f in comparisons if f.learned == learned)
        + "."
        for learned in dict.fromkeys(fair.learned for fair in comparisons)
    ]


def updates_sentence(runs: Sequence[Entry]) -> str:
    """How many more updates a network that learns from all pictures takes; "" where it is unknown.

    Batches are equally large, so updates are to each other as the rows per epoch.

    Args:
        runs: `runs` of the experiment "fairness".
    """
    ten = [entry for entry in runs if entry["approach"] == "multi"]
    rows = {e["sampling"]: e["rows_per_epoch"] // len(e["balanced_accuracy"]) for e in ten}
    if not _LEARNED.keys() <= rows.keys():
        return ""
    few, many = rows["undersample"], rows["all"]
    return (
        f"Epochs are equal, updates are not: in an epoch a network sees {few:,} rows of an "
        f"undersample or all {many:,}, and its weights change {many / few:.2g} times as often in "
        "the second case. So part of what all pictures gain is longer training."
    )


def fair_rows(comparisons: Sequence[Fair]) -> list[dict[str, Any]]:
    """A row per comparison: median accuracies, and the difference with its range."""
    rows = []
    for fair in comparisons:
        one, ten = (_spread(side, "test_accuracy").median for side in (fair.single, fair.multi))
        difference = fair.difference
        figures = (one, ten, difference.median, difference.low, difference.high)
        rows.append(
            {
                "equal": fair.equal,
                "the ten learn from": fair.learned,
                **dict(zip(ACCURACIES, figures, strict=True)),
            }
        )
    return rows


def size_rows(variants: Variants) -> list[dict[str, Any]]:
    """A row per variant: its test accuracy with the range over the seeds, medians of the rest."""
    rows = []
    for title, entries in variants.items():
        accuracy = _spread(entries, "test_accuracy")
        spread = zip(SPREAD, (accuracy.median, accuracy.low, accuracy.high), strict=True)
        sizes = {name: _spread(entries, key).median for name, key in SIZES.items()}
        rows.append({"networks": title, **dict(spread), **sizes})
    return rows


def _learned(entry: Entry) -> str:
    sampling: str = entry["sampling"]
    return _LEARNED.get(sampling, sampling)


def _spread(entries: Sequence[Entry], key: str) -> Spread:
    return Spread.of([entry[key] for entry in entries])
