"""Made-up characters, and made-up figures of the experiment with them."""

from pathlib import Path
from typing import Any

import numpy as np

from mnist_models.data.characters import PEOPLE, SIDE_OF_INK

Entry = dict[str, Any]

SIZES = (10, 36, 60, 100, 147, 252)


def save_characters(path: Path, classes: list[str]) -> None:
    """A file as CHARACTERS names it: each person draws a line somewhere else."""
    drawings = range(PEOPLE * len(classes))
    ink = np.zeros((len(drawings), SIDE_OF_INK, SIDE_OF_INK), dtype=bool)
    for n in drawings:
        ink[n, 10 : 40 + n % 50, 50:54] = ink[n, 20 + n // 4 : 26 + n // 4, 20:80] = True
    np.savez_compressed(
        path,
        ink=np.packbits(ink.reshape(len(ink), -1), axis=1),
        label=np.repeat(classes, PEOPLE),
        drawer=np.tile(np.arange(1, PEOPLE + 1, dtype=np.uint8), len(classes)),
    )


def training(approach: str, sampling: str, classes: int, recall: float, cpu: float) -> Entry:
    """One training; its cost grows with the classes as it is given."""
    own = round(5 * recall)
    return {
        "approach": approach,
        "sampling": sampling,
        "settings": {"epochs": 3},
        "classes": classes,
        "members": classes if approach == "multi" else 1,
        "parameters": 1000 * classes,
        "seconds": cpu / 2,
        "cpu_seconds": cpu,
        "rows": 150 * classes,
        "pictures": 15 * classes,
        "bytes": 9000 * classes,
        "milliseconds": 0.3,
        "recall": recall,
        "interval": [recall - 0.02, recall + 0.02],
        "right": [own] * classes,
        "judges": 5,
    }


def experiment(single: float = 0.9, members: float = 0.8) -> Entry:
    """Single, members and committee at all sizes; members cost as their number to the 1.5."""
    trainings = []
    for classes in SIZES:
        trainings += [
            training("single", "all", classes, single, 2.0 * classes),
            training("multi", "hard", classes, members, 0.1 * classes**1.5),
            training("committee", "all", classes, single + 0.01, 6.0 * classes),
        ]
    steps = [
        {
            "way": way,
            "classes": label + 1,
            "seconds": 2.0,
            "cpu_seconds": 3.0,
            "rows": 1000,
            "changed": 1 + (way == "mended"),
            "before": 0.8,
            "old": 0.79,
        }
        for label in (250, 251)
        for way in ("member", "mended", "together")
    ]
    ends = [
        {"way": f"{way}, all", "classes": 252, "recall": members, "interval": [0.7, 0.9],
         "right": [4] * 250 + [5, 3], "judges": 5}
        for way in ("member", "mended", "together")
    ]  # fmt: skip
    return {
        "command": "python -m experiments.characters",
        "added_last": 2,
        "choice": [],
        "trainings": trainings,
        "additions": [*steps, *ends],
    }
