"""The page Draw in a real browser: drawing by mouse and by finger, taking back, uploading."""

import io
import json
from collections.abc import Callable, Iterator

import numpy as np
import pillow_heif
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_models.settings import trained_folder
from tests.helpers.matrix import first_of
from tests.helpers.serving import (
    CANVAS_SIDE,
    ONE,
    RENDER_TIMEOUT_MS,
    Server,
    Strokes,
    draw,
    expect_verdicts_on_screen,
    serve,
    settle,
    verdict,
    visit,
)

ACROSS = [[(60, 140), (100, 140), (160, 140), (230, 140)]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {
        "MNIST_TRAINED": str(trained_folder()),
        "MNIST_NPZ": "",
        "KERAS_HOME": str(tmp_path_factory.mktemp("machine") / "keras"),
    }
    with serve(environment) as running:
        yield running


@pytest.fixture
def phone(open_draw: Callable[..., Page]) -> Page:
    size = {"width": 360, "height": 640}
    return open_draw(viewport=size, has_touch=True, is_mobile=True)


def seen_by_the_models(page: Page) -> Locator:
    return page.locator(".st-key-model_input img")


def add_stroke(page: Page, strokes: Strokes) -> str:
    """Draw, wait until the models have seen it, and return the address of what they saw."""
    image = seen_by_the_models(page)
    before = image.get_attribute("src") if image.count() else ""
    draw(page, strokes)
    expect(image).not_to_have_attribute("src", str(before), timeout=RENDER_TIMEOUT_MS)
    settle(page)
    return str(image.get_attribute("src"))


def lit_pixels(page: Page) -> int:
    """How many pixels of the canvas on the screen are ink."""
    canvas = page.locator(".st-key-draw_canvas canvas.dc-canvas, .st-key-draw_canvas canvas")
    counts = canvas.evaluate_all(
        """canvases => canvases.map(c => {
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let n = 0;
            for (let i = 0; i < d.length; i += 4) n += d[i] > 128;
            return n;
        })"""
    )
    return max(counts)


def expect_empty(page: Page) -> None:
    expect(verdict(page, "single")).to_have_text("–", timeout=RENDER_TIMEOUT_MS)
    expect(seen_by_the_models(page)).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    assert lit_pixels(page) == 0


def undo(page: Page) -> None:
    page.locator(".st-key-undo button").click()


def test_undo_takes_the_last_stroke_and_keeps_the_others(open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    one = add_stroke(page, ONE)
    ink = lit_pixels(page)
    both = add_stroke(page, ACROSS)
    assert one != both
    undo(page)
    expect(seen_by_the_models(page)).to_have_attribute("src", one, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    assert lit_pixels(page) == pytest.approx(ink, rel=0.01)
    assert add_stroke(page, ACROSS) == both  # one can draw on
    undo(page)
    expect(seen_by_the_models(page)).to_have_attribute("src", one, timeout=RENDER_TIMEOUT_MS)
    undo(page)
    expect_empty(page)
    expect(page.locator(".st-key-undo button")).to_be_disabled()
    assert add_stroke(page, ONE) == one


def test_undo_works_on_a_drawing_that_comes_back_from_another_page(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw()
    one = add_stroke(page, ONE)
    add_stroke(page, ACROSS)
    page.locator("[data-testid=stSidebarNavLink]", has_text="Compare").click()
    expect(page.locator("h1")).to_have_text("Compare", timeout=RENDER_TIMEOUT_MS)
    page.locator("[data-testid=stSidebarNavLink]", has_text="Draw").first.click()
    expect(seen_by_the_models(page)).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    undo(page)
    expect(seen_by_the_models(page)).to_have_attribute("src", one, timeout=RENDER_TIMEOUT_MS)


def test_undo_and_clear_have_keys_but_in_a_field_these_are_about_the_field(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw()
    one = add_stroke(page, ONE)
    add_stroke(page, ACROSS)
    page.keyboard.press("Control+z")
    expect(seen_by_the_models(page)).to_have_attribute("src", one, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.locator("[data-testid=stSidebar] summary", has_text="Training settings").click()
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("7")
    for key in ("Control+z", "Delete"):
        seed.press(key)
        page.wait_for_timeout(500)
        settle(page)
        assert seen_by_the_models(page).get_attribute("src") == one
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect_empty(page)
    add_stroke(page, ONE)
    page.locator("h1").click()
    page.keyboard.press("Delete")
    expect_empty(page)


def test_undo_brings_back_what_clear_took_away(open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    one = add_stroke(page, ONE)
    ink = lit_pixels(page)
    page.locator(".st-key-clear button").click()
    expect_empty(page)
    add_stroke(page, ACROSS)
    undo(page)
    expect_empty(page)
    undo(page)
    expect(seen_by_the_models(page)).to_have_attribute("src", one, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    assert lit_pixels(page) == pytest.approx(ink, rel=0.01)
    undo(page)
    expect_empty(page)
    expect(page.locator(".st-key-undo button")).to_be_disabled()


def test_a_drawing_to_try_is_put_on_the_canvas_by_a_tap(phone: Page) -> None:
    tries = phone.locator(".st-key-first_drawings button")
    expect(tries).to_have_count(3)
    for number, answers in enumerate((("7", "7"), ("9", "4"), ("4", "?"))):
        tries.nth(number).tap()
        for approach, answer in zip(("single", "multi"), answers, strict=True):
            expect(verdict(phone, approach)).to_have_text(answer, timeout=RENDER_TIMEOUT_MS)
        expect(tries).to_have_count(0)  # only while nothing is drawn
        box = phone.locator(".st-key-draw_canvas").bounding_box()
        assert box is not None
        assert box["y"] >= 0  # it came back into view
        phone.locator(".st-key-clear button").tap()
        expect_empty(phone)


@pytest.mark.parametrize("finger", first_of([False, True]))
def test_there_is_one_toolbar_and_it_is_ours(finger: bool, open_draw: Callable[..., Page]) -> None:
    page = open_draw(has_touch=finger)
    toolbar = page.locator(".st-key-draw_canvas .dc-toolbar")
    for _ in range(2):
        add_stroke(page, ONE)
        page.locator(".st-key-draw_canvas canvas").last.hover()
        expect(toolbar).to_be_hidden()
        page.locator(".st-key-clear button").click()  # there is a new canvas
        expect_empty(page)


def test_the_canvas_says_what_to_do_without_a_pointer_and_the_keyboard_gets_there(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw()
    canvas = page.get_by_role("group", name="By keyboard, choose Upload or Test picture instead.")
    expect(canvas).to_be_visible()
    page.locator(".st-key-source button").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Its label is")).to_be_visible(timeout=RENDER_TIMEOUT_MS)


def test_the_pen_width_changes_the_next_stroke_and_not_the_drawing(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw()
    one = add_stroke(page, ONE)
    ink = lit_pixels(page)
    page.locator(".st-key-pen button").click()
    slider = page.locator(".st-key-pen_width").get_by_role("slider")
    slider.focus()
    for _ in range(8):
        slider.press("ArrowLeft")
    expect(slider).to_have_value("8", timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.keyboard.press("Escape")
    settle(page)
    assert seen_by_the_models(page).get_attribute("src") == one
    assert lit_pixels(page) == ink
    add_stroke(page, [[(40, 20), (40, 100), (40, 180)]])
    assert lit_pixels(page) - ink == pytest.approx(160 * 8, rel=0.15)


@pytest.mark.parametrize("path", ["/", "/new_class"])
def test_the_whole_canvas_can_be_drawn_on_at_any_width(
    path: str, server: Server, page: Page
) -> None:
    visit(page, server, path)
    canvas = page.locator(".st-key-draw_canvas canvas").last
    corners = [(x, y) for x in (2, CANVAS_SIDE - 2) for y in (2, CANVAS_SIDE - 2)]
    for width in (1280, 820, 360):  # the sidebar stays open where it fits
        page.set_viewport_size({"width": width, "height": 900})
        canvas.hover()
        assert canvas.evaluate(
            """(canvas, corners) => {
                const box = canvas.getBoundingClientRect();
                const at = ([x, y]) => document.elementFromPoint(box.x + x, box.y + y);
                return corners.every(corner => at(corner)?.closest('.st-key-draw_canvas'));
            }""",
            corners,
        )
        for choice in page.locator(".st-key-source button").all():
            assert choice.evaluate(
                "e => e.getBoundingClientRect().right <= "
                "e.closest('[data-testid=stColumn]').getBoundingClientRect().right + 1"
            )


def test_a_finger_draws_and_both_answers_are_on_the_first_screen_of_a_phone(phone: Page) -> None:
    page = phone
    canvas = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert canvas is not None
    assert canvas["y"] >= 0
    draw_with_finger(page, ONE)
    expect_verdicts_on_screen(page, "1", width=360, height=640)
    page.set_viewport_size({"width": 360, "height": 780})
    expect_verdicts_on_screen(page, "1", width=360, height=780)
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 0
    page.locator(".st-key-undo button").tap()
    expect_empty(page)


def test_a_stroke_is_sent_at_its_end_and_not_200_ms_later(open_draw: Callable[..., Page]) -> None:
    page = open_draw(has_touch=True)
    page.evaluate(
        "const later = setTimeout; setTimeout = (f, ms, ...a) => ms === 200 || later(f, ms, ...a)"
    )
    for put in (draw, draw_with_finger):
        put(page, ONE)
        expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
        page.locator(".st-key-clear button").click()
        expect_empty(page)


def test_a_stroke_is_sent_once(open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    page.evaluate(
        """() => {
            window.sent = 0;
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) { sent += 1; return send.call(this, data); };
        }"""
    )
    for strokes in (ONE, ACROSS):
        add_stroke(page, strokes)
    page.wait_for_timeout(500)  # the canvas' 200 ms end meanwhile
    assert page.evaluate("sent") == 2


def draw_with_finger(page: Page, strokes: Strokes) -> None:
    canvas = page.locator(".st-key-draw_canvas canvas").last.bounding_box()
    assert canvas is not None
    for stroke in strokes:
        _touch(page, [(canvas["x"] + x, canvas["y"] + y) for x, y in stroke])


def _touch(page: Page, points: list[tuple[float, float]]) -> None:
    devtools = page.context.new_cdp_session(page)

    def send(kind: str, touches: list[tuple[float, float]]) -> None:
        at = [{"x": x, "y": y} for x, y in touches]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", points[:1])
    for point in points[1:]:
        send("touchMove", [point])
    send("touchEnd", [])


def test_the_reasons_and_the_steps_open_on_demand_and_follow_the_drawing(
    open_draw: Callable[..., Page],
) -> None:
    page = open_draw()
    add_stroke(page, ONE)
    why, steps = page.locator(".st-key-why"), page.locator(".st-key-steps")
    for part, pictures in ((why, 2), (steps, 3)):
        expect(part.locator("img")).to_have_count(0)
        part.locator("summary").click()
        expect(part.locator("img")).to_have_count(pictures, timeout=RENDER_TIMEOUT_MS)
    expect(why).to_contain_text("Multi-model: 1, not")
    sizes = steps.locator("img").evaluate_all("images => images.map(i => i.naturalWidth)")
    assert (sizes[0], sizes[-1]) == (280, 28)  # the last is what the models see
    before = why.locator("img").first.get_attribute("src")
    add_stroke(page, ACROSS)
    expect(why.locator("img").first).not_to_have_attribute(
        "src", str(before), timeout=RENDER_TIMEOUT_MS
    )


FORGED = {
    "no picture at all": {"raw": {"objects": []}, "data": "hello"},
    "not base64": {"raw": {"objects": []}, "data": "data:image/png;base64,!!!"},
    "no PNG": {
        "raw": {"objects": []},
        "data": "data:image/png;base64,aGVsbG8gaGVsbG8gaGVsbG8gaGk=",
    },
    "a number": {"raw": {"objects": []}, "data": 7},
    "no drawing": "hello",
    "a list": [1, 2, 3],
    "no strokes": {"raw": None, "data": "data:image/png;base64,aGVsbG8="},
    "strokes of a wrong type": {"raw": {"objects": "x"}, "data": "data:image/png;base64,aGVsbG8="},
    "too many strokes": {"raw": {"objects": [0] * 501}, "data": "data:image/png;base64,aGVsbG8="},
    "too long": {"raw": {"objects": []}, "data": "data:image/png;base64," + "A" * 3_000_000},
}


@pytest.mark.parametrize("what", first_of(FORGED, 2))
def test_a_forged_drawing_gets_one_clear_sentence(
    what: str, browser: Browser, server: Server
) -> None:
    """The browser runs a component that sends this instead of a drawing."""
    with browser.new_context() as context:
        page = context.new_page()
        script = f"""
            let sent = false;
            export default ({{ setStateValue }}) => {{
                if (!sent) setStateValue("drawing", {json.dumps(FORGED[what])});
                sent = true;
            }};
        """
        page.route(
            "**/streamlit-drawable-canvas*/**/index-*.js",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        visit(page, server)
        alert = page.locator("[data-testid=stAlert]", has_text="The drawing could not be read")
        expect(alert).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
        expect(alert).to_contain_text("Press Clear to start over.")
        assert page.locator("[data-testid=stException]").count() == 0
        expect(verdict(page, "single")).to_have_text("–")


@pytest.mark.parametrize("kind", first_of(["HEIF", "JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"]))
def test_an_uploaded_picture_is_read(kind: str, open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    _upload(page, f"one.{kind.lower()}", _picture_of_one(kind))
    for approach in ("single", "multi"):
        expect(verdict(page, approach)).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    expect(seen_by_the_models(page)).to_have_count(1)
    _choose(page, "one.png", b"These are not the pixels you are looking for.")
    alert = page.locator("[data-testid=stAlert]", has_text="This file cannot be read.")
    expect(alert).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("one.txt", 10, "This file cannot be read."),
        pytest.param("large.png", 33_000_000, "must be", marks=pytest.mark.matrix),
    ],
)
def test_a_refused_upload_takes_the_verdict_on_the_file_before_with_it(
    name: str, size: int, sentence: str, open_draw: Callable[..., Page]
) -> None:
    page = open_draw()
    _upload(page, "one.png", _picture_of_one("PNG"))
    expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    _choose(page, name, b"x" * size)
    refusal = page.get_by_role("alert").filter(has_text=sentence)
    expect(refusal).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    expect(verdict(page, "single")).to_have_text("–", timeout=RENDER_TIMEOUT_MS)
    expect(seen_by_the_models(page)).to_have_count(0)
    _choose(page, "again.png", _picture_of_one("PNG"))
    expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    expect(refusal).to_have_count(0)


def _picture_of_one(kind: str) -> bytes:
    """Black on white, as a paint program saves it."""
    picture = np.full((200, 200), 255, np.uint8)
    picture[40:160, 95:107] = 0
    file = io.BytesIO()
    pillow_heif.register_heif_opener()
    Image.fromarray(picture).convert("RGB").save(file, kind)
    return file.getvalue()


def test_a_dot_is_too_little_until_it_becomes_a_digit(open_draw: Callable[..., Page]) -> None:
    page = open_draw()
    said = page.locator(".st-key-agreement")
    doubt = page.locator(".st-key-single_verdict [data-testid=stMetricDelta]")
    draw(page, [[(140, 60), (141, 61)]])
    expect(said).to_contain_text("too little to read", timeout=RENDER_TIMEOUT_MS)
    expect(doubt).to_have_text("?")
    value = verdict(page, "single").bounding_box()
    mark = doubt.bounding_box()
    assert value is not None
    assert mark is not None
    assert abs(mark["y"] - value["y"]) < value["height"] / 2  # beside it and not below
    draw(page, ONE)
    expect(said).to_contain_text("Both read 1.", timeout=RENDER_TIMEOUT_MS)
    expect(doubt).to_have_count(0)


def _upload(page: Page, name: str, data: bytes) -> None:
    page.locator(".st-key-source").get_by_text("Upload", exact=True).click()
    chooser = page.locator(".st-key-upload input[type=file]")
    expect(chooser).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    _choose(page, name, data)


def _choose(page: Page, name: str, data: bytes) -> None:
    kind = "text/plain" if name.endswith(".txt") else "image/png"
    file = {"name": name, "mimeType": kind, "buffer": data}
    page.locator(".st-key-upload input[type=file]").set_input_files(file)  # type: ignore[arg-type]
