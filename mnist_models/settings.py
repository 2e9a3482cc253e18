"""What can be set where the demo is deployed: environment variables, listed in the README.

Widgets, the command line and jobs share one set of bounds: a job checks its own request, whatever a
widget let through.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mnist_models.errors import ExpectedError
from mnist_models.text import Text, t

PROJECT = Path(__file__).resolve().parent.parent  # where app.py is


class SettingsError(ExpectedError):
    """A setting cannot be chosen; the message says which one and what is allowed."""


@dataclass(frozen=True)
class Bounds:
    """The numbers from `low` to `high`, both included."""

    low: float
    high: float
    whole: bool = True

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high and (not self.whole or number == int(number))

    def __str__(self) -> Text:
        if self.whole:
            return t("a whole number between {low:,} and {high:,}", low=self.low, high=self.high)
        return t("a number between {low:,} and {high:,}", low=self.low, high=self.high)

    def parse(self, text: str) -> float:
        """The number in a text; an int if only whole numbers are allowed.

        Raises:
            ValueError: it is not a number, or out of bounds.
        """
        if len(text) > 12 or (self.whole and not text.isdecimal()):
            raise ValueError(text)
        number = int(text) if self.whole else float(text)
        if number not in self:
            raise ValueError(text)
        return number


@dataclass(frozen=True)
class Limits:
    """What a training on this machine may be.

    Attributes:
        epochs: of one fit; up to `MNIST_MAX_EPOCHS`.
        hidden: units of a hidden layer; up to `MNIST_MAX_HIDDEN`.
        dropout: share of hidden units that are silenced.
        distortions: how strongly pictures are distorted, see `pipeline.options`.
        seed: of everything random.
        minutes: how long a job from a page may take, `MNIST_MAX_MINUTES`.
        runs: how many runs trained here are kept, `MNIST_MAX_RUNS`.
        megabytes: of all of those together, `MNIST_MAX_RUNS_MB`.
        kept_runs: how many that visitors taught and kept, `MNIST_MAX_KEPT_RUNS`.
        kept_megabytes: of all of those together, `MNIST_MAX_KEPT_RUNS_MB`.
        drawings: how many of all visitors are kept, `MNIST_MAX_DRAWINGS`.
        days: how long drawings, jobs with what is taught in them, and a visitor's cookie, which a
            browser keeps no longer than 400, are kept, `MNIST_KEEP_DAYS`.
        waiting: how many jobs may wait for their turn, `MNIST_MAX_WAITING`.
    """

    epochs: Bounds
    hidden: Bounds
    dropout: Bounds
    distortions: Bounds
    seed: Bounds
    minutes: int
    runs: int
    megabytes: int
    kept_runs: int
    kept_megabytes: int
    drawings: int
    days: int
    waiting: int


JOB_CORES = "MNIST_JOB_CORES"
_CENTURY = 36_500  # days: calendars do not go much further


def limits() -> Limits:
    """The limits that hold here.

    Raises:
        SettingsError: an environment variable for one of them is not a whole number from 1 up.
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
        kept_runs=_from_environment("MNIST_MAX_KEPT_RUNS", 50),
        kept_megabytes=_from_environment("MNIST_MAX_KEPT_RUNS_MB", 500),
        drawings=_from_environment("MNIST_MAX_DRAWINGS", 10_000),
        days=min(_from_environment("MNIST_KEEP_DAYS", 180), _CENTURY),
        waiting=_from_environment("MNIST_MAX_WAITING", 20),
    )


def job_cores() -> int:
    """How many works of a job are done at once, `MNIST_JOB_CORES`.

    Where it is not set that is one, whose products of matrices take all cores.

    Raises:
        SettingsError: it is not a whole number from 1 up.
    """
    return _from_environment(JOB_CORES, 1)


def _from_environment(variable: str, usual: int) -> int:
    text = os.environ.get(variable) or str(usual)
    bounds = Bounds(1, 10**9)
    try:
        return int(bounds.parse(text))
    except ValueError as error:
        raise SettingsError(
            t(
                "The environment variable {variable} must be {bounds}.",
                variable=variable,
                bounds=str(bounds),
            )
        ) from error


def trained_folder() -> Path:
    """Where runs are kept: `MNIST_TRAINED` if set, else `trained/` beside the package."""
    configured = os.environ.get("MNIST_TRAINED")
    return Path(configured) if configured else PROJECT / "trained"


def jobs_folder() -> Path:
    """Where jobs have their files: beside the runs, and hidden from their list."""
    return trained_folder() / ".jobs"


def scheduler_address() -> str:
    """The Dask scheduler whose workers do jobs, `MNIST_SCHEDULER`; empty for this machine."""
    return (os.environ.get("MNIST_SCHEDULER") or "").strip()


def runs_here_without_cluster() -> bool:
    """Whether jobs are done here while the cluster is away: `MNIST_CLUSTER_AWAY=here` allows it."""
    return (os.environ.get("MNIST_CLUSTER_AWAY") or "").strip().lower() == "here"


def who_sees_drawings() -> Literal["nobody", "session", "everyone"]:
    """Who may see a kept drawing, as `MNIST_CORRECTIONS` says; "nobody" means that none is kept.

    `session`, the default: whoever drew it, by their cookie. `shared`: everyone. Any unrecognised
    value counts as `off`, so that a typo publishes nothing.
    """
    setting = (os.environ.get("MNIST_CORRECTIONS") or "session").strip().lower()
    if setting == "shared":
        return "everyone"
    return "session" if setting == "session" else "nobody"


def keeps_drawings() -> bool:
    """Whether drawings are kept at all: `MNIST_CORRECTIONS=off` forbids it."""
    return who_sees_drawings() != "nobody"
