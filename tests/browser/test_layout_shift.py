"""What is on a page stays where it is while the rest of it is still being loaded."""

from statistics import median
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser

from tests.helpers.serving import DESKTOP, PAGES, PHONE, Server, serve, visit

SCREENS = {"desktop": DESKTOP, "phone": PHONE}
VISITS = 3
MOST = 0.1  # what is called good; source: web.dev/articles/cls
# Shifts that follow a click or a key are what somebody asked for.
OBSERVE = """
window.shift = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) shift += each.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def streamlits_own(browser: Browser) -> dict[str, float]:
    """What moves, by the screen, on a page with a title and a chart and nothing of ours.

    On a desktop that is all of it, to the right, when Streamlit opens the sidebar: 0.236.
    """
    with serve({}, "benchmarks/apps/empty_app.py") as bare:
        return {name: _median_shift(browser, bare, "/", each) for name, each in SCREENS.items()}


@pytest.mark.matrix
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_stays_where_it_is_while_it_loads(
    path: str, screen: str, equipped: Server, streamlits_own: dict[str, float], browser: Browser
) -> None:
    shift = _median_shift(browser, equipped, path, SCREENS[screen])
    assert shift - streamlits_own[screen] < MOST


def _median_shift(browser: Browser, server: Server, path: str, screen: dict[str, Any]) -> float:
    """Of some visits, since the order in which all that a page needs arrives is not always one."""
    return median(_shift(browser, server, path, screen) for _ in range(VISITS))


def _shift(browser: Browser, server: Server, path: str, screen: dict[str, Any]) -> float:
    """The sum of all layout shifts until the page is at rest, for somebody with an empty cache."""
    with browser.new_context(**screen) as context:
        page = context.new_page()
        page.add_init_script(OBSERVE)
        visit(page, server, path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        shift: float = page.evaluate("shift")
        return shift
