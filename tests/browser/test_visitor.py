"""A visitor in a real browser: after a reload, in a second tab, forgotten, and without cookies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, BrowserContext, Page, expect

from mnist_models.incremental.lesson import Lesson
from mnist_models.incremental.lessons import order_lesson
from mnist_models.jobs.job import mark_of
from mnist_models.jobs.progress import Event
from tests.helpers.accessibility import expect_accessible
from tests.helpers.jobs import running_training
from tests.helpers.serving import (
    DESKTOP,
    ONE,
    RENDER_TIMEOUT_MS,
    Server,
    Strokes,
    copy_reference,
    draw,
    it_was,
    serve,
    settle,
    visit,
)

SEVEN: Strokes = [[(80, 70), (200, 70), (120, 220)]]
COOKIE = "mnist_visitor"


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the server and this process share: jobs are ordered here, as from a page."""
    copy = copy_reference(tmp_path)
    monkeypatch.setenv("MNIST_TRAINED", str(copy))
    monkeypatch.setenv("MNIST_NPZ", "")
    return copy


@pytest.fixture
def server(trained: Path) -> Iterator[Server]:
    with serve({"MNIST_TRAINED": str(trained), "MNIST_NPZ": ""}) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(**DESKTOP)
    yield opened
    opened.close()


def keep(page: Page, strokes: Strokes, label: str) -> None:
    """Draw something and say what it was."""
    draw(page, strokes)
    it_was(page, label).click(timeout=RENDER_TIMEOUT_MS)
    said = page.locator(".st-key-correct")
    expect(said).to_contain_text(f"Kept as {label}", timeout=RENDER_TIMEOUT_MS)


def secrets_of(context: BrowserContext) -> list[str]:
    return [cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE]


def wait_for_cookie(page: Page, *, present: bool = True) -> None:
    page.wait_for_function(
        "([name, present]) => document.cookie.includes(name) === present", arg=[COOKIE, present]
    )


def expect_drawings(page: Page, number: int) -> None:
    cards = page.locator(".st-key-cards [data-testid=stImage]")
    expect(cards).to_have_count(number, timeout=RENDER_TIMEOUT_MS)


def test_a_visitor_keeps_what_is_theirs_after_a_reload_until_they_are_forgotten(
    server: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    visit(page, server)
    other = context.new_page()  # open before there is a cookie
    visit(other, server)
    assert secrets_of(context) == []
    page.bring_to_front()
    keep(page, ONE, "1")
    wait_for_cookie(page)
    [secret] = secrets_of(context)

    other.bring_to_front()
    keep(other, SEVEN, "7")
    other.reload()
    settle(other)
    assert secrets_of(context) == [secret]
    assert secret not in other.content()
    visit(page, server, "/my_drawings")
    expect_drawings(page, 2)

    # What they order, here as from another server, is theirs in a new session.
    lesson = Lesson("left out", "reference", "9", ("member",))
    with running_training(Event("training", 0.25, "single"), owner=mark_of(secret)):
        order_lesson(secret, lesson, np.zeros((0, 28, 28), np.uint8), [])
        visit(page, server, "/new_class?teach_what=A+digit+left+out")
        expect(page.locator(".st-key-cancel_training button")).to_be_visible()
        expect(page.locator(".st-key-lesson_progress")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
        visit(page, server, "/my_drawings")
        page.get_by_role("button", name="Forget me …").click()
        page.locator(".st-key-forget_me button").click()
        expect(page.get_by_text("You are forgotten here.")).to_be_visible()
        wait_for_cookie(page, present=False)
        # Another tab's may have been on its way: it is deleted when it is met again.
        context.add_cookies([{"name": COOKIE, "value": secret, "url": server.url}])
        page.reload()
        wait_for_cookie(page, present=False)
        other.bring_to_front()
        visit(other, server, "/my_drawings")
        expect_drawings(other, 0)
        expect(other.get_by_text("Somebody else started it.")).to_be_visible()
    for tab in (page, other):
        assert tab.locator("[data-testid=stException]").count() == 0


def test_inside_a_frame_of_another_site_nothing_is_stored_and_the_page_says_so(
    server: Server, context: BrowserContext, another_site: Callable[[str], str]
) -> None:
    page = context.new_page()
    page.goto(another_site(f'<iframe src="{server.url}" width="1200" height="850"></iframe>'))
    frame = page.frame_locator("iframe")
    canvas = frame.locator(".st-key-draw_canvas canvas").last
    canvas.hover(timeout=RENDER_TIMEOUT_MS)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 140, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 220, steps=5)
    page.mouse.up()
    it_was(frame, "1").click(timeout=RENDER_TIMEOUT_MS)
    said = frame.locator(".st-key-correct")
    expect(said).to_contain_text("Kept as 1", timeout=RENDER_TIMEOUT_MS)
    inside = page.frame(url=f"{server.url}/**")
    assert inside is not None
    expect_accessible(inside)
    said.get_by_role("link", name="My drawings").click()
    about = frame.locator(".st-key-what_is_kept")
    expect(about).to_contain_text("yours only until you reload", timeout=RENDER_TIMEOUT_MS)
    assert secrets_of(context) == []
