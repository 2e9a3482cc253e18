"""What the tests in a browser share: two machines with their apps, and visitors' pages."""

import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, Route

from mnist_models.settings import PROJECT
from tests.helpers.serving import (
    DESKTOP,
    PHONE,
    Evaluate,
    Server,
    copy_reference,
    fresh_machine,
    running,
    serve,
    visit,
)

_ORIGIN = "http://live.test/"
_LOGGED = 5_000  # characters of a server's log that a failure shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the servers logged last stands below a failure: a page shows visitors no traceback."""
    report = yield
    if report.failed:
        for server in running:
            end = server.log.read_text(encoding="utf-8", errors="replace")[-_LOGGED:]
            report.sections.append((f"log of {server.url}", end))
    return report


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh machine: the shipped reference, and no MNIST."""
    return fresh_machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="session")
def server(machine: dict[str, str]) -> Iterator[Server]:
    """The app on the fresh machine; who changes what is there puts it back."""
    with serve(machine) as running:
        yield running


@pytest.fixture(scope="session")
def equipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a machine that has MNIST, if it is here."""
    trained = copy_reference(tmp_path_factory.mktemp("equipped"))
    with serve({"MNIST_TRAINED": str(trained)}) as running:
        yield running


@pytest.fixture(scope="module")
def evaluate(browser: Browser) -> Iterator[Evaluate]:
    """A function that runs JavaScript on an empty page which can import the modules of ui/live/."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(_ORIGIN)
        if name.endswith(".js"):
            route.fulfill(path=PROJECT / "ui" / "live" / name, content_type="text/javascript")
        else:
            route.fulfill(body="", content_type="text/html")

    with browser.new_context() as context:
        context.route("**/*", serve)
        page: Page = context.new_page()
        page.goto(_ORIGIN)
        yield page.evaluate


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """On a desktop, as somebody whom nobody knows."""
    with browser.new_context(**DESKTOP) as context:
        yield context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """On a phone."""
    with browser.new_context(**PHONE) as context:
        yield context.new_page()


@pytest.fixture
def open_draw(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """A function that opens Draw, on a desktop or with the options of another context."""
    contexts = []

    def open_page(path: str = "/", **options: object) -> Page:
        context = browser.new_context(**{**DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        visit(page, server, path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def another_site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """A function that makes a page of another site and returns its address."""
    serve_folder = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    site = ThreadingHTTPServer(("127.0.0.1", 0), serve_folder)
    threading.Thread(target=site.serve_forever, daemon=True).start()

    def make(html: str) -> str:
        (tmp_path / "frame.html").write_text(html, encoding="utf-8")
        return f"http://localhost:{site.server_port}/frame.html"

    yield make
    site.shutdown()
    site.server_close()
