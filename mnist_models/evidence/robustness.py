"""How much both approaches of a run bear before they give way: the experiment "robustness"."""

from collections.abc import Mapping
from typing import Any

from mnist_models.evidence.experiments import Entry, Evidence, Spread
from mnist_models.formatting import listing, number_writer, percent_text
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.metrics.significance import SIGNIFICANT
from mnist_models.robustness.perturbations import PERTURBATIONS
from mnist_models.text import Text, Texts, paragraph, t, translated

# How a picture is disturbed, by disturbance and the sign of its strength, within a sentence.
WAYS: Texts[tuple[str, int]] = Texts(
    {
        ("noise", 1): t("noise"),
        ("square", 1): t("a cut-out square"),
        ("pen", -1): t("a thinner pen"),
        ("pen", 1): t("a thicker pen"),
        ("turn", -1): t("a turn to the left"),
        ("turn", 1): t("a turn to the right"),
        ("smallest", 1): t("the smallest change of pixels"),
    }
)


def measured_run(found: Evidence, approach: Approach, weights: str | None) -> Entry | None:
    """What was measured with these very networks; None if nothing was.

    Args:
        found: the experiment.
        approach: of the networks.
        weights: their hash.
    """
    runs: list[Entry] = found["runs"]
    return next((entry for entry in runs if entry["weights"].get(approach) == weights), None)


def accuracy_rows(entries: Mapping[str, tuple[Entry, Approach]]) -> list[dict[str, Any]]:
    """Per `contender`, `disturbance` and `strength`, the share of pictures that are read rightly.

    Args:
        entries: what was measured of a contender's run and the contender's approach, by its name.

    Returns:
        `right` with its 95 % interval, `low` and `high`; of all pictures the share that is misread
        though a probability reaches one half, `sure`; and `name`, the key of the disturbance.
    """
    return [
        {
            "contender": contender,
            "name": each["perturbation"],
            "disturbance": translated(PERTURBATIONS[each["perturbation"]].title),
            "strength": each["strength"],
            "right": each["right"] / each["rows"],
            "low": each["interval"][0],
            "high": each["interval"][1],
            "sure": (each["rows"] - each["right"] - each["none"]) / each["rows"],
        }
        for contender, (entry, approach) in entries.items()
        for each in entry["accuracy"]
        if each["approach"] == approach
    ]


def first_rows(entry: Entry) -> list[dict[str, Any]]:
    """Per `way` how many pictures the `single` model gives up first, and how many the `multi`."""
    counts = ("single", "multi", "together", "neither", "p")
    return [
        {"way": WAYS[each["way"], each["sign"]], **{key: each[key] for key in counts}}
        for each in entry["first"]
    ]


def first_sentence(entry: Entry) -> Text:
    """Which approach gives way first to what, as far as that is no chance.

    It is chance unless the exact McNemar test says otherwise at a level that all ways share
    (Bonferroni).

    Args:
        entry: of a run in the experiment "robustness".
    """
    rows = first_rows(entry)
    certain = [row for row in rows if row["p"] < SIGNIFICANT / len(rows)]
    single = [row["way"] for row in certain if row["single"] > row["multi"]]
    multi = [row["way"] for row in certain if row["multi"] > row["single"]]
    open_ = [row["way"] for row in rows if row not in certain]
    return paragraph(
        t("The single model more often gives way first to {ways}.", ways=listing(single))
        if single
        else "",
        t("The multi-model more often gives way first to {ways}.", ways=listing(multi))
        if multi
        else "",
        t("With {ways} chance alone could explain the difference.", ways=listing(open_))
        if open_
        else "",
    )


def smallest_change_sentence(entry: Entry) -> Text:
    """How large a change of pixels it takes, with the interval of its median.

    Args:
        entry: of a run in the experiment "robustness".
    """
    single, multi = (
        Spread(own["median"], *own["interval"]).text(number_writer(".2f"))
        for own in sorted(entry["smallest"], key=lambda e: PAIR.index(e["approach"]))
    )
    return t(
        "Half of the pictures are read as another digit after a change of length {single} in the "
        "single model and {multi} in the multi-model; one pixel from black to white has length 1.",
        single=single,
        multi=multi,
    )


def none_when_misread_sentence(entry: Entry) -> Text:
    """Of misread pictures, how many could have been refused.

    Args:
        entry: of a run in the experiment "robustness".
    """
    shares = []
    for approach in PAIR:
        own = [e for e in entry["accuracy"] if e["approach"] == approach and e["strength"]]
        wrong = sum(e["rows"] - e["right"] for e in own)
        shares.append(percent_text(sum(e["none"] for e in own) / max(wrong, 1), 0))
    return t(
        "Of the disturbed pictures that it misreads, the single model gives no digit a probability "
        "of one half in {single}, and no member of the multi-model says yes in {multi}.",
        single=shares[0],
        multi=shares[1],
    )
