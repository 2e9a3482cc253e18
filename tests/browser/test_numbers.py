"""Several digits on Draw in a real browser: written on the wide canvas, and found in a file."""

import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from PIL import Image
from playwright.sync_api import Page, expect

from mnist_models.settings import trained_folder
from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    CANVAS_SIDE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    expect_verdicts_on_screen,
    serve,
    settle,
    verdict,
)

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"MNIST_TRAINED": str(trained_folder()), "MNIST_CORRECTIONS": "off"}) as running:
        yield running


def _bar(x: int) -> list[list[tuple[int, int]]]:
    return [[(x, 60), (x, 100), (x, 150), (x, 220)]]


def test_a_number_is_written_on_a_canvas_as_wide_as_its_place_and_back_leads_out(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw("/", viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="Number").click()
    canvas = page.locator(".st-key-draw_canvas canvas").last
    place = page.locator(".st-key-draw_canvas")
    expect(page.get_by_text("Write a number in the black field")).to_be_visible(
        timeout=RENDER_TIMEOUT_MS
    )
    expect(canvas).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    settle(page)
    sizes = canvas.bounding_box(), place.bounding_box()
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[1]["width"] - 10 < sizes[0]["width"] <= sizes[1]["width"]
    assert sizes[0]["width"] > 2 * CANVAS_SIDE
    page.evaluate(
        """() => {
            window.sent = 0;
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) { sent += 1; return send.call(this, data); };
        }"""
    )
    for count, x in enumerate((60, 300, 540), start=1):
        draw(page, _bar(x))
        for approach in ("single", "multi"):
            expect(verdict(page, approach)).to_have_text("1" * count, timeout=RENDER_TIMEOUT_MS)
        settle(page)
    assert page.evaluate("sent") == 3  # one answer a stroke
    expect(page.locator(".st-key-agreement")).to_contain_text("Both read 111.")
    cards = page.locator(".n-cards button")
    expect(cards).to_have_count(3)
    expect_accessible(page)
    cards.nth(1).focus()
    page.keyboard.press("Enter")
    opened = page.locator(".st-key-digit_single_verdict [data-testid=stMetricValue]")
    expect(opened).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".st-key-model_input img")).to_have_count(1)
    assert "digit=2" in page.url
    assert "canvas=number" in page.url
    page.go_back()
    expect(opened).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    expect(verdict(page, "single")).to_have_text("111")
    for width, text in ((500, "11"), (1280, "111")):  # in a narrower place the last is beyond it
        page.set_viewport_size({"width": width, "height": 900})
        expect(verdict(page, "single")).to_have_text(text, timeout=RENDER_TIMEOUT_MS)
        settle(page)
    page.go_back()
    expect(page.get_by_role("button", name="Number")).to_be_visible(timeout=RENDER_TIMEOUT_MS)


def test_on_a_phone_a_number_and_both_answers_are_on_the_first_screen(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw("/?canvas=number", **PHONE)
    expect(page.locator(".st-key-draw_canvas canvas").last).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    settle(page)
    draw(page, [*_bar(60), *_bar(160), *_bar(260)])
    expect_verdicts_on_screen(page, "111", width=360, height=640)
    for button in page.locator(".st-key-beside_canvas button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 344
    expect_accessible(page)


def test_the_digits_of_a_picture_are_framed_and_a_tap_opens_one(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw("/?source=Upload", **PHONE, color_scheme="dark")
    picture = np.full((200, 500), 255, np.uint8)
    for x in (60, 240, 400):
        picture[40:160, x : x + 12] = 0
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    chosen = {"name": "ones.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.locator(".st-key-upload input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]
    expect(verdict(page, "multi")).to_have_text("111", timeout=RENDER_TIMEOUT_MS)
    frames = page.locator(".n-picture i")
    expect(frames).to_have_count(3)
    shown = page.locator(".n-picture img").bounding_box()
    frame = frames.last.bounding_box()
    assert shown is not None
    assert frame is not None
    middle = (frame["x"] + frame["width"] / 2 - shown["x"]) / shown["width"]
    assert middle == pytest.approx(406 / 500, abs=0.02)
    frames.last.tap()
    expect(page.locator(".st-key-digit_multi_verdict")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect(frames.last).to_have_class("plain chosen")
    expect(page.locator(".n-cards button").last).to_have_attribute("aria-pressed", "true")
    assert "digit=3" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect_accessible(page)
    page.get_by_role("button", name="Close the digit").tap()
    expect(page.locator(".st-key-digit_multi_verdict")).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
