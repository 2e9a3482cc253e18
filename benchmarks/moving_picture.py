"""The moving picture at the top of the README: python -m benchmarks.moving_picture [--out FILE]

A digit that somebody wrote is drawn on the page Draw, a little further in each frame, and both
answers move with it; then the bars of the server's answer are seen, and a part of the inside. A
frame is what the page shows, however long it takes, so a slow machine makes the same picture.

    python -m benchmarks.moving_picture [--run NAME] [--section TITLE] [--out FILE]
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks.serving import BenchmarkError, chromium_path
from mnist_models import Run, RunError, load_run
from mnist_models.data.download import DatasetError
from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.preprocessing.rasterise import Stroke
from mnist_models.settings import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Frame = tuple[Image.Image, int]  # and for how many milliseconds it is seen

FILE = PROJECT / "docs" / "live.webp"
_DIGIT = 7307  # of the pen digits: an 8 that is a 1, a 7, a 0, a 9 and a 3 before
_LONGER_SIDE = 200  # of the drawing, in pixels of the canvas
_CLIP = {"x": 360, "y": 70, "width": 872, "height": 654}  # beside the sidebar, below the header
_WIDTH = 800  # of the picture, in pixels
_STEP_MS, _READ_MS = 120, 1500
_QUALITY = 70
_HAS_NETWORKS = "/[^–]/.test(document.querySelector('.st-key-live .multi b')?.textContent ?? '–')"
# The mouse, which is on no picture of a page.
_MOUSE = """
addEventListener("pointermove", ({ clientX, clientY }) => {
  const ring = document.querySelector("#mouse") ?? document.createElement("div");
  ring.id = "mouse";
  ring.style = `position: fixed; left: ${clientX - 9}px; top: ${clientY - 9}px; width: 18px;
    height: 18px; border: 2px solid #f5be00; border-radius: 50%; z-index: 10000;
    pointer-events: none`;
  document.body.append(ring);
}, true);
"""
_SCROLL = "(place, by) => place.closest('[data-testid=stMain]').scrollBy(0, by)"
_BELOW = "place => place.getBoundingClientRect().top"


def frames(browser: "Browser", run: Run, section: str | None) -> Iterator[Frame]:
    """What the page shows one after the other.

    Args:
        browser: to look with.
        run: that reads the digit.
        section: of the inside, by its title, that is opened at the end; None for none.

    Raises:
        DatasetError: the pen digits cannot be loaded.
        playwright.sync_api.Error: an expected element does not appear.
    """
    from tests.helpers.serving import DESKTOP, ONE, draw, serve, settle, visit

    digit = load_pen_digits()[_DIGIT]
    with serve({}) as server, browser.new_context(**DESKTOP) as context:
        page = context.new_page()
        page.add_init_script(_MOUSE)
        visit(page, server, f"/?run={run.name}")
        draw(page, ONE)  # the networks are there when the first frame is taken
        page.wait_for_function(_HAS_NETWORKS)
        page.locator(".st-key-clear button").click()
        page.locator(".st-key-single_verdict").get_by_text("–").wait_for()
        settle(page)
        yield _seen(page), _READ_MS // 2
        for stroke in _fitted(list(digit.strokes)):
            yield from _drawn(page, stroke)
        page.locator(".st-key-model_input img").wait_for()
        settle(page)
        page.wait_for_timeout(1000)  # bars grow
        yield _seen(page), 2 * _READ_MS
        if section is not None:
            yield from _inside(page, section)


def _drawn(page: "Page", stroke: list[tuple[float, float]]) -> Iterator[Frame]:
    box = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + stroke[0][0], box["y"] + stroke[0][1])
    page.mouse.down()
    for x, y in stroke[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
        yield _seen(page), _STEP_MS
    page.mouse.up()


def _inside(page: "Page", section: str) -> Iterator[Frame]:
    """The section is opened and moves to the top of what is seen."""
    from tests.helpers.serving import settle

    place = page.locator(".st-key-inside")
    place.get_by_role("button", name=section, exact=True).click()
    settle(page)
    page.wait_for_timeout(1000)
    way = place.evaluate(_BELOW) - _CLIP["y"]
    for _ in range(steps := 6):
        place.evaluate(_SCROLL, way / steps)
        page.wait_for_timeout(100)
        yield _seen(page), _STEP_MS
    yield _seen(page), 2 * _READ_MS


def _fitted(strokes: list[Stroke]) -> Iterator[list[tuple[float, float]]]:
    """Strokes as points on the canvas, in its middle, as large as a digit is drawn there."""
    from tests.helpers.serving import CANVAS_SIDE

    low = [min(float(stroke[:, k].min()) for stroke in strokes) for k in (0, 1)]
    high = [max(float(stroke[:, k].max()) for stroke in strokes) for k in (0, 1)]
    scale = _LONGER_SIDE / max(high[0] - low[0], high[1] - low[1])
    for stroke in strokes:
        x, y = ((stroke[:, k] - (low[k] + high[k]) / 2) * scale + CANVAS_SIDE / 2 for k in (0, 1))
        yield list(zip(x.tolist(), y.tolist(), strict=True))


def _seen(page: "Page") -> Image.Image:
    png = page.screenshot(clip=_CLIP)  # type: ignore[arg-type]
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    height = round(_WIDTH * picture.height / picture.width)
    return picture.resize((_WIDTH, height), Image.Resampling.LANCZOS)


def save(moving: list[Frame], path: Path) -> None:
    """Write the frames as an animated WebP that begins again and again."""
    pictures, durations = zip(*moving, strict=True)
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        duration=list(durations),
        loop=0,
        quality=_QUALITY,
        method=6,
    )


def main() -> None:
    """Make the picture."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.moving_picture", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--run", help="a run in trained/ (default: the active one)")
    parser.add_argument("--section", help="of the inside, by its title (default: the first)")
    parser.add_argument("--out", type=Path, default=FILE, help="an animated WebP")
    options = parser.parse_args()
    try:
        run, chromium = load_run(options.run), chromium_path()
        from tests.helpers.serving import open_browser
        from ui.inside.sections import SECTIONS

        section = options.section or next(iter(SECTIONS), None)
        with open_browser(chromium) as browser:
            moving = list(frames(browser, run, section))
    except (RunError, DatasetError, BenchmarkError) as error:
        sys.exit(str(error))
    save(moving, options.out)
    seconds = sum(duration for _, duration in moving) / 1000
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, {seconds:.1f} s")


if __name__ == "__main__":
    main()
