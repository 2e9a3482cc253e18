"""MNIST in, arrays out: a local copy or one verified download."""

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import (
    DatasetError,
    OnAmount,
    Source,
    cache_folder,
    fetch,
    reason,
)
from mnist_models.errors import ExpectedError
from mnist_models.text import paragraph, t


class _NotMnistError(ExpectedError):
    """What is wrong with a file, without the next step."""


@dataclass(frozen=True)
class PublishedArrays(Source):
    """A published `.npz` of uint8 arrays; copies of it may be compressed differently.

    Attributes:
        fingerprint: of the contents, see `Dataset.fingerprint`.
        shapes: of the arrays, by name.
    """

    fingerprint: str
    shapes: dict[str, tuple[int, ...]]


MNIST = PublishedArrays(
    what=t("MNIST"),
    instead=t(
        "Alternatively, set MNIST_NPZ to a copy of mnist.npz, or use the sample: --dataset sample."
    ),
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    size_bytes=11_490_434,
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    fingerprint="06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    shapes={
        "x_train": (60_000, 28, 28),
        "y_train": (60_000,),
        "x_test": (10_000, 28, 28),
        "y_test": (10_000,),
    },
)

_MAX_FILE_BYTES = 64 * 2**20  # MNIST without any compression is 55 MB
_MAX_HEADER_BYTES = 4096  # what precedes the numbers in a .npy file; 128 bytes as NumPy writes it


def find_mnist() -> Path | None:
    """The MNIST file that `load_mnist` reads, or None if it would have to download one.

    `MNIST_NPZ` wins, even if it names a missing file; then Keras' cache, if it has one.
    """
    if named := os.environ.get("MNIST_NPZ"):
        return Path(named)
    cached = _cache_file()
    return cached if os.path.lexists(cached) else None


def load_mnist(*, download: bool = True, progress: OnAmount | None = None) -> Dataset:
    """MNIST, 60,000 and 10,000 pictures, downloaded at most once and verified at each load.

    Raises DatasetError if there is none, or the file's contents are not exactly MNIST's. The file
    is never changed or removed.
    """
    path = find_mnist()
    if path is None and not download:
        raise DatasetError(
            t(
                "There is no MNIST on this machine. Set MNIST_NPZ to a copy of mnist.npz, or use "
                "the sample: --dataset sample."
            )
        )
    return _read_mnist(path or download_mnist(progress))


def download_mnist(progress: OnAmount | None = None) -> Path:
    """Download MNIST into Keras' cache unless something is there already; returns the path.

    `progress` may raise to cancel: the partial file is removed and the exception goes on. Raises
    DatasetError if the file cannot be fetched or stored, or is not the published one.
    """
    return fetch(MNIST, _cache_file(), progress)


def _cache_file() -> Path:
    return cache_folder() / "mnist.npz"


def _read_mnist(path: Path) -> Dataset:
    # Visitors read this too, so it does not say where the folder lies on the server.
    if os.environ.get("MNIST_NPZ"):
        title: str = path.name
        next_step = t("Set MNIST_NPZ to a sound copy, or unset it.")
    else:
        title = t("{file} in the cache of Keras", file=path.name)
        next_step = t("Move or delete it, and MNIST will be downloaded again.")
    try:
        dataset = Dataset("mnist", **_read_arrays(path, title))
        _check_contents(dataset, title)
    except _NotMnistError as error:
        problem = error.text
    except OSError as error:
        problem = t("{file} cannot be read ({reason}).", file=title, reason=reason(error))
    # zipfile, zlib and NumPy's header parser fail on damaged bytes in a dozen different ways.
    except Exception as error:
        problem = t(
            "{file} is damaged or not an .npz file ({reason}).", file=title, reason=str(error)
        )
    else:
        return dataset
    raise DatasetError(paragraph(problem, next_step))


def _read_arrays(path: Path, title: str) -> dict[str, np.ndarray]:
    if not path.exists():
        raise _NotMnistError(t("{file} does not exist.", file=title))
    if not path.is_file():  # a pipe would block, a directory has no bytes
        raise _NotMnistError(t("{file} is not a file.", file=title))
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise _NotMnistError(t("{file} is too large to be MNIST.", file=title))
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        return {name: _read_array(archive, name, title) for name in MNIST.shapes}


def _read_array(archive: zipfile.ZipFile, name: str, title: str) -> np.ndarray:
    """One array, whose size, shape and dtype are known to be MNIST's before it is decompressed."""
    shape = MNIST.shapes[name]
    if f"{name}.npy" not in archive.namelist():
        raise _NotMnistError(
            t("{file} has no array {name}, so it is not MNIST.", file=title, name=name)
        )
    member = archive.getinfo(f"{name}.npy")
    # zipfile decompresses bzip2 and LZMA without a bound; NumPy writes neither.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _NotMnistError(
            t(
                "{file} has {name} in a compression that .npz files do not use.",
                file=title,
                name=name,
            )
        )
    with archive.open(member) as file:
        np.lib.format.read_magic(file)
        found, _, dtype = np.lib.format.read_array_header_1_0(file)
        if found != shape or dtype != np.uint8:
            raise _NotMnistError(
                t(
                    "{file} has {name} as {found} {dtype}, where MNIST has {shape} uint8.",
                    file=title,
                    name=name,
                    found=str(found),
                    dtype=str(dtype),
                    shape=str(shape),
                )
            )
        if member.file_size > np.prod(shape) + _MAX_HEADER_BYTES:
            raise _NotMnistError(
                t(
                    "{file} has {size:,} bytes of {name}, so it is not MNIST.",
                    file=title,
                    size=member.file_size,
                    name=name,
                )
            )
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


def _check_contents(dataset: Dataset, title: str) -> None:
    for name in ("y_train", "y_test"):
        if (largest := getattr(dataset, name).max()) > 9:
            raise _NotMnistError(
                t(
                    "{file} has labels up to {largest} in {name}, where MNIST has 0 to 9.",
                    file=title,
                    largest=int(largest),
                    name=name,
                )
            )
    if dataset.fingerprint != MNIST.fingerprint:
        raise _NotMnistError(
            t(
                "{file} has MNIST's shapes but other contents, as Fashion-MNIST has, or is "
                "damaged.",
                file=title,
            )
        )
