"""The page New class in a real browser: teach a symbol by drawing it, recognise it, forget it."""

import contextlib
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    CANVAS_SIDE,
    DESKTOP,
    RENDER_TIMEOUT_MS,
    Server,
    Strokes,
    draw,
    settle,
    verdict,
    visit,
)

LESSON_TIMEOUT_MS = 300_000  # two lessons, one after the other, on a slow machine
EXAMPLES = 5
MIDDLE = CANVAS_SIDE / 2


@contextlib.contextmanager
def visitor(browser: Browser, server: Server, **options: object) -> Iterator[Page]:
    """Somebody who has just opened the page, and whom nobody else knows."""
    context = browser.new_context(**{**DESKTOP, **options})
    page = context.new_page()
    visit(page, server, "/new_class")
    yield page
    context.close()


def star(number: float) -> Strokes:
    """One stroke with five points; each number is another hand."""
    size, turn = 90 - 4 * number, 0.06 * number
    corners = [2 * math.pi * k * 2 / 5 + turn for k in range(6)]
    return [_line([(size * math.sin(a), -size * math.cos(a)) for a in corners])]


def cross(number: float) -> Strokes:
    """Two strokes across each other, larger for a larger number."""
    size, lean = 60 + 5 * number, 4 * number
    return [_line([(-size, -size + lean), (size, size)]), _line([(size, -size), (-size, size)])]


def _line(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """From corner to corner in small steps, in pixels of the canvas."""
    points = []
    for (x, y), (next_x, next_y) in pairwise(corners):
        points += [(x + (next_x - x) * t / 5, y + (next_y - y) * t / 5) for t in range(5)]
    return [(MIDDLE + x, MIDDLE + y) for x, y in [*points, corners[-1]]]


def thumbnails(page: Page) -> Locator:
    return page.locator(".st-key-examples button")


def seen_by_the_models(page: Page) -> Locator:
    return page.locator(".st-key-model_input img")


def draw_and_wait(page: Page, strokes: Strokes) -> None:
    """Draw, and wait until the picture holds all of it: the canvas sends strokes one by one."""
    for stroke in strokes:
        before = seen_by_the_models(page)
        source = str(before.get_attribute("src")) if before.count() else ""
        draw(page, [stroke])
        image = seen_by_the_models(page)
        expect(image).not_to_have_attribute("src", source, timeout=RENDER_TIMEOUT_MS)
        settle(page)


def name_it(page: Page, name: str) -> None:
    box = page.get_by_label("Name of the symbol")
    box.fill(name)
    box.press("Enter")
    settle(page)


def add(page: Page, strokes: Strokes) -> None:
    before = thumbnails(page).count()
    draw_and_wait(page, strokes)
    page.locator(".st-key-add_example button").click()
    expect(thumbnails(page)).to_have_count(before + 1, timeout=RENDER_TIMEOUT_MS)
    expect(seen_by_the_models(page)).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    settle(page)


def begin_lesson(page: Page) -> None:
    button = page.locator(".st-key-teach button")
    expect(button).to_be_enabled(timeout=RENDER_TIMEOUT_MS)
    button.click()
    expect(page.locator(".st-key-lesson_progress")).to_be_visible(timeout=RENDER_TIMEOUT_MS)


def expect_taught(page: Page) -> None:
    expect(page.get_by_role("heading", name="Draw it")).to_be_visible(timeout=LESSON_TIMEOUT_MS)
    settle(page)


def expect_read_as(page: Page, name: str) -> None:
    for approach in ("single", "multi"):
        expect(verdict(page, approach)).to_have_text(name, timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".v-bars .label")).to_have_count(11)
    expect(page.locator(".st-key-agreement")).to_contain_text(f"Both read {name}.")


