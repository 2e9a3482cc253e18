"""A set of pictures by its name."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from mnist_models.data.dataset import DATASETS, Dataset
from mnist_models.data.download import DatasetError, OnAmount
from mnist_models.data.mnist import find_mnist, load_mnist
from mnist_models.data.pen_digits import load_pens
from mnist_models.data.sample import SAMPLE_FILE, load_sample
from mnist_models.text import t


def load_dataset(name: str, *, progress: OnAmount | None = None) -> Dataset:
    """Load "mnist", "pens" (both downloaded if necessary) or "sample"; raises DatasetError.

    `progress` is called with the progress of the slow parts: the download, then the rendering.
    """
    if name == "mnist":
        return load_mnist(progress=progress)
    if name == "pens":
        return load_pens(progress=progress)
    if name == "sample":
        return load_sample()
    raise DatasetError(
        t(
            "There is no dataset {name!r}: choose one of {names}.",
            name=name,
            names=", ".join(DATASETS),
        )
    )


def data_versions(name: str) -> dict[str, str]:
    """A hash of what each part of a dataset is read from, by its name.

    Of MNIST it is the fingerprint, since its copies are compressed differently, else that of the
    file; empty where there is none yet, or it is the published one that is checked when it comes.

    Raises:
        DatasetError: MNIST's file is damaged, or another.
    """
    if name == "sample":
        return {"sample": _hash_of(SAMPLE_FILE)}
    if name == "characters":
        return {"characters": _hash_named("CHARACTERS"), "pens": _hash_named("PEN_DIGITS")}
    mnist = find_mnist()
    versions = {"MNIST": _mnist_version(*_state_of(mnist)) if mnist else ""}
    if name == "pens":
        versions["pens"] = _hash_named("PEN_DIGITS")
    return versions


def _hash_named(variable: str) -> str:
    named = os.environ.get(variable)
    return _hash_of(Path(named)) if named else ""


def _hash_of(path: Path) -> str:
    try:
        return _file_version(*_state_of(path))
    except OSError:
        return ""


def _state_of(path: Path) -> tuple[Path, float, int]:
    """What a file is known by until it changes."""
    if not path.exists():
        return path, 0.0, 0
    status = path.stat()
    return path, status.st_mtime, status.st_size


@lru_cache(maxsize=4)
def _file_version(path: Path, _changed: float, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=2)
def _mnist_version(_path: Path, _changed: float, _size: int) -> str:
    return load_mnist(download=False).fingerprint
