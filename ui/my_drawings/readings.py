"""How a run reads the drawings that were kept, and those drawings as files to take home."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.learning.stack import Stack
from ui.my_drawings.store import Drawing, Store


@dataclass(frozen=True, eq=False)
class Reading:
    """A drawing and what each approach of some run takes it for, as text."""

    drawing: Drawing
    answers: dict[Approach, str]

    def right(self, approach: Approach) -> bool:
        """Whether the approach reads what it truly is."""
        return self.answers[approach] == self.drawing.label

    @property
    def misread(self) -> bool:
        """Whether an approach, one or both, is wrong."""
        return not all(map(self.right, self.answers))


def read(drawings: Sequence[Drawing], stacks: Mapping[Approach, Stack]) -> list[Reading]:
    """What these stacks answer today, to the pictures as the models saw them then."""
    if not drawings:
        return []
    images = np.stack([drawing.image for drawing in drawings])
    answers = {approach: stack.predict(images) for approach, stack in stacks.items()}
    return [
        Reading(drawing, {approach: str(given[n]) for approach, given in answers.items()})
        for n, drawing in enumerate(drawings)
    ]


def mistakes_by_class(readings: Sequence[Reading], classes: Iterable[Any]) -> list[dict[str, Any]]:
    """For each class that is misread: how many drawings, and what each approach takes them for."""
    table = []
    for label in map(str, classes):
        of_class = [reading for reading in readings if reading.drawing.label == label]
        if any(reading.misread for reading in of_class):
            taken = {
                TITLES[a]: _counted(
                    reading.answers[a] for reading in of_class if not reading.right(a)
                )
                for a in of_class[0].answers
            }
            table.append({"it was a": label, "drawings": len(of_class), **taken})
    return table


def as_npz(drawings: Sequence[Drawing]) -> bytes:
    """The pictures as the models saw them: `images` (n, 28, 28) uint8 and `labels` (n,).

    Labels are whole numbers where all of them are, else text; nothing in it is pickled.
    """
    labels = np.array([drawing.label for drawing in drawings])
    if np.char.isdecimal(labels).all():
        labels = labels.astype(np.int64)
    images = np.stack([drawing.image for drawing in drawings])
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, images=images, labels=labels)
    return file.getvalue()


def as_zip(store: Store) -> bytes:
    """All drawings that the visitor may see, as they were drawn: a PNG each, and drawings.csv.

    Raises:
        CorrectionError: the database cannot be used.
    """
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(["file", "label", *APPROACHES, "run", "version", "created"])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # not compressed: a PNG is
        for number, drawing in enumerate(store.drawings(pictures=True), start=1):
            name = f"{number:05}.png"
            answers = (drawing.answers.get(approach, "") for approach in APPROACHES)
            rest = drawing.run, drawing.version, drawing.created
            archive.writestr(name, drawing.picture)
            lines.writerow([name, drawing.label, *answers, *rest])
        archive.writestr("drawings.csv", table.getvalue())
    return file.getvalue()


def _counted(labels: Iterable[str]) -> str:
    """ "9 (2 times), 1", the most frequent first; nothing for none."""
    return ", ".join(
        label if count == 1 else f"{label} ({count} times)"
        for label, count in Counter(labels).most_common()
    )
