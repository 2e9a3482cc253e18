"""How fast does a page respond to a click, compared with an empty page with one chart?

The empty page is `apps/empty_app.py`, opened from another one like it, so that its chart is drawn
from scratch like the contents of our pages. The same is timed for both: from a click until the page
is at rest, that is until the last visible change, charts included, or the end of its script if that
comes later. A page is at rest if it has heard from its server, its script has ended, and it has not
changed for half a second, which is not counted. Text written into a table for screen readers is not
counted either: the table is a canvas, and the text is not visible.

Each click asks for something that the page does not show at that moment, and is made once before
any click counts, so that everything has been visited before. The two pages take turns, so that
whatever else this machine does slows both. Several browsers have a session each, click at the same
moment, and share this machine with the server.

    python -m benchmarks.pages [--browsers N ...] [--repeats N] [--run NAME] [--only TITLE]
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.serving import BenchmarkError, chromium_path
from mnist_models import RunError, load_run
from mnist_models.data.mnist import find_mnist

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TARGET = 3.0  # times the seconds of the empty page
_TIMEOUT_MS = 180_000  # for one answer on a busy machine
_AHEAD_S = 0.25  # between telling the browsers to click and the click

# `ask` clicks at a time given in milliseconds since 1970; `rest()` is true once the page is at rest
# after the click; `took()` returns how many milliseconds that took.
_CLOCK = """
let clicked = 0, answered = false, last = 0;
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", () => { answered = true; });
  }
};
const state = "data-test-script-state";
new MutationObserver(changes => {
  const main = document.querySelector("[data-testid=stMain]");
  const seen = place => main?.contains(place) && !place.parentElement?.closest("canvas")
    && place.nodeName !== "CANVAS";
  if (changes.some(c => c.attributeName === state || seen(c.target))) last = performance.now();
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
window.ask = (target, at) => setTimeout(() => {
  const {x, y, width, height} = target.getBoundingClientRect();
  const place = {clientX: x + width / 2, clientY: y + height / 2};
  clicked = last = performance.now();
  answered = false;
  target.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, ...place}));
}, at - Date.now());
window.rest = () => clicked && answered && performance.now() - last > 500
  && document.querySelector("[data-testid=stApp]").getAttribute(state) === "notRunning";
window.took = () => { const span = last - clicked; clicked = 0; return span; };
"""


@dataclass(frozen=True)
class Ask:
    """Something that a visitor asks of a page.

    Attributes:
        title: its name in the table.
        path: of the page.
        click: selector of the element that is clicked and timed.
        back: selector of the element that is clicked afterwards, so that it can be asked again.
    """

    title: str
    path: str
    click: str
    back: str


_LINK = "[data-testid=stSidebarNavLink]:has-text('{}')".format
_EMPTY = (_LINK("Other"), _LINK("Empty"))


def _opened(title: str, back: str) -> Ask:
    return Ask(f"{title}: opened", f"/{back.lower()}", _LINK(title), _LINK(back))


def _tab(page: str, key: str, name: str, back: str) -> Ask:
    tab, path = "role=tab[name='{}']".format, page.lower().replace(" ", "_")
    return Ask(f"{page}: {name}", f"/{path}?{key}={quote(back)}", tab(name), tab(back))


def _option(title: str, path: str, key: str, *options: str) -> Ask:
    click, back = (f".st-key-{key} button:has-text('{option}')" for option in options)
    return Ask(title, path, click, back)


def _cell(title: str, path: str, matrix: str) -> Ask:
    """A cell with several pages of pictures, and back to one with none."""
    cell = f".st-key-confusion_{matrix} [aria-label^='{{}} read as {{}}: ']".format
    return Ask(title, path, cell(3, 3), cell(0, 1))


def _toggle(title: str, path: str, key: str) -> Ask:
    click = f".st-key-{key} input"
    return Ask(title, path, click, click)


ASKS = (
    _tab("Compare", "evidence", "Digit by digit", "Cost"),
    _tab("Compare", "evidence", "The ten, one by one", "Cost"),
    _tab("Compare", "evidence", "Probabilities", "Cost"),
    _tab("Compare", "evidence", "Not a digit", "Cost"),
    _tab("Compare", "evidence", "Equal size", "Cost"),
    _tab("Compare", "evidence", "Numbers", "Cost"),
    _tab("Compare", "evidence", "Cost", "Digit by digit"),
    _option("Compare: precision", "/compare", "figure", "Precision", "Recall"),
    _cell("Confusion: a cell, its pictures", "/confusion", "single"),
    _option("Confusion: percentages", "/confusion", "unit", "Row %", "Counts"),
    _tab("Training", "part", "Epoch by epoch", "Drawings"),
    _tab("Training", "part", "Mistakes", "Drawings"),
    _tab("Training", "part", "Overfitting", "Drawings"),
    _toggle("Training: each binary model", "/training", "each_member"),
    _tab("Data", "about", "What the network gets", "The picture as numbers"),
    _tab("How it works", "topic", "Inside a network", "Two ways to read a digit"),
    _option("Data: another digit", "/data", "digit", "4", "5"),
    _option("How it works: another digit", "/how_it_works", "example", "4", "5"),
    _opened("Compare", "Data"),
    _opened("Confusion", "Data"),
    _opened("Training", "Data"),
    _opened("Data", "Confusion"),
    _opened("How it works", "Data"),
)


@dataclass(frozen=True)
class Measured:
    """The seconds that one ask took, a value per click, and those of the empty page."""

    title: str
    empty: Sequence[float]
    ours: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of ours over that of the empty page."""
        return median(self.ours) / median(self.empty)


