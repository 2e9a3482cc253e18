"""What contenders score, cost and say, as rows of tables."""

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

from mnist_models.comparison.contenders import Contender
from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.training_studies import seeds_spread
from mnist_models.metrics.calibration import YesGroup
from mnist_models.metrics.roc import CurveKind, Curves
from mnist_models.metrics.scores import BinaryMetrics

_AREAS: dict[CurveKind, str] = {"roc": "ROC area", "precision_recall": "average precision"}
MEMBER_FIGURES = (
    *("balanced accuracy", "published", "difference", "recall", "false alarms"),
    *_AREAS.values(),
)


def member_rows(
    binary: BinaryMetrics,
    published: Sequence[float],
    classes: Sequence[Any],
    curves: Curves | None,
) -> list[dict[str, Any]]:
    """A row per binary model with the `MEMBER_FIGURES`; NaN where there is no figure.

    Args:
        binary: the K models' metrics.
        published: their published balanced accuracies; without any the row has no place for them.
        classes: K of them.
        curves: of the K models; without any the row has no place for their areas.
    """
    rows = []
    for k, label in enumerate(classes):
        ours = binary.balanced_accuracy[k]
        row: dict[str, Any] = {"digit": str(label), "balanced accuracy": ours}
        if published:
            theirs = published[k] if k < len(published) else nan
            row |= {"published": theirs, "difference": ours - theirs}
        row |= {"recall": binary.recall[k], "false alarms": binary.false_alarm_rate[k]}
        for kind, each in (curves or {}).items():
            curve = each[k]
            row[_AREAS[kind]] = curve.area if curve else nan
        rows.append(row)
    return rows


def yes_rows(groups: Mapping[str, Sequence[YesGroup]]) -> list[dict[str, Any]]:
    """A row per multi-model, by name, and group of pictures; without pictures no accuracy."""
    return [
        {
            "multi-model": name,
            "say yes": group.yes,
            "pictures": group.pictures,
            "share": group.pictures / (sum(g.pictures for g in each) or 1),
            "read correctly": group.right,
            "accuracy": group.right / group.pictures if group.pictures else nan,
        }
        for name, each in groups.items()
        for group in each
    ]


def accuracy_row(name: str, contender: Contender, seeds: Evidence | None) -> dict[str, Any]:
    """Test and train accuracy beside what was published, and what the experiment "seeds" found."""
    run, approach = contender.run, contender.approach
    test, train = contender.metrics, run.metrics(approach, "train")
    published = run.published
    theirs = published.test.get(approach) if published else None
    spread = seeds_spread(seeds, run, approach)
    return {
        "contender": name,
        "test": test.accuracy,
        "from": test.accuracy_interval[0],
        "to": test.accuracy_interval[1],
        "published test": theirs,
        "difference": None if theirs is None else test.accuracy - theirs,
        "seeds": spread.median if spread else None,
        "lowest": spread.low if spread else None,
        "highest": spread.high if spread else None,
        "train": train.accuracy,
        "published train": published.train.get(approach) if published else None,
        "train − test": train.accuracy - test.accuracy,
    }


def cost_row(name: str, contender: Contender) -> dict[str, Any]:
    """What the training of a contender took, and how large it is."""
    run, approach = contender.run, contender.approach
    entry = run.manifest["approaches"][approach]
    file = run.manifest["files"].get(f"{approach}.npz")
    return {
        "contender": name,
        "networks": entry["members"],
        "parameters": entry["parameters"],
        "distinct training rows": entry["distinct_rows"],
        "rows per epoch": sum(entry["rows"]),
        "training seconds": entry["seconds"],
        "file, kB": file["bytes"] // 1000 if file else None,
    }
