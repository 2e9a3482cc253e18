"""One model or ten: two approaches to handwritten digits, as plain Python and NumPy."""

from mnist_models.preprocessing.to_mnist import BlankDrawing, to_mnist
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run, RunError

__all__ = ["BlankDrawing", "Run", "RunError", "load_run", "to_mnist"]
