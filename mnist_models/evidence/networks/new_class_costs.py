"""What a new class costs one model and ten: the shipped experiment "new_class" as tables.

Source of all figures: `experiments/new_class.json`, written by `python -m experiments.new_class`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from mnist_models.evidence.experiments import Entry, Spread, spread
from mnist_models.formatting import count_text, number_writer, percent_text, points_text
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import TITLES
from mnist_models.text import Texts, t, translated

Entries = Sequence[Entry]

# Short titles of the ways, for columns.
_SHORT: Texts[Way] = Texts({"member": t("Member"), "mended": t("Mended"), "together": t("Single")})
FROM_THE_START = "multi from the start"


@dataclass(frozen=True)
class NewClassCosts:
    """What adding a digit costs, and what it does to accuracy: medians over the digits and seeds.

    Attributes:
        seconds: to add a digit and mend the members that claim it.
        again: the single model, everything again.
        shorter: how many times as long the single model takes, digit by digit.
        lost: accuracy on all ten digits below ten models that had them from the start.
        unmended: the same where the old members stay as they are.
        forgotten: share of the old digits' accuracy that the single model loses when it learns the
            new digit alone.
        accuracy: on all ten digits, of the mended members.
        together: the same of the single model that goes on with old and new together.
        together_seconds: what that costs it.
    """

    seconds: float
    again: float
    shorter: Spread
    lost: Spread
    unmended: Spread
    forgotten: Spread
    accuracy: float
    together: float
    together_seconds: float


def new_class_costs(left_out: Entries) -> NewClassCosts:
    """The costs of the digits that were left out and added afterwards.

    Args:
        left_out: of the experiment.

    Raises:
        KeyError: a way or the models from the start are missing.
    """
    start = {e["seed"]: e["accuracy"] for e in left_out if e["way"] == FROM_THE_START}
    ways: dict[Way, dict[tuple[int, int], Entry]] = {
        way: {(e["seed"], e["digit"]): e for e in left_out if e["way"] == way} for way in WAYS
    }
    mended, again = ways["mended"], ways["again"]
    return NewClassCosts(
        seconds=median(e["seconds"] for e in mended.values()),
        again=median(e["seconds"] for e in again.values()),
        shorter=Spread.of([again[key]["seconds"] / e["seconds"] for key, e in mended.items()]),
        lost=Spread.of([start[seed] - e["accuracy"] for (seed, _), e in mended.items()]),
        unmended=Spread.of([start[s] - e["accuracy"] for (s, _), e in ways["member"].items()]),
        forgotten=Spread.of([e["before"] - e["old"] for e in ways["alone"].values()]),
        accuracy=_median(mended.values(), "accuracy"),
        together=_median(ways["together"].values(), "accuracy"),
        together_seconds=_median(ways["together"].values(), "seconds"),
    )


def table_by_way(left_out: Entries) -> list[dict[str, str]]:
    """A row per way: seconds, pictures looked at, and accuracies, spread over digits and seeds."""
    rows: list[dict[str, str]] = []
    for way, about in WAYS.items():
        own = [e for e in left_out if e["way"] == way]
        rows.append(
            {
                t("approach"): TITLES[about.approach],
                t("way"): translated(about.title),
                t("seconds"): spread(own, "seconds").text(number_writer(".2f")),
                t("pictures looked at"): spread(own, "rows").text(count_text),
                t("accuracy, all ten"): spread(own, "accuracy").text(percent_text),
                t("the nine, before"): spread(own, "before").text(percent_text),
                t("the nine, after"): spread(own, "old").text(percent_text),
                t("the new digit"): spread(own, "new").text(percent_text),
            }
        )
    return rows


def growth(growing: Entries) -> list[dict[str, Any]]:
    """Per way and number of classes: seconds and rows summed over the steps so far, accuracy.

    Medians over the seeds.
    """
    rows = []
    for way in dict.fromkeys(e["way"] for e in growing):
        seconds = looked_at = 0.0
        for classes in sorted({e["classes"] for e in growing}):
            own = [e for e in growing if (e["way"], e["classes"]) == (way, classes)]
            seconds += _median(own, "seconds")
            looked_at += _median(own, "rows")
            rows.append(
                {
                    "way": way,
                    "classes": classes,
                    "seconds": seconds,
                    "rows": looked_at,
                    "accuracy": _median(own, "accuracy"),
                }
            )
    return rows


def by_examples(examples: Entries) -> list[dict[str, Any]]:
    """Per way and number of examples the recall of the new digit and the accuracy of the others.

    Medians over the digits.
    """
    return [
        {
            "way": way,
            "examples": many,
            "new": _median(own, "new"),
            "old": _median(own, "old"),
        }
        for way in dict.fromkeys(e["way"] for e in examples)
        for many in sorted({e["examples"] for e in examples})
        if (own := [e for e in examples if (e["way"], e["examples"]) == (way, many)])
    ]


def table_by_digit(drawings: Entries) -> list[dict[str, str]]:
    """Per digit and way what ten drawings taught: recall on other people's, and accuracy lost."""
    rows = []
    for digit in sorted({e["digit"] for e in drawings}):
        row: dict[str, str] = {t("digit"): str(digit)}
        for way in dict.fromkeys(e["way"] for e in drawings):
            own = [e for e in drawings if (e["digit"], e["way"]) == (digit, way)]
            lost = Spread.of([e["before"] - e["old"] for e in own])
            row[t("{way}: recall", way=_SHORT[way])] = spread(own, "new").text(percent_text)
            row[t("{way}: points lost", way=_SHORT[way])] = lost.text(points_text)
        rows.append(row)
    return rows


def _median(entries: Iterable[Entry], name: str) -> float:
    return median(e[name] for e in entries)
