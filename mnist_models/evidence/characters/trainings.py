"""What was trained from its beginning, at each number of classes."""

from typing import Any

from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.text import Texts, t

Key = tuple[str, str]  # an approach, and which rows its members see

SINGLE, MEMBERS = ("single", "all"), ("multi", "hard")
CONTENDERS: Texts[Key] = Texts(
    {
        SINGLE: t("single model"),
        ("committee", "all"): t("committee of ten"),
        ("sigmoids", "all"): t("one network of sigmoids"),
        MEMBERS: t("multi-model, three hard negatives"),
        ("multi", "fresh"): t("multi-model, undersampled 1:1"),
    }
)


def key_of(entry: Entry) -> Key:
    """Which contender was trained."""
    return entry["approach"], entry["sampling"]


def training_rows(found: Evidence) -> list[dict[str, Any]]:
    """Per contender and number of classes: recall with its interval, and what it cost.

    Returns:
        `key`, `contender`, `classes`, `recall`, `low`, `high`, `seconds`, `cpu_seconds`, `rows`,
        `members`, `bytes` and `milliseconds`, in the order of `CONTENDERS`.
    """
    order = list(CONTENDERS)
    entries = [e for e in found["trainings"] if key_of(e) in order]
    entries.sort(key=lambda e: (order.index(key_of(e)), e["classes"]))
    figures = ("seconds", "cpu_seconds", "rows", "members", "bytes", "milliseconds")
    return [
        {
            "key": ".".join(key_of(e)),
            "contender": CONTENDERS[key_of(e)],
            "classes": e["classes"],
            "recall": e["recall"],
            "low": e["interval"][0],
            "high": e["interval"][1],
            **{name: e[name] for name in figures},
        }
        for e in entries
    ]


def most_classes(found: Evidence) -> dict[Key, Entry]:
    """What was trained with the most classes, by contender."""
    most = max(e["classes"] for e in found["trainings"])
    return {key_of(e): e for e in found["trainings"] if e["classes"] == most}
