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


class _NotMnistError(Exception):
    """What is wrong with a file, worded to follow its name."""


@dataclass(frozen=True)
class PublishedArrays(Source):
    """A published `.npz` of uint8 arrays; copies of it may be compressed differently.

    Attributes:
        fingerprint: of the contents, see `Dataset.fingerprint`.
        shapes: of the arrays, by name.
    """

    fingerprint: str
    shapes: dict[str, tuple[int, ...]]


_INSTEAD = "set MNIST_NPZ to a copy of mnist.npz, or use the sample: --dataset sample"

MNIST = PublishedArrays(
    what="MNIST",
    instead=_INSTEAD,
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

    `MNIST_NPZ` wins, even if it names a missing file; then Keras' cache, if something is there.
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
        raise DatasetError(f"There is no MNIST on this machine: {_INSTEAD}.")
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
    try:
        dataset = Dataset("mnist", **_read_arrays(path))
        _check_contents(dataset)
    except _NotMnistError as error:
        problem = str(error)
    except OSError as error:
        problem = f"cannot be read ({reason(error)})"
    # zipfile, zlib and NumPy's header parser fail on damaged bytes in a dozen different ways.
    except Exception as error:
        problem = f"is damaged or not an .npz file ({error})"
    else:
        return dataset
    # Visitors read this too, so the folder's place on the server is not told.
    if os.environ.get("MNIST_NPZ"):
        raise DatasetError(f"{path.name} {problem}. Set MNIST_NPZ to a sound copy, or unset it.")
    raise DatasetError(
        f"{path.name} in the cache of Keras {problem}. Move or delete it, and MNIST will be "
        "downloaded again."
    )


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():  # a pipe would block, a directory has no bytes
        raise _NotMnistError("is not a file" if path.exists() else "does not exist")
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise _NotMnistError("is too large to be MNIST")
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        return {name: _read_array(archive, name) for name in MNIST.shapes}


def _read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """One array, whose size, shape and dtype are known to be MNIST's before it is decompressed."""
    shape = MNIST.shapes[name]
    if f"{name}.npy" not in archive.namelist():
        raise _NotMnistError(f"has no array {name}, so it is not MNIST")
    member = archive.getinfo(f"{name}.npy")
    # zipfile decompresses bzip2 and LZMA without a bound; NumPy writes neither.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _NotMnistError(f"has {name} in a compression that .npz files do not use")
    with archive.open(member) as file:
        np.lib.format.read_magic(file)
        found, _, dtype = np.lib.format.read_array_header_1_0(file)
        if found != shape or dtype != np.uint8:
            raise _NotMnistError(f"has {name} as {found} {dtype}, where MNIST has {shape} uint8")
        if member.file_size > np.prod(shape) + _MAX_HEADER_BYTES:
            raise _NotMnistError(f"has {member.file_size:,} bytes of {name}, which is not MNIST")
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


def _check_contents(dataset: Dataset) -> None:
    for name in ("y_train", "y_test"):
        if (largest := getattr(dataset, name).max()) > 9:
            raise _NotMnistError(f"has labels up to {largest} in {name}, where MNIST has 0 to 9")
    if dataset.fingerprint != MNIST.fingerprint:
        raise _NotMnistError(
            "has MNIST's shapes but other contents, as Fashion-MNIST has, or is damaged"
        )
