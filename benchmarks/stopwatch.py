"""Start one app and draw on it in a real browser, with a clock in the page.

The first stroke is drawn as soon as the canvas is there: Playwright by itself would only look for
it every half second. Before each later stroke, Clear, or the canvas' own button in an app without
it, empties the canvas and the page comes to rest without a verdict, so any verdict after that is a
new one, whatever the models answer.
The clock notices when the mouse button is released and sees every change of the page.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from statistics import median

from playwright.sync_api import Browser, Page

from tests.helpers.serving import draw, serve, settle

STROKES = 10
_TIMEOUT_S = 180  # for one start of the slow app on a busy machine

# `window.stroke` holds in milliseconds when the last stroke ended, when the page sent it, and when
# both answers were there. Our app shows a dash as long as there is none.
_CLOCK = """
window.stroke = {};
addEventListener("mouseup", () => { window.stroke = {ended: performance.now()}; }, true);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  window.stroke.sent ??= performance.now();
  return send.call(this, data);
};
window.answered = approach => /[^–\\s]/.test(
  document.querySelector(`.st-key-${approach}_verdict [data-testid=stMetricValue]`)?.textContent
  ?? "");
window.canvas = (root = document.querySelector(".st-key-draw_canvas")) => root
  && (root.querySelector("canvas") || [...root.querySelectorAll("*")].some(
    element => element.shadowRoot && canvas(element.shadowRoot)));
new MutationObserver(() => {
  if (window.stroke.sent && answered("single") && answered("multi"))
    window.stroke.answered ??= performance.now();
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


def measure(
    browser: Browser, script: str, arguments: Sequence[str] = (), query: str = ""
) -> dict[str, float]:
    """One start of an app, from starting the server to the last stroke.

    Args:
        browser: already running before the clock starts.
        script: of the app, relative to the project's folder.
        arguments: for the script, in `sys.argv`.
        query: of the address, with its question mark.

    Returns:
        start_s: seconds from starting the server to both verdicts on a first stroke.
        memory_mb: the server's resident memory then, in MB (10^6 bytes).
        stroke_s: median seconds from the end of a stroke to both verdicts.
        answer_s: the same from when the page sent the stroke.

    Raises:
        NotServedError: the app ends at once, or does not answer.
        playwright.sync_api.Error: an expected element does not appear.
    """
    with clocked_page(browser) as page:
        began = time.perf_counter()
        with serve({}, script, arguments=arguments) as server:
            page.goto(f"{server.url}/{query}")
            page.wait_for_function("canvas()")
            draw(page, [_one(0)])
            _times(page)
            start_s = time.perf_counter() - began
            memory_mb = server.memory_mb()
            times = [drawn_anew(page, _one(number)) for number in range(1, STROKES + 1)]
    stroke_s, answer_s = map(median, zip(*times, strict=True))
    return {
        "start_s": start_s,
        "memory_mb": memory_mb,
        "stroke_s": stroke_s,
        "answer_s": answer_s,
    }


def _one(number: int) -> list[tuple[int, int]]:
    """A stroke that is a one, each in a different place, so that no two pictures are the same."""
    x = 100 + 8 * number
    return [(x, 60), (x, 100), (x, 150), (x, 220)]


def drawn_anew(page: Page, stroke: Sequence[Sequence[float]]) -> tuple[float, float]:
    """A stroke on an empty canvas: seconds to both verdicts, from its end and from its sending."""
    settle(page)
    page.locator(".st-key-draw_canvas canvas").last.hover()  # the toolbar hides otherwise
    ours = page.locator(".st-key-clear button")
    ours.or_(page.get_by_role("button", name="Reset canvas")).click()
    page.wait_for_function("!answered('single') && !answered('multi')")
    settle(page)
    draw(page, [stroke])
    return _times(page)


def _times(page: Page) -> tuple[float, float]:
    """Seconds to both verdicts, from the end of the stroke and from when the page sent it."""
    page.wait_for_function("window.stroke.answered")
    at = page.evaluate("window.stroke")
    return (at["answered"] - at["ended"]) / 1000, (at["answered"] - at["sent"]) / 1000


@contextlib.contextmanager
def clocked_page(browser: Browser) -> Iterator[Page]:
    """A page of a new session, with the clock in every document that it opens."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_TIMEOUT_S * 1000)
    context.add_init_script(_CLOCK)
    yield context.new_page()
    context.close()
