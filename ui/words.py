"""Sentences that are computed from numbers, so that no page says what its figures do not."""

from mnist_models.contenders import Contender, Duel
from mnist_models.evaluation import Metrics
from mnist_models.recipes import DATASET_TITLES
from mnist_models.runs import Run

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
    return f"{rows:,} test pictures of {DATASET_TITLES[run.dataset]}"


def probability_text(p: float) -> str:
    """A p value as people write it: "= 0.031", or "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def listing(labels: list[str]) -> str:
    """ "3", "3 and 8", "3, 5 and 8"."""
    if len(labels) < 2:
        return "".join(labels)
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def share_text(share: float) -> str:
    """A probability as people read it: "98.2 %", and never a rounded certainty."""
    if share >= 0.9995:
        return "over 99.9 %"
    return f"{share:.1%}".replace("%", " %")
