"""What contenders score, cost and say, as rows of tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_models.comparison.contenders import Contender
from mnist_models.metrics.calibration import YesGroup
from mnist_models.metrics.roc import Curves
from mnist_models.metrics.scores import BinaryMetrics
from mnist_models.text import Texts, t

_SAYING_YES = Texts({"one": t("one"), "none": t("none"), "several": t("several")})
_BYTES = 4  # of a number in memory: stacks are loaded as float32


def member_rows(
    binary: BinaryMetrics,
    published: Sequence[float],
    classes: Sequence[Any],
    curves: Curves | None,
) -> list[dict[str, Any]]:
    """Per binary model its `digit`, `balanced_accuracy`, `recall` and `false_alarms`.

    Args:
        binary: the K models' metrics.
        published: their published balanced accuracies: `published` and the `difference`, ours less
            theirs; if empty, the rows have no place for them.
        classes: K of them.
        curves: of the K models, whose areas stand under the kind of the curve, None where there is
            no curve; if None, the rows have no place for their areas.
    """
    rows = []
    for k, label in enumerate(classes):
        ours = binary.balanced_accuracy[k]
        row: dict[str, Any] = {"digit": str(label), "balanced_accuracy": ours}
        if published:
            theirs = published[k] if k < len(published) else None
            difference = None if theirs is None else ours - theirs
            row |= {"published": theirs, "difference": difference}
        row |= {"recall": binary.recall[k], "false_alarms": binary.false_alarm_rate[k]}
        row |= {kind: c.area if (c := each[k]) else None for kind, each in (curves or {}).items()}
        rows.append(row)
    return rows


def yes_rows(groups: Mapping[str, Sequence[YesGroup]]) -> list[dict[str, Any]]:
    """Per multi-model, by `name`, and group that says `yes`: `pictures`, `share`, `right`.

    The `accuracy` of a group without pictures is None.
    """
    return [
        {
            "name": name,
            "yes": _SAYING_YES[group.yes],
            "pictures": group.pictures,
            "share": group.pictures / (sum(g.pictures for g in each) or 1),
            "right": group.right,
            "accuracy": group.right / group.pictures if group.pictures else None,
        }
        for name, each in groups.items()
        for group in each
    ]


def cost_row(contender: Contender) -> dict[str, float | None]:
    """What a contender took to train, and how large it is.

    Returns:
        `seconds` of training, `looked_at`, the pictures in all epochs of all networks, None if
        nobody knows, `parameters`, bytes of `memory` for them, `networks`, `distinct` training
        pictures, and the bytes of its `file`, None if its weights are not stored.
    """
    entry = contender.run.manifest["approaches"][contender.approach]
    file = contender.run.manifest["files"].get(f"{contender.approach}.npz")
    epochs = entry.get("epochs")
    return {
        "seconds": entry["seconds"],
        "looked_at": sum(entry["rows"]) * epochs if isinstance(epochs, int) else None,
        "parameters": entry["parameters"],
        "memory": entry["parameters"] * _BYTES,
        "networks": entry["members"],
        "distinct": entry["distinct_rows"],
        "file": file["bytes"] if file else None,
    }
