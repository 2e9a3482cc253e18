"""How fast are drawings answered while a training runs? python -m benchmarks.crowd

Ten sessions of one headless Chromium are open at one server. They draw in turns, stroke by stroke,
each on an empty canvas. Then all press Retrain: one training of the reference recipe on MNIST
starts, all ten watch it and go on drawing until it ends, and then draw once more. The output is the
number of seconds from the end of a stroke to both verdicts, without a training (before and after)
and with one, for strokes that began and ended while it ran.

The browser, the server and the training share this machine, so visitors from elsewhere see better
times than those measured here.

    python -m benchmarks.crowd [--browsers N] [--strokes N]
"""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.serving import BenchmarkError, chromium_path
from mnist_models.data.mnist import find_mnist
from mnist_models.jobs.executor import executor, latest_job

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TARGET = 2.0  # times the seconds of a stroke without a training


def table(alone: Sequence[float], beside: Sequence[float]) -> str:
    """Markdown: the strokes without and with a training, and their ratio.

    Args:
        alone: seconds from the end of each stroke to both verdicts, without a training.
        beside: the same while one runs.
    """
    ratio = median(beside) / median(alone)
    reached = "reached" if ratio <= TARGET else "not reached"
    return "\n".join(
        [
            "| stroke to verdicts | strokes | median, s | nine of ten within, s |",
            "|---|---|---|---|",
            _row("without a training", alone),
            _row("while one runs", beside),
            f"\nRatio of the medians {ratio:.2f}; target at most {TARGET:g}, {reached}.",
        ]
    )


def _row(title: str, seconds: Sequence[float]) -> str:
    within = quantiles(seconds, n=10)[-1]
    return f"| {title} | {len(seconds)} | {median(seconds):.2f} | {within:.2f} |"


def measure(browsers: int, strokes: int) -> tuple[list[float], list[float]]:
    """Seconds of that many strokes, or a few more, without a training and while one runs.

    Args:
        browsers: how many sessions are open.
        strokes: how many in each of the two cases, all sessions together.

    Raises:
        BenchmarkError: MNIST, the browser or Playwright is missing.
    """
    if find_mnist() is None:
        raise BenchmarkError("The reference is trained on MNIST, which is not on this machine.")
    chromium = chromium_path()
    from tests.helpers.serving import copy_reference, open_browser, serve

    with tempfile.TemporaryDirectory() as folder:
        os.environ["MNIST_TRAINED"] = str(copy_reference(Path(folder)))
        with (
            serve({}) as server,
            open_browser(chromium) as browser,
            _sessions(browser, browsers, server.url) as pages,
        ):
            try:
                return _draw_without_and_with(pages, strokes)
            finally:
                if job := latest_job("training"):
                    executor().cancel(job.id)  # if the browser gave up before the training ended


def _draw_without_and_with(
    pages: Sequence["Page"], strokes: int
) -> tuple[list[float], list[float]]:
    turns, places = cycle(pages), cycle(range(60, 220, 8))
    for page in pages:
        _stroke(page, next(places))  # the first stroke of a session loads the weights
    alone = [_stroke(next(turns), next(places)) for _ in range(strokes // 2)]
    beside: list[float] = []
    while len(beside) < strokes:
        _press_retrain(pages)
        print(f"A training is running, {len(beside)} of {strokes} strokes are done.", flush=True)
        while _is_running():
            seconds = _stroke(next(turns), next(places))
            if _is_running():
                beside.append(seconds)
    alone += [_stroke(next(turns), next(places)) for _ in range(strokes // 2)]
    return alone, beside


def _is_running() -> bool:
    job = latest_job("training")
    return job is not None and job.is_unfinished


def _press_retrain(pages: Sequence["Page"]) -> None:
    for page in pages:
        page.locator(".st-key-retrain button").click()
    for page in pages:
        page.locator(".st-key-cancel_training").wait_for()


def _stroke(page: "Page", x: int) -> float:
    """Draw a one at this place; returns the seconds from its end to both verdicts."""
    from tests.helpers.serving import draw, settle

    if page.evaluate("answered('single')"):
        page.locator(".st-key-clear button").click()
        page.wait_for_function("!answered('single') && !answered('multi')")
        settle(page)
    draw(page, [[(x, 60), (x, 100), (x, 150), (x, 220)]])
    page.wait_for_function("window.stroke.answered")
    return page.evaluate("(stroke.answered - stroke.ended) / 1000")


@contextlib.contextmanager
def _sessions(browser: "Browser", number: int, url: str) -> Iterator[list["Page"]]:
    from benchmarks.stopwatch import clocked_page
    from tests.helpers.serving import settle

    with contextlib.ExitStack() as stack:
        pages = [stack.enter_context(clocked_page(browser)) for _ in range(number)]
        for page in pages:
            page.goto(url)
            settle(page)
        yield pages


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--browsers", type=int, default=10, help="number of open sessions")
    parser.add_argument("--strokes", type=int, default=40, help="without a training and with one")
    options = parser.parse_args()
    if options.browsers < 1 or options.strokes < 4:
        parser.error("--browsers must be 1 or more, and --strokes 4 or more")
    try:
        alone, beside = measure(options.browsers, options.strokes)
    except BenchmarkError as error:
        sys.exit(str(error))
    print(f"\n{options.browsers} sessions\n\n{table(alone, beside)}")


if __name__ == "__main__":
    main()
