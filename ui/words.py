"""Sentences that are computed from numbers, so that no page says what its figures do not."""

from mnist_models.evaluation import Metrics, PairedMetrics
from mnist_models.recipes import DATASET_TITLES
from mnist_models.runs import Run

SIGNIFICANT = 0.05


def verdict_sentence(paired: PairedMetrics) -> str:
    """The comparison in one sentence: who reads more, and whether that could be chance."""
    rows = paired.both_right + paired.only_single + paired.only_multi + paired.both_wrong
    difference = paired.only_single - paired.only_multi
    if difference == 0:
        return f"Of {rows:,} test digits both approaches read equally many."
    ahead, behind = ("single model", "ten binary models")
    verb = "reads"
    if difference < 0:
        ahead, behind, verb = behind, ahead, "read"
    chance = (
        "a difference this large would rarely come by chance"
        if paired.mcnemar_p < SIGNIFICANT
        else "chance alone could explain it"
    )
    return (
        f"Of {rows:,} test digits the {ahead} {verb} {abs(difference):,} more than the {behind}; "
        f"{chance} (exact McNemar test, p {probability_text(paired.mcnemar_p)})."
    )


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
