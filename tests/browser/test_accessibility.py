"""Nobody is kept out: axe-core looks at every page, part by part, in both themes, also on a phone.

What can be reached only by drawing, training or teaching is looked at where other tests do that.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    RENDER_TIMEOUT_MS,
    Server,
    copy_reference,
    draw,
    serve,
    settle,
    verdict,
    visit,
)
from tests.ui.widgets.test_theme import TEXT, contrast
from ui.widgets.theme import PAPER

PATHS = (
    "/",
    "/my_drawings",
    "/compare",
    "/confusion",
    "/new_class",
    "/training",
    "/data",
    "/how_it_works",
)
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 780}, "has_touch": True}
# Colours depend on the theme and sizes on the window, so each of both is looked at once.
LOOKS: dict[str, dict[str, Any]] = {
    "light desktop": {**DESKTOP, "color_scheme": "light"},
    "dark phone": {**PHONE, "color_scheme": "dark"},
}
ONE = [[(140, 60), (140, 220)]]
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
CLOSED = f"{MAIN}details:not([open]) > summary"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve({"MNIST_TRAINED": str(copy_reference(tmp_path_factory.mktemp("machine")))}) as it:
        yield it


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """In the look that the test asks for."""
    look = getattr(request, "param", "light desktop")
    context = browser.new_context(**LOOKS[look], reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_no_page_keeps_anyone_out_as_it_opens(server: Server, page: Page) -> None:
    for path in PATHS:
        visit(page, server, path)
        expect_accessible(page)


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
@pytest.mark.parametrize("page", LOOKS, indirect=True)
@pytest.mark.parametrize("path", PATHS)
def test_no_part_of_a_page_keeps_anyone_out(path: str, server: Server, page: Page) -> None:
    """Each tab, with all its sections open, and with the last option of each choice."""
    visit(page, server, path)
    tabs = [tab.inner_text() for tab in page.locator(f"{MAIN}[role=tab]").all()]
    for tab in tabs or [""]:
        if tab:
            page.get_by_role("tab", name=tab, exact=True).click()
            settle(page)
        while page.locator(CLOSED).count():
            page.locator(CLOSED).first.click()
            settle(page)
        expect_accessible(page)
        for choice in page.locator(f"{MAIN}[role=radiogroup]:visible").all():
            choice.locator("[role=radio]").last.click()
            settle(page)
        expect_accessible(page)


@pytest.mark.matrix
@pytest.mark.parametrize("page", LOOKS, indirect=True)
def test_no_source_of_a_digit_keeps_anyone_out(server: Server, page: Page, tmp_path: Path) -> None:
    visit(page, server)
    draw(page, ONE)
    expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    expect_accessible(page)
    page.locator(".st-key-pen button").click()
    expect(page.locator(".st-key-pen_width")).to_be_visible()
    expect_accessible(page)
    page.keyboard.press("Escape")
    sources = page.locator(".st-key-source button")
    for source in ("Upload", "Photo", "Test picture"):
        sources.filter(has_text=source).click()
        expect_accessible(page)
    sources.filter(has_text="Upload").click()
    (tmp_path / "no.png").write_bytes(b"no picture")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(tmp_path / "no.png")
    expect(page.locator(f"{MAIN}[data-testid=stAlert]").first).to_contain_text("cannot be read")
    expect_accessible(page)


@pytest.mark.matrix
@pytest.mark.parametrize("page", LOOKS, indirect=True)
def test_neither_the_sidebar_nor_a_chosen_cell_keeps_anyone_out(server: Server, page: Page) -> None:
    visit(page, server, "/confusion")
    page.locator(".st-key-confusion_single [aria-label^='3 read as 5']").click()
    expect(page.locator(".st-key-asked_cards img").first).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect_accessible(page)
    page.keyboard.press("Escape")  # the pictures are in a dialog
    expect(page.get_by_role("dialog")).to_have_count(0)
    if page.viewport_size is not None and page.viewport_size["width"] < 640:
        page.locator("[data-testid=stExpandSidebarButton]").click()
    for section in page.locator("[data-testid=stSidebar] summary").all():
        section.click()
        settle(page)
    expect_accessible(page)
