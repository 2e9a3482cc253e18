"""You against the models, played in a real browser with keys and with a finger."""

import re

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Page, expect

from tests.helpers.serving import RENDER_TIMEOUT_MS, Server, visit

PLAY = "/compare?evidence=You+against+them"


@pytest.mark.usefixtures("mnist_npz")
def test_it_is_played_with_keys_alone(equipped: Server, page: Page) -> None:
    visit(page, equipped, PLAY)
    said = page.locator(".st-key-you_against")
    expect(said).to_contain_text("Picture 1 of 20", timeout=RENDER_TIMEOUT_MS)
    page.keyboard.press("0")
    expect(said).to_contain_text("you said 0", timeout=RENDER_TIMEOUT_MS)
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Picture 2 of 20", timeout=RENDER_TIMEOUT_MS)
    page.keyboard.press("9")
    expect(said).to_contain_text("you said 9", timeout=RENDER_TIMEOUT_MS)
    expect(said).to_contain_text("People doubt this label")


@pytest.mark.usefixtures("mnist_npz")
def test_on_a_phone_all_ten_digits_fit_and_what_is_answered_stays_in_sight(
    equipped: Server, phone: Page
) -> None:
    visit(phone, equipped, PLAY)
    buttons = phone.locator(".st-key-you_digits button")
    expect(buttons).to_have_count(10, timeout=RENDER_TIMEOUT_MS)
    boxes = [box for button in buttons.all() if (box := button.bounding_box())]
    width = phone.viewport_size["width"] if phone.viewport_size else 0
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44  # as wide as a finger
    assert len({round(box["y"]) for box in boxes}) == 2  # rows
    buttons.nth(4).scroll_into_view_if_needed()
    buttons.nth(4).tap()
    told = phone.get_by_text(re.compile("you said"))
    expect(told).to_be_in_viewport(timeout=RENDER_TIMEOUT_MS)
    phone.locator(".st-key-you_next button").tap()
    expect(buttons).to_have_count(10, timeout=RENDER_TIMEOUT_MS)
