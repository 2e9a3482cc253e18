"""What a run is to learn, and from which pictures; NumPy only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import YES
from mnist_models.pictures import Images
from mnist_models.runs.run import Run

# Chosen on 10,000 held-out training rows with the digits 4, 8 and 9 left out.
ROWS_PER_CLASS = 2000  # that old classes are rehearsed with; of a new one, fewer are few
ALARMING = 0.1  # share of the new examples that a member may claim before it is mended


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures (n, 28, 28) uint8, light ink on dark, and their labels (n,)."""

    x: Images
    y: NDArray

    def of(self, rows: NDArray | slice) -> "Labelled":
        """Some of them, by number or mask."""
        return Labelled(self.x[rows], self.y[rows])

    def as_text(self) -> "Labelled":
        """The same with labels that are texts."""
        return Labelled(self.x, self.y.astype(str))

    def __add__(self, other: "Labelled") -> "Labelled":
        return Labelled(np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y]))


@dataclass(frozen=True, eq=False)
class Task:
    """A run and what it is to learn.

    Attributes:
        recipe: what both approaches were built with.
        single, multi: their networks.
        new: pictures of one class that they do not know, or of classes that they misread.
        old: pictures of the classes as they learned them.
        also: of classes that they know, those whose members are mended besides; if it is empty,
            those that raise false alarms.
        seed: of everything random.
    """

    recipe: Recipe
    single: Stack
    multi: Stack
    new: Labelled
    old: Labelled
    also: Sequence[Any] = ()
    seed: int = 0

    @property
    def label(self) -> Any:
        """The class that it is about."""
        return self.new.y[0].item()

    @property
    def is_known(self) -> bool:
        """Whether the run has the class already."""
        return self.label in self.multi.classes_.tolist()

    def confused(self) -> list[Any]:
        """The classes whose members are mended besides that of the label."""
        if self.also:
            return [c for c in self.also if c != self.label]
        alarms = alarmed(self.multi, self.new.of(slice(ROWS_PER_CLASS)))
        return [c for c, share in alarms.items() if share > ALARMING and c != self.label]


def task_of(
    run: Run, new: Labelled, old: Labelled, *, also: Sequence[str] = (), seed: int = 0
) -> Task:
    """The task of teaching a run; its classes are numbers if all labels are, else texts.

    Args:
        run: with the weights of both approaches.
        new: pictures of one class, its labels texts.
        old: pictures of the classes that the run knows, its labels numbers.
        also: see `Task`.
        seed: see `Task`.

    Raises:
        RunError: the run lacks the weights of an approach.
    """
    single, multi = run.single, run.multi
    more: list[Any] = list(also)
    if all(isinstance(label, int) for label in run.classes) and np.char.isdecimal(new.y).all():
        new = Labelled(new.x, new.y.astype(np.int64))
        more = [int(text) for text in also]
    else:
        old = old.as_text()
        single, multi = (replace(s, classes_=s.classes_.astype(str)) for s in (single, multi))
    recipe = replace(
        Recipe.from_settings(run.name, run.manifest["recipe"]),
        hidden=single.layers[1:-1],
        member_hidden=multi.layers[1:-1],
    )
    return Task(recipe, single, multi, new, old, more, seed)


def labelled(dataset: Dataset) -> tuple[Labelled, Labelled]:
    """The training and the test pictures of a data set."""
    return (
        Labelled(dataset.x_train, dataset.y_train.astype(np.int64)),
        Labelled(dataset.x_test, dataset.y_test.astype(np.int64)),
    )


def alarmed(multi: Stack, new: Labelled) -> dict[Any, float]:
    """Per class the share of pictures of other classes that its member says yes to."""
    yes = multi.predict_proba(new.x) >= YES
    others = new.y[:, np.newaxis] != multi.classes_
    shares = (yes & others).sum(axis=0) / others.sum(axis=0).clip(1)
    return dict(zip(multi.classes_.tolist(), shares.tolist(), strict=True))


def accuracy(stack: Stack, test: Labelled) -> float:
    """The share of pictures that are read correctly."""
    return float((stack.predict(test.x) == test.y).mean())
