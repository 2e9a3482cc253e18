"""Sentences that are computed from numbers, so that no page says what its figures do not."""

from collections.abc import Sequence
from typing import Any

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.evidence.rejection import NO_DIGITS
from mnist_models.evidence.training_studies import seeds_spread
from mnist_models.formatting import (
    listing,
    p_value_text,
    percent_text,
    plural,
    points_text,
    score_text,
)
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.metrics.calibration import Reliability, YesGroup
from mnist_models.metrics.scores import BinaryMetrics, Metrics
from mnist_models.runs.run import Run

SIGNIFICANT = 0.05
_NUMBERS = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve"}


def verdict_sentence(duel: Duel) -> str:
    """The comparison in one sentence: who reads more, and whether that could be chance.

    Raises:
        RunError: the file of the scores is damaged.
    """
    paired = duel.paired
    difference = paired.only_first - paired.only_second
    (ahead, verb), (behind, _) = _names(duel) if difference >= 0 else reversed(_names(duel))
    if difference == 0:
        return f"Of {paired.rows:,} test digits {ahead} and {behind} read equally many."
    p = paired.mcnemar_p
    chance = (
        "a difference this large would rarely come by chance"
        if p < SIGNIFICANT
        else "chance alone could explain it"
    )
    return (
        f"Of {paired.rows:,} test digits {ahead} {verb} {abs(difference):,} more than {behind}; "
        f"{chance} (exact McNemar test, p {p_value_text(p)})."
    )


def mcnemar_sentence(duel: Duel) -> str:
    """What McNemar's test makes of the digits that only one of the two reads.

    Raises:
        RunError: the file of the scores is damaged.
    """
    paired = duel.paired
    if not (tosses := paired.only_first + paired.only_second):
        return "There is no digit that only one of the two reads: nothing tells them apart."
    return (
        f"Only one of the two reads {tosses:,} digits, {paired.only_first:,} to "
        f"{paired.only_second:,}. Were both equally good, each of these would go to either like "
        "the toss of a coin; McNemar's test says how often that splits them at least so unevenly: "
        f"p {p_value_text(paired.mcnemar_p)}."
    )


def accuracy_text(metrics: Metrics) -> str:
    """Right answers, rows and interval: "9,754 of 10,000 (97.22 % to 97.83 %)"."""
    return score_text(metrics.right, metrics.rows, metrics.accuracy_interval)


def beside_accuracy(contender: Contender, seeds: Evidence | None) -> list[str]:
    """What others published, and what the experiment "seeds" came to, where it is known."""
    run, approach = contender.run, contender.approach
    lines = []
    if run.published and (figure := run.published.test.get(approach)):
        lines.append(f"Published: {percent_text(figure)}, {run.published.source}")
    if spread := seeds_spread(seeds, run, approach):
        lines.append(f"Median of several seeds: {spread.text('.2%')}")
    return lines


def data_text(run: Run) -> str:
    """What a run was judged on: "10,000 test pictures of MNIST"."""
    rows = run.manifest["dataset"]["test_rows"]
    return f"{rows:,} test pictures of {DATASET_TITLES[run.test_set]}"


def judged_text(duel: Duel) -> str:
    """On what the two were judged, and what stands in brackets behind an accuracy."""
    runs = list(dict.fromkeys(c.run.label for c in (duel.first, duel.second)))
    named = f"{plural(len(runs), 'Run')} {listing([f'*{label}*' for label in runs])}"
    return (
        f"{named}, judged on {data_text(duel.first.run)} that training never saw. Accuracy is the "
        "share of pictures read correctly; in brackets its 95 % Wilson interval, the range in "
        "which the true share plausibly lies."
    )


def change_text(new: Metrics, old: Metrics, classes: list[Any]) -> str:
    """How many pictures more or fewer are read: "72 pictures more (the 8s +20) than"."""
    gains = [a[k] - b[k] for k, (a, b) in enumerate(zip(new.confusion, old.confusion, strict=True))]
    difference = sum(gains)
    if difference == 0:
        return "as many pictures as"
    most = max(range(len(gains)), key=lambda k: gains[k] if difference > 0 else -gains[k])
    more = "more" if difference > 0 else "fewer"
    return f"{abs(difference):,} pictures {more} (the {classes[most]}s {gains[most]:+,}) than"


def difference_sentence(label: str, first: float, second: float, figure: str) -> str:
    """Where two differ most: "The two differ most on the 8: recall 0.9560 against 0.9713."."""
    if first == second:
        return f"The two have the same {figure} on every digit."
    return f"The two differ most on the {label}: {figure} {first:.4f} against {second:.4f}."


def members_sentence(
    binary: BinaryMetrics, published: Sequence[float], classes: Sequence[Any]
) -> str:
    """The weakest of the models, and how many are better than what was published."""
    ours = binary.balanced_accuracy
    weakest = min(range(len(ours)), key=ours.__getitem__)
    sentence = (
        f"The weakest is the model for {classes[weakest]}: balanced accuracy {ours[weakest]:.4f}."
    )
    if published:
        better = sum(a > b for a, b in zip(ours, published, strict=False))
        sentence += f" {better} of {len(published)} are above the published figure."
    return sentence


def calibration_sentence(found: dict[str, Reliability]) -> str:
    """The expected calibration error of each: "… is off by 0.43 percentage points on average"."""
    errors = " and ".join(f"{points_text(r.error, 2)} ({name})" for name, r in found.items())
    return f"Expected calibration error in percentage points: {errors}."


def yes_sentence(name: str, groups: list[YesGroup]) -> str:
    """How often exactly one says yes, none and several."""
    total = sum(group.pictures for group in groups) or 1
    shares = {group.yes: percent_text(group.pictures / total) for group in groups}
    return (
        f"{name}: exactly one says yes to {shares['one']} of the test pictures, none to "
        f"{shares['none']} and several to {shares['several']}."
    )


def none_sentence(name: str, entries: Sequence[Entry], count: str) -> str:
    """To what share of each kind a contender says none, by the count "none" or "refused"."""
    own = {entry["kind"]: entry for entry in entries}
    shares = ", ".join(
        f"{percent_text(own[kind][count] / own[kind]['pictures'], 1)} of the {kind}"
        for kind in (*NO_DIGITS, "digits")
        if kind in own
    )
    return f"{name} says “none” to {shares}."


def _names(duel: Duel) -> list[tuple[str, str]]:
    """Each contender and its verb; the run is named only where there are two."""
    one_run = duel.first.run.version == duel.second.run.version
    return [_name(c, "" if one_run else f" of {c.run.label}") for c in (duel.first, duel.second)]


def _name(contender: Contender, of: str) -> tuple[str, str]:
    if contender.approach == "single":
        return f"the single model{of}", "reads"
    members = contender.run.manifest["approaches"]["multi"]["members"]
    return f"the {_NUMBERS.get(members, members)} binary models{of}", "read"