def test_a_symbol_is_drawn_taught_recognised_and_forgotten(
    server: Server, machine: dict[str, str], browser: Browser
) -> None:
    with visitor(browser, server) as page:
        name_it(page, "★")
        for number in range(EXAMPLES):
            add(page, star(number))
        draw_and_wait(page, cross(0))  # is not added
        begin_lesson(page)
        progress = page.locator(".st-key-lesson_progress")
        expect(progress).to_contain_text(re.compile(r"▶ .* \d+\ss"), timeout=LESSON_TIMEOUT_MS)
        expect_taught(page)
        expect(seen_by_the_models(page)).to_have_count(0)  # what was left on the first canvas
        expect(page.get_by_text(re.compile(r"^Learning ★ took"))).to_be_visible()
        draw_and_wait(page, star(2.5))
        expect_read_as(page, "★")
        expect_accessible(page)

        page.locator(".st-key-forget_lesson button").click()
        expect(thumbnails(page)).to_have_count(EXAMPLES, timeout=RENDER_TIMEOUT_MS)
        expect(page.get_by_role("heading", name="Draw it")).to_have_count(0)
        expect(seen_by_the_models(page)).to_have_count(0)  # the next lesson begins with nothing
        assert list(Path(machine["MNIST_TRAINED"], ".jobs").glob("*-lesson-*")) == []


@pytest.mark.matrix
def test_two_visitors_teach_at_the_same_time_and_each_has_only_their_own(
    server: Server, browser: Browser
) -> None:
    with visitor(browser, server) as one, visitor(browser, server) as other:
        symbols = ((one, "★", star), (other, "cross", cross))
        for page, name, symbol in symbols:
            name_it(page, name)
            for number in range(EXAMPLES):
                add(page, symbol(number))
        for page, _, _ in symbols:
            begin_lesson(page)
        for page, name, symbol in symbols:
            expect_taught(page)
            draw_and_wait(page, symbol(2.5))
            expect_read_as(page, name)
        expect(one.locator("[data-testid=stMain]")).not_to_contain_text("cross")
        expect(other.locator("[data-testid=stMain]")).not_to_contain_text("★")
        for page, _, _ in symbols:
            page.locator(".st-key-forget_lesson button").click()
            expect(thumbnails(page)).to_have_count(EXAMPLES, timeout=RENDER_TIMEOUT_MS)


def test_a_lesson_that_is_cancelled_leads_back_to_its_examples(
    server: Server, browser: Browser
) -> None:
    with visitor(browser, server) as page:
        name_it(page, "★")
        add(page, star(0))
        begin_lesson(page)
        page.locator(".st-key-cancel_lesson button").click()
        expect(page.get_by_text("cancelled").first).to_be_visible(timeout=LESSON_TIMEOUT_MS)
        page.locator(".st-key-forget_lesson button").click()
        expect(thumbnails(page)).to_have_count(1, timeout=RENDER_TIMEOUT_MS)


def test_an_example_is_added_and_deleted_by_keyboard(server: Server, browser: Browser) -> None:
    with visitor(browser, server) as page:
        draw_and_wait(page, star(0))
        page.keyboard.press("Control+Enter")
        expect(thumbnails(page)).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
        settle(page)
        thumbnails(page).focus()
        page.keyboard.press("Enter")
        expect(thumbnails(page)).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
        page.locator(".st-key-bring_back button").click()
        expect(thumbnails(page)).to_have_count(1, timeout=RENDER_TIMEOUT_MS)


def test_no_drawing_comes_along_from_another_page(server: Server, browser: Browser) -> None:
    with visitor(browser, server) as page:
        draw_and_wait(page, star(0))
        page.locator("[data-testid=stSidebarNavLink]").first.click()
        expect(page.locator("h1")).to_have_text("One model or ten?", timeout=RENDER_TIMEOUT_MS)
        settle(page)
        expect(seen_by_the_models(page)).to_have_count(0)
        page.go_back()
        expect(seen_by_the_models(page)).to_have_count(1, timeout=RENDER_TIMEOUT_MS)


def test_a_phone_shows_all_of_it_without_scrolling_sideways(
    server: Server, browser: Browser
) -> None:
    size = {"width": 360, "height": 640}
    with visitor(browser, server, viewport=size, has_touch=True, is_mobile=True) as page:
        name_it(page, "★")
        add(page, star(0))
        for tab in ("A symbol of your own", "A digit left out", "Mend a digit", "Evidence"):
            page.get_by_role("tab", name=tab).click()
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
