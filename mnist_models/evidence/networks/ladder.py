"""From one network to ten, one change at a time: the experiment "ladder" as rungs and steps.

What it asks is old: whether one-vs-rest is as good as any other scheme (Rifkin and Klautau, 2004,
https://www.jmlr.org/papers/v5/rifkin04a.html), whether codes mend mistakes (Dietterich and Bakiri,
1995, https://arxiv.org/abs/cs/9501101), what yes-or-no losses do to confidence in what was never
seen (Padhy et al., 2020, https://arxiv.org/abs/2007.05134), and why one-vs-rest gains by hard
negatives (Li et al., 2020, https://arxiv.org/abs/2003.02309).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.evidence.experiments import Entry, Evidence, Spread, spread
from mnist_models.metrics.significance import SIGNIFICANT, PairedMetrics, wilson_interval
from mnist_models.text import Texts, t

Key = tuple[str, str]  # an approach, and the sampling of its members' rows

TITLES: Texts[Key] = Texts(
    {
        ("single", "all"): t("one, softmax"),
        ("sigmoids", "all"): t("one, ten sigmoids"),
        ("multi", "all"): t("ten, all pictures"),
        ("multi", "undersample"): t("ten, undersampled"),
        ("multi", "hard"): t("ten, hard negatives"),
        ("pairs", "all"): t("45 pairs"),
        ("codes", "all"): t("15 code bits"),
        ("committee", "all"): t("committee of ten"),
    }
)
CHANGES: Texts[Key] = Texts(
    {
        ("single", "all"): t("where the ladder begins"),
        ("sigmoids", "all"): t("the loss: each output is asked yes or no"),
        ("multi", "all"): t("a network of its own for each question"),
        ("multi", "undersample"): t("fewer pictures: as many of the others as of the digit"),
        ("multi", "hard"): t("other pictures: those that are misread, anew in each epoch"),
        ("pairs", "all"): t("the question: this digit or that one?"),
        ("codes", "all"): t("the question: one of these digits, or one of those?"),
        ("committee", "all"): t("no questions: each network knows all digits"),
    }
)
# What may make the difference, and the two rungs that differ in nothing else.
CAUSES: dict[str, tuple[Key, Key]] = {
    "loss": (("single", "all"), ("sigmoids", "all")),
    "separation": (("sigmoids", "all"), ("multi", "all")),
    "rows": (("multi", "all"), ("multi", "undersample")),
    "numbers": (("single", "all"), ("committee", "all")),
}
NO_DIGIT_PICTURES = 1_000  # of each kind, as `experiments.no_digit` draws them
_ONE = (("single", "all"), ("sigmoids", "all"))  # at equal parameters they are as wide as ever
_FIGURES = (  # keys of an entry
    "calibration_error",
    "parameters",
    "cpu_seconds",
    "milliseconds",
    "bytes",
)


@dataclass(frozen=True)
class Rung:
    """One way to put networks together, trained with one or more seeds.

    Attributes:
        key: which.
        runs: its trainings, by their seeds.
    """

    key: Key
    runs: dict[int, Entry]

    @property
    def accuracy(self) -> Spread:
        """Of the test pictures, over the seeds."""
        return spread(self.runs.values(), "test_accuracy")

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the median accuracy."""
        rows = next(iter(self.runs.values()))["rows"]
        return wilson_interval(round(self.accuracy.median * rows), rows)


