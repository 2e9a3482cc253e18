"""The experiments on how networks train: overfitting, sampling, seeds."""

from collections.abc import Sequence
from typing import Any

from mnist_models.evidence.experiments import Entry, Evidence, Spread, spread
from mnist_models.formatting import count_text, number_writer, percent_text, points_text
from mnist_models.learning.approaches import Approach
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.runs.run import Run


def gap_by_dropout(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Per `dropout` the `test` and `train` accuracy and their `gap` in points, over the seeds.

    Args:
        entries: `dropout` of the experiment "overfitting".
    """
    rows = []
    for dropout in sorted({entry["dropout"] for entry in entries}):
        own = [entry for entry in entries if entry["dropout"] == dropout]
        rows.append({"dropout": f"{dropout:g}", **_accuracies(own)})
    return rows


def table_by_strategy(runs: Sequence[Entry]) -> list[dict[str, str]]:
    """Per `strategy` its accuracies, `distinct_rows` and `seconds`, spread over the seeds.

    Args:
        runs: `runs` of the experiment "sampling".
    """
    rows = []
    for name in STRATEGIES:
        if own := [run for run in runs if run["strategy"] == name]:
            rows.append(
                {
                    "strategy": name,
                    **_accuracies(own),
                    "distinct_rows": spread(own, "distinct_rows").text(count_text),
                    "seconds": spread(own, "seconds").text(number_writer(".1f")),
                }
            )
    return rows


def reliability_bins(runs: Sequence[Entry], strategy: str) -> list[dict[str, Any]]:
    """The reliability diagram of one strategy, the answers of all its seeds in the same bins.

    Args:
        runs: `runs` of the experiment "sampling".
        strategy: whose.

    Returns:
        Per `correction` ("before", "after") and bin that is not empty: `predicted`, the mean
        probability, `observed`, the share of yes among its `answers`.
    """
    own = [run["calibration"] for run in runs if run["strategy"] == strategy]
    rows = []
    for when in ("before", "after"):
        for k, counts in enumerate(zip(*(c[when]["count"] for c in own), strict=True)):
            if answers := sum(counts):
                row: dict[str, Any] = {"correction": when, "answers": answers}
                for axis in ("predicted", "observed"):
                    values = [c[when][axis][k] or 0.0 for c in own]  # null where nothing fell
                    weighted = sum(v * n for v, n in zip(values, counts, strict=True))
                    row[axis] = weighted / answers
                rows.append(row)
    return rows


def seeds_spread(found: Evidence | None, run: Run, approach: Approach) -> Spread | None:
    """Test accuracy of a run's approach, trained with several seeds; None if not measured.

    Args:
        found: the experiment "seeds", if it is shipped.
        run: its settings and its data must be those of the experiment.
        approach: one that the run has.
    """
    entries = [e for e in found["runs"] if e["approach"] == approach] if found else []
    same = [e["recipe"] for e in entries if e["fingerprint"] == run.manifest["fingerprint"]]
    accuracies = [e["test_accuracy"] for e in entries if e["recipe"] in same]
    return Spread.of(accuracies) if len(accuracies) > 1 else None


def _accuracies(entries: Sequence[Entry]) -> dict[str, str]:
    gap = Spread.of([e["train_accuracy"] - e["test_accuracy"] for e in entries])
    return {
        "test": spread(entries, "test_accuracy").text(percent_text),
        "train": spread(entries, "train_accuracy").text(percent_text),
        "gap": gap.text(points_text),
    }
