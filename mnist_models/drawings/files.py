"""Drawings as files: each as a PNG, and all of them to download."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models.drawings.drawing import MAX_PICTURE_BYTES, Drawing
from mnist_models.learning.approaches import PAIR

_MAX_SIDE = 1024  # pixels of a picture that is kept; no canvas is larger


def as_png(drawing: NDArray[np.uint8]) -> bytes:
    """A drawing as a PNG of at most MAX_PICTURE_BYTES: a photograph is made smaller until it fits.

    Args:
        drawing: (H, W), (H, W, 3) or (H, W, 4) uint8.
    """
    picture = Image.fromarray(np.ascontiguousarray(drawing))
    picture.thumbnail((_MAX_SIDE, _MAX_SIDE))
    while True:
        file = io.BytesIO()
        picture.save(file, "PNG")
        if file.tell() <= MAX_PICTURE_BYTES:
            return file.getvalue()
        picture = picture.reduce(2)


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


def write_zip(drawings: Iterable[Drawing], file: IO[bytes]) -> int:
    """Write drawings as they were drawn: a PNG each, and drawings.csv; returns how many they were.

    Args:
        drawings: with their pictures; they are taken one by one.
        file: where the archive goes.
    """
    number = 0
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(["file", "label", *PAIR, "run", "version", "created"])
    with zipfile.ZipFile(file, "w") as archive:  # not compressed: a PNG is
        for number, drawing in enumerate(drawings, start=1):
            name = f"{number:05}.png"
            answers = (drawing.answers.get(approach, "") for approach in PAIR)
            rest = drawing.run, drawing.version, drawing.created
            archive.writestr(name, drawing.picture)
            lines.writerow([name, drawing.label, *answers, *rest])
        archive.writestr("drawings.csv", table.getvalue())
    return number
