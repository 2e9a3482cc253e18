"""What may be asked of a training: one set of bounds for widgets, command line and job.

Whoever deploys the demo sets them by environment variables; the README lists those. The job checks
what it is asked for itself, whatever a widget has let through.
"""

import os
from dataclasses import dataclass

from mnist_models.learning.recipes import Recipe


class SettingsError(Exception):
    """A setting is not one that may be chosen; the message says which one, and what may be."""


@dataclass(frozen=True)
class Bounds:
    """The numbers from `low` to `high`, both included."""

    low: float
    high: float
    whole: bool = True

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high and (not self.whole or number == int(number))

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} between {self.low:,} and {self.high:,}"

    def parse(self, text: str) -> float:
        """The number that a text is; an int where only whole ones may be.

        Raises:
            ValueError: it is none, or out of bounds.
        """
        if len(text) > 12 or (self.whole and not text.isdecimal()):
            raise ValueError(f"must be {self}")
        number = int(text) if self.whole else float(text)
        if number not in self:
            raise ValueError(f"must be {self}")
        return number


@dataclass(frozen=True)
class Limits:
    """What a training on this machine may be.

    Attributes:
        epochs: of one fit; up to `MNIST_MAX_EPOCHS`.
        hidden: units of a hidden layer; up to `MNIST_MAX_HIDDEN`.
        dropout: share of hidden units that are silenced.
        distortions: how strongly pictures are distorted, see `options`.
        seed: of everything random.
        minutes: how long a job may take, `MNIST_MAX_MINUTES`.
        runs: how many runs made here are kept, `MNIST_MAX_RUNS`.
        megabytes: of all of those together, `MNIST_MAX_RUNS_MB`.
    """

    epochs: Bounds
    hidden: Bounds
    dropout: Bounds
    distortions: Bounds
    seed: Bounds
    minutes: int
    runs: int
    megabytes: int


def limits() -> Limits:
    """The limits that hold here.

    Raises:
        SettingsError: an environment variable that sets one is no whole number from 1.
    """
    return Limits(
        epochs=Bounds(1, _from_environment("MNIST_MAX_EPOCHS", 10_000)),
        hidden=Bounds(1, _from_environment("MNIST_MAX_HIDDEN", 2048)),
        dropout=Bounds(0, 0.9, whole=False),
        distortions=Bounds(0, 1, whole=False),
        seed=Bounds(0, 2**32 - 1),
        minutes=_from_environment("MNIST_MAX_MINUTES", 120),
        runs=_from_environment("MNIST_MAX_RUNS", 100),
        megabytes=_from_environment("MNIST_MAX_RUNS_MB", 2000),
    )


def check(recipe: Recipe) -> None:
    """Refuse a recipe that is beyond the limits, be it registered or changed by a visitor.

    Raises:
        SettingsError: with the setting and its bounds.
    """
    allowed = limits()
    settings = [
        ("epochs", allowed.epochs, (recipe.epochs,)),
        ("hidden units", allowed.hidden, (*recipe.hidden, *(recipe.member_hidden or ()))),
        ("dropout", allowed.dropout, recipe.dropouts),
    ]
    for name, bounds, values in settings:
        for value in values:
            if value not in bounds:
                raise SettingsError(f"The {name} must be {bounds} here, not {value:,}.")


def _from_environment(variable: str, usual: int) -> int:
    text = os.environ.get(variable) or str(usual)
    try:
        return int(Bounds(1, 10**9).parse(text))
    except ValueError as error:
        raise SettingsError(f"The environment variable {variable} {error}.") from error
