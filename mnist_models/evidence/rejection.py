"""What runs say to pictures that show no digit: the shipped experiment "no_digit" as rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_models.evidence.experiments import Entry

NO_DIGITS = ("letters", "scribbles", "noise")
COUNTS = ("pictures", "none", "one", "several", "sure", "refused")
FIGURES = {  # titles, and the keys of an entry
    "threshold": "threshold",
    "median largest": "median_largest",
    "area": "area",
}


def no_digit_rows(entries: Mapping[str, Sequence[Entry]]) -> list[dict[str, Any]]:
    """A row per contender and kind of picture.

    Args:
        entries: `answers` of the experiment, by the contender's name.
    """
    return [
        {
            "contender": name,
            "kind": entry["kind"],
            **{count: entry[count] for count in COUNTS},
            **{title: entry[key] for title, key in FIGURES.items()},
        }
        for name, own in entries.items()
        for entry in own
    ]
