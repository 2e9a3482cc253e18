"""What one class more costs, in each way of adding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnist_models.evidence.characters.trainings import MEMBERS, SINGLE, most_classes
from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.text import Texts, t, translated

WAYS = Texts(
    {
        "member": t("multi-model: one member"),
        "mended": t("multi-model: one member, and those it confuses"),
        "together": t("single model: continued on old and new"),
        "again": t("single model: everything again"),
    }
)
NEAR = 0.05  # of recall


@dataclass(frozen=True)
class Added:
    """What one way of adding the last classes came to, means over them.

    Attributes:
        seconds, cpu_seconds, rows: of one class.
        share: of the processor time of training everything by this approach.
        recall: of the classes that were added; `again`, what training everything gives them.
        near: how many of the `classes` are read at most 0.05 worse than so.
        lost: what one addition took of the others' recall; `most`, the greatest of these.
        changed: how many members were trained.
    """

    seconds: float
    cpu_seconds: float
    rows: float
    share: float
    recall: float
    again: float
    near: int
    classes: int
    lost: float
    most: float
    changed: float


def added(found: Evidence) -> dict[str, Added]:
    """By way what it came to, of those that were measured to their end."""
    entries = found.get("additions", [])
    ends = {e["way"].removesuffix(", all"): e for e in entries if e["way"].endswith(", all")}
    whole = most_classes(found) if found["trainings"] else {}
    result = {}
    for way in (way for way in WAYS if way in ends):
        start = whole.get(SINGLE if way == "together" else MEMBERS)
        steps = [e for e in entries if e["way"] == way]
        if start and steps:
            result[way] = _added(steps, ends[way], start)
    return result


def _added(steps: Sequence[Entry], end: Entry, start: Entry) -> Added:
    last, people = len(steps), end["judges"]
    own = [right / people for right in end["right"][-last:]]
    again = [right / people for right in start["right"][-last:]]
    lost = [e["before"] - e["old"] for e in steps]
    return Added(
        seconds=_mean([e["seconds"] for e in steps]),
        cpu_seconds=_mean([e["cpu_seconds"] for e in steps]),
        rows=_mean([e["rows"] for e in steps]),
        share=_mean([e["cpu_seconds"] for e in steps]) / start["cpu_seconds"],
        recall=_mean(own),
        again=_mean(again),
        near=sum(a >= b - NEAR - 1e-9 for a, b in zip(own, again, strict=True)),
        classes=last,
        lost=_mean(lost),
        most=max(lost),
        changed=_mean([e["changed"] for e in steps]),
    )


def addition_rows(found: Evidence) -> list[dict[str, Any]]:
    """Per way of adding a class its figures, and those of training everything again."""
    rows: list[dict[str, Any]] = [
        {"way": WAYS[way], **vars(figures)} for way, figures in added(found).items()
    ]
    if again := most_classes(found).get(SINGLE):
        seconds = {name: again[name] for name in ("seconds", "cpu_seconds", "rows")}
        rows.append({"way": translated(WAYS["again"]), **seconds, "share": 1.0})
    return rows


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
