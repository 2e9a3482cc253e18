"""MNIST in, arrays out: a local copy or one verified download, and a small offline sample."""

import hashlib
import importlib.util
import os
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_models.data.download import DatasetError as DatasetError
from mnist_models.data.download import Progress, Source, cache_folder, fetch, reason
from mnist_models.data.pen_digits import load_pen_digits, pen_pictures
from mnist_models.preprocessing.foreground import NOISE
from mnist_models.preprocessing.to_mnist import place

# Each dataset, and the one whose test pictures it is judged on.
TEST_SETS = {"mnist": "mnist", "pens": "mnist", "sample": "sample"}
DATASETS = tuple(TEST_SETS)


class _NotMnistError(Exception):
    """What is wrong with a file, worded to follow its name."""


@dataclass(frozen=True)
class Published(Source):
    """A published `.npz` of uint8 arrays; copies of it may be compressed differently.

    Attributes:
        fingerprint: of the contents, see `Dataset.fingerprint`.
        shapes: of the arrays, by name.
    """

    fingerprint: str
    shapes: dict[str, tuple[int, ...]]


_INSTEAD = "set MNIST_NPZ to a copy of mnist.npz, or use the sample: --dataset sample"

MNIST = Published(
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

_SAMPLE_SHAPE = (1797, 65)  # 8 × 8 cells and the label
_SAMPLE_TRAIN_ROWS = 1347
_SAMPLE_SCALE = 8  # pixels per cell when enlarged
# Ink counts of a cell (0..16) that become black and white: without them strokes are a grey blur,
# with them as heavy as MNIST's (mean grey level 32.6; MNIST's test set 33.8).
_SAMPLE_BLACK, _SAMPLE_WHITE = 4, 14


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


def find_mnist() -> Path | None:
    """The MNIST file that `load_mnist` reads, or None if it would have to download one.

    `MNIST_NPZ` wins, even if it names a missing file; then Keras' cache, if something is there.
    """
    if named := os.environ.get("MNIST_NPZ"):
        return Path(named)
    cached = _cache_file()
    return cached if os.path.lexists(cached) else None


def load_dataset(name: str, *, progress: Progress | None = None) -> Dataset:
    """Load "mnist", "pens" (both downloaded if need be) or "sample"; raises DatasetError.

    `progress` is told how much is done of what takes long: the download, then the rendering.
    """
    if name == "mnist":
        return load_mnist(progress=progress)
    if name == "pens":
        return load_pens(progress=progress)
    if name == "sample":
        return load_sample()
    raise DatasetError(f"There is no dataset {name!r}: choose one of {', '.join(DATASETS)}.")


def load_mnist(*, download: bool = True, progress: Progress | None = None) -> Dataset:
    """MNIST, 60,000 and 10,000 pictures, downloaded at most once and verified at each load.

    Raises DatasetError if there is none, or the file's contents are not exactly MNIST's. The file
    is never changed or removed.
    """
    path = find_mnist()
    if path is None and not download:
        raise DatasetError(f"There is no MNIST on this machine: {_INSTEAD}.")
    return _read_mnist(path or download_mnist(progress))


def download_mnist(progress: Progress | None = None) -> Path:
    """Download MNIST into Keras' cache unless something is there already; returns the path.

    `progress` may raise to cancel: the partial file is removed and the exception goes on. Raises
    DatasetError if the file cannot be fetched or stored, or is not the published one.
    """
    return fetch(MNIST, _cache_file(), progress)


def load_pens(*, progress: Progress | None = None) -> Dataset:
    """MNIST, and in its training set the pen digits as well, as `to_mnist` prepares drawings.

    The pen digits follow MNIST's 60,000 training rows, `pen_digits.COPIES` rows each; the test set
    is MNIST's own. Raises DatasetError.
    """
    mnist = load_mnist(progress=progress)
    digits = load_pen_digits(progress=progress)
    x, y = pen_pictures(digits, progress)
    return Dataset(
        "pens",
        np.concatenate([mnist.x_train, x]),
        np.concatenate([mnist.y_train, y]),
        mnist.x_test,
        mnist.y_test,
    )


def load_sample() -> Dataset:
    """1,797 labelled digits that scikit-learn carries, brought to MNIST's geometry; offline.

    They are 8 × 8 cells of 0..16 (Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI,
    CC BY 4.0), by 13 writers who are not MNIST's: a result on them is no result on MNIST. The rows
    are roughly in the order of their writers, so the test set, the last 450, is mostly by others
    than the training set, the first 1,347.

    Raises DatasetError if scikit-learn is not installed or its file is damaged.
    """
    table = _read_sample_table()
    x = np.stack([place(_enlarge(cells)) for cells in table[:, :-1].reshape(-1, 8, 8)])
    y = table[:, -1].astype(np.uint8)
    n = _SAMPLE_TRAIN_ROWS
    return Dataset("sample", x[:n], y[:n], x[n:], y[n:])


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
    if os.environ.get("MNIST_NPZ"):
        raise DatasetError(f"{path} {problem}. Set MNIST_NPZ to a sound copy, or unset it.")
    raise DatasetError(f"{path} {problem}. Move or delete it, and MNIST will be downloaded again.")


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


def _read_sample_table() -> np.ndarray:
    # Found, not imported: importing scikit-learn takes seconds and 100 MB.
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise DatasetError("The sample is part of scikit-learn: pip install scikit-learn.")
    folder = Path(package.submodule_search_locations[0])
    path = folder / "datasets" / "data" / "digits.csv.gz"
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DatasetError(f"{path} cannot be read ({error}). Reinstall scikit-learn.") from error
    if table.shape != _SAMPLE_SHAPE:
        raise DatasetError(f"{path} does not hold the 1,797 digits. Reinstall scikit-learn.")
    return table


def _enlarge(cells: np.ndarray) -> np.ndarray:
    """(8, 8) cells of 0..16 → (80, 80) uint8 with smooth, saturated strokes and an empty edge."""
    padded = Image.fromarray(np.pad(cells, 1))
    side = padded.width * _SAMPLE_SCALE
    smooth = np.asarray(padded.resize((side, side), Image.Resampling.BICUBIC))
    ink = np.clip((smooth - _SAMPLE_BLACK) / (_SAMPLE_WHITE - _SAMPLE_BLACK), 0, 1)
    levels = (255 * ink).round().astype(np.uint8)
    return levels * (levels >= NOISE * levels.max())
