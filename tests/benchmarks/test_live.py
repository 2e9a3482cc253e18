"""The benchmark of what moves with the pen: its sums, its agreement, and what it imports."""

import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.live import Agreement, agreement_table, measure_agreement
from mnist_models.data.pen_digits import PenDigit
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DIGITS = [
    PenDigit(1, 0, (np.array([[100, 50], [110, 400]]),)),
    PenDigit(
        7, 0, (np.array([[50, 60], [300, 70], [200, 400]]), np.array([[90, 200], [300, 210]]))
    ),
]
IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28)).astype(np.uint8)


def test_it_agrees_only_if_all_pictures_and_digits_are_the_same_and_probabilities_near() -> None:
    same = Agreement("pen digits", "single", 7494, 0, 0, 0.001)
    assert same.holds
    assert not Agreement("pen digits", "single", 7494, 1, 0, 0.0).holds
    assert not Agreement("pen digits", "single", 7494, None, 1, 0.0).holds
    assert not Agreement("pen digits", "single", 7494, None, 0, 0.0011).holds
    head, _, line = agreement_table([same]).splitlines()
    assert line == "| pen digits | single | 7,494 | 0 | 0 | 1.0e-03 | yes |"
    assert head.count("|") == line.count("|")


def test_the_browser_is_compared_with_the_server(tiny_run: Run, browser: "Browser") -> None:
    found = list(measure_agreement(browser, tiny_run, DIGITS, IMAGES))
    assert [(a.approach, a.count, a.drawn_otherwise) for a in found] == [
        ("single", 2, 0),
        ("single", 3, None),
        ("multi", 2, 0),
        ("multi", 3, None),
    ]
    assert all(a.holds for a in found)


def test_networks_that_say_something_else_are_found(
    trained: Any,
    tiny_contents: dict[str, Any],
    make_stack: Callable[..., Stack],
    browser: "Browser",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = publish("reference", **tiny_contents)
    monkeypatch.setattr(Run, "stack", lambda _, approach: make_stack(approach, seed=5))
    found = list(measure_agreement(browser, run, DIGITS, IMAGES))
    assert not any(a.holds for a in found)


def test_strokes_and_messages_are_summed_up() -> None:
    pytest.importorskip("playwright", reason="playwright is not installed")
    from benchmarks.live_pen import Moved, Strokes, table

    quick = Strokes(1, [1.0] * 19 + [30.0], [2.0] * 20, [100.0, 200.0, 300.0], 0, 3)
    slow = Strokes(6, [10.0] * 20, [60.0] * 20, [900.0] * 3, 1, 3)
    lines = table(Moved([quick, slow], [1000.0] * 3)).splitlines()
    assert lines[2] == "| as fast as it is | 20 | 1.0 | 2.5 | 16 reached | 2.0 |"
    assert lines[3] == "| slowed down 6 times | 20 | 10.0 | 10.0 | 50 reached | 60.0 |"
    assert lines[7] == "| ours, as fast as it is | 3 | 200 | 200 |"
    assert lines[9] == "| the straightforward app | 3 | 1000 | 1000 |"
    assert lines[-1] == "Messages to the server: 1 during 6 strokes, 6 at their ends."


def test_it_can_be_imported_without_browser_tensorflow_or_streamlit() -> None:
    code = "import sys, benchmarks.live, benchmarks.moving_picture; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"playwright", "tensorflow", "keras", "streamlit"} & set(done.stdout.split())
