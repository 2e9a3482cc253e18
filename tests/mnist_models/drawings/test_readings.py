"""Readings: what a run takes drawings for, counted by class."""

from typing import Any

import numpy as np

from mnist_models.drawings.readings import mistakes_by_class, read
from tests.helpers.drawings import make_drawing


def test_mistakes_are_counted_by_class_and_classes_without_any_are_left_out() -> None:
    class Fixed:
        def __init__(self, answers: list[int]) -> None:
            self.answers = answers

        def predict(self, images: np.ndarray) -> np.ndarray:
            return np.array(self.answers)

    drawings = [make_drawing(n, label) for n, label in enumerate("44471")]
    stacks: Any = {"single": Fixed([9, 1, 9, 7, 1]), "multi": Fixed([4, 4, 4, 1, 1])}
    assert mistakes_by_class(read(drawings, stacks), range(10)) == [
        {"true label": "4", "drawings": 3, "Single model": "9 (2 times) and 1", "Multi-model": ""},
        {"true label": "7", "drawings": 1, "Single model": "", "Multi-model": "1"},
    ]
