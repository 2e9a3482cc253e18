"""Numbers whose digits touch, cut and read by each approach: the experiment "numbers"."""

from typing import Any

from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.formatting import p_value_text, percent_text
from mnist_models.learning.approaches import APPROACHES, NAMES, TITLES, Approach
from mnist_models.text import Text, t

SPACINGS = {  # of the digits of a number, and their titles
    "apart": t("with gaps"),
    "close": t("touching columns"),
    "pushed": t("pushed together"),
}
_SIGNIFICANT = 0.05


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


def numbers_sentence(found: Evidence, spacing: str) -> Text:
    """Which approach reads more numbers of that spacing exactly, and whether that may be chance."""
    own = {e["approach"]: e for e in found["numbers"] if e["spacing"] == spacing}
    paired = next(entry for entry in found["paired"] if entry["spacing"] == spacing)
    ahead, behind = _ordered(own)
    fields: dict[str, Any] = {
        "rows": own[ahead]["rows"],
        "ahead": NAMES[ahead],
        "more": _share(own[ahead]),
        "behind": NAMES[behind],
        "fewer": _share(own[behind]),
        "p": p_value_text(paired["p"]),
    }
    if own[ahead]["right"] == own[behind]["right"]:
        return t(
            "Of {rows:,} numbers whose digits touch, both read {more} exactly, each with its own "
            "cuts.",
            **fields,
        )
    if paired["p"] < _SIGNIFICANT:
        return t(
            "Of {rows:,} numbers whose digits touch, the {ahead} reads {more} exactly and the "
            "{behind} {fewer}, each with its own cuts; a difference this large would rarely come "
            "by chance (exact McNemar test, p {p}).",
            **fields,
        )
    return t(
        "Of {rows:,} numbers whose digits touch, the {ahead} reads {more} exactly and the {behind} "
        "{fewer}, each with its own cuts; chance alone could explain the difference (exact McNemar "
        "test, p {p}).",
        **fields,
    )


def needless_sentence(found: Evidence) -> Text:
    """How often each approach cuts a single digit."""
    cut = {entry["approach"]: entry for entry in found["singles"]}
    single, multi = (cut[approach] for approach in APPROACHES)
    return t(
        "Of {rows:,} single digits, which need no cut, the single model cuts {single} and the "
        "multi-model {multi}.",
        rows=single["rows"],
        single=single["cut"],
        multi=multi["cut"],
    )


def _ordered(own: dict[Approach, Entry]) -> tuple[Approach, Approach]:
    single, multi = APPROACHES
    return (multi, single) if own[multi]["right"] > own[single]["right"] else (single, multi)


def _share(entry: Entry) -> str:
    return percent_text(entry["right"] / entry["rows"], 1)
