"""The text format of the pen digits' publishers: UNIPEN (Guyon and others, 1994), as far as used.

.SEGMENT DIGIT 0-1 ? "8"      a digit begins
.COMMENT 8 1 0                its class, its writer, its number among the writer's
.PEN_DOWN                     a stroke begins: lines of x and y, y upwards
.PEN_UP                       it ends
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BOX = 500  # the side of the box that the writers were given

Stroke = NDArray[np.float32]  # (n, 2): x to the right, y down


@dataclass(frozen=True, eq=False)
class PenDigit:
    """One digit as one person wrote it: its strokes, in the BOX × BOX that the writer was given."""

    digit: int
    writer: int
    strokes: tuple[Stroke, ...]


def read_unipen(text: str) -> Iterator[PenDigit]:
    """The digits of a file, in its order.

    Raises:
        ValueError: a digit has no strokes, no writer, or something that is no number.
    """
    blocks = text.split(".SEGMENT DIGIT")[1:]
    for block in blocks:
        yield _pen_digit(block.splitlines())


def _pen_digit(lines: list[str]) -> PenDigit:
    digit = writer = None
    strokes: list[list[list[float]]] = []
    down = False
    for line in lines[1:]:
        word, *values = line.split() or [""]
        if word == ".COMMENT":
            digit, writer = int(values[0]), int(values[1])
        elif word.startswith("."):
            down = word == ".PEN_DOWN"
            if down:
                strokes.append([])
        elif word and down:
            x, y = float(word), float(values[0])
            strokes[-1].append([x, BOX - y])
    if digit is None or writer is None or not any(strokes):
        raise ValueError("a digit without class, writer or strokes")
    return PenDigit(
        digit, writer, tuple(np.array(stroke, dtype=np.float32) for stroke in strokes if stroke)
    )
