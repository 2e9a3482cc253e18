"""The training that the sidebar offers first, on the real MNIST, from the button to the figures."""

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, expect

from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES
from mnist_models.runs.registry import load_run
from tests.helpers.serving import RENDER_TIMEOUT_MS, copy_reference, serve, visit

TRAINING_TIMEOUT_MS = 900_000  # half a minute of two free cores


@pytest.mark.matrix  # a minute of training; on the sample it is tested in `test_visit`
def test_the_reference_retrained_from_the_sidebar_reaches_the_published_figures(
    mnist_npz: Path, tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_TRAINED", str(copy_reference(tmp_path)))
    page = browser.new_page()
    with serve({"MNIST_NPZ": str(mnist_npz)}) as server:
        visit(page, server, "/compare")
        page.locator(".st-key-retrain button").click()
        progress = page.locator(".st-key-train_progress")
        expect(progress).to_contain_text("Training reference on MNIST", timeout=RENDER_TIMEOUT_MS)
        expect(progress).to_contain_text(
            "The new run is ready: reference, training 2.", timeout=TRAINING_TIMEOUT_MS
        )
        progress.get_by_text("Show the new run on all pages").click()
        expect(page).to_have_url(re.compile("run=reference-2$"), timeout=RENDER_TIMEOUT_MS)
    run, published = load_run("reference-2"), RECIPES["reference"].published
    assert published
    assert (run.approaches, run.with_weights) == (PAIR, PAIR)
    assert run.dataset == "mnist"
    for approach in PAIR:
        assert run.metrics(approach).accuracy >= published.test[approach]
