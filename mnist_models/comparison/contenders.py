"""What can be compared: any approach of any run with any other, on the same test pictures."""

import contextlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.metrics.scores import Metrics
from mnist_models.metrics.significance import PairedMetrics
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Text, t

Outcome = Literal["both_right", "only_first", "only_second", "both_wrong"]  # as `PairedMetrics`


class NotComparableError(ExpectedError):
    """Two contenders were judged on other pictures, or know other classes."""


@dataclass(frozen=True)
class Contender:
    """One approach of one run."""

    run: Run
    approach: Approach

    @property
    def key(self) -> str:
        """Its name in addresses: "reference.single"."""
        return f"{self.run.name}.{self.approach}"

    @property
    def title(self) -> Text:
        """What people read: "Single model, reference"."""
        return t("{approach}, {run}", approach=TITLES[self.approach], run=self.run.label)

    @property
    def metrics(self) -> Metrics:
        """Its metrics on the test pictures."""
        return self.run.metrics(self.approach)

    @property
    def proba(self) -> NDArray[np.float32]:
        """Its probabilities of the test pictures, (n, K).

        Raises:
            RunError: the file of the scores is damaged.
        """
        return self.run.test_scores[self.approach]

    @property
    def answers(self) -> NDArray:
        """Its answer to each test picture, (n,) labels; ties go to the first class.

        Raises:
            RunError: the file of the scores is damaged.
        """
        return np.asarray(self.run.classes)[self.proba.argmax(axis=1)]


@dataclass(frozen=True)
class Duel:
    """Two contenders, judged on the same test pictures."""

    first: Contender
    second: Contender

    @classmethod
    def of(cls, first: Contender, second: Contender) -> Self:
        """The duel of two that can be compared.

        Raises:
            NotComparableError: they were judged on other pictures or know other classes.
            RunError: the file of the scores is damaged.
        """
        runs = first.run, second.run
        labels = [run.test_scores["labels"] for run in runs]
        if runs[0].test_set != runs[1].test_set or not np.array_equal(labels[0], labels[1]):
            raise NotComparableError(
                t(
                    "{first} and {second} were judged on different pictures, so their figures "
                    "cannot be compared. Choose two runs on the same data.",
                    first=first.title,
                    second=second.title,
                )
            )
        if first.run.classes != second.run.classes:
            raise NotComparableError(
                t(
                    "{first} and {second} know different classes. Choose two runs with the same "
                    "classes.",
                    first=first.title,
                    second=second.title,
                )
            )
        return cls(first, second)

    @property
    def classes(self) -> list[Any]:
        """The K class labels of both."""
        return self.first.run.classes

    @property
    def labels(self) -> NDArray:
        """What the test pictures truly show, (n,).

        Raises:
            RunError: the file of the scores is damaged.
        """
        return self.first.run.test_scores["labels"]

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether each contender reads each test picture correctly, (2, n).

        Raises:
            RunError: the file of the scores is damaged.
        """
        return np.stack([c.answers == self.labels for c in (self.first, self.second)])

    @property
    def outcomes(self) -> dict[Outcome, NDArray[np.bool_]]:
        """Which test pictures both, only one or none of them read correctly, (n,) each.

        Raises:
            RunError: the file of the scores is damaged.
        """
        first, second = self.right
        return {
            "both_right": first & second,
            "only_first": first & ~second,
            "only_second": second & ~first,
            "both_wrong": ~first & ~second,
        }

    @property
    def paired(self) -> PairedMetrics:
        """How many test pictures both, only one or none of them read correctly.

        Raises:
            RunError: the file of the scores is damaged.
        """
        return PairedMetrics(**{name: int(rows.sum()) for name, rows in self.outcomes.items()})


def contenders() -> dict[str, Contender]:
    """All that can be compared, by key: every approach of every run whose manifest is sound.

    Raises:
        RunError: the folder of the runs cannot be read.
    """
    found: dict[str, Contender] = {}
    for name in run_names():
        with contextlib.suppress(RunError):
            found |= {c.key: c for c in contenders_of(load_run(name))}
    return found


def contenders_of(run: Run) -> list[Contender]:
    """The approaches that a run was scored for."""
    return [Contender(run, approach) for approach in run.approaches]
