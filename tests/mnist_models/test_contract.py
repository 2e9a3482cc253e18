"""What others build on: the names that the package itself offers."""

import subprocess
import sys

import numpy as np
import pytest

import mnist_models
from mnist_models import BlankDrawing, UnreadablePicture, load_run, read_picture, to_mnist
from mnist_models.runs.run import Run
from mnist_models.settings import PROJECT


@pytest.mark.parametrize("name", mnist_models.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(mnist_models, name).__name__ == name
    assert name in dir(mnist_models)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'find_nothing'"):
        _ = mnist_models.find_nothing


def test_a_drawing_is_prepared_and_answered_by_both(tiny_run: Run) -> None:
    picture = np.zeros((280, 280), np.uint8)
    picture[60:220, 130:150] = 255
    images = to_mnist(picture)[np.newaxis]
    run = load_run("reference")
    for stack in (run.single, run.multi):
        assert stack.predict_proba(images).shape == (1, 10)
        assert stack.predict(images)[0] in stack.classes_
    assert load_run().version == run.version


def test_what_cannot_be_read_is_a_value_error_of_its_own() -> None:
    with pytest.raises(BlankDrawing):
        to_mnist(np.zeros((28, 28), np.uint8))
    with pytest.raises(UnreadablePicture):
        read_picture(b"no picture")
    assert issubclass(BlankDrawing, ValueError)
    assert issubclass(UnreadablePicture, ValueError)


def test_importing_the_package_imports_next_to_nothing() -> None:
    code = "import sys, mnist_models; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    assert not {"numpy", "PIL", "tensorflow", "sklearn"} & set(result.stdout.split())
