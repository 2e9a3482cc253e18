"""The tour as a pupil takes it on a phone, where nobody may train and MNIST is not there."""

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    DESKTOP,
    PHONE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    serve,
    settle,
    verdict,
    visit,
)

SEVEN = [[(70, 60), (140, 60), (205, 60), (170, 140), (130, 225)]]
SCREENS = {"phone": PHONE, "desktop": DESKTOP}


@pytest.fixture(scope="module")
def closed(machine: dict[str, str]) -> Iterator[Server]:
    """The app on the fresh machine, where visitors do not train."""
    with serve({**machine, "MNIST_RETRAIN": "off"}) as running:
        yield running


def guess(page: Page, step: int, answer: int = 0) -> None:
    """Answer the question; the step goes on below it."""
    page.locator(f".st-key-tour_guess_{step} label").nth(answer + 1).click()  # after its own
    page.locator(".st-key-tour_outcome button").click(timeout=RENDER_TIMEOUT_MS)
    expect(page.get_by_role("heading", name=re.compile("What happened|結果呢"))).to_be_visible(
        timeout=RENDER_TIMEOUT_MS
    )
    settle(page)
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")


def turn(page: Page, step: int) -> None:
    page.locator(".st-key-tour_next button").click()
    expect(page.locator(".st-key-tour_progress")).to_contain_text(
        re.compile(f"{step} of 6|第 {step} 步"), timeout=RENDER_TIMEOUT_MS
    )
    settle(page)


def expect_whole(page: Page) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_six_steps_without_mnist_and_without_training(closed: Server, phone: Page) -> None:
    visit(phone, closed, "/tour")
    expect(phone.locator(".st-key-draw_canvas")).to_have_count(0)  # first a guess
    guess(phone, 1)
    draw(phone, SEVEN)
    expect(verdict(phone, "multi")).to_have_text("7", timeout=RENDER_TIMEOUT_MS)
    expect(phone.locator("[data-testid=stMain]")).to_contain_text("You have shown them 1 picture")
    expect_whole(phone)
    turn(phone, 2)
    assert phone.url.endswith("?step=2")
    expect(phone.locator("h2").first).to_be_focused()
    assert phone.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") < 10
    guess(phone, 2)
    expect(
        phone.locator(".st-key-shuffled_single_verdict [data-testid=stMetricValue]")
    ).to_have_text("7")
    turn(phone, 3)
    guess(phone, 3, 1)
    phone.locator(".p-grid button").nth(3).click()
    expect(phone.locator(".p-grid [aria-pressed=true]")).to_have_attribute("value", "3")
    turn(phone, 4)
    guess(phone, 4)
    phone.locator(".st-key-tour_play button").click()
    expect(phone.locator("[data-testid=stProgress]")).to_contain_text(
        "epoch 10 of 10", timeout=RENDER_TIMEOUT_MS
    )
    expect_whole(phone)
    turn(phone, 5)
    guess(phone, 5)
    expect(phone.locator("[data-testid=stMain]")).to_contain_text("are not on this server")
    expect(phone.locator(".st-key-tour_doubtful button")).to_have_count(0)
    expect_whole(phone)
    turn(phone, 6)
    guess(phone, 6)
    expect(phone.locator("[data-testid=stMain]")).to_contain_text("That was the tour")
    phone.go_back()
    expect(phone.locator(".st-key-tour_progress")).to_contain_text(
        "Step 5 of 6", timeout=RENDER_TIMEOUT_MS
    )
    settle(phone)
    checked = phone.locator(".st-key-tour_guess_5 input:checked")
    expect(checked).to_have_count(1)  # the guess is remembered


@pytest.mark.matrix
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
def test_no_step_keeps_anyone_out_or_is_cut(
    language: str, screen: str, server: Server, browser: Browser
) -> None:
    """Where visitors may train: with the forms to do so."""
    with browser.new_context(
        **SCREENS[screen], locale=language, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        visit(page, server, "/tour")
        for step in range(1, 7):
            guess(page, step)
            expect_accessible(page)
            for width in (305, 360, 820) if screen == "phone" else (1280,):
                page.set_viewport_size({"width": width, "height": 900})
                settle(page)
                expect_whole(page)
            if step < 6:
                turn(page, step + 1)
