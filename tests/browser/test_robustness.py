"""Disturbed pictures in the browser: the arithmetic, beside the server's, and Draw's section."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.preprocessing.rasterise import rasterise
from mnist_models.robustness.deepfool import smallest_change
from mnist_models.robustness.noise import noise_fields
from mnist_models.robustness.perturbations import PERTURBATIONS
from mnist_models.runs.registry import load_run
from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import ONE, PHONE, Evaluate, Server, draw, settle, visit
from ui.widgets.answers import NOTHING

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


def _is_done(page: Page) -> None:
    expect(page.locator(".robustness .result")).to_contain_text("trials", timeout=60_000)
    expect(page.locator(".robustness.searching")).to_have_count(0, timeout=60_000)


def _open(open_draw: Callable[..., Page], **options: Any) -> Page:
    page = open_draw("/?see_inside=Break+it", **options)
    expect(page.locator(".robustness .result")).to_contain_text("Draw a digit", timeout=60_000)
    return page


def test_a_stroke_is_disturbed_at_once_and_told_where_it_gives_way(
    open_draw: Callable[..., Page],
) -> None:
    page = _open(open_draw)
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    settle(page)
    draw(page, ONE)
    settle(page)
    _is_done(page)
    for section in page.locator(".robustness section[data-name]").all():
        for approach in PAIR:
            answer = section.locator(f".answers .{approach} b")
            expect(answer).to_have_text(re.compile(r"^\d\??$"))
            expect(section.locator(f"button.{approach}")).to_have_text(re.compile("way|holds"))
    for approach in PAIR:
        change = page.locator(f".robustness .changes .{approach} p")
        expect(change).to_have_text(re.compile(r"length \d+\.\d\d, now read as \d$"))
    before = len(sent)
    slider = page.get_by_role("slider", name="Noise")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "100\N{NO-BREAK SPACE}%")
    broken = page.locator("section[data-name=noise] .answers .broken")
    expect(broken.first).to_contain_text("was")  # of nothing but noise nobody reads a one
    page.keyboard.press("Home")
    expect(broken).to_have_count(0)
    assert len(sent) == before  # the server hears nothing of all this


def test_a_press_leads_to_where_an_approach_gives_way(open_draw: Callable[..., Page]) -> None:
    page = _open(open_draw)
    draw(page, ONE)
    settle(page)
    _is_done(page)
    button = page.locator("section[data-name=noise] .points button:not(:disabled)").first
    approach = button.get_attribute("class")
    button.click()
    noise = page.locator("section[data-name=noise]")
    expect(noise.locator(f".answers .{approach}")).to_have_class(re.compile("broken"))
    expect(button).to_contain_text(noise.locator("output").inner_text())


def test_clear_forgets_it_all(open_draw: Callable[..., Page]) -> None:
    page = _open(open_draw, **PHONE)
    draw(page, ONE)
    settle(page)
    _is_done(page)
    expect_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".robustness .result")).to_contain_text("Draw a digit")
    assert set(page.locator(".robustness .answers b").all_inner_texts()) == {NOTHING}
    expect(page.locator(".robustness .points button:disabled")).to_have_count(8)


def test_without_the_networks_it_says_so(page: Page, server: Server) -> None:
    page.route("**/*.zip", lambda route: route.abort())
    visit(page, server, "/?see_inside=Break+it")
    expect(page.locator(".robustness .result")).to_contain_text("Reload", timeout=60_000)
