"""What every run.json must contain, checked before any of it is trusted."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from mnist_models.data.dataset import DATASETS
from mnist_models.learning.approaches import APPROACHES, NAMES, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.metrics.scores import Metrics
from mnist_models.text import Text, t

FORMAT = 1
RUN_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
MAX_LABEL = 20  # characters of a class' name
_MOST = 10**15  # of whatever is counted; more would be no number to whoever reads it
_MARKUP = set("<>&*_`[](){}$\\|#~\"'/:;.@")  # with "." and "@": addresses become links
# What every run.json has, and of which type; `_ENTRY` is what it has for each approach.
_MANIFEST: dict[str, Any] = {
    "created": str,
    "fingerprint": str,
    "classes": list,
    "files": dict,
    "approaches": dict,
    "dataset": {"name": str, "train_rows": int, "test_rows": int},
    "recipe": {
        "name": str,
        "hidden": list,
        "negative_slope": float,
        "dropout": (int, float, list),
        "sampling": str,
    },
}
_ENTRY: dict[str, Any] = {
    "layers": list,
    "members": int,
    "parameters": int,
    "seconds": float,
    "rows": list,
    "distinct_rows": int,
}


def check_manifest(manifest: Any) -> None:
    """Refuse what is not the manifest of a run.

    Raises:
        ValueError: it is of another format, or something is absent or of another type.
    """
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError("not a manifest of this format")
    _check_types(manifest, _MANIFEST)
    entries = [manifest["approaches"][a] for a in APPROACHES if a in manifest["approaches"]]
    if not entries or not manifest["classes"]:
        raise ValueError("no approach or no class")
    if not all(isinstance(c, int) or is_plain_label(c) for c in manifest["classes"]):
        raise ValueError("a class that cannot be shown safely")
    if manifest["dataset"]["name"] not in DATASETS:
        raise ValueError("an unknown data set")
    recipe = manifest["recipe"]
    if not RUN_NAME.fullmatch(recipe["name"]):
        raise ValueError("no name of a recipe")
    dropout = recipe["dropout"]
    _check_numbers(recipe["hidden"], dropout if isinstance(dropout, list) else [dropout])
    datetime.fromisoformat(manifest["created"])
    _check_types({"versions": {}, **manifest}, {"versions": dict})  # kept lessons have none
    for file in manifest["files"].values():
        _check_types(file, {"sha256": str, "bytes": int})
    for entry in entries:
        _check_types(entry, _ENTRY)
        _check_numbers(entry["layers"], entry["rows"], [entry["seconds"], entry["distinct_rows"]])
        if min(entry["members"], entry["parameters"]) < 1:
            raise ValueError("an approach without networks")
        for rows in ("train", "test"):
            _check_metrics(entry["metrics"][rows], len(manifest["classes"]))


def is_plain_label(text: object) -> bool:
    """Whether a class' name can be shown anywhere as it is: short, printable and no markup."""
    if not isinstance(text, str) or not 0 < len(text) <= MAX_LABEL:
        return False
    return text.isprintable() and not _MARKUP & set(text)


def damaged(path: Path) -> Text:
    """What to tell people when this file of a run cannot be read; the run itself may be gone."""
    run = path.parent.name
    if not path.parent.is_dir():
        return t("The run {run} was deleted in the meantime. Choose another run.", run=run)
    return t(
        "The run {run} is damaged: {file} is missing or was changed. Choose another run. To get "
        "this one back, restore trained/{run} with git, or remove that folder and train it again.",
        run=run,
        file=path.name,
    )


def no_weights(run: str, manifest: dict[str, Any], approach: Approach) -> Text:
    """What to tell people when networks are asked for that are not in a run."""
    if manifest["recipe"]["name"] not in RECIPES:  # an experiment made it, or an older version
        return t(
            "The run {run} has no weights of the {name}. Choose another run.",
            run=run,
            name=NAMES[approach],
        )
    return t(
        "The run {run} has no weights of the {name}. Train them with: "
        "python -m mnist_models train --recipe {recipe} --approach {approach}",
        run=run,
        name=NAMES[approach],
        recipe=manifest["recipe"]["name"],
        approach=approach,
    )


def _check_metrics(values: Any, classes: int) -> None:
    metrics = Metrics.from_json(values)
    per_class = [metrics.precision, metrics.recall, metrics.f1]
    if binary := metrics.binary:
        per_class += [binary.balanced_accuracy, binary.recall, binary.false_alarm_rate]
        _check_numbers(binary.yes_counts)
    _check_numbers([metrics.rows, metrics.accuracy], metrics.accuracy_interval, *per_class)
    figures: list[Any] = [
        metrics.confusion,
        metrics.recall_interval,
        metrics.accuracy_interval,
        *per_class,
    ]
    expected = [(classes, classes), (classes, 2), (2,), *[(classes,)] * len(per_class)]
    if [np.shape(each) for each in figures] != expected:
        raise ValueError("figures of other classes")
    _check_numbers(*metrics.confusion, *metrics.recall_interval)


def _check_numbers(*lists: Any) -> None:
    for numbers in lists:
        if not numbers or not all(isinstance(n, int | float) and abs(n) < _MOST for n in numbers):
            raise ValueError("something that is no number")


def _check_types(values: Any, expected: dict[str, Any]) -> None:
    if not isinstance(values, dict):
        raise ValueError("not an object")
    for name, kind in expected.items():
        if isinstance(kind, dict):
            _check_types(values.get(name), kind)
        elif not isinstance(values.get(name), kind) and not (
            kind is float and isinstance(values.get(name), int)  # 0.0 may be written as 0
        ):
            raise ValueError(f"no {name}")
        elif isinstance(number := values[name], int) and abs(number) >= _MOST:
            raise ValueError(f"{name} is too large")
