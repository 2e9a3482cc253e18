"""A photo taken on the page Draw, by a camera that shows a real writer's digit on paper."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Page, expect

from mnist_models.data.pen_digits import load_pen_digits
from tests.helpers.serving import (
    RENDER_TIMEOUT_MS,
    Server,
    open_browser,
    serve,
    verdict,
    visit,
)

WIDTH, HEIGHT = 640, 480
LABEL = 5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve({"KERAS_HOME": str(tmp_path_factory.mktemp("keras"))}) as running:
        yield running


@pytest.fixture
def page(chromium: str, pen_digits_file: Path, tmp_path: Path) -> Iterator[Page]:
    """In a browser whose camera films a sheet of paper."""
    digit = next(d for d in load_pen_digits() if d.digit == LABEL)
    film = tmp_path / "paper.y4m"
    film.write_bytes(as_film(on_paper(digit.drawn(canvas=HEIGHT, pen=14))))
    camera = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",  # the visitor said yes
        f"--use-file-for-fake-video-capture={film}",
    )
    with open_browser(chromium, *camera) as browser:
        yield browser.new_page()


def on_paper(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Dark ink on grainy paper that a lamp lights from one side, as (HEIGHT, WIDTH) uint8."""
    light = np.linspace(235, 130, WIDTH)[np.newaxis].repeat(HEIGHT, axis=0)
    light += np.random.default_rng(0).normal(0, 4, light.shape)
    margin = (WIDTH - HEIGHT) // 2
    light[:, margin : margin + HEIGHT] *= 1 - 0.75 * (ink / 255)
    return light.clip(0, 255).astype(np.uint8)


def as_film(grey: NDArray[np.uint8]) -> bytes:
    """One frame, over and over, as YUV4MPEG2 without colour."""
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    return head + b"FRAME\n" + grey.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)


def test_a_photo_of_a_digit_on_unevenly_lit_paper_is_read_by_both(
    server: Server, page: Page
) -> None:
    visit(page, server, "/?source=Photo")
    page.wait_for_function("document.querySelector('video')?.readyState === 4")  # it films
    expect(page.get_by_text("Browsers give the camera")).to_have_count(0)  # this page has it
    page.get_by_role("button", name="Take Photo").click(timeout=RENDER_TIMEOUT_MS)
    for approach in ("single", "multi"):
        expect(verdict(page, approach)).to_have_text(str(LABEL), timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".st-key-model_input img")).to_have_count(1)
    page.get_by_role("button", name="Clear photo").click()
    expect(verdict(page, "single")).to_have_text("–", timeout=RENDER_TIMEOUT_MS)
