"""The benchmark of serving: its sums, its refusals, its clock, and the app it compares with."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks import serving
from benchmarks.serving import SCRIPTS, TARGETS, TITLES, ratio, report, table
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROJECT = Path(serving.__file__).resolve().parent.parent
PLAIN_APP = PROJECT / SCRIPTS["plain"]
CANVAS_SIDE = 280


def _start(**figures: float) -> dict[str, float]:
    return {"start_s": 4.0, "memory_mb": 200.0, "stroke_s": 0.3, "answer_s": 0.1, **figures}


PLAIN = [_start(start_s=16.0, memory_mb=800.0, stroke_s=1.0, answer_s=0.8)] * 3
OURS = [_start(), _start(start_s=90.0), _start(start_s=2.0)]
LEAST = [_start(start_s=1.0, memory_mb=150.0)] * 3
STARTS = {"ours": OURS, "plain": PLAIN, "least": LEAST}


# what is made of the figures


def test_a_ratio_is_of_medians_so_one_slow_start_does_not_count() -> None:
    assert ratio(STARTS, "start_s") == pytest.approx(4 / 16)


def test_the_table_has_every_measure_with_median_range_ratio_and_target() -> None:
    head, _, *lines = table(STARTS).splitlines()
    assert [line.split("|")[1].strip() for line in lines] == list(TITLES.values())
    start, memory, stroke, answer = ([c.strip() for c in line.split("|")] for line in lines)
    assert [cell.strip() for cell in head.split("|")][2:5] == [
        "ours",
        "straightforward app",
        "least app",
    ]
    assert start[2:7] == [
        "4.00 (2.00 to 90.00)",
        "16.00 (16.00 to 16.00)",
        "1.00 (1.00 to 1.00)",
        "0.250",
        "0.333 reached",
    ]
    assert memory[2:4] == ["200 (200 to 200)", "800 (800 to 800)"]
    assert memory[4:7] == ["150 (150 to 150)", "0.250", "0.250 reached"]
    assert stroke[5:7] == ["0.300", "0.200 not reached"]
    assert answer[5:7] == ["0.125", ""]


def test_the_report_keeps_every_start_and_says_which_targets_are_reached(tiny_run: Run) -> None:
    written = json.loads(json.dumps(report(tiny_run, STARTS)))
    assert written["starts"] == STARTS
    assert (written["run"], written["version"]) == (tiny_run.name, tiny_run.version)
    assert written["ratios"] == {measure: ratio(STARTS, measure) for measure in TITLES}
    assert written["reached"] == {"start_s": True, "memory_mb": True, "stroke_s": False}
    assert set(written["reached"]) == set(TARGETS)


# what is said when there is nothing to measure with


def _refusal(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["serving", *arguments])
    with pytest.raises(SystemExit) as ended:
        serving.main()
    assert isinstance(ended.value.code, str)  # printed, and the exit status is 1
    assert len(ended.value.code.splitlines()) == 1
    return ended.value.code


def test_without_chromium_it_says_how_to_name_one(
    tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("playwright", reason="playwright is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert "CHROMIUM=FILE" in _refusal(monkeypatch, "--run", tiny_run.name)


def test_without_playwright_it_says_where_it_is(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    monkeypatch.delitem(sys.modules, "tests.helpers.serving", raising=False)  # which imports it
    assert "requirements-dev.txt" in _refusal(monkeypatch, "--run", tiny_run.name)


def test_an_unknown_run_is_said_before_anything_starts(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nosuch" in _refusal(monkeypatch, "--run", "nosuch")


def test_a_run_without_an_approach_names_the_command_that_trains_it(
    trained: Path, tiny_contents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("playwright", reason="playwright is not installed")
    monkeypatch.setenv("CHROMIUM", sys.executable)  # it is never started
    stacks = {"single": tiny_contents["stacks"]["single"]}
    publish("half", **{**tiny_contents, "stacks": stacks})
    assert "--approach multi" in _refusal(monkeypatch, "--run", "half")


def test_it_can_be_imported_without_browser_tensorflow_or_streamlit() -> None:
    code = "import sys, benchmarks.serving; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"playwright", "tensorflow", "keras", "streamlit"} & set(done.stdout.split())


# the clock


def test_the_clock_stops_when_both_verdicts_are_there_and_not_before(browser: "Browser") -> None:
    from benchmarks.stopwatch import clocked_page

    def verdict(approach: str) -> str:
        return f"<p class=st-key-{approach}_verdict><b data-testid=stMetricValue>–</b></p>"

    def answer(approach: str) -> None:
        page.evaluate(f"document.querySelector('.st-key-{approach}_verdict b').textContent = '7'")
        page.evaluate("new Promise(requestAnimationFrame)")  # the observer has been called

    with clocked_page(browser) as page:
        page.goto("data:text/html;charset=utf-8," + verdict("single") + verdict("multi"))
        page.mouse.down()
        page.mouse.up()
        # It cannot be sent, which says so by an error; the clock has heard of it before.
        page.evaluate("try { new WebSocket('ws://127.0.0.1:9').send('') } catch {}")
        answer("single")
        assert "answered" not in page.evaluate("window.stroke")
        answer("multi")
        times = page.evaluate("window.stroke")
        assert times["ended"] <= times["sent"] <= times["answered"]
        page.mouse.down()
        page.mouse.up()
        assert set(page.evaluate("window.stroke")) == {"ended"}


# the straightforward app


class _Models:
    """Stands in for Keras: which files were loaded, and what each was asked."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.asked: list[np.ndarray] = []

    def load_model(self, path: Path) -> SimpleNamespace:
        self.loaded.append(Path(path).name)
        outputs = np.full((1, 1), 0.1)
        if Path(path).name == "single.keras":
            outputs = np.full((1, 10), 0.05)
            outputs[0, 3] = 0.55
        elif Path(path).name == "multi_8.keras":
            outputs[:] = 0.9

        def predict(x: np.ndarray, **_: Any) -> np.ndarray:
            self.asked.append(x)
            return outputs

        return SimpleNamespace(predict=predict)


