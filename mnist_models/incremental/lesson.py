"""What a lesson is: what is to be learned, how far it is, and what came of it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.incremental.methods import Way
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.pictures import SIDE
from mnist_models.runs.manifest import MAX_LABEL, is_plain_label

Kind = Literal["new", "left out", "mend"]


LessonStage = Literal[
    "starting", "waiting", "loading", "base", "teaching", "keeping", "done", "cancelled", "failed"
]  # fmt: skip


MAX_EXAMPLES = 1000


_ENDED: tuple[LessonStage, ...] = ("done", "cancelled", "failed")


class LessonError(ExpectedError):
    """A lesson cannot be given; the message is a sentence for the visitor."""


@dataclass(frozen=True)
class Lesson:
    """What is to be learned.

    Attributes:
        kind: "new": a class that the run does not know, from the visitor's examples. "left out":
            a digit that a run of the reference recipe, trained first, has never seen. "mend":
            examples of digits that the run knows and misreads.
        run: the name of the run that learns; for "left out" it is not used.
        label: the new class, or the digit to mend.
        ways: how; at least one.
        many: how many examples of a digit left out are learned from.
        also: further digits whose members are trained when one is mended.
        seed: of everything random.
    """

    kind: Kind
    run: str
    label: str
    ways: tuple[Way, ...] = ("member", "mended", "alone", "together")
    many: int = 10
    also: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Step:
    """What one way cost and brought.

    Attributes:
        way: which one.
        seconds: of the training, without the start of the process.
        rows: pictures looked at, counted again in each epoch and by each member.
        changed: the classes whose members were trained; empty for the single model.
        old: accuracy on test pictures of the classes known before.
        new: share of the test pictures of what was taught that are read correctly; None if none
            were kept back.
        alarms: per class the share of the new test pictures (or of the examples) that its member
            says yes to though it should not; for the multi-model.
    """

    way: Way
    seconds: float
    rows: int
    changed: tuple[str, ...]
    old: float
    new: float | None
    alarms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """How far a lesson is, as its worker says.

    Attributes:
        stage: what is being done.
        share: of the present way, 0 to 1; None while it cannot be said.
        way: which one is being taught.
        message: for people, at the end.
        classes: (K,) all labels after the lesson, as text; empty until they are known.
        learned, kept_back: how many examples were learned from, and how many only tested with.
        rehearsed: the data set that old classes were rehearsed and tested with.
        tested: how many test pictures of the old classes.
        before: per approach the accuracy on those before the lesson.
        new_before: the same on what was taught, where the run knew it before.
        steps: the ways that are done.
        kept: the name of the run that it was kept as; empty if it was not.
        began: when the teaching began, seconds since the epoch; 0 before.
        running: whether the worker is alive.
    """

    stage: LessonStage = "starting"
    share: float | None = None
    way: Way | None = None
    message: str = ""
    classes: tuple[str, ...] = ()
    learned: int = 0
    kept_back: int = 0
    rehearsed: str = ""
    tested: int = 0
    before: dict[Approach, float] = field(default_factory=dict)
    new_before: dict[Approach, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    kept: str = ""
    began: float = 0.0
    running: bool = False

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            TypeError, KeyError: it is something else.
        """
        steps = tuple(Step(**s | {"changed": tuple(s["changed"])}) for s in values["steps"])
        return cls(**values | {"steps": steps, "classes": tuple(values["classes"])})

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Pair:
    """Both approaches after a lesson, to be asked as a run is asked.

    Attributes:
        stacks: one per approach that was taught.
        name: of the lesson, for people.
    """

    stacks: dict[Approach, Stack]
    name: str

    @property
    def approaches(self) -> tuple[Approach, ...]:
        """Those that were taught."""
        return tuple(self.stacks)

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the outputs; both approaches have the same."""
        return next(iter(self.stacks.values())).classes_.tolist()

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach."""
        return self.stacks[approach]


def check_label(text: str, classes: list[Any]) -> str:
    """The name of a new class, without spaces around it.

    Raises:
        LessonError: it is empty, too long, not to be shown safely, or known already.
    """
    label = " ".join(text[: 10 * MAX_LABEL].split())
    if not label:
        raise LessonError("Give the new class a name first: one character is enough.")
    if len(text) > 10 * MAX_LABEL or len(label) > MAX_LABEL:
        raise LessonError(f"That name is too long: at most {MAX_LABEL} characters.")
    if not is_plain_label(label):
        raise LessonError("Use letters, digits, spaces, hyphens or symbols such as ★ in the name.")
    if label.isdecimal() and not _is_plain_number(label):
        raise LessonError("Write a number as 12: digits 0 to 9, at most four, no zero in front.")
    if label.casefold() in {str(known).casefold() for known in classes}:
        raise LessonError(f"The run knows {label} already. Choose another name, or mend a digit.")
    return label


def _is_plain_number(label: str) -> bool:
    """Whether it stays what it is when it becomes a number, as the labels of digits are."""
    return label.isascii() and len(label) <= 4 and str(int(label)) == label


def check_examples(images: NDArray[np.uint8]) -> None:
    """Refuse examples that nothing could be learned from.

    Raises:
        LessonError: there are none, too many, or one is empty.
    """
    if not len(images):
        raise LessonError("There is no example yet: draw one and add it.")
    if len(images) > MAX_EXAMPLES:
        raise LessonError(f"At most {MAX_EXAMPLES:,} examples are learned from.")
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise LessonError(f"Examples are {SIDE} × {SIDE} pictures of grey levels.")
    if not images.any(axis=(1, 2)).all():
        raise LessonError("One of the examples is empty. Delete it and draw it again.")
