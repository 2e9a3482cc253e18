"""Both answers move with the pen on Draw, computed in the browser; the server hears of strokes."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Response, expect

from mnist_models.learning.approaches import PAIR
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import UNLISTED
from tests.helpers.serving import (
    ONE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    serve,
    settle,
    verdict,
    visit,
)
from ui.widgets.answers import NOTHING

_SEEN_BY_SERVER = """async image => {
    await image.decode();
    const context = new OffscreenCanvas(28, 28).getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, 0, 28, 28).data].filter((_, k) => k % 4 === 0);
}"""
_SEEN_BY_BROWSER = """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
    .filter((_, k) => k % 4 === 0)"""
_KEPT, _OTHER = f"{UNLISTED}somebody-symbol", "other"
# All that a screen reader may say by itself, whenever it is another text than before.
_HEARD = """
window.heard = [];
new MutationObserver(() => {
  const places = [...document.querySelectorAll("[role=alert], [role=status], [aria-live]")];
  const text = places.filter(place => !place.closest("[aria-hidden=true]"))
    .map(place => place.textContent).join("|");
  if (text !== heard.at(-1)) heard.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
_MOVING = "[...document.querySelector('.st-key-live').getAnimations({subtree: true})].length"


# It comes down beside the canvas, moves and leaves, while the first one draws.
_ANOTHER_FINGER = """() => ["pointermove", "pointerup"].forEach(type =>
    dispatchEvent(new PointerEvent(type, { pointerId: 99, clientX: 5, clientY: 5 })))"""


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_contents: dict[str, Any],
    make_stack: Callable[..., Stack],
) -> Iterator[Server]:
    """The app with untrained networks: what they answer is as good to compare.

    There are two runs of them, and one that a visitor keeps.
    """
    folder: Path = tmp_path_factory.mktemp("preview")
    environment = {"MNIST_TRAINED": str(folder), "MNIST_NPZ": "", "KERAS_HOME": str(folder)}
    shipped = {**tiny_contents["manifest"], "made_here": False}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_TRAINED", str(folder))
        publish("reference", **{**tiny_contents, "manifest": shipped})
        publish(_KEPT, **tiny_contents)
        stacks = {approach: make_stack(approach, seed=1).rounded() for approach in PAIR}
        publish(_OTHER, **{**tiny_contents, "manifest": shipped, "stacks": stacks})
    with serve(environment) as running:
        yield running


def _answer(page: Page, approach: str) -> Locator:
    return page.locator(f".st-key-live .answers .{approach} b")


def _bars(page: Page) -> list[str]:
    return page.locator(".st-key-live .rows i").evaluate_all("bars => bars.map(b => b.style.width)")


def _expect_same_answers(page: Page) -> None:
    """The server has answered, and so has the browser, and they say the same."""
    expect(verdict(page, "single")).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    for approach in PAIR:
        said = verdict(page, approach).inner_text()
        expect(_answer(page, approach)).to_have_text(said, timeout=RENDER_TIMEOUT_MS)


def _sent_after_reload(page: Page) -> list[str | bytes]:
    """What the browser sends to the server from now on, message by message."""
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    settle(page)
    return sent


def _pictures(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """What the server has seen and what the browser has, (784,) each."""
    server = page.locator(".st-key-model_input img").evaluate(_SEEN_BY_SERVER)
    return np.array(server), np.array(
        page.locator(".st-key-live canvas").evaluate(_SEEN_BY_BROWSER)
    )


def test_both_answers_move_with_the_pen_and_the_server_hears_of_whole_strokes(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw()
    sent = _sent_after_reload(page)
    box = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    for approach in PAIR:  # as soon as its networks are there
        expect(_answer(page, approach)).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    before, bars = len(sent), [_bars(page)]
    for y in (100, 150, 200):
        page.mouse.move(box["x"] + 140, box["y"] + y)
        bars.append(_bars(page))
    assert len(set(map(str, bars))) == len(bars)  # each movement is seen at once
    assert all(len(each) == 20 for each in bars)
    page.evaluate(_ANOTHER_FINGER)
    assert _bars(page) == bars[-1]
    assert len(sent) == before
    page.mouse.up()
    _expect_same_answers(page)
    assert len(sent) == before + 1
    server, browser = _pictures(page)
    assert np.abs(server - browser).max() < 64  # Fabric.js moves the ends by a hundredth of a pixel


def test_undo_clear_and_another_page_are_followed(open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    draw(page, ONE)
    _expect_same_answers(page)
    one = _pictures(page)[0]
    draw(page, [[(60, 140), (230, 140)]])
    settle(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".st-key-model_input img")).to_be_visible()
    settle(page)
    _expect_same_answers(page)
    np.testing.assert_array_equal(_pictures(page)[1], one)  # told by the server what remains
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare", timeout=RENDER_TIMEOUT_MS)
    page.get_by_role("link", name="Draw", exact=True).click()
    _expect_same_answers(page)
    np.testing.assert_array_equal(*_pictures(page))
    page.get_by_role("button", name="Clear").click()
    for approach in PAIR:
        expect(_answer(page, approach)).to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    assert set(_bars(page)) == {"0%"}
    assert not _pictures_of_browser(page).any()


def _pictures_of_browser(page: Page) -> np.ndarray:
    return np.array(page.locator(".st-key-live canvas").evaluate(_SEEN_BY_BROWSER))


@pytest.mark.parametrize("device", ["touch", "pen"])
def test_a_finger_and_a_pen_move_them_as_a_mouse_does(
    device: str, open_draw: Callable[..., Page]
) -> None:
    page = open_draw(has_touch=True)
    draw(page, ONE)
    _expect_same_answers(page)  # the networks are there
    page.locator(".st-key-clear button").click()
    expect(verdict(page, "single")).to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    pointer, bars = _pointer(page, device), [_bars(page)]
    pointer("down", 60, 60)
    for x, y in ((200, 60), (140, 140), (140, 220)):
        pointer("move", x, y)
        bars.append(_bars(page))
    assert len(set(map(str, bars))) == len(bars)
    pointer("up", 140, 220)
    _expect_same_answers(page)


def _pointer(page: Page, device: str) -> Callable[[str, float, float], None]:
    """A function that sends what a finger or a pen does on the canvas."""
    box = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert box is not None
    devtools, left, top = page.context.new_cdp_session(page), box["x"], box["y"]

    def send(what: str, x: float, y: float) -> None:
        place: dict[str, Any] = {"x": left + x, "y": top + y}
        if device == "touch":
            kind = {"down": "touchStart", "move": "touchMove", "up": "touchEnd"}[what]
            points = [] if what == "up" else [place]
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            return
        kind = {"down": "mousePressed", "move": "mouseMoved", "up": "mouseReleased"}[what]
        pen = {"pointerType": "pen", "button": "left", "buttons": int(what != "up")}
        clicks = {"clickCount": int(what != "move")}
        devtools.send("Input.dispatchMouseEvent", {"type": kind, **place, **pen, **clicks})

    return send


def test_a_screen_reader_hears_one_answer_per_stroke_and_nothing_moves_by_itself(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw(reduced_motion="reduce")
    draw(page, ONE)
    _expect_same_answers(page)  # the networks are there
    page.locator(".st-key-clear button").click()
    expect(verdict(page, "single")).to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.evaluate(_HEARD)
    box = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    for x, y in ((200, 60), (140, 140), (140, 220)):
        page.mouse.move(box["x"] + x, box["y"] + y)
        assert page.evaluate(_MOVING) == 0
    during = page.evaluate("heard")
    page.mouse.up()
    _expect_same_answers(page)
    assert len(during) == 1  # what was there before
    assert len(page.evaluate("heard")) == 2


def test_the_networks_of_the_run_that_is_chosen_answer(page: Page, server: Server) -> None:
    visit(page, server)
    draw(page, ONE)
    _expect_same_answers(page)
    before = _bars(page)
    choice = page.locator(".st-key-run_choice")
    choice.locator("summary").click()
    choice.get_by_text(re.compile(f"^{_OTHER} ")).click()
    shown = re.compile(f"^Run: {_OTHER} ")
    expect(choice.locator("summary p")).to_have_text(shown, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.wait_for_function(
        "before => [...document.querySelectorAll('.st-key-live .rows i')].every("
        "(bar, k) => bar.style.width !== '0%' && bar.style.width !== before[k])",
        arg=before,
    )
    _expect_same_answers(page)
    np.testing.assert_array_equal(*_pictures(page))


def test_numbers_have_none(page: Page, server: Server) -> None:
    visit(page, server, "/?canvas=number")
    expect(page.locator(".st-key-draw_canvas")).to_be_visible()
    expect(page.locator(".st-key-live")).to_have_count(0)


def test_what_a_visitor_keeps_has_none_and_answers(page: Page, server: Server) -> None:
    visit(page, server, f"/?run={_KEPT}")
    draw(page, ONE)
    expect(verdict(page, "single")).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".st-key-live")).to_have_count(0)


def test_without_the_files_the_server_answers_as_ever(page: Page, server: Server) -> None:
    page.route("**/app/static/**", lambda route: route.abort())
    visit(page, server)
    draw(page, ONE)
    expect(verdict(page, "single")).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    expect(_answer(page, "single")).to_have_text(NOTHING)


def test_what_is_fetched_is_packed_once_and_kept(page: Page, server: Server) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    visit(page, server)
    draw(page, ONE)
    _expect_same_answers(page)
    fetched = [answer for answer in answers if answer.url.endswith(".zip")]
    assert len(fetched) == 2
    assert all("content-encoding" not in answer.headers for answer in fetched)
    page.reload()
    settle(page)
    draw(page, ONE)
    _expect_same_answers(page)
    from_cache = (
        "() => performance.getEntriesByType('resource').filter(e => "
        "e.name.endsWith('.zip')).map(e => e.transferSize)"
    )
    assert page.evaluate(from_cache) == [0, 0]


def test_the_server_is_told_if_the_browser_reads_another_digit(
    open_draw: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_draw()
    draw(page, ONE)
    _expect_same_answers(page)
    other = np.eye(10, dtype=np.float32)[[int(verdict(page, "single").inner_text()) - 1]]
    weights = (np.zeros((1, 784, 10), np.float32),)
    Stack(weights, (other,), np.arange(10), 0.0).save(tmp_path / "other.npz")
    page.route("**/*.zip", lambda route: route.fulfill(path=tmp_path / "other.npz"))
    sent = _sent_after_reload(page)
    draw(page, ONE)
    expect(_answer(page, "single")).to_have_text(str(other.argmax()), timeout=RENDER_TIMEOUT_MS)
    expect(verdict(page, "single")).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    expect(verdict(page, "single")).not_to_have_text(str(other.argmax()))
    for _ in range(RENDER_TIMEOUT_MS // 100):
        if any(b"fault" in frame for frame in sent if isinstance(frame, bytes)):
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("nothing was said of it")