@pytest.fixture
def models() -> _Models:
    return _Models()


@pytest.fixture
def plain_app(
    models: _Models, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[np.ndarray | None], AppTest]:
    """A function that runs the app on a canvas picture, or on an empty canvas."""
    names = ["single", *(f"multi_{digit}" for digit in range(10))]
    for name in names:
        (tmp_path / f"{name}.keras").touch()
    keras = SimpleNamespace(models=models, Model=object)
    canvas = SimpleNamespace(image_data=None, json_data={"objects": []})
    monkeypatch.setitem(sys.modules, "tensorflow", _module("tensorflow", keras=keras))
    drawable = _module("streamlit_drawable_canvas", st_canvas=lambda **_: canvas)
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", drawable)
    monkeypatch.setattr(sys, "argv", [str(PLAIN_APP), str(tmp_path)])
    st.cache_resource.clear()

    def run(drawing: np.ndarray | None) -> AppTest:
        canvas.image_data = drawing
        canvas.json_data = {"objects": [] if drawing is None else ["a stroke"]}
        page = AppTest.from_file(str(PLAIN_APP), default_timeout=60).run()
        assert not page.exception
        return page

    return run


def _module(name: str, **contents: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(contents)
    return module


def _drawing() -> np.ndarray:
    picture = np.zeros((CANVAS_SIDE, CANVAS_SIDE, 4), np.uint8)
    picture[..., 3] = 255
    picture[60:220, 100:120, :3] = 255
    return picture


def test_the_plain_app_loads_its_models_once_and_asks_all_eleven_per_stroke(
    plain_app: Callable[[np.ndarray | None], AppTest], models: _Models
) -> None:
    for strokes in (1, 2):
        plain_app(_drawing())
        assert len(models.asked) == 11 * strokes
    assert len(models.loaded) == len(set(models.loaded)) == 11


def test_the_plain_app_shows_what_its_models_say_to_the_whole_canvas(
    plain_app: Callable[[np.ndarray | None], AppTest], models: _Models
) -> None:
    page = plain_app(_drawing())
    assert [metric.value for metric in page.metric] == ["3", "8"]
    (x,) = models.asked[0]
    assert x.shape == (28, 28)
    assert x[6:22, 10:12].min() > 0.8  # the stroke stays where it was drawn, a tenth as large
    assert x[:, 14:].max() == 0


def test_the_plain_app_asks_nobody_about_an_empty_canvas(
    plain_app: Callable[[np.ndarray | None], AppTest], models: _Models
) -> None:
    assert not plain_app(None).metric
    assert models.asked == []
