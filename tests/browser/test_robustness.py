"""Disturbed pictures in the browser: the arithmetic, beside the server's, and Draw's section."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.learning.approaches import Approach
from mnist_models.preprocessing.rasterise import rasterise
from mnist_models.robustness.deepfool import smallest_change
from mnist_models.robustness.noise import noise_fields
from mnist_models.robustness.perturbations import PERTURBATIONS
from mnist_models.runs.registry import load_run
from tests.helpers.serving import Evaluate

_PERTURBED = """async ({ pictures, name, strengths, noise }) => {
    const { perturbed } = await import("/perturbations.js");
    return strengths.map(strength => pictures.map(picture =>
        [...perturbed(Uint8Array.from(picture), name, strength, noise)]));
}"""
_SMALLEST = """async ({ file, pictures }) => {
    const { readStack } = await import("/networks.js");
    const { smallestChange } = await import("/deepfool.js");
    const response = await fetch(`data:application/zip;base64,${file}`);
    const stack = await readStack(await response.arrayBuffer());
    const changes = [];
    for (const picture of pictures) changes.push(await smallestChange(stack, picture));
    return changes.map(change => ({ ...change, picture: [...change.picture] }));
}"""


@pytest.fixture(scope="module")
def digits(pen_digits_file: object) -> np.ndarray:
    return np.stack([rasterise(digit.strokes) for digit in load_pen_digits()[5::500]])


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_browser_disturbs_pictures_as_the_server_does(
    name: str, evaluate: Evaluate, digits: np.ndarray
) -> None:
    perturbation = PERTURBATIONS[name]
    strengths = perturbation.strengths(perturbation.step)
    blank_and_full = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    images = np.concatenate([digits, blank_and_full])
    given: dict[str, Any] = {
        "pictures": images.reshape(len(images), -1).tolist(),
        "name": name,
        "strengths": strengths,
        "noise": noise_fields(1).ravel().tolist(),
    }
    found = np.array(evaluate(_PERTURBED, given)).reshape(len(strengths), len(images), 28, 28)
    for strength, theirs in zip(strengths, found, strict=True):
        ours = np.concatenate(
            [perturbation.apply(image[np.newaxis], strength) for image in images]
        )  # one by one, so that each has the first field of noise
        assert np.abs(theirs - ours.astype(int)).max() <= 1, strength
        assert (theirs != ours).mean() < 1e-3, strength


@pytest.mark.parametrize("approach", ["single", "multi"])
def test_the_browser_finds_the_smallest_change_that_the_server_finds(
    approach: Approach, evaluate: Evaluate, digits: np.ndarray, tmp_path: Path
) -> None:
    stack = load_run().stack(approach).rounded()
    stack.save(tmp_path / "stack.npz")
    file = base64.b64encode((tmp_path / "stack.npz").read_bytes()).decode()
    pictures = digits.reshape(len(digits), -1).tolist()
    found = evaluate(_SMALLEST, {"file": file, "pictures": pictures})
    expected = smallest_change(stack, digits)
    lengths = [change["length"] for change in found]
    np.testing.assert_allclose(lengths, expected.lengths, rtol=0.02, atol=0.01)
    assert [change["answer"] for change in found] == expected.answers.tolist()
    changed = np.array([change["picture"] for change in found])
    np.testing.assert_allclose(changed, 255 * expected.pictures.reshape(changed.shape), atol=4)
