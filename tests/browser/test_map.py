"""The map in a real browser: drawings are placed as by the server, cells light up, a line opens."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.mistakes import cell_rows
from mnist_models.data.dataset import Dataset
from mnist_models.embedding.arrays import embedding_arrays
from mnist_models.learning.approaches import PAIR
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import EMBEDDING, Run
from mnist_models.settings import PROJECT
from tests.helpers.serving import (
    DESKTOP,
    ONE,
    RENDER_TIMEOUT_MS,
    Server,
    draw,
    serve,
    settle,
    visit,
)

_ALONE = "alone"
_ORIGIN = "http://map.test/"
_PLACE = """async ({ network, map, pictures, count }) => {
    const { readStack, fetchArrays, activations } = await import("/networks.js");
    const { readMap, placeOf, nearest } = await import("/embedding.js");
    const url = file => `data:application/zip;base64,${file}`;
    const stack = await readStack(await (await fetch(url(network))).arrayBuffer());
    const read = readMap(await fetchArrays(url(map)));
    return pictures.map(picture => {
        const place = placeOf(read, activations(stack, Uint8Array.from(picture)).at(-2));
        return { place: [...place], near: nearest(read, place, count) };
    });
}"""
# How many pixels are drawn on a canvas.
_DRAWN = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    .filter((byte, k) => k % 4 === 3 && byte).length"""
_ALL = """canvas => canvas.toDataURL()"""


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_contents: dict[str, Any],
    tiny_dataset: Dataset,
) -> Iterator[Run]:
    """A run of untrained networks with a map of each; there is another."""
    d, folder = tiny_dataset, tmp_path_factory.mktemp("map")
    made = embedding_arrays(tiny_contents["stacks"], d.x_train, d.y_train, d.x_test)
    manifest = {**tiny_contents["manifest"], "made_here": False}
    arrays = {**tiny_contents["arrays"], EMBEDDING: made}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_TRAINED", str(folder))
        # Of the other one only the single model's weights are there, and only its map.
        single = {name: array for name, array in made.items() if name.startswith("single_")}
        stacks = {"single": tiny_contents["stacks"]["single"]}
        contents = {**tiny_contents, "manifest": manifest, "stacks": stacks}
        publish(_ALONE, **{**contents, "arrays": {**arrays, EMBEDDING: single}})
        yield publish("reference", **{**tiny_contents, "manifest": manifest, "arrays": arrays})


@pytest.fixture(scope="module")
def server(run: Run) -> Iterator[Server]:
    folder = str(run.path.parent)
    with serve({"MNIST_TRAINED": folder, "MNIST_NPZ": "", "KERAS_HOME": folder}) as running:
        yield running


@pytest.mark.parametrize("approach", PAIR)
def test_the_browser_places_pictures_as_the_server_does(
    approach: Any, browser: Browser, run: Run, tiny_dataset: Dataset
) -> None:
    from ui.map.map_files import _contents

    def respond(route: Route) -> None:
        name = route.request.url.removeprefix(_ORIGIN)
        folder = "map" if name == "embedding.js" else "live"
        if name.endswith(".js"):
            route.fulfill(path=PROJECT / "ui" / folder / name, content_type="text/javascript")
        else:
            route.fulfill(body="", content_type="text/html")

    images = tiny_dataset.x_train[:50]
    given = {
        "network": base64.b64encode(run.weights_file(approach)).decode(),
        "map": base64.b64encode(_contents(run, approach)).decode(),
        "pictures": images.reshape(50, -1).tolist(),
        "count": 5,
    }
    with browser.new_context() as context:
        context.route(f"{_ORIGIN}**", respond)
        page = context.new_page()
        page.goto(_ORIGIN)
        found = page.evaluate(_PLACE, given)
    made = run.embeddings[approach]
    places = made.place(run.stack(approach), images)
    np.testing.assert_allclose([each["place"] for each in found], places, atol=1e-3)
    assert [e["near"] for e in found] == [made.nearest(e["place"], 5).tolist() for e in found]


