"""Many visitors at once: one training for all who ask, and no mixture of two runs for anyone."""

import contextlib
import html
import re
import shutil
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from mnist_models.learning.approaches import PAIR
from mnist_models.metrics.scores import YES
from mnist_models.pipeline.estimates import earlier_trainings
from mnist_models.runs.publishing import activate
from mnist_models.runs.registry import load_run, run_names
from tests.helpers.pages import run_named
from tests.helpers.serving import (
    PROJECT,
    RENDER_TIMEOUT_MS,
    Strokes,
    copy_reference,
    draw,
    serve,
    settle,
    verdict,
    visit,
)
from ui.draw.verdicts import probability_bars

VISITORS = 10
TRAINING_TIMEOUT_MS = 300_000
# A browser with ten pages on a busy machine: nothing waits longer than it must.
CROWD_TIMEOUT_MS = 4 * RENDER_TIMEOUT_MS
STROKES = (
    [[(140, 60), (140, 100), (140, 150), (140, 220)]],
    [[(60, 60), (60, 140), (220, 140)]],
    [[(80, 70), (200, 70), (120, 220)]],
    [[(200, 60), (90, 110), (190, 160), (80, 220)]],
)

# What a visitor sees while no script runs: the run's name, the picture, both answers, and the
# probabilities of all digits.
_SEEN = """
() => {
  const find = selector => document.querySelector(selector);
  const image = find(".st-key-model_input img");
  if (find("[data-testid=stApp]").dataset.testScriptState !== "notRunning" || !image?.complete)
    return null;
  const canvas = new OffscreenCanvas(28, 28).getContext("2d");
  canvas.drawImage(image, 0, 0);
  return {
    run: find(".st-key-run_choice summary p").textContent,
    side: image.naturalWidth,
    picture: [...canvas.getImageData(0, 0, 28, 28).data].filter((_, number) => number % 4 === 0),
    answers: ["single", "multi"].map(approach => find(
      `.st-key-${approach}_verdict [data-testid=stMetricValue]`).textContent.trim()),
    probabilities: find(".v-bars").getAttribute("aria-label"),
  };
}
"""

pytestmark = pytest.mark.matrix


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `trained/` with the shipped reference alone, on a machine without MNIST."""
    copy = copy_reference(tmp_path)
    monkeypatch.setenv("MNIST_TRAINED", str(copy))
    monkeypatch.setenv("MNIST_NPZ", "")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return copy


@contextlib.contextmanager
def _visitors(browser: Browser, number: int) -> Iterator[list[Page]]:
    """So many pages that share nothing with each other."""
    size: Any = {"width": 1280, "height": 900}
    contexts = [browser.new_context(viewport=size) for _ in range(number)]
    for context in contexts:
        context.set_default_timeout(CROWD_TIMEOUT_MS)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def _draw_anew(page: Page, strokes: Strokes) -> None:
    if verdict(page, "single").inner_text() != "–":
        page.locator(".st-key-clear button").click()
        expect(verdict(page, "single")).to_have_text("–", timeout=CROWD_TIMEOUT_MS)
        settle(page)
    draw(page, strokes)
    expect(verdict(page, "multi")).to_have_text(re.compile(r"[\d?]"), timeout=CROWD_TIMEOUT_MS)


def _run_that_answers(page: Page) -> str:
    """The run that the sidebar names, all of what the page shows being what that run says."""
    seen = page.wait_for_function(_SEEN, timeout=CROWD_TIMEOUT_MS).json_value()
    assert seen["side"] == 28
    run = load_run(run_named(seen["run"]))
    picture = np.array(seen["picture"], np.uint8).reshape(1, 28, 28)
    probas = {a: run.stack(a).predict_proba(picture)[0] for a in PAIR}
    answers = {a: str(run.classes[probas[a].argmax()]) for a in PAIR}
    if probas["multi"].max() < YES:
        answers["multi"] = "?"  # none of the ten says yes
    assert seen["answers"] == [answers[a] for a in PAIR]
    assert html.escape(seen["probabilities"]) in probability_bars(probas, run.classes)
    return run.name


def test_of_ten_who_press_retrain_together_all_watch_one_training_and_get_one_run(
    runs: Path, browser: Browser
) -> None:
    with serve({}) as server, _visitors(browser, VISITORS) as pages:
        for page in pages:
            visit(page, server)
            button = page.locator(".st-key-retrain button")
            expect(button).to_be_enabled(timeout=CROWD_TIMEOUT_MS)
        together = 1000 * time.time() + 1000
        for page in pages:
            page.locator(".st-key-retrain button").evaluate(
                "(button, at) => { setTimeout(() => button.click(), at - Date.now()) }", together
            )
        progress = [page.locator(".st-key-train_progress") for page in pages]
        for shown in progress:
            expect(shown).to_contain_text(
                re.compile("Training reference|is ready"), timeout=CROWD_TIMEOUT_MS
            )
        # Who draws meanwhile is answered, and by one run: the old one, until they choose the new.
        for strokes in STROKES:
            _draw_anew(pages[0], strokes)
            assert _run_that_answers(pages[0]) == "reference"
        for page, shown in zip(pages, progress, strict=True):
            expect(shown).to_contain_text(
                "The new run is ready: reference (trained on the sample)",
                timeout=TRAINING_TIMEOUT_MS,
            )
            expect(page.locator(".st-key-retrain")).to_have_count(1, timeout=CROWD_TIMEOUT_MS)
        _draw_anew(pages[0], STROKES[0])
        assert _run_that_answers(pages[0]) == "reference"
    assert run_names() == ["reference", "reference-sample"]
    assert len(earlier_trainings()) == 1


def test_who_draws_while_the_active_run_is_swapped_is_always_answered_by_one_run(
    runs: Path, browser: Browser
) -> None:
    shutil.copytree(PROJECT / "trained" / "strong", runs / "strong")
    answered: set[str] = set()
    with serve({}) as server, _swapping("reference", "strong"), _visitors(browser, 3) as pages:
        for page in pages:
            visit(page, server)
        for strokes in STROKES[:3]:
            for page in pages:
                _draw_anew(page, strokes)
                answered.add(_run_that_answers(page))
                page.locator("[data-testid=stSidebarNavLink]", has_text="Data").click()
                expect(page.locator("h1")).to_have_text("Data", timeout=CROWD_TIMEOUT_MS)
                page.locator("[data-testid=stSidebarNavLink]").first.click()
                expect(verdict(page, "multi")).to_be_visible(timeout=CROWD_TIMEOUT_MS)
                answered.add(_run_that_answers(page))
    assert answered == {"reference", "strong"}


@contextlib.contextmanager
def _swapping(*names: str) -> Iterator[None]:
    """Make one run after the other active, many times a second."""
    over = threading.Event()

    def swap() -> None:
        for name in cycle(names):
            activate(name)
            if over.wait(0.05):
                return

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
