"""How a run reads the drawings that were kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_models.drawings.drawing import Drawing
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.learning.stack import Stack


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


def _counted(labels: Iterable[str]) -> str:
    """ "9 (2 times), 1", the most frequent first; nothing for none."""
    return ", ".join(
        label if count == 1 else f"{label} ({count} times)"
        for label, count in Counter(labels).most_common()
    )
