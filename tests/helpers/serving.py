"""The app as a process of its own, and a browser to visit it: what the browser tests share."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, expect, sync_playwright

from mnist_models.settings import PROJECT, trained_folder
from tests.helpers.memory import status_bytes
from tests.helpers.ports import free_port

CANVAS_SIDE = 280
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 780}, "has_touch": True}
PAGES = {  # every page by its path, with its heading
    "/": "One model or ten?",
    "/tour": "Tour",
    "/compare": "Compare",
    "/confusion": "Confusion",
    "/new_class": "New class",
    "/training": "Training",
    "/data": "Data",
    "/my_drawings": "My drawings",
    "/how_it_works": "How it works",
}
_START_TIMEOUT_S = 180  # on a busy machine
RENDER_TIMEOUT_MS = 30_000  # machines that run tests can be slow; nothing waits longer than it must

Strokes = Sequence[Sequence[Sequence[float]]]
Evaluate = Callable[[str, Any], Any]  # runs JavaScript with an argument
ONE: Strokes = [[(140, 60), (140, 100), (140, 150), (140, 220)]]


def find_chromium() -> str | None:
    """A Chromium on this machine: `CHROMIUM` if set, else one on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def open_browser(executable: str, *more: str) -> Iterator[Browser]:
    """A headless browser that asks nobody on the internet for anything; more: its arguments."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", *more]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        browser.close()


class NotServedError(Exception):
    """The app did not start; the message says what to do."""


class Server:
    """A running app."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.pid = process.pid
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = log

    def has_mapped(self, library: str) -> bool:
        """Whether the process has loaded a native library whose path contains this."""
        return library in Path(f"/proc/{self.pid}/maps").read_text(encoding="utf-8")

    def memory_mb(self) -> float:
        """Resident memory of the process, in MB (10^6 bytes)."""
        return status_bytes("VmRSS", self.pid) / 1e6


running: list[Server] = []  # of this process; whoever reports a failure shows what they logged


@contextlib.contextmanager
def serve(
    environment: dict[str, str],
    app: str = "app.py",
    port: int | None = None,
    arguments: Sequence[str] = (),
) -> Iterator[Server]:
    """Start the app with these environment variables beside the ordinary ones; stop it after.

    Args:
        environment: the variables.
        app: another app instead of ours.
        port: where it listens; at a free one if None.
        arguments: for the app, in `sys.argv`.

    Raises:
        NotServedError: it ends at once, or does not answer.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", app, "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    command += ["--server.fileWatcherType=none", "--", *arguments]
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        server = Server(process, port, Path(log.name))
        running.append(server)
        try:
            _wait_until_healthy(process, server.url, app)
            yield server
        finally:
            running.remove(server)
            process.terminate()
            process.wait(timeout=30)


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, app: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
            return
        time.sleep(0.02)
    raise NotServedError(f"{app} did not start. `streamlit run {app}` shows why.")


def copy_reference(folder: Path) -> Path:
    """A `trained/` with the shipped reference, so that no test changes what is in the project."""
    copy = folder / "trained"
    shutil.copytree(trained_folder() / "reference", copy / "reference")
    return copy


def fresh_machine(folder: Path) -> dict[str, str]:
    """The environment of a machine with the shipped reference and without MNIST."""
    return {
        "MNIST_TRAINED": str(copy_reference(folder)),
        "MNIST_NPZ": "",
        "KERAS_HOME": str(folder / "keras"),
    }


def expect_verdicts_on_screen(page: Page, digit: str, *, width: int, height: int) -> None:
    """Both approaches have read the digit, and no one needs to scroll in order to see it."""
    for approach in ("single", "multi"):
        expect(verdict(page, approach)).to_have_text(digit, timeout=RENDER_TIMEOUT_MS)
        box = page.locator(f".st-key-{approach}_verdict").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def visit(page: Page, server: Server, path: str = "/") -> None:
    """Open a page and wait until it has been drawn and its script has ended."""
    page.goto(server.url + path)
    settle(page)


def settle(page: Page | Frame) -> None:
    """Wait until the heading is there and no script is running."""
    expect(page.locator("h1")).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    app = page.locator("[data-testid=stApp]")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=RENDER_TIMEOUT_MS)


def draw(page: Page, strokes: Strokes) -> None:
    """Draw with the mouse; coordinates in pixels of the canvas."""
    canvas = page.locator(".st-key-draw_canvas canvas").last
    canvas.hover()  # waits until it is there and has stopped moving
    box = canvas.bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [(box["x"] + x, box["y"] + y) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def it_was(page: Page | FrameLocator, label: str) -> Locator:
    """What to tap in order to say what a drawing shows."""
    choice = page.locator(".st-key-correct_label")
    return choice.get_by_role("radio", name=label, exact=True)


def verdict(page: Page, approach: str) -> Locator:
    """The digit that an approach has answered; for a moment what it replaces stands behind it."""
    return page.locator(f".st-key-{approach}_verdict [data-testid=stMetricValue]").first
