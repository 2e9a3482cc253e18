"""The benchmark of the pages: its medians and its clock."""

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from benchmarks.pages import _CLOCK, ASKS, Measured, heading, row

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_row_has_both_medians_their_ratio_and_whether_it_is_within_three_times() -> None:
    quick = Measured("Compare: Cost", [0.1, 0.9, 0.1], [0.2, 0.25, 5.0])
    assert quick.ratio == pytest.approx(2.5)
    assert row(quick) == "| Compare: Cost | 100 | 250 | 2.50 | yes |"
    assert row(Measured("slow", [0.1], [0.31])).endswith("| 3.10 | no |")
    cells = heading(10).splitlines()
    assert cells[0].startswith("| 10 browsers at once |")
    assert cells[0].count("|") == cells[1].count("|") == row(quick).count("|")


def test_every_page_is_asked_and_each_ask_has_its_own_title() -> None:
    assert len({ask.title for ask in ASKS}) == len(ASKS)
    for page in ("Compare", "Confusion", "Training", "Data", "How it works"):
        assert any(ask.title.startswith(page) for ask in ASKS)


def test_it_can_be_imported_without_browser_or_streamlit() -> None:
    code = (
        "import sys, benchmarks.pages; "
        "print([m for m in ('streamlit', 'playwright') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


_PAGE = """
<div data-testid=stApp data-test-script-state=notRunning><div data-testid=stMain>
<p>–</p><button>Ask</button><canvas></canvas></div></div>
<script>
const app = document.querySelector("div"), text = document.querySelector("p");
document.querySelector("button").onclick = () => {
  app.dataset.testScriptState = "running";
  window.clicked = performance.now();
  setTimeout(() => { text.textContent = "answered"; }, 100);
  setTimeout(() => {
    app.dataset.testScriptState = "notRunning";
    window.ended = performance.now();
    setTimeout(() => { document.querySelector("canvas").append("for screen readers"); }, 300);
  }, 200);
};
</script>
"""


def test_the_clock_stops_at_the_last_change_that_is_seen(browser: "Browser") -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
    page.add_init_script(_CLOCK + "window.hear = () => { answered = true; };")
    page.goto("http://127.0.0.1/")
    page.locator("button").evaluate("(target, at) => ask(target, at)", 1000 * time.time())
    page.wait_for_function("document.querySelector('p').textContent === 'answered'")
    page.wait_for_function("document.querySelector('canvas').textContent")
    assert not page.evaluate("rest()")  # nothing was heard from a server
    page.evaluate("hear()")
    page.wait_for_function("rest()")
    ended, took = page.evaluate("[window.ended - window.clicked, took()]")
    assert took == pytest.approx(ended, abs=250)  # and not 300 later, what is not seen
    context.close()
