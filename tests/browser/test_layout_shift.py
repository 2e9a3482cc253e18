"""What is on a page stays where it is while the rest of it is still being loaded."""

from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, Route

from tests.helpers.serving import DESKTOP, PAGES, PHONE, Server, serve, settle, visit

SCREENS = {"desktop": DESKTOP, "phone": PHONE}
MOST = 0.1  # what is called good; source: web.dev/articles/cls
# From the second frame with our style. Shifts that follow a click or a key somebody asked for.
OBSERVE = """
window.shift = 0;
const styled = () => [...document.styleSheets].some(
  sheet => sheet.ownerNode?.textContent.includes("single_verdict"));
const look = () => styled()
  ? requestAnimationFrame(() => requestAnimationFrame(() => window.since = performance.now()))
  : requestAnimationFrame(look);
look();
new PerformanceObserver(list => {
  for (const each of list.getEntries())
    if (each.startTime > window.since && !each.hadRecentInput) shift += each.value;
}).observe({ type: "layout-shift", buffered: true });
"""
STYLED = """
import streamlit as st
st.html("<style>i {color: red}</style>")
st.title("Styled")
"""


@pytest.fixture(scope="module")
def with_style(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The scripts that a browser needs for a page with nothing but a style, by their paths."""
    app = tmp_path_factory.mktemp("styled") / "app.py"
    app.write_text(STYLED, encoding="utf-8")
    asked: set[str] = set()
    with serve({}, str(app)) as server, browser.new_context(**DESKTOP) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).path))
        visit(page, server)
        page.wait_for_load_state("networkidle")
    return asked


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("screen", "language"), [("desktop", "en-US"), ("phone", "en-US"), ("phone", "zh-TW")]
)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_stays_where_it_is_while_it_loads(
    path: str, screen: str, language: str, equipped: Server, with_style: set[str], browser: Browser
) -> None:
    with browser.new_context(**SCREENS[screen], locale=language) as context:
        shift = _shift(context.new_page(), equipped, path, with_style)
    assert shift < MOST


def _shift(page: Page, server: Server, path: str, early: set[str]) -> float:
    """The sum of the layout shifts for somebody to whom all but the style comes late.

    In what order a browser has what Streamlit loads late, its kinds of elements and our style, is
    chance, and differs from visit to visit. Here the rest waits until the style is there, and so
    everything for which it keeps room is still to come.
    """
    held: list[Route] = []
    styled = False

    def hold(route: Route) -> None:
        if styled or urlsplit(route.request.url).path in early:
            route.continue_()
        else:
            held.append(route)

    page.add_init_script(OBSERVE)
    page.route("**/*.js", hold)
    page.goto(server.url + path)
    page.wait_for_function("window.since")
    styled = True
    for route in held:
        route.continue_()
    settle(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    shift: float = page.evaluate("shift")
    return shift
