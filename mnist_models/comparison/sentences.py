"""Sentences that are computed from numbers, so that no page says what its figures do not."""

from typing import Any

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.metrics.scores import Metrics
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
        f"{chance} (exact McNemar test, p {probability_text(p)})."
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
        f"p {probability_text(paired.mcnemar_p)}."
    )


def _names(duel: Duel) -> list[tuple[str, str]]:
    """Each contender and its verb; the run is named only where there are two."""
    one_run = duel.first.run.version == duel.second.run.version
    return [_name(c, "" if one_run else f" of {c.run.label}") for c in (duel.first, duel.second)]


def _name(contender: Contender, of: str) -> tuple[str, str]:
    if contender.approach == "single":
        return f"the single model{of}", "reads"
    members = contender.run.manifest["approaches"]["multi"]["members"]
    return f"the {_NUMBERS.get(members, members)} binary models{of}", "read"


def accuracy_text(metrics: Metrics) -> str:
    """Right answers, rows and interval: "9,754 of 10,000 (97.22 % to 97.83 %)"."""
    low, high = metrics.accuracy_interval
    return f"{metrics.right:,} of {metrics.rows:,} ({low:.2%} to {high:.2%})".replace("%", " %")


def data_text(run: Run) -> str:
    """What a run was judged on: "10,000 test pictures of MNIST"."""
    rows = run.manifest["dataset"]["test_rows"]
    return f"{rows:,} test pictures of {DATASET_TITLES[run.test_set]}"


def judged_text(duel: Duel) -> str:
    """On what the two were judged, and what stands in brackets behind an accuracy."""
    runs = list(dict.fromkeys(c.run.label for c in (duel.first, duel.second)))
    named = f"Run{'s' if len(runs) > 1 else ''} {listing([f'*{label}*' for label in runs])}"
    return (
        f"{named}, judged on {data_text(duel.first.run)} that training never saw. Accuracy is the "
        "share of pictures read correctly; in brackets its 95 % Wilson interval, the range in "
        "which the true share plausibly lies."
    )


def probability_text(p: float) -> str:
    """A p value as people write it: "= 0.031", or "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def listing(labels: list[str]) -> str:
    """ "3", "3 and 8", "3, 5 and 8"."""
    if len(labels) < 2:
        return "".join(labels)
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def percent_text(share: float) -> str:
    """An accuracy as people read it: "97.54 %"."""
    return f"{share:.2%}".replace("%", " %")


def share_text(share: float) -> str:
    """A probability as people read it: "98.2 %", and never a rounded certainty."""
    if share >= 0.9995:
        return "over 99.9 %"
    return f"{share:.1%}".replace("%", " %")


def duration_text(seconds: float) -> str:
    """A span as people say it, no finer than it is known: "5 seconds", "2 minutes", "1.5 hours"."""
    if seconds < 90:
        rounded = max(1, round(seconds) if seconds < 10 else 5 * round(seconds / 5))
        return f"{rounded} second{'s' if rounded > 1 else ''}"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"


def change_text(new: Metrics, old: Metrics, classes: list[Any]) -> str:
    """How many pictures more or fewer are read: "72 pictures more (the 8s +20) than"."""
    gains = [a[k] - b[k] for k, (a, b) in enumerate(zip(new.confusion, old.confusion, strict=True))]
    difference = sum(gains)
    if difference == 0:
        return "as many pictures as"
    most = max(range(len(gains)), key=lambda k: gains[k] if difference > 0 else -gains[k])
    more = "more" if difference > 0 else "fewer"
    return f"{abs(difference):,} pictures {more} (the {classes[most]}s {gains[most]:+,}) than"
