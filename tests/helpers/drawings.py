"""Drawings to keep: what the tests of them share."""

from typing import Any

import numpy as np

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import as_png

UNUSABLE = "database cannot be read or written"


def picture(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (28, 28)).astype(np.uint8)


def make_drawing(number: int, label: str, **changes: Any) -> Drawing:
    drawing = np.full((40, 40), number % 256, np.uint8)
    answers = {"single": label, "multi": "0"}
    values: dict[str, Any] = {"picture": as_png(drawing), "answers": answers, **changes}
    return Drawing(
        digest=f"d{number}", label=label, image=picture(number),
        run="reference", version="0" * 64, **values,
    )  # fmt: skip
