"""One model or ten at equal width and at equal size: the experiment "equal_size" as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_models.evidence.experiments import Entry, Spread, spread
from mnist_models.text import Text, t

Variants = dict[str, list[Entry]]  # the trainings of each variant, a seed each

_SAME = 0.05  # numbers of parameters that differ by less count as equal
_LEARNED = {"all": t("all pictures"), "undersample": t("a 1:1 undersample")}

# Titles of columns.
ACCURACIES = (t("one"), t("ten"), t("difference"), t("smallest"), t("largest"))
SPREAD = (t("test accuracy"), t("lowest"), t("highest"))
SIZES = {  # and the keys of an entry
    t("parameters"): "parameters",
    t("distinct rows per network"): "distinct_rows",
    t("rows per epoch"): "rows_per_epoch",
    t("processor seconds"): "cpu_seconds",
    t("file, bytes"): "bytes",
    t("ms per picture"): "milliseconds",
}


@dataclass(frozen=True)
class EqualPair:
    """A single model and a multi-model that have something in common.

    Attributes:
        equal: what that is: "128 hidden units each".
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


def title_of(entry: Entry) -> Text:
    """The title of a variant: "ten of 128 units, all pictures"."""
    units = entry["hidden"]
    if entry["approach"] == "single":
        return t("one of {count:,} unit", "one of {count:,} units", count=units)
    return t(
        "ten of {count:,} unit, {learned}",
        "ten of {count:,} units, {learned}",
        count=units,
        learned=_learned(entry),
    )


def variants_of(runs: Sequence[Entry]) -> Variants:
    """The trainings of each variant, by its title.

    Args:
        runs: `runs` of the experiment "equal_size".
    """
    variants: Variants = {}
    for entry in runs:
        variants.setdefault(title_of(entry), []).append(entry)
    return variants


def equal_pairs(variants: Variants) -> Iterator[EqualPair]:
    """Every single model with every multi-model of equal hidden units, or of equal parameters."""
    for single in variants.values():
        for multi in variants.values():
            one, ten = single[0], multi[0]
            if (one["approach"], ten["approach"]) != ("single", "multi"):
                continue
            parameters = one["parameters"]
            if one["hidden"] == ten["hidden"]:
                equal = t(
                    "{count:,} hidden unit each", "{count:,} hidden units each", count=one["hidden"]
                )
                yield EqualPair(equal, _learned(ten), single, multi)
            if abs(ten["parameters"] - parameters) < _SAME * parameters:
                equal = t("about {count:,} parameters", count=round(parameters, -3))
                yield EqualPair(equal, _learned(ten), single, multi)


def pair_rows(pairs: Sequence[EqualPair]) -> list[dict[str, Any]]:
    """A row per pair: median accuracies, and the difference with its range."""
    rows: list[dict[str, Any]] = []
    for pair in pairs:
        one, ten = (spread(side, "test_accuracy").median for side in (pair.single, pair.multi))
        difference = pair.difference
        figures = (one, ten, difference.median, difference.low, difference.high)
        rows.append(
            {
                t("equal"): pair.equal,
                t("the ten learn from"): pair.learned,
                **dict(zip(ACCURACIES, figures, strict=True)),
            }
        )
    return rows


def size_rows(variants: Variants) -> list[dict[str, Any]]:
    """A row per variant: its test accuracy with the range over the seeds, medians of the rest."""
    rows: list[dict[str, Any]] = []
    for title, entries in variants.items():
        accuracy = spread(entries, "test_accuracy")
        figures = zip(SPREAD, (accuracy.median, accuracy.low, accuracy.high), strict=True)
        sizes: dict[str, Any] = {name: spread(entries, key).median for name, key in SIZES.items()}
        rows.append({t("networks"): title, **dict(figures), **sizes})
    return rows


def _learned(entry: Entry) -> str:
    sampling: str = entry["sampling"]
    return _LEARNED.get(sampling, sampling)
