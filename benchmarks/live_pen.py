"""Draw what people wrote on the page Draw, with a clock that runs at each movement of the pen."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.serving import export
from benchmarks.stopwatch import clocked_page, drawn_anew
from mnist_models.data.pen_digits import WRITING_BOX, PenDigit
from mnist_models.runs.run import Run
from tests.helpers.serving import CANVAS_SIDE, ONE, draw, serve, settle
from ui.live.scripts import scripts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Line = list[list[float]]  # points [x, y], in pixels of the canvas

SLOW = 6  # times as slow: a phone
GOALS_MS = {1: 16, SLOW: 50}  # that 95 of 100 movements stay within, by how much it is slowed down
_HAS_NETWORKS = "/[^–]/.test(document.querySelector('.st-key-live .multi b')?.textContent ?? '–')"

# A movement has been answered when all who hear of it have been told, which comes last. `at` is
# when the browser had it, `began` when the page had it, in milliseconds.
_CLOCK = """
window.moves = [], window.messages = {};
let open = [], isDown = false;
addEventListener("pointerdown", () => { isDown = true, messages = { during: 0, after: 0 }; }, true);
addEventListener("pointerup", () => { isDown = false; }, true);
const said = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  messages[isDown ? "during" : "after"]++;
  return said.call(this, data);
};
addEventListener("pointermove", event => {
  if (!event.buttons) return;
  const move = { at: event.timeStamp, began: performance.now() };
  moves.push(move), open.push(move);
}, true);
window.follow = async address => {
  const { hear } = await import(new URL(address, document.baseURI).href);
  hear(() => {
    for (const move of open) move.answered = performance.now();
    open = [];
  });
};
"""


@dataclass
class Strokes:
    """What was measured of some strokes, in milliseconds.

    Attributes:
        slowed: how many times the processor was slowed down.
        event: of each movement, from its event in the page until both answers were written.
        browser: the same from when the browser had the movement: other work of the page is in it,
            and that browsers hand a movement on when they are about to draw the next frame.
        verdict: of each stroke, from its end to the server's verdicts.
        during: messages to the server while a stroke is drawn, of all strokes.
        after: and at its end.
    """

    slowed: int
    event: list[float] = field(default_factory=list)
    browser: list[float] = field(default_factory=list)
    verdict: list[float] = field(default_factory=list)
    during: int = 0
    after: int = 0


@dataclass
class Moved:
    """Strokes at both speeds, and what the straightforward app takes for some of them."""

    ours: list[Strokes]
    plain_ms: list[float]


def table(moved: Moved) -> str:
    """Markdown: a row per speed, then the server's verdicts beside, and the messages."""
    lines = [
        "| movement to both answers | movements | median, ms | p95, ms | goal, ms "
        "| p95 since the browser had it, ms |",
        "|---|---|---|---|---|---|",
    ]
    for strokes in moved.ours:
        within, goal = _p95(strokes.event), GOALS_MS[strokes.slowed]
        lines.append(
            f"| {_speed(strokes.slowed)} | {len(strokes.event)} | {median(strokes.event):.1f} "
            f"| {within:.1f} | {goal} {'reached' if within <= goal else 'not reached'} "
            f"| {_p95(strokes.browser):.1f} |"
        )
    lines += ["", "| end of a stroke to the server's verdicts | strokes | median, ms | times a "
              "movement's median |", "|---|---|---|---|"]  # fmt: skip
    beside = [(f"ours, {_speed(s.slowed)}", s.verdict, s) for s in moved.ours]
    beside.append(("the straightforward app", moved.plain_ms, moved.ours[0]))
    for title, times, strokes in beside:
        ratio = median(times) / median(strokes.event)
        lines.append(f"| {title} | {len(times)} | {median(times):.0f} | {ratio:.0f} |")
    during, after = (sum(getattr(s, name) for s in moved.ours) for name in ("during", "after"))
    count = sum(len(s.verdict) for s in moved.ours)
    lines.append(
        f"\nMessages to the server: {during} during {count} strokes, {after} at their ends."
    )
    return "\n".join(lines)


def _speed(slowed: int) -> str:
    return "as fast as it is" if slowed == 1 else f"slowed down {slowed} times"


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def measure(browser: "Browser", run: Run, digits: Sequence[PenDigit], count: int) -> Moved:
    """That many strokes at either speed, and the same ones in the straightforward app.

    Raises:
        BenchmarkError: the run cannot be exported for the straightforward app.
        NotServedError: an app does not start.
        playwright.sync_api.Error: an expected element does not appear.
    """
    drawn = _strokes(digits, count)
    with _opened(browser, "app.py", query=f"?run={run.name}") as page:
        page.wait_for_function(_HAS_NETWORKS)
        page.evaluate("address => follow(address)", scripts()["channel"])
        processor = page.context.new_cdp_session(page)
        ours = []
        for slowed in GOALS_MS:
            processor.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
            ours.append(_measure(page, drawn, slowed))
    with tempfile.TemporaryDirectory() as folder:
        export(run, folder)
        with _opened(browser, "benchmarks/apps/plain_app.py", [folder]) as page:
            plain = [1000 * drawn_anew(page, stroke)[0] for stroke in drawn]
    return Moved(ours, plain)


def _measure(page: "Page", drawn: Sequence[Line], slowed: int) -> Strokes:
    strokes = Strokes(slowed)
    for stroke in drawn:
        page.evaluate("moves.length = 0")
        strokes.verdict.append(1000 * drawn_anew(page, stroke)[0])
        settle(page)
        for move in page.evaluate("moves"):
            strokes.event.append(move["answered"] - move["began"])
            strokes.browser.append(move["answered"] - move["at"])
        messages = page.evaluate("messages")
        strokes.during += messages["during"]
        strokes.after += messages["after"]
    return strokes


@contextlib.contextmanager
def _opened(
    browser: "Browser", script: str, arguments: Sequence[str] = (), query: str = ""
) -> "Iterator[Page]":
    """The page of an app with a first drawing that has been answered."""
    with clocked_page(browser) as page, serve({}, script, arguments=arguments) as server:
        page.add_init_script(_CLOCK)
        page.goto(f"{server.url}/{query}")
        page.wait_for_function("canvas()")
        draw(page, ONE)
        page.wait_for_function("window.stroke.answered")
        yield page


def _strokes(digits: Sequence[PenDigit], count: int) -> list[Line]:
    """Digits that were written in one stroke, each by another person, as points on the canvas."""
    chosen: dict[int, Line] = {}
    for digit in digits:
        if len(digit.strokes) == 1 and digit.digit == len(chosen) % 10:
            chosen.setdefault(digit.writer, _on_canvas(digit))
    return list(chosen.values())[:count]


def _on_canvas(digit: PenDigit) -> Line:
    points: list[list[float]] = (digit.strokes[0] * (CANVAS_SIDE / WRITING_BOX)).tolist()
    return points
