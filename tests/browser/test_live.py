"""What the browser computes for itself, beside what the server computes: ui/live/."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.preprocessing.rasterise import Stroke, rasterise, read_paths
from mnist_models.settings import PROJECT

_ORIGIN = "http://live.test/"
_RASTERISE = """async drawings => {
    const { rasterise } = await import("/rasterise.js");
    return drawings.map(strokes => rasterise(strokes) && [...rasterise(strokes)]);
}"""
_READ_PATHS = """async drawings => {
    const { readPaths } = await import("/rasterise.js");
    return drawings.map(paths => readPaths(paths, 280, 280));
}"""

Evaluate = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def evaluate(browser: Browser) -> Iterator[Evaluate]:
    """A function that runs JavaScript on an empty page which can import the modules of ui/live/."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(_ORIGIN)
        if name.endswith(".js"):
            route.fulfill(path=PROJECT / "ui" / "live" / name, content_type="text/javascript")
        else:
            route.fulfill(body="", content_type="text/html")

    with browser.new_context() as context:
        context.route("**/*", serve)
        page: Page = context.new_page()
        page.goto(_ORIGIN)
        yield page.evaluate


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
