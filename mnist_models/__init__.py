"""One model or ten: two approaches to handwritten digits, as plain Python and NumPy.

What others build on; each name is imported when it is first used, and TensorFlow when something
is to be trained.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_models.errors import ExpectedError as ExpectedError
    from mnist_models.foreground.paper import BlankDrawing as BlankDrawing
    from mnist_models.incremental.add_class import add_class as add_class
    from mnist_models.preprocessing.decoding import UnreadablePicture as UnreadablePicture
    from mnist_models.preprocessing.decoding import read_picture as read_picture
    from mnist_models.preprocessing.to_mnist import to_mnist as to_mnist
    from mnist_models.runs.registry import load_run as load_run
    from mnist_models.runs.run import Run as Run
    from mnist_models.runs.run import RunError as RunError
    from mnist_models.segmentation.find_digits import find_digits as find_digits
    from mnist_models.segmentation.found import Found as Found
    from mnist_models.segmentation.found import TooManyDigits as TooManyDigits

_HOME = {
    "BlankDrawing": "foreground.paper",
    "ExpectedError": "errors",
    "Found": "segmentation.found",
    "Run": "runs.run",
    "RunError": "runs.run",
    "TooManyDigits": "segmentation.found",
    "UnreadablePicture": "preprocessing.decoding",
    "add_class": "incremental.add_class",
    "find_digits": "segmentation.find_digits",
    "load_run": "runs.registry",
    "read_picture": "preprocessing.decoding",
    "to_mnist": "preprocessing.to_mnist",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """The contract's names, imported on demand (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
