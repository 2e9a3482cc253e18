"""Numbers whose digits may touch, cut and read by each approach: the experiment "numbers"."""

from typing import Any

from mnist_models.evidence.experiments import Evidence
from mnist_models.learning.approaches import TITLES
from mnist_models.text import Texts, t

SPACINGS = Texts(
    {  # of the digits of a number, and their titles
        "apart": t("with gaps"),
        "close": t("touching columns"),
        "pushed": t("pushed together"),
    }
)


def number_rows(found: Evidence) -> list[dict[str, Any]]:
    """How each approach reads numbers of each spacing.

    Returns:
        Per `approach` and `digits`, how they stand: of how many `numbers` the share read `exactly`,
        with its 95 % interval, `low` and `high`.
    """
    return [
        {
            "approach": TITLES[entry["approach"]],
            "digits": SPACINGS[entry["spacing"]],
            "numbers": entry["rows"],
            "exactly": entry["right"] / entry["rows"],
            "low": entry["interval"][0],
            "high": entry["interval"][1],
        }
        for entry in found["numbers"]
    ]
