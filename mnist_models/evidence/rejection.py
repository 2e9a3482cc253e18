"""What runs answer to pictures of no digit: the shipped experiment "no_digit" as rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_models.evidence.experiments import Entry
from mnist_models.text import Text, t

NO_DIGITS = ("letters", "scribbles", "noise")
KINDS = {  # of pictures, and their titles
    "letters": t("letters"),
    "scribbles": t("scribbles"),
    "noise": t("noise"),
    "digits": t("digits"),
}
COUNTS: dict[Text, str] = {  # titles of columns, and the keys of an entry
    t("pictures"): "pictures",
    t("none"): "none",
    t("one"): "one",
    t("several"): "several",
    t("sure"): "sure",
    t("refused"): "refused",
}
FIGURES: dict[Text, str] = {
    t("threshold"): "threshold",
    t("median largest"): "median_largest",
    t("area"): "area",
}


def no_digit_rows(entries: Mapping[str, Sequence[Entry]]) -> list[dict[str, Any]]:
    """A row per contender and kind of picture.

    Args:
        entries: `answers` of the experiment, by the contender's name.
    """
    return [
        {
            t("contender"): name,
            t("kind"): KINDS[entry["kind"]],
            **{title: entry[key] for title, key in (*COUNTS.items(), *FIGURES.items())},
        }
        for name, own in entries.items()
        for entry in own
    ]
