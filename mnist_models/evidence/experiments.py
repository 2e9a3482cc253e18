"""What stands beside a run's own figures: the shipped experiments, and what others published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Self

Evidence = dict[str, Any]


FOLDER = Path(__file__).resolve().parents[2] / "experiments"
_MAX_BYTES = 4 * 2**20

_SCORES = {"seed", "train_accuracy", "test_accuracy"}
_COMMANDS = {"drawing": "benchmarks.drawing --out experiments/drawing.json"}
_LISTS = {  # per file its lists, and what each of their entries has
    "overfitting": {
        "dropout": {*_SCORES, "dropout", "accuracy", "val_accuracy"},
        "rows": {*_SCORES, "rows"},
    },
    "sampling": {"runs": {*_SCORES, "strategy", "distinct_rows", "seconds", "calibration"}},
    "drawing": {"rows": {"pictures", "preparation", "accuracy"}},
    "writers": {"runs": {"fold", "pictures", "preparation", "rows", "right"}},
    "seeds": {"runs": {*_SCORES, "recipe", "approach", "fingerprint"}},
    "fairness": {
        "runs": {
            *("approach", "hidden", "sampling", "seed", "test_accuracy", "balanced_accuracy"),
            *("parameters", "distinct_rows", "rows_per_epoch", "seconds", "cpu_seconds"),
            *("bytes", "milliseconds"),
        }
    },
    "no_digit": {
        "answers": {
            *("run", "weights", "approach", "kind", "pictures", "none", "one", "several"),
            *("median_largest", "sure", "threshold", "refused", "area", "answers"),
        },
        "examples": {"kind", "picture"},
    },
    "new_class": {
        "left_out": {"seed", "digit", "way", "seconds", "rows", "accuracy"},
        "growing": {"seed", "classes", "way", "seconds", "rows", "accuracy"},
        "examples": {"digit", "examples", "way", "old", "new"},
        "drawings": {"digit", "lesson", "way", "seconds", "before", "old", "new"},
    },
}
_CALIBRATION = {"predicted", "observed", "count", "error"}
_FACTS: dict[str, dict[str, type | tuple[type, ...]]] = {  # per file what stands beside its lists
    "overfitting": {"network": str, "epochs": int},
    "fairness": {"command": str, "epochs": int},
    "new_class": {"command": str, "threads": int},
    "no_digit": {
        **{"command": str, "letters": str},
        **dict.fromkeys(("refused_digits", "sure"), (int, float)),
    },
}


@dataclass(frozen=True)
class Spread:
    """The same measurement with several seeds: its median, smallest and largest value."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))

    def text(self, form: str) -> str:
        """ "0.9565 (0.9550 to 0.9571)" with the form ".4f"; of one value no range."""
        if self.low == self.high:
            return f"{self.median:{form}}"
        return f"{self.median:{form}} ({self.low:{form}} to {self.high:{form}})"


def load_evidence(name: str) -> Evidence | None:
    """The contents of `experiments/<name>.json`; None where it is absent or damaged."""
    path = FOLDER / f"{name}.json"
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        contents = json.loads(path.read_bytes())
        return contents if _is_complete(name, contents) else None
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def command(name: str) -> str:
    """The command that makes `experiments/<name>.json`."""
    return f"python -m {_COMMANDS.get(name, f'experiments.{name}')}"


def _is_complete(name: str, contents: Evidence) -> bool:
    facts = _FACTS.get(name, {})
    if not all(isinstance(contents[key], kind) for key, kind in facts.items()):
        return False
    for key, fields in _LISTS[name].items():
        entries = contents[key]
        if not entries or not all(fields <= entry.keys() for entry in entries):
            return False
    return all(
        entry["calibration"][when].keys() >= _CALIBRATION
        for key, fields in _LISTS[name].items()
        if "calibration" in fields
        for entry in contents[key]
        for when in ("before", "after")
    )