def heading(browsers: int) -> str:
    """Markdown: the head of a table with a row per ask."""
    who = "1 browser" if browsers == 1 else f"{browsers} browsers at once"
    cells = (who, "empty page, ms", "ours, ms", "ratio", f"at most {TARGET:g}")
    return f"| {' | '.join(cells)} |\n{'|---' * len(cells)}|"


def row(result: Measured) -> str:
    """Markdown: both medians, their ratio and whether it is within the target."""
    empty, ours = (f"{1000 * median(values):.0f}" for values in (result.empty, result.ours))
    verdict = "yes" if result.ratio <= TARGET else "no"
    return f"| {result.title} | {empty} | {ours} | {result.ratio:.2f} | {verdict} |"


def measure(asks: Sequence[Ask], run: str, browsers: int, repeats: int) -> Iterator[Measured]:
    """The asks with this many browsers at once, each as soon as it is measured.

    Raises:
        BenchmarkError: something that is needed is missing, or an app does not answer.
    """
    executable = chromium_path()
    from playwright.sync_api import Error as PlaywrightError

    from tests.helpers.serving import NotServedError, open_browser, serve

    try:
        with (
            serve({}, "benchmarks/apps/empty_app.py") as empty,
            serve({}) as ours,
            open_browser(executable) as browser,
            _pages(browser, browsers) as empty_pages,
            _pages(browser, browsers) as our_pages,
        ):
            _visit(empty_pages, empty.url)
            for ask in asks:
                _visit(our_pages, f"{ours.url}{ask.path}{'&' if '?' in ask.path else '?'}run={run}")
                yield _in_turns(ask, empty_pages, our_pages, repeats)
    except NotServedError as error:
        raise BenchmarkError(str(error)) from error
    except (PlaywrightError, AssertionError) as error:
        raise BenchmarkError(f"The browser failed. {str(error).splitlines()[0]}") from error


@contextlib.contextmanager
def _pages(browser: "Browser", number: int) -> "Iterator[list[Page]]":
    """A page per new session, with the clock in every document they open."""
    contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in range(number)]
    for context in contexts:
        context.set_default_timeout(_TIMEOUT_MS)
        context.add_init_script(_CLOCK)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def _visit(pages: "Sequence[Page]", url: str) -> None:
    from tests.helpers.serving import settle

    for page in pages:
        page.goto(url)
        settle(page)


def _in_turns(
    ask: Ask, empty_pages: "Sequence[Page]", our_pages: "Sequence[Page]", repeats: int
) -> Measured:
    empty: list[float] = []
    ours: list[float] = []
    for turn in range(repeats + 1):
        times = [_answers(empty_pages, click) for click in _EMPTY]
        answers = _answers(our_pages, ask.click)
        _answers(our_pages, ask.back)
        if turn:  # the first visit does not count
            empty += times[0] + times[1]
            ours += answers
    return Measured(ask.title, empty, ours)


def _answers(pages: "Sequence[Page]", selector: str) -> list[float]:
    """All click at the same moment; returns the seconds until each is at rest."""
    targets = [page.locator(selector).first for page in pages]
    for target in targets:
        target.wait_for(state="attached")
    at = 1000 * (time.time() + _AHEAD_S)
    for target in targets:
        target.evaluate("(target, at) => ask(target, at)", at)
    return [_took(page) for page in pages]


def _took(page: "Page") -> float:
    page.wait_for_function("rest()", polling=50)
    return page.evaluate("took()") / 1000


def main() -> None:
    """Measure with each number of browsers, and print a table for each, row by row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--browsers", type=int, nargs="+", default=[1, 10], help="at once")
    parser.add_argument("--repeats", type=int, default=3, help="clicks that count, per browser")
    parser.add_argument("--run", default="reference", help="a run in trained/")
    parser.add_argument("--only", default="", help="rows with this in their title")
    options = parser.parse_args()
    asks = [ask for ask in ASKS if options.only in ask.title]
    if min(options.repeats, *options.browsers) < 1:
        parser.error("--repeats and --browsers must be 1 or more")
    if find_mnist() is None:
        print("Without MNIST the pages do not show its pictures; MNIST_NPZ=FILE adds them.")
    try:
        run = load_run(options.run)
        for browsers in options.browsers:
            print(f"\n{heading(browsers)}", flush=True)
            for result in measure(asks, run.name, browsers, options.repeats):
                print(row(result), flush=True)
    except (RunError, BenchmarkError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
