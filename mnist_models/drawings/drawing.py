"""A drawing that a visitor kept, with its true label, and the limits on number and size."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from mnist_models.errors import ExpectedError
from mnist_models.learning.approaches import Approach
from mnist_models.pictures import Grey

MAX_OF_ONE_VISITOR = 200
MAX_PICTURE_BYTES = 32_000


class CorrectionError(ExpectedError):
    """Drawings cannot be kept or read."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing, its true label, and how it was read.

    Attributes:
        digest: identifies the drawing: the same digest, the same drawing.
        label: the class that it shows, as text.
        image: (28, 28) uint8, as the models saw it.
        picture: the drawing itself, a PNG of at most MAX_PICTURE_BYTES; empty if not asked for.
        answers: what each approach read when it was drawn, as text.
        run: the name of the run that read it.
        version: the version of that run.
        created: when it was kept, in UTC, ISO 8601.
        number: its row in the database; 0 before it has one.
        mine: whether it was drawn by the visitor who asks, who may then delete it.
    """

    digest: str
    label: str
    image: Grey
    picture: bytes
    answers: dict[Approach, str]
    run: str
    version: str
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    number: int = 0
    mine: bool = True
