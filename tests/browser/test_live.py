"""What the browser computes for itself, beside what the server computes: ui/live/."""

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Error

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.preprocessing.rasterise import Stroke, rasterise, read_paths
from mnist_models.robustness.attribution import explain, input_gradient
from mnist_models.runs.registry import load_run
from tests.helpers.serving import Evaluate

_RASTERISE = """async drawings => {
    const { rasterise } = await import("/rasterise.js");
    return drawings.map(strokes => rasterise(strokes) && [...rasterise(strokes)]);
}"""
_READ_PATHS = """async drawings => {
    const { readPaths } = await import("/rasterise.js");
    return drawings.map(paths => readPaths(paths, 280, 280));
}"""
_PREDICT_PROBA = """async ({ file, pictures }) => {
    const { readStack, predictProba } = await import("/networks.js");
    const response = await fetch(`data:application/zip;base64,${file}`);
    const stack = await readStack(await response.arrayBuffer());
    return pictures.map(picture => [...predictProba(stack, picture)]);
}"""
_GRADIENT = """async ({ file, pictures, weights, depth }) => {
    const { readStack } = await import("/networks.js");
    const { gradient } = await import("/gradients.js");
    const response = await fetch(`data:application/zip;base64,${file}`);
    const stack = await readStack(await response.arrayBuffer());
    return pictures.map((picture, k) => [...gradient(stack, picture, weights[k], depth)]);
}"""
_CONTRIBUTIONS = """async ({ file, pictures, outputs }) => {
    const { readStack } = await import("/networks.js");
    const { contributions, incoming, relevance } = await import("/contributions.js");
    const response = await fetch(`data:application/zip;base64,${file}`);
    const stack = await readStack(await response.arrayBuffer());
    return pictures.map((picture, k) => {
        const margin = [0, 1, 2].map(j => (j === outputs[k][0]) - (j === outputs[k][1]));
        const parts = contributions(stack, picture, outputs[k][0]);
        const of = unit => ({ ...incoming(stack, unit), slope: parts.slopes[unit] });
        return { ...parts, said: [...parts.said], relevance: [...relevance(stack, picture, margin)],
            each: [...parts.said.keys()].map(of).map(u => ({ ...u, weights: [...u.weights] })) };
    });
}"""


def _assert_same_pictures(evaluate: Evaluate, drawings: list[list[Stroke]]) -> None:
    given = [[np.float64(stroke).tolist() for stroke in strokes] for strokes in drawings]
    pictures = np.array(evaluate(_RASTERISE, given))
    expected = np.stack([rasterise(strokes) for strokes in drawings]).reshape(len(drawings), -1)
    np.testing.assert_array_equal(pictures, expected)


def test_the_browser_draws_500_real_digits_as_the_server_does(
    evaluate: Evaluate, pen_digits_file: object
) -> None:
    digits = load_pen_digits()[::15]
    assert len(digits) == 500
    _assert_same_pictures(evaluate, [list(digit.strokes) for digit in digits])


_ODD = {
    "a dot": [[[17, 200]]],
    "two dots": [[[100, 100]], [[100, 180]]],
    "a point twice": [[[140, 140], [140, 140]]],
    "level": [[[40, 140], [240, 140]]],
    "upright": [[[140, 40], [140, 240]]],
    "almost level": [[[40, 140], [240, 140 + 1e-12]]],
    "to and fro": [[[40, 60], [240, 200], [40, 60], [40, 60]]],
    "smaller than a pixel": [[[140, 140], [140.001, 140.0003]]],
    "far away": [[[9e3, -9e3], [-9e3, 9e3], [0, 8e3]]],
    "fractions": [[[0.1, 0.7], [1 / 3, 2 / 3]], [[0.3, 0.1]]],
}


@pytest.mark.parametrize("lines", _ODD.values(), ids=_ODD)
def test_the_browser_draws_odd_strokes_as_the_server_does(
    evaluate: Evaluate, lines: list[list[list[float]]]
) -> None:
    _assert_same_pictures(evaluate, [[np.array(line, np.float64) for line in lines]])


def test_the_browser_draws_nothing_of_nothing(evaluate: Evaluate) -> None:
    assert evaluate(_RASTERISE, [[]]) == [None]


def _random_path(rng: np.random.Generator) -> dict[str, Any]:
    """A path as Fabric.js writes one, which may leave the canvas."""
    end = rng.uniform(-20, 300, 2)
    path: list[list[Any]] = [["M", *end.tolist()]]
    for _ in range(rng.integers(0, 12)):
        middle, end = end + rng.normal(0, 20, (2, 2)).cumsum(axis=0)
        curve = ["Q", *middle.tolist(), *end.tolist()]
        path.append(curve if rng.random() < 0.6 else ["L", *end.tolist()])
    return {"path": path}


def test_the_browser_reads_the_canvas_strokes_as_the_server_does(evaluate: Evaluate) -> None:
    rng = np.random.default_rng(23)
    drawings = [[_random_path(rng) for _ in range(rng.integers(1, 4))] for _ in range(200)]
    read = [read_paths(paths, 280) for paths in drawings]
    assert any(len(strokes) > len(paths) for strokes, paths in zip(read, drawings, strict=True))
    expected = [[stroke.tolist() for stroke in strokes] for strokes in read]
    assert evaluate(_READ_PATHS, drawings) == expected
    _assert_same_pictures(evaluate, [strokes for strokes in read if strokes])


