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
from mnist_models.text import Text, t

_AREAS: dict[CurveKind, Text] = {
    "roc": t("ROC area"),
    "precision_recall": t("average precision"),
}
MEMBER_FIGURES = (  # titles of columns
    t("balanced accuracy"),
    t("published"),
    t("difference"),
    t("recall"),
    t("false alarms"),
    *_AREAS.values(),
)
_SAYING_YES = {"one": t("one"), "none": t("none"), "several": t("several")}


def member_rows(
    binary: BinaryMetrics,
    published: Sequence[float],
    classes: Sequence[Any],
    curves: Curves | None,
) -> list[dict[str, Any]]:
    """A row per binary model with the `MEMBER_FIGURES`; NaN if there is no figure.

    Args:
        binary: the K models' metrics.
        published: their published balanced accuracies; if empty, the rows have no place for them.
        classes: K of them.
        curves: of the K models; if None, the rows have no place for their areas.
    """
    rows = []
    for k, label in enumerate(classes):
        ours = binary.balanced_accuracy[k]
        row: dict[str, Any] = {t("digit"): str(label), t("balanced accuracy"): ours}
        if published:
            theirs = published[k] if k < len(published) else nan
            row |= {t("published"): theirs, t("difference"): ours - theirs}
        row |= {t("recall"): binary.recall[k], t("false alarms"): binary.false_alarm_rate[k]}
        for kind, each in (curves or {}).items():
            curve = each[k]
            row[_AREAS[kind]] = curve.area if curve else nan
        rows.append(row)
    return rows


def yes_rows(groups: Mapping[str, Sequence[YesGroup]]) -> list[dict[str, Any]]:
    """A row per multi-model, by name, and group of pictures; no accuracy without pictures."""
    return [
        {
            t("multi-model"): name,
            t("say yes"): _SAYING_YES[group.yes],
            t("pictures"): group.pictures,
            t("share"): group.pictures / (sum(g.pictures for g in each) or 1),
            t("read correctly"): group.right,
            t("accuracy"): group.right / group.pictures if group.pictures else nan,
        }
        for name, each in groups.items()
        for group in each
    ]


def accuracy_row(name: str, contender: Contender, seeds: Evidence | None) -> dict[str, Any]:
    """Test and train accuracy beside the published ones and those of the experiment "seeds"."""
    run, approach = contender.run, contender.approach
    test, train = contender.metrics, run.metrics(approach, "train")
    published = run.published
    theirs = published.test.get(approach) if published else None
    spread = seeds_spread(seeds, run, approach)
    return {
        t("contender"): name,
        t("test"): test.accuracy,
        t("from"): test.accuracy_interval[0],
        t("to"): test.accuracy_interval[1],
        t("published test"): theirs,
        t("difference"): None if theirs is None else test.accuracy - theirs,
        t("seeds"): spread.median if spread else None,
        t("lowest"): spread.low if spread else None,
        t("highest"): spread.high if spread else None,
        t("train"): train.accuracy,
        t("published train"): published.train.get(approach) if published else None,
        t("train − test"): train.accuracy - test.accuracy,
    }


def cost_row(name: str, contender: Contender) -> dict[str, Any]:
    """What the training of a contender took, and how large it is."""
    run, approach = contender.run, contender.approach
    entry = run.manifest["approaches"][approach]
    file = run.manifest["files"].get(f"{approach}.npz")
    return {
        t("contender"): name,
        t("networks"): entry["members"],
        t("parameters"): entry["parameters"],
        t("distinct training rows"): entry["distinct_rows"],
        t("rows per epoch"): sum(entry["rows"]),
        t("training seconds"): entry["seconds"],
        t("file, kB"): file["bytes"] // 1000 if file else None,
    }
