"""Pictures with their labels, and which sets of them there are."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Each dataset, and the one whose test pictures it is judged on.
TEST_SETS = {"mnist": "mnist", "pens": "mnist", "sample": "sample"}
DATASETS = tuple(TEST_SETS)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures (n, 28, 28) uint8, light ink on dark, and their labels (n,) uint8, 0..9."""

    name: str  # one of DATASETS
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the bytes of x_train, y_train, x_test and y_test, in C order."""
        digest = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()