@dataclass(frozen=True)
class Step:
    """From one rung to another, the same seeds and pictures."""

    before: Rung
    after: Rung

    @property
    def paired(self) -> list[PairedMetrics]:
        """Who reads what, seed by seed."""
        seeds = sorted(self.before.runs.keys() & self.after.runs.keys())
        return [_paired(self.before.runs[seed], self.after.runs[seed]) for seed in seeds]

    @property
    def differences(self) -> list[float]:
        """How much more of the pictures the second reads, seed by seed."""
        return [(p.only_second - p.only_first) / p.rows for p in self.paired]

    @property
    def difference(self) -> Spread:
        """The same over the seeds."""
        return Spread.of(self.differences)

    @property
    def p(self) -> float:
        """The largest p value of the exact McNemar tests of all seeds."""
        return max(p.mcnemar_p for p in self.paired)

    @property
    def is_certain(self) -> bool:
        """Whether every seed says the same, and no test puts it down to chance."""
        is_one_way = self.difference.low > 0 or self.difference.high < 0
        return is_one_way and self.p < SIGNIFICANT


def rungs_of(found: Evidence, equal: str) -> list[Rung]:
    """The rungs of a ladder that were trained, from one network to ten.

    Args:
        found: the experiment "ladder".
        equal: "width", "parameters" or "strong": what all have in common.
    """
    runs: dict[Key, dict[int, Entry]] = {}
    for entry in found["runs"]:
        key = entry["approach"], entry["sampling"]
        of = "width" if equal == "parameters" and key in _ONE else equal
        if entry["equal"] == of:
            runs.setdefault(key, {})[entry["seed"]] = entry
    return [Rung(key, runs[key]) for key in TITLES if key in runs]


def steps_of(rungs: Sequence[Rung]) -> Iterator[Step]:
    """From each rung to the next."""
    return (Step(before, after) for before, after in pairwise(rungs))


def causes_of(rungs: Sequence[Rung]) -> dict[str, Step]:
    """What each possible cause changes, by its name in `CAUSES`, as far as it was measured."""
    known = {rung.key: rung for rung in rungs}
    return {
        name: Step(known[before], known[after])
        for name, (before, after) in CAUSES.items()
        if before in known and after in known
        if known[before].runs.keys() & known[after].runs.keys()
    }


def ladder_rows(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    """Per rung its `networks`, what it `changes`, and figures: medians over the seeds.

    `accuracy` has its Wilson interval, `low` and `high`, and the `lowest` and `highest` seed;
    `difference` and `p` are beside the rung before, None for the first; `letters`, `scribbles` and
    `noise` are the shares that are refused; `newcomer` is how many seconds one more class takes.
    """
    before: list[Step | None] = [None, *steps_of(rungs)]
    return [
        {
            "networks": TITLES[rung.key],
            "changes": CHANGES[rung.key],
            "accuracy": rung.accuracy.median,
            "low": rung.interval[0],
            "high": rung.interval[1],
            "lowest": rung.accuracy.low,
            "highest": rung.accuracy.high,
            "difference": step.difference.median if step and step.paired else None,
            "p": step.p if step and step.paired else None,
            **_refused(rung),
            **{key: spread(rung.runs.values(), key).median for key in _FIGURES},
            "newcomer": newcomer_seconds(rung),
        }
        for rung, step in zip(rungs, before, strict=True)
    ]


def newcomer_seconds(rung: Rung) -> float:
    """Processor seconds of training the members that one more class needs anew, the median.

    A share of the members takes that share of the time: all have equally many rows.
    """
    return median(e["cpu_seconds"] * e["newcomers"] / e["members"] for e in rung.runs.values())


def _refused(rung: Rung) -> dict[str, float]:
    entries = list(rung.runs.values())
    return {
        kind: median(entry["refused"][kind] for entry in entries) / NO_DIGIT_PICTURES
        for kind in entries[0]["refused"]
    }


def _paired(before: Entry, after: Entry) -> PairedMetrics:
    first, second = _right(before), _right(after)
    return PairedMetrics(
        both_right=int((first & second).sum()),
        only_first=int((first & ~second).sum()),
        only_second=int((second & ~first).sum()),
        both_wrong=int((~first & ~second).sum()),
    )


def _right(entry: Entry) -> NDArray[np.bool_]:
    packed = np.frombuffer(bytes.fromhex(entry["right"]), np.uint8)
    return np.unpackbits(packed, count=entry["rows"]).astype(bool)
