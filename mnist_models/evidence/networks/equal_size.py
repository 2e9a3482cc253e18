"""One model or ten at equal width and at equal size: the experiment "equal_size" as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_models.evidence.experiments import Entry, Spread, spread
from mnist_models.learning.approaches import Approach
from mnist_models.text import Text, Texts, t

Variants = dict[str, list[Entry]]  # the trainings of each variant, a seed each

_SAME = 0.05  # numbers of parameters that differ by less count as equal
_LEARNED = Texts({"all": t("all pictures"), "undersample": t("a 1:1 undersample")})
_SIZES = (  # keys of an entry
    "parameters",
    "distinct_rows",
    "rows_per_epoch",
    "cpu_seconds",
    "bytes",
    "milliseconds",
)


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
    def differences(self) -> list[float]:
        """Test accuracy of the ten less that of the single model, seed by seed."""
        pairs = zip(self.multi, self.single, strict=True)
        return [m["test_accuracy"] - s["test_accuracy"] for m, s in pairs]

    @property
    def difference(self) -> Spread:
        """The same over the seeds."""
        return Spread.of(self.differences)

    @property
    def reads_more(self) -> Approach | None:
        """Which of the two reads more with every seed, if one does."""
        if self.difference.low > 0:
            return "multi"
        return "single" if self.difference.high < 0 else None


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
    """Per pair what is `equal` and `learned`, accuracies of `one` and `ten`, and the difference.

    Accuracies are medians; of the `difference` there are its `smallest` and `largest` value too.
    """
    return [
        {
            "equal": pair.equal,
            "learned": pair.learned,
            "one": spread(pair.single, "test_accuracy").median,
            "ten": spread(pair.multi, "test_accuracy").median,
            "difference": pair.difference.median,
            "smallest": pair.difference.low,
            "largest": pair.difference.high,
        }
        for pair in pairs
    ]


def size_rows(variants: Variants) -> list[dict[str, Any]]:
    """Per variant its `networks`, `accuracy` with the range over the seeds, medians of the rest."""
    rows: list[dict[str, Any]] = []
    for title, entries in variants.items():
        accuracy = spread(entries, "test_accuracy")
        rows.append(
            {
                "networks": title,
                "accuracy": accuracy.median,
                "lowest": accuracy.low,
                "highest": accuracy.high,
                **{key: spread(entries, key).median for key in _SIZES},
            }
        )
    return rows


def _learned(entry: Entry) -> str:
    sampling: str = entry["sampling"]
    return _LEARNED.get(sampling, sampling)
