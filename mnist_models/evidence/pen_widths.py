"""The experiments on drawings by people: how well they are read, pen by pen."""

from typing import Any

from mnist_models.data.pen_digits import WIDTHS
from mnist_models.evidence.experiments import Evidence
from mnist_models.learning.approaches import PAIR, Approach

PEN_DIGITS = "pen digits"  # how the names of all their pictures begin
STROKES = f"{PEN_DIGITS}, strokes"  # read without a picture, so no pen matters


def pen_pictures_name(pen: int, *, big: bool) -> str:
    """The name of the pen digits drawn with a pen of this width, in the benchmark of drawings."""
    return f"{PEN_DIGITS}, {'big and centred' if big else 'as drawn'}, {pen} px pen"


def left_out_accuracy(
    found: Evidence | None, pictures: str, preparation: str
) -> dict[Approach, float] | None:
    """The share of drawings that the five folds of "pens" read, of writers they never saw.

    Args:
        found: the experiment "writers", if it is shipped.
        pictures, preparation: which drawings, as the benchmark of drawings calls them.

    Returns:
        Right answers of all folds over all their drawings, per approach; None if not measured.
    """
    wanted = {"pictures": pictures, "preparation": preparation}
    entries = [e for e in found["runs"] if wanted.items() <= e.items()] if found else []
    if not entries:
        return None
    rows = sum(entry["rows"] for entry in entries)
    return {a: sum(entry["right"][a] for entry in entries) / rows for a in PAIR}


def accuracy_of(found: Evidence, pictures: str, preparation: str) -> dict[str, float]:
    """What the benchmark of drawings measured, by run and approach ("pens.single").

    Args:
        found: the experiment "drawing".
        pictures, preparation: which drawings; of those that were not measured there is nothing.
    """
    wanted = {"pictures": pictures, "preparation": preparation}
    rows = (row["accuracy"] for row in found["rows"] if wanted.items() <= row.items())
    return next(rows, {})


def accuracy_by_pen(found: Evidence, *, big: bool) -> list[dict[str, Any]]:
    """What the benchmark of drawings measured with `to_mnist`, an entry per pen and contender.

    Args:
        found: the experiment "drawing".
        big: drawings that fill the canvas, or such as people drew them.

    Returns:
        Per entry `pen` in pixels, `run`, `approach` and `accuracy`.
    """
    entries = []
    for pen in WIDTHS:
        accuracy = accuracy_of(found, pen_pictures_name(pen, big=big), "to_mnist")
        for key, value in accuracy.items():
            run, _, approach = key.rpartition(".")
            entries.append({"pen": pen, "run": run, "approach": approach, "accuracy": value})
    return entries
