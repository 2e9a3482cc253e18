"""What runs answer to pictures of no digit: the shipped experiment "no_digit" as rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_models.evidence.experiments import Entry
from mnist_models.text import t

NO_DIGITS = ("letters", "scribbles", "noise")
KINDS = {  # of pictures, and their titles
    "letters": t("letters"),
    "scribbles": t("scribbles"),
    "noise": t("noise"),
    "digits": t("digits"),
}
_COUNTS = ("none", "one", "several", "sure", "refused")  # of pictures, keys of an entry
_FIGURES = ("threshold", "median_largest", "area")  # other keys


def no_digit_rows(entries: Mapping[str, Sequence[Entry]]) -> list[dict[str, Any]]:
    """Per `contender` and kind that was `shown`, the shares of its `pictures` by answer.

    Args:
        entries: `answers` of the experiment, by the contender's name.

    Returns:
        `none`, `one`, `several`, `sure` and `refused` as shares; `threshold`, `median_largest` and
        `area` as they were measured, with no area for digits.
    """
    return [
        {
            "contender": name,
            "shown": KINDS[entry["kind"]],
            "pictures": entry["pictures"],
            **{key: entry[key] / entry["pictures"] for key in _COUNTS},
            **{key: entry[key] for key in _FIGURES},
        }
        for name, own in entries.items()
        for entry in own
    ]
