"""Sentences on the shipped experiments, computed from what they measured."""

from collections.abc import Sequence
from statistics import median

from mnist_models.evidence.equal_size import EqualPair
from mnist_models.evidence.experiments import Entry
from mnist_models.evidence.new_class_costs import NewClassCosts
from mnist_models.formatting import points_text
from mnist_models.learning.sampling import STRATEGIES


def equal_size_sentences(pairs: Sequence[EqualPair]) -> list[str]:
    """What remains of the difference, a sentence for each thing that the ten can learn from."""
    return [
        f"Where each of the ten learns from {learned}: "
        + ", ".join(f"with {p.equal} {_finding(p)}" for p in pairs if p.learned == learned)
        + "."
        for learned in dict.fromkeys(pair.learned for pair in pairs)
    ]


def updates_sentence(runs: Sequence[Entry]) -> str:
    """How many more updates a network that learns from all pictures takes; "" where it is unknown.

    Batches are equally large, so updates are to each other as the rows per epoch.

    Args:
        runs: `runs` of the experiment "equal_size".
    """
    ten = [entry for entry in runs if entry["approach"] == "multi"]
    rows = {e["sampling"]: e["rows_per_epoch"] // len(e["balanced_accuracy"]) for e in ten}
    if not {"all", "undersample"} <= rows.keys():
        return ""
    few, many = rows["undersample"], rows["all"]
    return (
        f"Epochs are equal, updates are not: in an epoch a network sees {few:,} rows of an "
        f"undersample or all {many:,}, and its weights change {many / few:.2g} times as often in "
        "the second case. So part of what all pictures gain is longer training."
    )


def correction_sentence(runs: Sequence[Entry], strategy: str) -> str:
    """The expected calibration error of a sampling strategy, before and after the correction.

    Args:
        runs: `runs` of the experiment "sampling".
        strategy: whose.
    """
    own = [run["calibration"] for run in runs if run["strategy"] == strategy]
    before, after = (median(c[when]["error"] for c in own) for when in ("before", "after"))
    sentence = (
        "Expected calibration error, the distance between what the models say and how often it is "
        f"so, averaged over all answers: {points_text(before, 2)} percentage points"
    )
    if not STRATEGIES[strategy].balanced:
        return f"{sentence}. Nothing was balanced, so there is nothing to correct."
    reason = (
        "Balancing taught that a yes is as likely as a no; the correction puts back how rare it is."
        if after <= before
        else "The correction overshoots: it assumes that balancing was all that moved the answers."
    )
    return f"{sentence} before the prior correction, {points_text(after, 2)} after it. {reason}"


def new_class_headline(costs: NewClassCosts) -> str:
    """What a digit added afterwards costs, in one sentence."""
    return (
        f"A digit added afterwards costs the ten models {costs.seconds:.2f} s, and the single "
        f"model, everything again, {costs.again:.1f} s."
    )


def new_class_text(costs: NewClassCosts) -> str:
    """The whole of it: what that sentence leaves out."""
    return (
        f"That is {costs.shorter.text('.1f')} times as long. One new member alone is not enough: "
        "the old ones have never seen the digit, and some claim it. All ten digits are then read "
        f"{points_text(costs.unmended.median)} points worse than by ten models that had them from "
        "the start. Trained together with the members that claim it, it is "
        f"{points_text(costs.lost.median)} points, and at worst {points_text(costs.lost.high)}. "
        "But the single model need not learn everything again: going on with the new digit and as "
        f"many pictures of each old one costs it {costs.together_seconds:.2f} s as well, and then "
        f"it reads {costs.together:.4f} of all ten correctly, where the ten models read "
        f"{costs.accuracy:.4f}. Only if it learns the new digit alone, it forgets: "
        f"{points_text(costs.forgotten.median)} points on the other nine."
    )


def _finding(pair: EqualPair) -> str:
    """Who reads more, where it holds with every seed: "the ten read 0.59 points more"."""
    difference = pair.difference
    if difference.low <= 0 <= difference.high:
        return "neither reads more with every seed"
    who = "the ten read" if difference.low > 0 else "the single model reads"
    return f"{who} {points_text(abs(difference.median), 2)} points more"
