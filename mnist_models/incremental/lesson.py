"""What a lesson is: what is to be learned, how far it is, and what came of it."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.jobs.job import Job
from mnist_models.jobs.progress import Event
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.pictures import SIDE
from mnist_models.runs.manifest import MAX_LABEL, is_plain_label
from mnist_models.text import t

Kind = Literal["new", "left out", "mend"]


MAX_EXAMPLES = 1000


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

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `dataclasses.asdict` made of one.

        Raises:
            TypeError, KeyError: it is something else.
        """
        return cls(**values | {"ways": tuple(values["ways"]), "also": tuple(values["also"])})


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
        weights: of each network that was trained; 0 in lessons of before that was told.
    """

    way: Way
    seconds: float
    rows: int
    changed: tuple[str, ...]
    old: float
    new: float | None
    alarms: dict[str, float] = field(default_factory=dict)
    weights: int = 0

    @property
    def work(self) -> int:
        """Weights adjusted, counted again for each picture looked at (pictures, if unknown).

        Repeats of a training take other seconds, and the same work. Pictures alone would not do:
        a single model may have many times the weights of a member.
        """
        return self.rows * (self.weights or 1)


@dataclass(frozen=True)
class State:
    """How far a lesson is, and what came of it.

    Attributes:
        job: that gives it.
        classes: (K,) all labels after the lesson, as text; empty until they are known.
        learned, kept_back: how many examples were learned from, and how many only tested with.
        rehearsed: the data set that old classes were rehearsed and tested with.
        tested: how many test pictures of the old classes.
        before: per approach the accuracy on those before the lesson.
        new_before: the same on what was taught, where the run knew it before.
        base: per approach what its networks had cost before, in the words of a manifest.
        steps: the ways that are done.
        keeping: the job that makes a run of it, if there is one.
    """

    job: Job
    classes: tuple[str, ...] = ()
    learned: int = 0
    kept_back: int = 0
    rehearsed: str = ""
    tested: int = 0
    before: dict[Approach, float] = field(default_factory=dict)
    new_before: dict[Approach, float] = field(default_factory=dict)
    base: dict[Approach, dict[str, Any]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    keeping: Job | None = None

    @classmethod
    def of(cls, job: Job) -> Self:
        """What a lesson has told.

        Raises:
            TypeError, KeyError: it is something else.
        """
        facts: dict[str, Any] = {}
        steps = []
        for news in (event.news for event in job.progress.events if event.news):
            if "way" in news:
                steps.append(Step(**news | {"changed": tuple(news["changed"])}))
            else:
                facts |= news
        classes = tuple(facts.pop("classes", ()))
        return cls(job, **facts, classes=classes, steps=tuple(steps))

    @property
    def latest(self) -> Event:
        """The last thing that was told, of the lesson or of keeping it."""
        return (self.keeping or self.job).latest

    @property
    def running(self) -> bool:
        """Whether it goes on, or waits for its turn."""
        return (self.keeping or self.job).is_unfinished

    @property
    def way(self) -> Way | None:
        """Which way is being taught."""
        part = self.latest.part
        return part if self.running and part in WAYS else None

    @property
    def kept(self) -> str:
        """The name of the run that it was kept as; empty if it was not."""
        return self.keeping.latest.run if self.keeping else ""

    def figures(self) -> dict[str, Any]:
        """What came of it, as JSON can hold it."""
        names = [f.name for f in fields(self) if f.name not in ("job", "keeping", "steps")]
        return {
            **{name: getattr(self, name) for name in names},
            "steps": [asdict(step) for step in self.steps],
        }


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
    def pair(self) -> tuple[Approach, ...]:
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
        raise LessonError(t("Give the new class a name first: one character is enough."))
    if len(text) > 10 * MAX_LABEL or len(label) > MAX_LABEL:
        raise LessonError(t("That name is too long: at most {most} characters.", most=MAX_LABEL))
    if not is_plain_label(label):
        raise LessonError(
            t("Use letters, digits, spaces, hyphens or symbols such as ★ in the name.")
        )
    if label.isdecimal() and not _is_plain_number(label):
        raise LessonError(t("Write a number as 12: digits 0 to 9, at most four, no zero in front."))
    if label.casefold() in {str(known).casefold() for known in classes}:
        raise LessonError(
            t("The run knows {label} already. Choose another name, or mend a digit.", label=label)
        )
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
        raise LessonError(t("There is no example yet: draw one and add it."))
    if len(images) > MAX_EXAMPLES:
        raise LessonError(t("A lesson takes at most {most:,} examples.", most=MAX_EXAMPLES))
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise LessonError(t("Examples are {side} × {side} grey-level pictures.", side=SIDE))
    if not images.any(axis=(1, 2)).all():
        raise LessonError(t("One of the examples is empty. Delete it and draw it again."))
