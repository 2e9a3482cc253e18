"""How much of a thick pen's width to keep: python -m experiments.thinning

Networks that know only MNIST read MNIST's training pictures, enlarged to a canvas, and pen digits
drawn with thick pens, both prepared by `to_mnist` with several values of `stroke_width.KEPT`: 0
thins every pen to MNIST's usual width. MNIST's test pictures have no part in it.
"""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.drawing import CANVAS
from experiments import write
from mnist_models import load_run, to_mnist
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import WIDTHS, load_pen_digits
from mnist_models.learning.approaches import PAIR
from mnist_models.preprocessing import stroke_width

KEPT = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6)
RUNS = ("strong", "reference")
PENS = WIDTHS[-2:]
EVERY = {"MNIST": 10, "pen digits": 2}  # every n-th picture of a source is used

Drawings = dict[str, tuple[list[NDArray[np.uint8]], NDArray[np.uint8]]]


def drawings() -> Drawings:
    """The canvases and their labels, by source."""
    mnist, digits = load_mnist(), load_pen_digits()[:: EVERY["pen digits"]]
    labels = np.array([digit.digit for digit in digits], dtype=np.uint8)
    rows = slice(None, None, EVERY["MNIST"])
    enlarged = [_enlarge(image) for image in mnist.x_train[rows]]
    return {"MNIST, enlarged": (enlarged, mnist.y_train[rows])} | {
        f"pen digits, {pen} px": (
            [digit.drawn(pen=pen) for digit in digits],
            labels,
        )
        for pen in PENS
    }


def _enlarge(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = (CANVAS, CANVAS)
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def measure(kept: float, sources: Drawings) -> Iterator[dict[str, Any]]:
    """The number of right answers, an entry per source and network."""
    with patch.object(stroke_width, "KEPT", kept):
        for source, (canvases, labels) in sources.items():
            pictures = np.stack([to_mnist(canvas) for canvas in canvases])
            for name in RUNS:
                for approach in PAIR:
                    right = load_run(name).stack(approach).predict(pictures) == labels
                    yield {"kept": kept, "pictures": source, "run": name, "approach": approach,
                           "rows": len(labels), "right": int(right.sum())}  # fmt: skip


def main() -> None:
    """Measure every candidate share, and write the JSON."""
    sources = drawings()
    entries: list[dict[str, Any]] = []
    for kept in KEPT:
        for entry in measure(kept, sources):
            entries.append(entry)
            print(*entry.values(), flush=True)
    write("thinning", None, {"runs": entries})


if __name__ == "__main__":
    main()
