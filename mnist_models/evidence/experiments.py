"""The shipped experiments: figures to show beside a run's own."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Self

from mnist_models.settings import PROJECT
from mnist_models.text import t

Evidence = dict[str, Any]  # the contents of an experiment's file
Entry = dict[str, Any]  # one measurement in it

FOLDER = PROJECT / "experiments"
_COMMANDS = {"drawing": ("benchmarks.drawing", "--out", "experiments/drawing.json")}


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

    def text(self, write: Callable[[float], str]) -> str:
        """ "95.65 % (95.50 % to 95.71 %)" with `percent_text`; no range for one value.

        Args:
            write: makes text of a number, see `formatting`.
        """
        if self.low == self.high:
            return write(self.median)
        middle, low, high = (write(value) for value in (self.median, self.low, self.high))
        return t("{median} ({low} to {high})", median=middle, low=low, high=high)


def spread(entries: Iterable[Entry], key: str) -> Spread:
    """The spread of one figure over at least one entry."""
    return Spread.of([entry[key] for entry in entries])


def load_evidence(name: str) -> Evidence | None:
    """The contents of `experiments/<name>.json`; None if it is absent or not a JSON object."""
    path = FOLDER / f"{name}.json"
    try:
        contents = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return contents if isinstance(contents, dict) else None


def command(name: str) -> str:
    """The command that makes `experiments/<name>.json`."""
    return " ".join(["python", "-m", *_COMMANDS.get(name, (f"experiments.{name}",))])
