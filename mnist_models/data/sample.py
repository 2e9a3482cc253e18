"""A small offline sample: the 1,797 digits that scikit-learn carries, in a file of ours, too.

A server that only answers needs no scikit-learn for them.
"""

import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError
from mnist_models.foreground.paper import NOISE
from mnist_models.preprocessing.to_mnist import place
from mnist_models.text import t

SAMPLE_FILE = Path(__file__).with_name("digits.csv.gz")
_SAMPLE_SHAPE = (1797, 65)  # 8 × 8 cells and the label
_SAMPLE_TRAIN_ROWS = 1347
_SAMPLE_SCALE = 8  # pixels per cell when enlarged

# Ink counts of a cell (0..16) that become black and white: without them strokes are a grey blur,
# with them as heavy as MNIST's (mean grey level 32.6; MNIST's test set 33.8).
_SAMPLE_BLACK, _SAMPLE_WHITE = 4, 14


def load_sample() -> Dataset:
    """1,797 labelled digits that scikit-learn carries, brought to MNIST's geometry; offline.

    They are 8 × 8 cells of 0..16 (Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI,
    CC BY 4.0), by 13 writers who are not MNIST's: a result on them is no result on MNIST. The rows
    are roughly in the order of their writers, so the test set, the last 450, is mostly by others
    than the training set, the first 1,347.

    Raises DatasetError if the file is missing or damaged.
    """
    table = _read_sample_table()
    x = np.stack([place(_enlarge(cells)) for cells in table[:, :-1].reshape(-1, 8, 8)])
    y = table[:, -1].astype(np.uint8)
    n = _SAMPLE_TRAIN_ROWS
    return Dataset("sample", x[:n], y[:n], x[n:], y[n:])


def _read_sample_table() -> np.ndarray:
    try:
        table = np.loadtxt(SAMPLE_FILE, delimiter=",", dtype=np.float32)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DatasetError(
            t("{file} cannot be read: install this program again.", file=SAMPLE_FILE.name)
        ) from error
    if table.shape != _SAMPLE_SHAPE:
        raise DatasetError(
            t(
                "{file} does not contain the 1,797 digits: install this program again.",
                file=SAMPLE_FILE.name,
            )
        )
    return table


def _enlarge(cells: np.ndarray) -> np.ndarray:
    """(8, 8) cells of 0..16 → (80, 80) uint8 with smooth, saturated strokes and an empty edge."""
    padded = Image.fromarray(np.pad(cells, 1))
    side = padded.width * _SAMPLE_SCALE
    smooth = np.asarray(padded.resize((side, side), Image.Resampling.BICUBIC))
    ink = np.clip((smooth - _SAMPLE_BLACK) / (_SAMPLE_WHITE - _SAMPLE_BLACK), 0, 1)
    levels = (255 * ink).round().astype(np.uint8)
    return levels * (levels >= NOISE * levels.max())
