"""A set of pictures by its name."""

from mnist_models.data.dataset import DATASETS, Dataset
from mnist_models.data.download import DatasetError, OnAmount
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import load_pens
from mnist_models.data.sample import load_sample
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