def _as_given(stack: Stack, images: np.ndarray, folder: Path) -> dict[str, Any]:
    stack.save(folder / "stack.npz")
    file = base64.b64encode((folder / "stack.npz").read_bytes()).decode()
    return {"file": file, "pictures": images.reshape(len(images), -1).tolist()}


def _assert_same_answers(
    evaluate: Evaluate, stack: Stack, images: np.ndarray, folder: Path
) -> None:
    proba = np.array(evaluate(_PREDICT_PROBA, _as_given(stack, images, folder)))
    expected = stack.predict_proba(images)
    np.testing.assert_allclose(proba, expected, atol=1e-4)  # ten times as close as it has to be
    np.testing.assert_array_equal(proba.argmax(axis=1), expected.argmax(axis=1))


@pytest.mark.parametrize("approach", ["single", "multi"])
def test_the_browser_answers_500_real_digits_as_the_server_does(
    approach: Approach, evaluate: Evaluate, pen_digits_file: object, tmp_path: Path
) -> None:
    images = np.stack([rasterise(digit.strokes) for digit in load_pen_digits()[7::15]])
    assert len(images) == 500
    _assert_same_answers(evaluate, load_run().stack(approach).rounded(), images, tmp_path)


@pytest.mark.parametrize("approach", ["single", "multi"])
@pytest.mark.parametrize("hidden", [(), (8,), (6, 5)])
@pytest.mark.parametrize("rounded", [True, False])
def test_the_browser_reads_and_computes_every_stack_that_is_saved(
    approach: Approach,
    hidden: tuple[int, ...],
    rounded: bool,
    evaluate: Evaluate,
    make_stack: Callable[..., Stack],
    tmp_path: Path,
) -> None:
    stack = make_stack(approach, hidden=hidden, classes=["7", "★", "Ω"])
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    images[0] = 0  # no ink: the biases answer
    _assert_same_answers(evaluate, stack.rounded() if rounded else stack, images, tmp_path)


@pytest.mark.parametrize("approach", ["single", "multi"])
@pytest.mark.parametrize("hidden", [(), (8,), (6, 5)])
def test_the_browsers_gradients_are_the_servers(
    approach: Approach,
    hidden: tuple[int, ...],
    evaluate: Evaluate,
    make_stack: Callable[..., Stack],
    tmp_path: Path,
) -> None:
    stack = make_stack(approach, hidden=hidden, classes=["7", "★", "Ω"]).rounded()
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20, 28, 28)).astype(np.uint8)
    weights = rng.normal(size=(20, 3)) * (rng.random((20, 3)) < 0.7)  # some logits do not count
    given = {"weights": weights.tolist(), "depth": 0, **_as_given(stack, images, tmp_path)}
    expected = input_gradient(stack, images, weights).reshape(20, 784)
    np.testing.assert_allclose(evaluate(_GRADIENT, given), expected, atol=1e-5)


@pytest.mark.parametrize("approach", ["single", "multi"])
@pytest.mark.parametrize("hidden", [(8,), (6, 5)])
def test_what_hidden_units_and_ink_said_sums_to_the_servers_logits(
    approach: Approach,
    hidden: tuple[int, ...],
    evaluate: Evaluate,
    make_stack: Callable[..., Stack],
    tmp_path: Path,
) -> None:
    stack = make_stack(approach, hidden=hidden, classes=["7", "★", "Ω"]).rounded()
    later = tuple(np.zeros_like(b) if len(hidden) > 1 else b for b in stack.biases[1:])
    stack = replace(stack, biases=(stack.biases[0], *later))
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28)).astype(np.uint8)
    reasons = [explain(stack, image) for image in images]
    outputs = [[reason.answer, reason.runner_up] for reason in reasons]
    given = {"outputs": outputs, **_as_given(stack, images, tmp_path)}
    for said, reason, image in zip(evaluate(_CONTRIBUTIONS, given), reasons, images, strict=True):
        logit = stack.logits(image[np.newaxis])[0, reason.answer]
        assert said["logit"] == pytest.approx(logit, abs=1e-4)
        assert sum(said["said"]) == pytest.approx(said["units"])
        # What the units do not say is the output's bias, and nothing where later biases are 0.
        bias = stack.biases[-1].reshape(-1)[reason.answer]
        assert said["rest"] == pytest.approx(0 if len(hidden) > 1 else bias, abs=1e-4)
        np.testing.assert_allclose(
            said["relevance"], reason.relevance.reshape(-1), rtol=1e-4, atol=1e-5
        )
        ink = image.reshape(-1) / 255
        for unit, value in zip(said["each"], said["said"], strict=True):
            total = ink @ unit["weights"] + unit["bias"]
            activation = total if total > 0 else stack.negative_slope * total
            assert activation * unit["slope"] == pytest.approx(value, abs=1e-5)


def test_the_browser_says_so_where_weights_are_of_another_kind(evaluate: Evaluate) -> None:
    file = io.BytesIO()
    np.savez(file, weights_0=np.zeros((1, 784, 10), np.float16))  # as runs of before have them
    given = {"file": base64.b64encode(file.getvalue()).decode(), "pictures": []}
    with pytest.raises(Error, match="No array that can be read here"):
        evaluate(_PREDICT_PROBA, given)
