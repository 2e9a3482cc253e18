"""A first visit to a new server, with and without what moves with the pen."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.stopwatch import clocked_page, drawn_anew
from mnist_models.runs.run import Run
from tests.helpers.serving import ONE, draw, serve, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WITH, WITHOUT = "with the preview", "without it"
# Without the files there is no preview.
_SERVED: dict[str, dict[str, str]] = {
    way: {"STREAMLIT_SERVER_ENABLE_STATIC_SERVING": value}
    for way, value in ((WITH, "true"), (WITHOUT, "false"))
}
TITLES = {
    "start_s": "server's start to first verdicts, s",
    "memory_mb": "server's memory after them, MB",
    "stroke_s": "second stroke to verdicts, s",
    "shift": "layout shift",
    "other_mb": "fetched but networks, MB",
    "networks_mb": "networks, MB",
    "networks_after_s": "networks asked for after the first paint, s",
}
# Shifts that follow a click or a key somebody asked for.
_CLOCK = """
window.shift = 0;
performance.setResourceTimingBufferSize(5000);
new PerformanceObserver(list => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) shift += each.value;
}).observe({ type: "layout-shift", buffered: true });
"""
_NETWORKS_AFTER = """() => {
  const first = name => performance.getEntriesByName(name)[0].startTime;
  const asked = performance.getEntriesByType("resource").filter(e => e.name.endsWith(".zip"));
  return asked.length && (asked[0].startTime - first("first-contentful-paint")) / 1000;
}"""

Visits = Mapping[str, Sequence[Mapping[str, float]]]  # with and without


def table(visits: Visits) -> str:
    """Markdown: a row per measure, the medians of both and what the preview adds to it."""
    lines = [f"| first visit | {WITH} | {WITHOUT} | ratio |", "|---|---|---|---|"]
    for measure, title in TITLES.items():
        middle = {way: median(visit[measure] for visit in visits[way]) for way in visits}
        with_it, without = middle[WITH], middle[WITHOUT]
        ratio = f"{with_it / without:.2f}" if without else ""
        lines.append(f"| {title} | {with_it:.3g} | {without:.3g} | {ratio} |")
    return "\n".join(lines)


def measure(browser: "Browser", run: Run, repeats: int) -> dict[str, list[dict[str, float]]]:
    """So many first visits of either way, in turns.

    Raises:
        AssertionError: the app does not start.
        playwright.sync_api.Error: an expected element does not appear.
    """
    visits: dict[str, list[dict[str, float]]] = {way: [] for way in _SERVED}
    for way in [*_SERVED] * repeats:
        visits[way].append(_visit(browser, run, _SERVED[way]))
    return visits


def _visit(browser: "Browser", run: Run, environment: dict[str, str]) -> dict[str, float]:
    with clocked_page(browser) as page:
        page.add_init_script(_CLOCK)
        fetched = _count_bytes(page)
        began = time.perf_counter()
        with serve(environment) as server:
            page.goto(f"{server.url}/?run={run.name}")
            page.wait_for_function("canvas()")
            draw(page, ONE)
            page.wait_for_function("window.stroke.answered")
            start_s = time.perf_counter() - began
            settle(page)
            page.wait_for_load_state("networkidle")
            memory_mb = server.memory_mb()
            shift, networks_after_s = page.evaluate("shift"), page.evaluate(_NETWORKS_AFTER)
            stroke_s = drawn_anew(page, ONE[0])[0]
    return {
        "start_s": start_s,
        "memory_mb": memory_mb,
        "stroke_s": stroke_s,
        "shift": shift,
        "other_mb": fetched["other"] / 1e6,
        "networks_mb": fetched["networks"] / 1e6,
        "networks_after_s": networks_after_s,
    }


def _count_bytes(page: "Page") -> Counter[str]:
    """What a page fetches from now on, as it comes over the line: the networks, and all else."""
    fetched: Counter[str] = Counter(networks=0, other=0)
    addresses: dict[str, str] = {}
    devtools = page.context.new_cdp_session(page)

    def ask(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def count(event: dict[str, Any]) -> None:
        is_network = addresses.get(event["requestId"], "").endswith(".zip")
        fetched["networks" if is_network else "other"] += event["encodedDataLength"]

    devtools.on("Network.requestWillBeSent", ask)
    devtools.on("Network.loadingFinished", count)
    devtools.send("Network.enable")
    return fetched
