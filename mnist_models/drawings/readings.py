"""How a run reads the drawings that were kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_models.drawings.drawing import Drawing
from mnist_models.formatting import listing
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.learning.stack import Stack
from mnist_models.text import Text, t


@dataclass(frozen=True, eq=False)
class Reading:
    """A drawing and what each approach of some run takes it for, as text."""

    drawing: Drawing
    answers: dict[Approach, str]

    def right(self, approach: Approach) -> bool:
        """Whether the approach reads it correctly."""
        return self.answers[approach] == self.drawing.label

    @property
    def misread(self) -> bool:
        """Whether one approach or both are wrong."""
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
    """For each misread class, the number of drawings and what each approach took them for."""
    table = []
    for label in map(str, classes):
        of_class = [reading for reading in readings if reading.drawing.label == label]
        if any(reading.misread for reading in of_class):
            taken: dict[str, Any] = {
                TITLES[a]: _counted(
                    reading.answers[a] for reading in of_class if not reading.right(a)
                )
                for a in of_class[0].answers
            }
            table.append({t("true label"): label, t("drawings"): len(of_class), **taken})
    return table


def _counted(labels: Iterable[str]) -> Text:
    """ "9 (2 times) and 1", the most frequent first; empty for none."""
    return listing(
        [
            label if count == 1 else t("{label} ({count} times)", label=label, count=count)
            for label, count in Counter(labels).most_common()
        ]
    )
