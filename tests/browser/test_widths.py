"""Every page at every width: nothing leaves the window, and nothing is cut at its sides."""

import time
from collections.abc import Iterator, Sequence

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from mnist_models.translation import form_in
from tests.helpers.matrix import first_of
from tests.helpers.serving import (
    CANVAS_SIDE,
    ONE,
    PAGES,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    it_was,
    settle,
    verdict,
    visit,
)

# Pixels: phones, tablets, a projector, and what a zoom of 200 % makes of 1024 and 1280. 305 is the
# narrowest phone beside a scrollbar.
WIDTHS = (305, 320, 360, 390, 512, 640, 700, 768, 820, 912, 1024, 1100, 1280, 1440)
FEW_WIDTHS = (305, 820)
SIDEBAR_BESIDE = 700  # from here on it is tried open, and beside the page

NUMBERS = "/?canvas=number"  # Draw with its other canvas
DRAWN = ("/", "/my_drawings")  # show what was drawn and corrected
CANVAS = ".st-key-draw_canvas canvas.upper-canvas"
SEVEN = [[(70, 60), (140, 60), (205, 60), (170, 140), (130, 225)]]

# What is cut at the left or at the right: by the window, or by what it stands in. What scrolls
# sideways on purpose, and shows that it does, may be wider than the window; so may names that end
# in an ellipsis.
CUT = """
() => {
  const FREE = '.d-scroll, [role=tablist], [data-testid=stDataFrame], svg';
  const parent = e => e.parentElement ?? e.getRootNode().host;
  const all = root => [...root.querySelectorAll('*')]
    .flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const isBeyond = (box, edge) => box.left < edge.left - 1 || box.right > edge.right + 1;
  const isSeen = (e, { width, height }) => width > 2 && height > 2 &&
    e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const isCut = e => {
    const box = e.getBoundingClientRect();
    if (!isSeen(e, box)) return false;
    for (let around = parent(e); around; around = parent(around)) {
      const { overflowX, textOverflow } = getComputedStyle(around);
      if (around.matches(FREE) || textOverflow === 'ellipsis') return false;
      const edge = around.getBoundingClientRect();
      if (overflowX !== 'visible' && around !== document.documentElement && isBeyond(box, edge))
        return edge.width > 2; // less is for screen readers
    }
    return isBeyond(box, { left: 0, right: document.documentElement.clientWidth });
  };
  const sidebar = document.querySelector('[data-testid=stSidebar]');
  const isClosed = sidebar.getBoundingClientRect().right <= 1;
  return all(document.querySelector('[data-testid=stApp]'))
    .filter(e => !(isClosed && sidebar.contains(e)) && isCut(e))
    .map(e => `${e.tagName} ${e.dataset.testid ?? e.className} ${e.textContent.slice(0, 40)}`);
}
"""


def cut_at(page: Page, width: int) -> list[str]:
    """What is cut at this width, once the page has had time to arrange itself."""
    page.set_viewport_size({"width": width, "height": 900})
    deadline = time.monotonic() + 3
    while (cut := page.evaluate(CUT)) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    return cut


def open_parts(page: Page, path: str) -> Iterator[str]:
    """Open the parts of a page one after the other: its tabs, or the sources of Draw."""
    chooser = ".st-key-source button" if path == "/" else "[role=tablist] [role=tab]"
    parts = page.locator("[data-testid=stMain]").locator(chooser)
    for number in range(max(parts.count(), 1)):
        if parts.count():
            page.set_viewport_size({"width": 1440, "height": 900})
            parts.nth(number).click()
            settle(page)
            yield parts.nth(number).inner_text()
        else:
            yield path


def close_sidebar(page: Page) -> None:
    sidebar = page.locator("[data-testid=stSidebar]")
    sidebar.hover()
    sidebar.locator("[data-testid=stSidebarCollapseButton] button").click()


def assert_whole(
    browser: Browser, server: Server, path: str, widths: Sequence[int], language: str = "en"
) -> None:
    """Nothing is cut in any part of a page, beside the open sidebar where there is room, or not."""
    cut: dict[tuple[str, int, str], list[str]] = {}
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=language)
    page = context.new_page()
    visit(page, server, "/" if path in DRAWN else path)
    if path in DRAWN:
        draw(page, ONE)
        it_was(page, "1").click(timeout=RENDER_TIMEOUT_MS)
        expect(page.locator(".st-key-undo_correction")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
        page.locator(f"[data-testid=stSidebarNavLink][href$='{path}']").click()
        title = form_in(language, PAGES[path], "", 1)
        expect(page.locator("h1")).to_have_text(title, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    if path == NUMBERS:
        expect(page.locator(CANVAS)).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    for sidebar in ("open", "closed"):
        if sidebar == "closed":
            page.set_viewport_size({"width": 1440, "height": 900})
            close_sidebar(page)
        for part in open_parts(page, path):
            for width in widths:
                has_room = sidebar == "closed" or width >= SIDEBAR_BESIDE
                if has_room and (found := cut_at(page, width)):
                    cut[part, width, sidebar] = found
    context.close()
    assert cut == {}, "\n".join(f"{where}: {what[:5]}" for where, what in cut.items())


@pytest.mark.parametrize("path", ["/", NUMBERS, "/new_class"])
def test_nothing_is_cut_at_a_few_widths(path: str, browser: Browser, server: Server) -> None:
    assert_whole(browser, server, path, FEW_WIDTHS)


@pytest.mark.parametrize("path", first_of([*PAGES, NUMBERS]))
def test_nothing_is_cut_in_chinese(path: str, browser: Browser, server: Server) -> None:
    assert_whole(browser, server, path, FEW_WIDTHS, "zh-TW")


@pytest.mark.matrix
@pytest.mark.parametrize("path", [*PAGES, NUMBERS])
def test_nothing_is_cut_at_any_width(path: str, browser: Browser, server: Server) -> None:
    assert_whole(browser, server, path, WIDTHS)


def test_in_a_place_narrower_than_a_canvas_a_number_can_be_written(
    browser: Browser, server: Server
) -> None:
    with browser.new_context(viewport={"width": 290, "height": 600}) as context:
        page = context.new_page()
        visit(page, server, NUMBERS)
        draw(page, [[(60, 60), (60, 150), (60, 220)], [(160, 60), (160, 150), (160, 220)]])
        expect(verdict(page, "multi")).to_have_text("11", timeout=RENDER_TIMEOUT_MS)
        assert page.locator(".st-key-draw_canvas").evaluate("box => box.clientWidth") < CANVAS_SIDE


@pytest.mark.parametrize("size", first_of([(640, 400), (512, 384)]))
def test_at_200_percent_a_digit_can_be_drawn_whole(
    size: tuple[int, int], browser: Browser, server: Server
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=2
    )
    page = context.new_page()
    visit(page, server)
    draw(page, SEVEN)
    for approach in ("single", "multi"):
        expect(verdict(page, approach)).to_have_text("7", timeout=RENDER_TIMEOUT_MS)
    picture = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert picture is not None
    assert (picture["width"], picture["height"]) == (CANVAS_SIDE, CANVAS_SIDE)
    context.close()
