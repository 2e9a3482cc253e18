"""Nobody is kept out: axe-core looks at every page, part by part, in both themes, also on a phone.

What can be reached only by drawing, training or teaching is looked at where other tests do that.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import CDPSession, Page, expect

from mnist_models.translation import languages
from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    DESKTOP,
    ONE,
    PAGES,
    PHONE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    settle,
    verdict,
    visit,
)
from tests.ui.widgets.test_theme import TEXT, contrast
from ui.widgets.theme import PAPER

Look = tuple[dict[str, Any], Literal["light", "dark"]]  # options of a context, and the theme

# Colours depend on the theme and sizes on the window, so two of the looks see both of each.
LOOKS: list[Look] = list(product((DESKTOP, PHONE), ("light", "dark")))
TWO_LOOKS: list[Look] = [(DESKTOP, "light"), (PHONE, "dark")]
MAIN = "[data-testid=stMain] "
# The colours of a button's text and of what is behind it, as they are seen on this paper.
SEEN = """
(button, paper) => {
  const { color, backgroundColor } = getComputedStyle(button);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const lay = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    return '#' + parts.map(part => part.toString(16).padStart(2, '0')).join('');
  };
  lay(paper);
  const behind = lay(backgroundColor);
  return [lay(color), behind];
}
"""
# The name and the place of what has the focus; nothing where that is the page's own scroller.
FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element.closest('[data-testid=stMain]') || element.matches('[data-testid=stMain]'))
    return element === document.body ? 'left' : null;
  const named = [element, ...(element.labels ?? [])];
  const name = named.map(e => e.getAttribute('aria-label') || e.innerText || '').join('').trim();
  const all = [...document.querySelectorAll('*')];
  const { width, height } = element.getBoundingClientRect();
  return { name, place: all.indexOf(element), isSeen: width > 0 && height > 0 };
}
"""
CLOSED = f"{MAIN}details:not([open]) > summary"


@pytest.fixture
def devtools(page: Page) -> Iterator[CDPSession]:
    """What makes a desktop a phone, without loading the page again."""
    page.emulate_media(reduced_motion="reduce")
    session = page.context.new_cdp_session(page)
    yield session
    session.detach()


def expect_accessible_in(looks: list[Look], page: Page, devtools: CDPSession) -> None:
    """Have axe look at a page in each of these looks; at the end it has the first again."""
    for look in looks:
        _take_on(look, page, devtools)
        expect_accessible(page)
    _take_on(looks[0], page, devtools)


def _take_on(look: Look, page: Page, devtools: CDPSession) -> None:
    screen, theme = look
    page.set_viewport_size(screen["viewport"])
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    touch = {"enabled": screen.get("has_touch", False)}
    devtools.send("Emulation.setTouchEmulationEnabled", touch)


@pytest.mark.matrix  # takes long
@pytest.mark.parametrize("language", languages())
def test_no_page_keeps_anyone_out_as_it_opens_or_asks_another_server(
    language: str, equipped: Server, page: Page, devtools: CDPSession
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        visit(page, equipped, f"{path}?lang={language}")
        expect_accessible_in(TWO_LOOKS, page, devtools)
    foreign = [u for u in asked if not u.startswith((equipped.url, "data:", "blob:", "ws:"))]
    assert foreign == []


@pytest.mark.parametrize("page", LOOKS, indirect=True)
def test_what_a_button_says_that_cannot_be_pressed_can_be_read(server: Server, page: Page) -> None:
    """axe passes such buttons over, however faint they are."""
    visit(page, server, "/new_class")
    button = page.locator(".st-key-teach button")
    expect(button).to_be_disabled(timeout=RENDER_TIMEOUT_MS)
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    text, paper = button.evaluate(SEEN, PAPER["dark" if is_dark else "light"])
    assert contrast(text, paper) >= TEXT


@pytest.mark.matrix
@pytest.mark.parametrize("path", PAGES)
def test_no_part_of_a_page_keeps_anyone_out(
    path: str, equipped: Server, page: Page, devtools: CDPSession
) -> None:
    """Each tab, with all its sections open, and with the last option of each choice."""
    visit(page, equipped, path)
    tabs = [tab.inner_text() for tab in page.locator(f"{MAIN}[role=tab]").all()]
    for tab in tabs or [""]:
        if tab:
            page.get_by_role("tab", name=tab, exact=True).click()
            settle(page)
        while page.locator(CLOSED).count():
            page.locator(CLOSED).first.click()
            settle(page)
        expect_accessible_in(LOOKS, page, devtools)
        choices = page.locator(f"{MAIN}[role=radiogroup]:visible:has([role=radio])").all()
        for choice in choices:
            choice.locator("[role=radio]").last.click()
            settle(page)
        if choices:
            expect_accessible_in(LOOKS, page, devtools)


@pytest.mark.matrix
@pytest.mark.parametrize("path", PAGES)
def test_the_tab_key_goes_down_every_page_and_out_of_it(
    path: str, equipped: Server, page: Page
) -> None:
    """In the order in which it is read; within a choice or a grid the arrow keys move."""
    visit(page, equipped, path)
    settle(page)
    places: list[int] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused == "left":
            break
        if focused:
            assert focused["name"], f"nameless after {places}"
            assert focused["isSeen"], focused
            places.append(focused["place"])
    else:
        pytest.fail("the keyboard does not get out of the page")
    assert len(places) > 0
    assert places == sorted(set(places))


@pytest.mark.matrix
def test_no_source_of_a_digit_keeps_anyone_out(
    equipped: Server, page: Page, devtools: CDPSession, tmp_path: Path
) -> None:
    visit(page, equipped)
    draw(page, ONE)
    expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    expect_accessible_in(LOOKS, page, devtools)
    page.locator(".st-key-pen button").click()
    expect(page.locator(".st-key-pen_width")).to_be_visible()
    expect_accessible_in(LOOKS, page, devtools)
    page.keyboard.press("Escape")
    sources = page.locator(".st-key-source button")
    for source in ("Upload", "Photo", "Test picture"):
        sources.filter(has_text=source).click()
        expect_accessible_in(LOOKS, page, devtools)
    sources.filter(has_text="Upload").click()
    (tmp_path / "no.png").write_bytes(b"no picture")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(tmp_path / "no.png")
    expect(page.locator(f"{MAIN}[data-testid=stAlert]").first).to_contain_text("cannot be read")
    expect_accessible_in(LOOKS, page, devtools)


@pytest.mark.matrix
def test_neither_the_sidebar_nor_a_chosen_cell_keeps_anyone_out(
    equipped: Server, page: Page, devtools: CDPSession
) -> None:
    visit(page, equipped, "/confusion")
    page.locator(".st-key-confusion_single [aria-label^='3 read as 5']").click()
    expect(page.locator(".st-key-asked_cards img").first).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect_accessible_in(LOOKS, page, devtools)
    page.keyboard.press("Escape")  # the pictures are in a dialog
    expect(page.get_by_role("dialog")).to_have_count(0)
    for screen in (DESKTOP, PHONE):
        page.set_viewport_size(screen["viewport"])
        settle(page)
        opener = page.locator("[data-testid=stExpandSidebarButton]")
        if opener.is_visible():
            opener.click()
        closed = page.locator("[data-testid=stSidebar] details:not([open]) > summary")
        while closed.count():
            closed.first.click()
            settle(page)
        expect_accessible_in([look for look in LOOKS if look[0] is screen], page, devtools)