def test_a_run_with_fewer_maps_can_be_chosen_while_others_are_shown(
    page: Page, server: Server
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    visit(page, server, "/?source=Test+picture&see_inside=Map")
    for number in range(2):
        _expect_marked(page.locator(".marks").nth(number))
    choice = page.locator(".st-key-run_choice")
    choice.locator("summary").click()
    choice.get_by_text(re.compile(f"^{_ALONE} ")).click()
    expect(page.locator(".marks")).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    _expect_marked(page.locator(".marks").first)
    assert errors == []


def _near(page: Page) -> list[str]:
    return page.locator(".point-maps .near b").all_inner_texts()


def _expect_marked(canvas: Locator) -> None:
    expect(canvas).to_be_attached(timeout=RENDER_TIMEOUT_MS)
    for _ in range(RENDER_TIMEOUT_MS // 100):
        if canvas.evaluate(_DRAWN):
            return
        canvas.page.wait_for_timeout(100)
    pytest.fail("nothing is drawn")


def _start(page: Page) -> dict[str, float]:
    """Put the pen down and wait until both maps have a point."""
    canvas = page.locator(".st-key-draw_canvas canvas").last
    canvas.hover()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    for number in range(2):
        _expect_marked(page.locator(".marks").nth(number))
    return {"x": box["x"], "y": box["y"]}


def test_the_point_moves_with_the_pen_and_is_heard_of_once(page: Page, server: Server) -> None:
    visit(page, server, "/?see_inside=Map")
    for number in range(2):
        _expect_marked(page.locator(".dots").nth(number))
    assert _near(page) == [""] * 10
    box = _start(page)
    spoken = page.locator(".point-maps .spoken")
    expect(spoken).to_have_text("")
    seen = [[page.locator(".marks").nth(k).evaluate(_ALL) for k in range(2)]]
    for y in (100, 150, 200):
        page.mouse.move(box["x"] + 140, box["y"] + y)
        seen.append([page.locator(".marks").nth(k).evaluate(_ALL) for k in range(2)])
    for of_map in zip(*seen, strict=True):
        assert len(set(of_map)) == len(of_map)  # each movement is seen at once
    assert all(digit.isdigit() for digit in _near(page))
    page.mouse.up()
    digits = " ".join(_near(page)[:5])
    expect(spoken).to_contain_text(f"Nearest to your drawing, Single model: {digits}.")
    settle(page)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".point-maps .near b").first).to_have_text("")
    expect(spoken).to_have_text("")


def test_maps_below_the_window_come_up_while_somebody_draws(
    browser: Browser, server: Server
) -> None:
    with browser.new_context(viewport={"width": 360, "height": 640}) as context:
        page = context.new_page()
        visit(page, server, "/?see_inside=Map")
        _expect_marked(page.locator(".dots").first)
        page.evaluate("scrollTo(0, 0)")
        _start(page)
        expect(page.locator(".afloat .marks").last).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.mouse.up()
        expect(page.locator(".afloat")).to_have_count(0)


def test_who_chooses_another_source_sees_its_picture_on_the_map(page: Page, server: Server) -> None:
    visit(page, server, "/?see_inside=Map")
    draw(page, ONE)
    settle(page)
    expect(page.locator(".point-maps .near b").first).to_have_text(re.compile(r"\d"))
    page.get_by_text("Upload", exact=True).click()
    settle(page)
    expect(page.locator(".point-maps .near b").first).to_have_text("")


def test_a_cell_lights_up_its_points_and_a_line_opens_pictures(
    page: Page, server: Server, run: Run
) -> None:
    visit(page, server, "/confusion?matrices=Map")
    dots = [page.locator(".dots").nth(k) for k in range(2)]
    for canvas in dots:
        _expect_marked(canvas)
    before = [canvas.evaluate(_ALL) for canvas in dots]
    duel = Duel.of(*contenders_of(run))
    answer = int(duel.first.answers[duel.labels == 4][0])
    cell = page.locator(f".st-key-confusion_single [aria-label^='4 read as {answer}: ']")
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true", timeout=RENDER_TIMEOUT_MS)
    settle(page)
    assert len(cell_rows(duel, duel.first, 4, answer))
    for canvas, image in zip(dots, before, strict=True):
        expect(canvas).to_be_visible()
        assert canvas.evaluate(_ALL) != image  # on both maps
    expect(page.get_by_role("dialog")).to_have_count(0)
    box = page.locator(".marks").first.bounding_box()
    assert box is not None
    _circle(page, box)
    title = re.compile(r"Single model: \d+ pictures inside your line")
    expect(page.get_by_role("dialog", name=title)).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect(page).to_have_url(re.compile(r"pictures=around_first\.\d+"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=RENDER_TIMEOUT_MS)


def _circle(page: Page, box: Any) -> None:
    """Around all points but those at the edges."""
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + 0.1 * side, y + 0.1 * side)
    page.mouse.down()
    for right, down in ((0.9, 0.1), (0.9, 0.9), (0.1, 0.9)):
        page.mouse.move(x + right * side, y + down * side, steps=20)
    page.mouse.up()


def test_without_the_files_a_sentence_says_so(page: Page, server: Server) -> None:
    page.route("**/app/static/**", lambda route: route.abort())
    visit(page, server, "/confusion?matrices=Map")
    text = page.get_by_text("The map could not be loaded").first
    expect(text).to_be_visible(timeout=RENDER_TIMEOUT_MS)


def test_maps_are_as_wide_as_a_phone(browser: Browser, server: Server) -> None:
    with browser.new_context(**{**DESKTOP, "viewport": {"width": 360, "height": 780}}) as context:
        page = context.new_page()
        visit(page, server, "/confusion?matrices=Map")
        _expect_marked(page.locator(".dots").first)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
