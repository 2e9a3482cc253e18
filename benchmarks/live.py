"""Does the browser say what the server says, and how soon? python -m benchmarks.live

Three measurements of what moves with the pen on Draw, in a headless Chromium:

* agreement: the modules of ui/live draw all pen digits and read them, and all of MNIST's test
  pictures, beside the server's. Counted are the pictures and answers that differ, and the largest
  difference of a probability;
* movements (`benchmarks.live_pen`): digits that people wrote in one stroke are drawn on the page.
  The clock runs from the event of each movement until texts and bars of both approaches have been
  written, without and with the processor slowed down as for a phone. Beside it, of the same
  strokes, the time from their end to the server's verdicts, ours and the straightforward app's.
  The messages to the server are counted;
* visits (`benchmarks.live_visit`): the first visit to a new server, in turns with and without the
  preview.

    python -m benchmarks.live [agreement|movements|visits ...] [--run NAME] [--strokes N]
                              [--repeats N] [--limit N] [--out FILE]
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.serving import BenchmarkError, chromium_path
from mnist_models import Run, RunError, load_run
from mnist_models.data.download import DatasetError
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import PenDigit, load_pen_digits
from mnist_models.pictures import PIXELS
from mnist_models.preprocessing.rasterise import Stroke, rasterise
from mnist_models.settings import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PARTS = ("agreement", "movements", "visits")
MOST = 0.001  # that a probability may differ by
_AT_ONCE = 500  # pictures
_ORIGIN = "http://live.test/"
_RASTERISE = """async drawings => {
    const { rasterise } = await import("/rasterise.js");
    const grey = new Uint8Array(784 * drawings.length);
    drawings.forEach((strokes, k) => grey.set(rasterise(strokes), 784 * k));
    return [...grey];
}"""
_READ = """async file => {
    const { readStack } = await import("/networks.js");
    const response = await fetch(`data:application/zip;base64,${file}`);
    window.stack = await readStack(await response.arrayBuffer());
}"""
_PREDICT_PROBA = """async pictures => {
    const { predictProba } = await import("/networks.js");
    const bytes = Uint8Array.from(atob(pictures), byte => byte.charCodeAt(0));
    const proba = [];
    for (let start = 0; start < bytes.length; start += 784)
        proba.push([...predictProba(stack, bytes.subarray(start, start + 784))]);
    return proba;
}"""


@dataclass(frozen=True)
class Agreement:
    """How far an approach in the browser is from the server, over some pictures.

    Attributes:
        pictures: what they are.
        approach: who reads them.
        count: of the pictures.
        drawn_otherwise: of them, how many the browser draws otherwise than the server; None where
            there is nothing to draw.
        read_otherwise: how many it reads as another digit.
        difference: the largest of a probability.
    """

    pictures: str
    approach: str
    count: int
    drawn_otherwise: int | None
    read_otherwise: int
    difference: float

    @property
    def holds(self) -> bool:
        """Whether every picture and digit is the same, and every probability near enough."""
        return not self.drawn_otherwise and not self.read_otherwise and self.difference <= MOST


def agreement_table(found: Sequence[Agreement]) -> str:
    """Markdown: a row per approach and kind of pictures."""
    head = ("pictures", "approach", "number", "drawn otherwise", "read otherwise",
            "largest difference", f"agrees, at most {MOST:g}")  # fmt: skip
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for a in found:
        drawn = "" if a.drawn_otherwise is None else f"{a.drawn_otherwise:,}"
        cells = (a.pictures, a.approach, f"{a.count:,}", drawn, f"{a.read_otherwise:,}",
                 f"{a.difference:.1e}", "yes" if a.holds else "no")  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def measure_agreement(
    browser: "Browser", run: Run, digits: Sequence[PenDigit], mnist: NDArray[np.uint8]
) -> Iterator[Agreement]:
    """Both kinds of pictures by each approach of a run, as soon as it is measured.

    Args:
        browser: that draws and reads.
        run: with rounded weights.
        digits: to draw.
        mnist: (n, 28, 28) pictures.

    Raises:
        RunError: the run is damaged.
    """
    with browser.new_context() as context:
        context.route("**/*", _serve_modules)
        page = context.new_page()
        page.goto(_ORIGIN)
        page.set_default_timeout(0)
        drawn = np.stack([rasterise(digit.strokes) for digit in digits])
        theirs = np.concatenate([_drawn(page, part) for part in _parts(digits)])
        otherwise = int((theirs.reshape(drawn.shape) != drawn).any(axis=(1, 2)).sum())
        for approach in run.pair_with_weights:
            page.evaluate(_READ, base64.b64encode(run.weights_file(approach)).decode())
            for name, images, differing in (
                ("pen digits", drawn, otherwise),
                ("MNIST's test pictures", mnist, None),
            ):
                ours = np.concatenate([_proba(page, part) for part in _parts(images)])
                expected = run.stack(approach).predict_proba(images)
                yield Agreement(
                    pictures=name,
                    approach=approach,
                    count=len(images),
                    drawn_otherwise=differing,
                    read_otherwise=int((ours.argmax(axis=1) != expected.argmax(axis=1)).sum()),
                    difference=float(np.abs(ours - expected).max()),
                )


def _parts(whole: Any) -> Iterator[Any]:
    for start in range(0, len(whole), _AT_ONCE):
        yield whole[start : start + _AT_ONCE]


def _drawn(page: "Page", digits: Sequence[PenDigit]) -> NDArray[np.uint8]:
    def lists(strokes: Sequence[Stroke]) -> list[Any]:
        return [np.float64(stroke).tolist() for stroke in strokes]

    grey = page.evaluate(_RASTERISE, [lists(digit.strokes) for digit in digits])
    return np.array(grey, np.uint8).reshape(-1, PIXELS)


def _proba(page: "Page", images: NDArray[np.uint8]) -> NDArray:
    return np.array(page.evaluate(_PREDICT_PROBA, base64.b64encode(images.tobytes()).decode()))


def _serve_modules(route: "Route") -> None:
    name = route.request.url.removeprefix(_ORIGIN)
    if name.endswith(".js"):
        route.fulfill(path=PROJECT / "ui" / "live" / name, content_type="text/javascript")
    else:
        route.fulfill(body="", content_type="text/html")


def _measure(parts: Sequence[str], run: Run, options: argparse.Namespace) -> Iterator[Any]:
    """Print a table for each part, and give what `--out` writes of it.

    Raises:
        BenchmarkError: something that is needed is missing, or an app does not answer.
        DatasetError: the pen digits or MNIST cannot be loaded.
        RunError: the run lacks an approach's weights, or is damaged.
    """
    chromium = chromium_path()
    from playwright.sync_api import Error as PlaywrightError

    from benchmarks import live_pen, live_visit
    from tests.helpers.serving import NotServedError, open_browser

    digits = load_pen_digits()
    try:
        with open_browser(chromium) as browser:
            if "agreement" in parts:
                mnist, limit = load_mnist().x_test, options.limit
                found = list(measure_agreement(browser, run, digits[:limit], mnist[:limit]))
                print(f"\n{agreement_table(found)}", flush=True)
                yield "agreement", [asdict(each) for each in found]
            if "movements" in parts:
                moved = live_pen.measure(browser, run, digits, options.strokes)
                print(f"\n{live_pen.table(moved)}", flush=True)
                yield "movements", asdict(moved)
            if "visits" in parts:
                visits = live_visit.measure(browser, run, options.repeats)
                print(f"\n{live_visit.table(visits)}", flush=True)
                yield "visits", visits
    except NotServedError as error:
        raise BenchmarkError(str(error)) from error
    except (PlaywrightError, AssertionError) as error:
        raise BenchmarkError(f"The browser failed. {str(error).splitlines()[0]}") from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--run", help="a run in trained/ (default: the active one)")
    parser.add_argument("--strokes", type=int, default=10, help="drawn at either speed")
    parser.add_argument("--repeats", type=int, default=3, help="visits with and without")
    parser.add_argument("--limit", type=int, help="at most this many pictures of each kind")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; they are {', '.join(PARTS)}")
    if min(options.strokes, options.repeats, options.limit or 1) < 1:
        parser.error("--strokes, --repeats and --limit must be 1 or more")
    return options


def main() -> None:
    """Measure, print the tables, write JSON with --out."""
    options = _arguments()
    try:
        run = load_run(options.run)
        print(f"{run.label}", flush=True)
        report = dict(_measure(options.parts or PARTS, run, options))
    except (RunError, DatasetError, BenchmarkError) as error:
        sys.exit(str(error))
    if options.out:
        report |= {"run": run.name, "version": run.version}
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
