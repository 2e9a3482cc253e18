"""One model or ten at equal width and at equal size: the experiment "equal_size" as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_models.evidence.experiments import Entry, Spread, spread

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
class EqualPair:
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


def title_of(entry: Entry) -> str:
    """What a variant is called: "ten of 128 units, all pictures"."""
    if entry["approach"] == "single":
        return f"one of {entry['hidden']:,} units"
    return f"ten of {entry['hidden']:,} units, {_learned(entry)}"


def variants_of(runs: Sequence[Entry]) -> Variants:
    """The trainings of each variant, by what it is called.

    Args:
        runs: `runs` of the experiment "equal_size".
    """
    variants: Variants = {}
    for entry in runs:
        variants.setdefault(title_of(entry), []).append(entry)
    return variants


def equal_pairs(variants: Variants) -> Iterator[EqualPair]:
    """Every single model with every multi-model of as many hidden units, or parameters."""
    for single in variants.values():
        for multi in variants.values():
            one, ten = single[0], multi[0]
            if (one["approach"], ten["approach"]) != ("single", "multi"):
                continue
            parameters = one["parameters"]
            if one["hidden"] == ten["hidden"]:
                equal = f"{one['hidden']:,} hidden units each"
                yield EqualPair(equal, _learned(ten), single, multi)
            if abs(ten["parameters"] - parameters) < _SAME * parameters:
                equal = f"about {round(parameters, -3):,} parameters"
                yield EqualPair(equal, _learned(ten), single, multi)


def pair_rows(pairs: Sequence[EqualPair]) -> list[dict[str, Any]]:
    """A row per pair: median accuracies, and the difference with its range."""
    rows = []
    for pair in pairs:
        one, ten = (spread(side, "test_accuracy").median for side in (pair.single, pair.multi))
        difference = pair.difference
        figures = (one, ten, difference.median, difference.low, difference.high)
        rows.append(
            {
                "equal": pair.equal,
                "the ten learn from": pair.learned,
                **dict(zip(ACCURACIES, figures, strict=True)),
            }
        )
    return rows


def size_rows(variants: Variants) -> list[dict[str, Any]]:
    """A row per variant: its test accuracy with the range over the seeds, medians of the rest."""
    rows = []
    for title, entries in variants.items():
        accuracy = spread(entries, "test_accuracy")
        figures = zip(SPREAD, (accuracy.median, accuracy.low, accuracy.high), strict=True)
        sizes = {name: spread(entries, key).median for name, key in SIZES.items()}
        rows.append({"networks": title, **dict(figures), **sizes})
    return rows


def _learned(entry: Entry) -> str:
    sampling: str = entry["sampling"]
    return _LEARNED.get(sampling, sampling)
