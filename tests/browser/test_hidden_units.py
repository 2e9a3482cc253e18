"""The hidden units behind both answers on Draw: they move with the pen, and their sums add up."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Locator, Page, expect

from mnist_models.learning.approaches import PAIR
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import (
    ONE,
    PHONE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    serve,
    settle,
    verdict,
    visit,
)
from ui.widgets.answers import NOTHING

_PATH = "/?see_inside=Hidden+units"
_PIXELS = """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
    .filter((_, k) => k % 4 === 0)"""


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, tiny_contents: dict[str, Any]
) -> Iterator[Server]:
    """The app with untrained networks of 8 hidden units: their sums are as good as any."""
    folder: Path = tmp_path_factory.mktemp("hidden_units")
    environment = {"MNIST_TRAINED": str(folder), "MNIST_NPZ": "", "KERAS_HOME": str(folder)}
    shipped = {**tiny_contents["manifest"], "made_here": False}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_TRAINED", str(folder))
        publish("reference", **{**tiny_contents, "manifest": shipped})
    with serve(environment) as running:
        yield running


@pytest.fixture(scope="module")
def stacks(make_stack: Callable[..., Stack]) -> dict[str, Stack]:
    """The networks of that run."""
    return {approach: make_stack(approach).rounded() for approach in PAIR}


def _of(page: Page, approach: str, selector: str) -> Locator:
    return page.locator(f".hidden-units .{approach} {selector}")


def _said(page: Page, approach: str) -> list[str]:
    return _of(page, approach, ".unit b").all_inner_texts()


def _answered(page: Page) -> None:
    """Both approaches have answered, and the units are those of the end of the stroke."""
    for approach in PAIR:
        expect(verdict(page, approach)).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
        unit = _of(page, approach, ".unit b").first
        expect(unit).not_to_have_text(NOTHING, timeout=RENDER_TIMEOUT_MS)
    settle(page)


def _number(text: str) -> float:
    return float(text.replace("−", "-"))


def _lines(page: Page, approach: str) -> dict[str, float]:
    """The numbers of a unit's sum, by their names."""
    rows = _of(page, approach, ".sum tr:not([data-name=proba])")
    cells = "rows => rows.map(row => [row.dataset.name, row.cells[1].innerText])"
    return {name: _number(text) for name, text in rows.evaluate_all(cells)}


def _picture(page: Page, approach: str) -> np.ndarray:
    """(1, 28, 28): the ink in the sum that is written out."""
    ink = _of(page, approach, ".sum canvas.ink").evaluate(_PIXELS)
    return np.array(ink, np.uint8).reshape(1, 28, 28)


