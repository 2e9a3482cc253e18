"""Links as they are sent: what is shared opens again elsewhere, larger, or in a frame."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    CANVAS_SIDE,
    DESKTOP,
    PHONE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    settle,
    verdict,
    visit,
)

SIDEBAR = "[data-testid=stSidebar]"
MAIN = "[data-testid=stMain]"


@pytest.fixture
def dark(browser: Browser) -> Iterator[Page]:
    """On a desktop with dark pages."""
    with browser.new_context(**DESKTOP, color_scheme="dark") as context:
        yield context.new_page()


def share(page: Page) -> str:
    """The link that the dialog shows."""
    page.locator(".st-key-share button").click()
    code = page.locator(".st-key-share_link code")
    expect(code).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    settle(page)
    return code.inner_text()


def scanned(page: Page) -> str:
    """What a phone would read from the screen."""
    cv2 = pytest.importorskip("cv2")
    image = page.locator(".st-key-share_code img")
    expect(image).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    seen = np.frombuffer(image.screenshot(), np.uint8)
    said, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(seen, cv2.IMREAD_GRAYSCALE))
    return said


def test_what_is_shared_opens_in_another_browser_and_the_code_says_so(
    server: Server, dark: Page, browser: Browser
) -> None:
    visit(dark, server, "/training?utm_source=mail")
    dark.get_by_role("tab", name="Sampling", exact=True).click()
    settle(dark)
    link = share(dark)
    assert link == f"{server.url}/training?part=Sampling"
    assert scanned(dark) == link
    dark.locator(".st-key-share_present label").click()
    expect(dark.locator(".st-key-share_link code")).to_contain_text("present=true")
    settle(dark)
    link = dark.locator(".st-key-share_link code").inner_text()
    assert scanned(dark) == link
    with browser.new_context(**DESKTOP) as context:
        page = context.new_page()
        page.goto(link)
        settle(page)
        tab = page.get_by_role("tab", name="Sampling", exact=True)
        expect(tab).to_have_attribute("aria-selected", "true", timeout=RENDER_TIMEOUT_MS)
        expect(page.locator(SIDEBAR)).to_be_hidden()


def test_a_page_that_was_reached_by_a_click_is_shared_with_its_own_address(
    server: Server, page: Page, browser: Browser
) -> None:
    visit(page, server, "/data")
    page.locator("[data-testid=stSidebarNavLink][href$='/confusion']").click()
    expect(page.locator("h1")).to_have_text("Confusion", timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.locator(".st-key-confusion_single [aria-label^='4 read as 9']").click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    shown = page.get_by_role("dialog").get_by_role("heading").inner_text()
    opened = page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    assert share(page) == f"{server.url}/confusion"
    with browser.new_context(**DESKTOP) as context:
        other = context.new_page()
        other.goto(opened)
        settle(other)
        assert dict(parse_qsl(urlsplit(opened).query)) == {"pictures": "first.4.9"}
        expect(other.get_by_role("dialog")).to_contain_text(shown, timeout=RENDER_TIMEOUT_MS)


def test_a_presentation_is_larger_goes_from_page_to_page_and_ends(
    server: Server, page: Page
) -> None:
    visit(page, server, "/tour")
    before = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    visit(page, server, "/tour?present=true&step=6")
    after = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert after > 1.2 * before
    expect(page.locator(SIDEBAR)).to_be_hidden()
    page.locator(MAIN).get_by_role("link", name="Draw a digit").click()
    expect(page.locator("h1")).to_have_text("One model or ten?", timeout=RENDER_TIMEOUT_MS)
    expect(page).to_have_url(re.compile("present=true"), timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(SIDEBAR)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.locator(".st-key-end_presentation button").click()
    expect(page.locator(SIDEBAR)).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    assert "present" not in page.url


# Controls that have broken into two rows, and boxes that have grown beyond the room they are given.
_CUT = """
() => [...document.querySelectorAll("[data-testid=stMain] *")].filter(element => {
  const { overflowY } = getComputedStyle(element);
  const buttons = [...element.querySelectorAll(":scope button")].map(b => b.offsetTop);
  return (element.matches("[data-testid=stButtonGroup]") && new Set(buttons).size > 1)
    || (element.matches("[data-testid^=st]") && ["auto", "hidden"].includes(overflowY)
      && element.clientHeight > 30 && element.scrollHeight > element.clientHeight + 16);
}).map(element => element.className)
"""


@pytest.mark.parametrize("path", ["/compare", "/confusion", "/training", "/how_it_works"])
def test_what_has_its_room_in_pixels_is_whole_in_a_presentation(
    path: str, server: Server, page: Page
) -> None:
    visit(page, server, f"{path}?present=true")
    page.wait_for_function(f"() => ({_CUT})().length === 0", timeout=RENDER_TIMEOUT_MS)


def test_what_is_hidden_is_neither_seen_nor_reached_by_keyboard(server: Server, page: Page) -> None:
    visit(page, server, "/compare?hide=sidebar,tabs,contenders,title&evidence=Cost")
    for hidden in (SIDEBAR, f"{MAIN} [role=tablist]", ".st-key-duel", "h1"):
        expect(page.locator(hidden).first).to_be_hidden(timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".c-costs").first).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    page.keyboard.press("Tab")
    reached = page.evaluate("document.activeElement.closest('[role=tablist], .st-key-duel')")
    assert reached is None


def test_in_a_frame_of_another_page_there_is_no_header(
    server: Server, page: Page, another_site: Callable[[str], str]
) -> None:
    address = f"{server.url}/tour?embed=true&hide=title,sidebar"
    page.goto(another_site(f"<iframe src='{address}' width=800 height=600></iframe>"))
    frame = page.frame_locator("iframe")
    expect(frame.locator("h2").first).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect(frame.locator("[data-testid=stToolbar]")).to_have_count(0)
    expect(frame.locator("h1")).to_be_hidden()
    frame.locator(".st-key-tour_next button").click()
    expect(frame.locator(".st-key-tour_progress")).to_contain_text(
        "Step 2 of 6", timeout=RENDER_TIMEOUT_MS
    )
    expect(frame.locator("[data-testid=stToolbar]")).to_have_count(0)


@pytest.mark.matrix
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neither_the_dialog_nor_a_presentation_keeps_anyone_out(
    scheme: str, language: str, screen: dict[str, object], server: Server, browser: Browser
) -> None:
    options: dict[str, Any] = {
        **screen,
        "locale": language,
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    with browser.new_context(**options) as context:
        page = context.new_page()
        visit(page, server, "/tour?present=true")
        expect_accessible(page)
        visit(page, server, "/compare")
        if (opener := page.locator("[data-testid=stExpandSidebarButton]")).is_visible():
            opener.click()
        share(page)
        expect_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_a_presentation_has_a_larger_canvas_on_which_strokes_are_where_they_are_drawn(
    server: Server, page: Page
) -> None:
    visit(page, server, "/?present=true")
    box = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert box is not None
    assert box["width"] == box["height"] == pytest.approx(1.4 * CANVAS_SIDE)
    seven = [[(110, 85), (280, 85), (200, 200), (170, 330)]]
    draw(page, seven)
    expect(verdict(page, "single")).to_have_text("7", timeout=RENDER_TIMEOUT_MS)


def test_all_numbers_of_a_picture_fit_beside_the_sidebar(server: Server, page: Page) -> None:
    visit(page, server, "/data")
    fits = "box => box.scrollWidth <= box.clientWidth"
    assert page.locator(".d-scroll").first.evaluate(fits)


def test_a_link_for_a_frame_leaves_the_sidebar_out(server: Server, page: Page) -> None:
    visit(page, server)
    assert "hide" not in share(page)
    page.get_by_text("For a frame in another page").click()
    expect(page.locator(".st-key-share_link")).to_contain_text(
        "hide=sidebar&embed=true", timeout=RENDER_TIMEOUT_MS
    )
