"""Sentences that are computed from numbers, so that no page says what its figures do not."""

from mnist_models.evaluation import Metrics, PairedMetrics
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
        "a difference this large is not chance"
        if paired.mcnemar_p < SIGNIFICANT
        else "a difference this small could be chance"
    )
    return (
        f"Of {rows:,} test digits the {ahead} {verb} {abs(difference):,} more than the {behind}; "
        f"{chance} (exact McNemar test, p {probability_text(paired.mcnemar_p)})."
    )


def accuracy_text(metrics: Metrics) -> str:
    """Right answers, rows and interval: "9,754 of 10,000 (97.22 % to 97.83 %)"."""
    low, high = metrics.accuracy_interval
    right = sum(row[k] for k, row in enumerate(metrics.confusion))
    return f"{right:,} of {metrics.rows:,} ({low:.2%} to {high:.2%})".replace("%", " %")


def data_text(run: Run) -> str:
    """What a run was judged on: "10,000 test pictures of MNIST"."""
    name = "MNIST" if run.dataset == "mnist" else "the offline sample (not MNIST)"
    return f"{run.manifest['dataset']['test_rows']:,} test pictures of {name}"


def probability_text(p: float) -> str:
    """A p value as people write it: "= 0.031", or "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def listing(labels: list[str]) -> str:
    """ "3", "3 and 8", "3, 5 and 8"."""
    return " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]])) if labels else ""
