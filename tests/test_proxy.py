"""Two servers behind the proxy, as compose.yaml starts them."""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import httpx
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, expect

from benchmarks.class_of_fifty import ask
from benchmarks.protocol import Visitor
from tests.helpers.proxy import proxy
from tests.helpers.serving import (
    ONE,
    RENDER_TIMEOUT_MS,
    Server,
    copy_reference,
    draw,
    serve,
    settle,
    verdict,
)

T = TypeVar("T")
MEGABYTE = 2**20
UPLOAD = "/_stcore/upload_file/{session}/{file}"


class _Named(BaseHTTPRequestHandler):
    """Answers everything with the port of its server."""

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        body = str(self.connection.getsockname()[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _NamedServer(ThreadingHTTPServer):
    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def named() -> Iterator[list[_NamedServer]]:
    """Two servers that say which they are."""
    servers = [_NamedServer(("127.0.0.1", 0), _Named) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def url(named: list[_NamedServer]) -> Iterator[str]:
    with proxy([server.url for server in named]) as address:
        yield address


def who_answers(url: str, visits: int, cookie: str = "") -> Counter[str]:
    with httpx.Client(base_url=url, cookies={"mnist_server": cookie} if cookie else {}) as visitor:
        return Counter(visitor.get("/media/picture.png").text for _ in range(visits))


def test_each_visitor_stays_with_one_server_and_both_have_about_half(url: str) -> None:
    went = [who_answers(url, 3, f"{number:02x}") for number in range(0, 256, 4)]
    assert all(len(servers) == 1 for servers in went)
    shares = Counter(next(iter(servers)) for servers in went)
    assert len(shares) == 2
    assert min(shares.values()) > 16  # of 64


def test_the_cookie_says_nothing_is_set_once_and_replaced_if_it_is_none_of_ours(url: str) -> None:
    [cookie] = httpx.get(url).headers.get_list("set-cookie")
    assert len(cookie.split(";")[0]) == len("mnist_server=7f")
    assert "HttpOnly" in cookie
    assert "set-cookie" not in httpx.get(url, cookies={"mnist_server": "7f"}).headers
    assert "set-cookie" in httpx.get(url, cookies={"mnist_server": "7f" * 200}).headers


def test_who_takes_no_cookies_stays_by_address(url: str) -> None:
    servers = {httpx.get(url).text for _ in range(8)}
    assert len(servers) == 1


def test_when_a_server_dies_its_visitors_get_the_other(url: str, named: list[_NamedServer]) -> None:
    first, second = named
    first.shutdown()
    first.server_close()
    for number in range(0, 256, 16):
        assert who_answers(url, 1, f"{number:02x}") == {str(second.server_port): 1}


def test_what_is_for_the_owner_alone_is_closed(url: str) -> None:
    for path in ("metrics", "metrics?families=session", "agent/interact", "agent/mcp"):
        assert httpx.get(f"{url}/_stcore/{path}").status_code == 404
    assert httpx.get(f"{url}/_stcore/%6Detrics").status_code == 404
    assert httpx.get(f"{url}//_stcore//metrics").status_code == 404
    assert httpx.get(f"{url}/_stcore/health").status_code == 200


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        (UPLOAD, 32 * MEGABYTE, 200),
        (UPLOAD, 34 * MEGABYTE, 413),
        ("/", MEGABYTE, 413),
    ],
)
def test_uploads_are_bounded(path: str, size: int, status: int, url: str) -> None:
    address = url + path.format(session="s", file="f")
    assert httpx.put(address, content=bytes(size), timeout=60).status_code == status


def test_one_session_cannot_upload_file_after_file_and_another_still_can(url: str) -> None:
    def put(session: str) -> int:
        return httpx.put(url + UPLOAD.format(session=session, file="f"), content=b"x").status_code

    many = Counter(put("s") for _ in range(30))
    assert many[200] < 15
    assert many[429] > 15
    assert put("another") == 200


# With the demo behind it


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two with one folder of runs and one secret."""
    folder = copy_reference(tmp_path_factory.mktemp("shared"))
    shared = {"MNIST_TRAINED": str(folder), "STREAMLIT_SERVER_COOKIE_SECRET": "0" * 64}
    with ExitStack() as stack:
        yield [stack.enter_context(serve(shared)) for _ in range(2)]


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Its result; in a thread, since Playwright has a loop of its own in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _pictures(url: str, cookie: str, slant: int) -> Counter[int]:
    """How often the pictures of a stroke come or not; nobody has drawn the same one before."""

    async def draw() -> list[int]:
        headers = {"Cookie": f"mnist_server={cookie}"}
        async with Visitor(url, headers) as visitor:
            visitor.media.clear()
            await visitor.draw(140, slant)
            assert visitor.media
            async with httpx.AsyncClient(base_url=url, headers=headers) as browser:
                return [
                    (await browser.get(address)).status_code
                    for address in visitor.media[:3]
                    for _ in range(4)
                ]

    return Counter(_run(draw()))


def test_strokes_are_answered_and_pictures_come_through_the_proxy(servers: list[Server]) -> None:
    with proxy([server.url for server in servers]) as url:
        assert _run(ask(url)) == ["1", "1"]
        for number in range(0, 256, 64):
            assert set(_pictures(url, f"{number:02x}", number // 8)) == {200}


def _uploads(url: str, times: int) -> Counter[int]:
    """With what status files are taken."""
    kept = {"mnist_server": "7f"}  # as a browser sends it with everything
    headers = {"Cookie": "mnist_server=7f"}

    async def send() -> list[int]:
        statuses = []
        for number in range(times):
            async with (
                Visitor(url, headers, query="source=Upload") as visitor,
                httpx.AsyncClient(cookies=kept) as client,
            ):
                for _ in range(1 + number % 2):  # so that a turn is not always the same server's
                    await client.get(f"{url}/_stcore/health")
                try:
                    await visitor.upload(b"no picture", client)
                    statuses.append(200)
                except httpx.HTTPStatusError as error:
                    statuses.append(error.response.status_code)
        return statuses

    return Counter(_run(send()))


LOST = "Some pictures of this page get lost"


def test_without_stickiness_pictures_and_uploads_get_lost_and_the_page_says_why(
    servers: list[Server], browser: Browser
) -> None:
    """Which is why the proxy has it: each server keeps what its visitors need in its memory."""
    with proxy([server.url for server in servers], sticky=False) as url:
        assert _pictures(url, "7f", 50)[404] > 0
        assert _uploads(url, 4)[400] > 0
        page = browser.new_page()
        page.goto(url)
        settle(page)
        bar = page.locator(".lost-pictures")
        for x in range(100, 180, 10):  # pictures that nobody has drawn yet
            draw(page, [[(x, 60), (x, 220)]])
            settle(page)
            if bar.count():
                break
        expect(bar).to_contain_text(LOST, timeout=RENDER_TIMEOUT_MS)


def test_with_stickiness_uploads_arrive_and_the_page_is_silent(
    servers: list[Server], browser: Browser
) -> None:
    with proxy([server.url for server in servers]) as url:
        assert set(_uploads(url, 4)) == {200}
        page = browser.new_page()
        page.goto(url)
        settle(page)
        draw(page, ONE)
        expect(verdict(page, "multi")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
        assert page.locator(".lost-pictures").count() == 0