def test_nothing_is_there_until_it_is_chosen(open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    expect(page.locator(".hidden-units")).to_have_count(0)
    page.get_by_role("radio", name="Hidden units").click()
    expect(page.locator(".hidden-units section")).to_have_count(2, timeout=RENDER_TIMEOUT_MS)
    expect(_of(page, "single", ".says")).to_contain_text("Draw a digit")
    expect(_of(page, "multi", ".unit:enabled")).to_have_count(0)


def test_units_light_up_with_the_pen_and_the_server_hears_of_whole_strokes(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw(_PATH)
    expect(_of(page, "multi", ".says")).to_contain_text("Draw a digit", timeout=RENDER_TIMEOUT_MS)
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    expect(_of(page, "multi", ".says")).to_contain_text("Draw a digit", timeout=RENDER_TIMEOUT_MS)
    settle(page)
    box = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    before, seen = len(sent), []
    for y in (100, 150, 200):
        page.mouse.move(box["x"] + 140, box["y"] + y)
        lit = _of(page, "single", ".unit:enabled canvas").first.evaluate(_PIXELS)
        seen.append((_said(page, "single"), _said(page, "multi"), lit))
    assert len(set(map(str, seen))) == len(seen)  # each movement is seen at once
    assert len(sent) == before
    page.mouse.up()
    _answered(page)
    assert len(sent) == before + 1


@pytest.mark.parametrize("approach", PAIR)
def test_the_sum_of_a_unit_adds_up_to_the_servers_logit(
    approach: str, open_draw: Callable[..., Page], stacks: dict[str, Stack]
) -> None:
    page = open_draw(_PATH)
    draw(page, ONE)
    _answered(page)
    unit = _of(page, approach, ".unit").first
    unit.focus()
    page.keyboard.press("Enter")
    expect(unit).to_have_attribute("aria-expanded", "true")
    line = _lines(page, approach)
    assert line["sum"] == pytest.approx(line["products"] + line["bias"], abs=0.011)
    assert line["said"] == pytest.approx(line["activation"] * line["slope"], abs=0.02)
    assert line["logit"] == pytest.approx(line["units"] + line["rest"], abs=0.011)
    assert _number(_said(page, approach)[0]) == line["said"]
    # Of 8 units at most 6 said most for it, and 6 against it: that is all of them.
    said = [_number(text) for text in _said(page, approach) if text != NOTHING]
    assert sum(said) == pytest.approx(line["units"], abs=0.05)
    label = _of(page, approach, ".says b").inner_text()
    logits = stacks[approach].logits(_picture(page, approach))[0]
    assert int(label) == logits.argmax()
    assert line["logit"] == pytest.approx(logits[int(label)], abs=0.006)
    _of(page, approach, ".sum").get_by_role("button", name="Close").click()
    expect(_of(page, approach, ".sum")).to_be_hidden()
    expect(unit).to_be_focused()


def test_the_ten_say_yes_or_no_each_by_itself_and_show_their_units(
    open_draw: Callable[..., Page], stacks: dict[str, Stack]
) -> None:
    page = open_draw(_PATH)
    draw(page, ONE)
    _answered(page)
    _of(page, "multi", ".unit:enabled").first.click()
    proba = stacks["multi"].predict_proba(_picture(page, "multi"))[0]
    expected = [f"{k} {'yes' if p >= 0.5 else 'no'} {100 * p:.0f} %" for k, p in enumerate(proba)]
    members = _of(page, "multi", ".member")
    assert [re.sub(r"\s+", " ", text) for text in members.all_inner_texts()] == expected
    best, other = int(proba.argmax()), int(proba.argmin())
    expect(members.nth(best)).to_have_attribute("aria-pressed", "true")
    members.nth(other).click()
    expect(_of(page, "multi", "h3.for")).to_have_text(f"Spoke most for {other}")
    expect(_of(page, "multi", ".sum")).to_be_hidden()  # the unit was another member's
    draw(page, [[(60, 140), (230, 140)]])  # what was pressed stays
    settle(page)
    expect(_of(page, "multi", "h3.for")).to_have_text(f"Spoke most for {other}")
    members.nth(other).click()
    expect(_of(page, "multi", "h3.for")).not_to_have_text(f"Spoke most for {other}")


def test_the_servers_picture_is_shown_where_no_pen_moves(page: Page, server: Server) -> None:
    visit(page, server, f"{_PATH}&source=Test+picture")
    _answered(page)
    texts = _said(page, "single")
    page.get_by_role("radio", name="Draw", exact=True).click()
    expect(_of(page, "single", ".says")).to_contain_text("Draw a digit", timeout=RENDER_TIMEOUT_MS)
    draw(page, ONE)
    _answered(page)
    assert _said(page, "single") != texts
    page.get_by_role("button", name="Clear").click()
    expect(_of(page, "single", ".says")).to_contain_text("Draw a digit", timeout=RENDER_TIMEOUT_MS)
    assert set(_said(page, "single")) == {NOTHING}


def test_without_the_files_a_sentence_says_so(page: Page, server: Server) -> None:
    page.route("**/app/static/**", lambda route: route.abort())
    visit(page, server, _PATH)
    expect(_of(page, "single", ".says")).to_contain_text(
        "could not be fetched", timeout=RENDER_TIMEOUT_MS
    )


def test_a_phone_has_all_of_it_and_nobody_is_kept_out(open_draw: Callable[..., Page]) -> None:
    page = open_draw(_PATH, **PHONE, reduced_motion="reduce")
    draw(page, ONE)
    _answered(page)
    for approach in PAIR:
        _of(page, approach, ".unit:enabled").first.click()
        expect(_of(page, approach, ".sum")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect_accessible(page)
