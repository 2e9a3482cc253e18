"""What contenders score, cost and say, as rows of tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_models.comparison.contenders import Contender, Duel, contenders_of
from mnist_models.learning.approaches import APPROACHES, TITLES
from mnist_models.metrics.calibration import YesGroup, top_label_reliability
from mnist_models.metrics.roc import Curves
from mnist_models.metrics.scores import BinaryMetrics
from mnist_models.runs.run import Run
from mnist_models.text import Texts, t, translated

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


def approach_rows(run: Run) -> list[dict[str, Any]]:
    """Per approach of a run its figures on the test pictures, and what it costs.

    Returns:
        `approach` and what it is `about`; `accuracy` with its interval, `low` and `high`; how many
        `more` it reads than the first and McNemar's `p`, None for the first; the error of its
        answers' `calibration`; and `cost_row`.

    Raises:
        RunError: the file of the scores is damaged.
    """
    every = contenders_of(run)
    labels, rows = run.test_scores["labels"], []
    for each in every:
        paired = None if each is every[0] else Duel.of(every[0], each).paired
        low, high = each.metrics.accuracy_interval
        rows.append(
            {
                "approach": TITLES[each.approach],
                "about": translated(APPROACHES[each.approach].summary),
                "accuracy": each.metrics.accuracy,
                "low": low,
                "high": high,
                "more": paired and paired.only_second - paired.only_first,
                "p": paired and paired.mcnemar_p,
                "calibration": top_label_reliability(each.proba, labels, run.classes).error,
                **cost_row(each),
            }
        )
    return rows


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
