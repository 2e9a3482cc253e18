"""A set of pictures by its name."""

from mnist_models.data.dataset import DATASETS, Dataset
from mnist_models.data.download import DatasetError, OnAmount
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import load_pens
from mnist_models.data.sample import load_sample


def load_dataset(name: str, *, progress: OnAmount | None = None) -> Dataset:
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
