"""What runs answer to pictures of no digit: the experiments "no_digit" and "unsure" in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.formatting import percent_text, points_text
from mnist_models.text import Text, Texts, t

NO_DIGITS = ("letters", "scribbles", "noise")
KINDS = Texts(
    {  # of pictures, and their titles
        "letters": t("letters"),
        "scribbles": t("scribbles"),
        "noise": t("noise"),
        "digits": t("digits"),
    }
)
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


def unsure_sentence(found: Evidence) -> Text:
    """What it costs and catches to doubt answers, of both approaches together.

    Args:
        found: the experiment "unsure".
    """
    counts = {e["source"]: e for e in found["catches"] if e["approach"] == "both"}
    digits = counts["digits"] = next(
        entry["right"] for entry in found["costs"] if entry["approach"] == "both"
    )
    shares = {
        name: percent_text(count["unsure"] / count["rows"], 1) for name, count in counts.items()
    }
    least = found["threshold"]
    return t(
        "Draw doubts an answer whose probability is less than {single} (single model) or {multi} "
        "(multi-model) percentage points ahead of the next one, one that the two do not share, and "
        "one to which no binary model says yes. These figures are not of the runs above, but of "
        "networks that had learned from nobody whose digits they were asked about. Of {right:,} "
        "digits that both read rightly {digits} are doubted. Of what is no digit {letters} of "
        "letters and {scribbles} of scribbles are doubted; the others stand as plain agreement. "
        "Draw also names dots and several shapes; they are not counted here. Made with "
        "`{command}`.",
        single=points_text(least["single"], ".0f"),
        multi=points_text(least["multi"], ".0f"),
        right=digits["rows"],
        digits=shares["digits"],
        letters=shares["letters"],
        scribbles=shares["scribbles"],
        command=found["command"],
    )
