"""Drawings to keep: what the tests of them share."""

from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import create_engine

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import as_png
from mnist_models.drawings.store import Store

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


def kept_in(folder: Path) -> list[Drawing]:
    """Everybody's, in the database of a `trained/`, the newest first."""
    engine = create_engine(f"sqlite:///{folder}/.corrections.db")
    drawings = [*Store(engine, "", shared=True).whole_drawings()]
    engine.dispose()
    return drawings
