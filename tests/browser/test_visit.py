"""The demo as a visitor meets it: a real server, a real browser, real strokes."""

import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.helpers.accessibility import expect_accessible
from tests.helpers.matrix import first_of
from tests.helpers.serving import (
    CANVAS_SIDE,
    ONE,
    PAGES,
    RENDER_TIMEOUT_MS,
    Server,
    copy_reference,
    draw,
    fresh_machine,
    it_was,
    serve,
    settle,
    verdict,
    visit,
)

DIGIT = re.compile(r"^\d$")
TRAINING_TIMEOUT_MS = 180_000


def assert_sound(page: Page) -> None:
    """No traceback, and everything around the page is there once."""
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("[data-testid=stSidebarNavLink]").count() == len(PAGES)
    assert page.locator("[data-testid=stSidebar] hr, [data-testid=stSidebarNavSeparator]").count()


@pytest.mark.parametrize("path", first_of(PAGES, 2))
def test_a_page_opened_first_on_a_cold_server_is_whole(
    path: str, machine: dict[str, str], page: Page
) -> None:
    with serve(machine) as cold:
        visit(page, cold, path)
        expect(page.locator("h1")).to_have_text(PAGES[path])
        expect(page.locator(".st-key-run_choice summary p")).to_have_text("Run: reference")
        expect(page.locator(".st-key-retrain")).to_have_count(1)
        assert_sound(page)
        if path == "/":  # whoever comes first draws without waiting for pandas
            draw(page, ONE)
            expect(verdict(page, "multi")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
            assert not cold.has_mapped("pandas")
            assert not cold.has_mapped("pyarrow")


def test_a_drawing_is_read_by_both_until_clear_takes_it_away(server: Server, page: Page) -> None:
    """Also after a look at another page; two strokes side by side are one digit, and no 1."""
    picture = page.locator(".st-key-model_input img")
    visit(page, server)
    expect(verdict(page, "single")).to_have_text("–")
    draw(page, ONE)
    for approach in ("single", "multi"):
        expect(verdict(page, approach)).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".st-key-agreement")).to_contain_text("Both read 1")
    expect(picture).to_have_count(1)
    page.locator("[data-testid=stSidebarNavLink]", has_text="Compare").click()
    expect(page.locator("h1")).to_have_text("Compare", timeout=RENDER_TIMEOUT_MS)
    page.locator("[data-testid=stSidebarNavLink]").first.click()
    expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    alone = picture.get_attribute("src")
    draw(page, [[(60, 60), (60, 140), (220, 140)]])
    expect(picture).not_to_have_attribute("src", str(alone), timeout=RENDER_TIMEOUT_MS)
    expect(verdict(page, "single")).not_to_have_text("1")
    page.locator(".st-key-clear button").click()
    expect(verdict(page, "single")).to_have_text("–", timeout=RENDER_TIMEOUT_MS)
    expect(picture).to_have_count(0)


def test_beside_an_open_sidebar_on_a_tablet_no_diagram_and_no_legend_is_cut_off(
    server: Server, page: Page
) -> None:
    page.set_viewport_size({"width": 820, "height": 1180})
    for path, what in (
        ("/how_it_works", ".d-flow"),
        ("/training", "[data-testid=stVegaLiteChart]"),
    ):
        visit(page, server, path)
        columns = page.locator("[data-testid=stColumn]").filter(has=page.locator(what))
        expect(columns).to_have_count(2, timeout=RENDER_TIMEOUT_MS)
        for column in columns.all():
            assert column.evaluate("e => e.clientWidth >= Math.max(e.scrollWidth, 240)")


def test_what_stands_in_the_address_does_not_become_part_of_the_page(
    server: Server, page: Page
) -> None:
    visit(page, server, "/compare?run=![x](http://127.0.0.1:9/p.png)[click](http://127.0.0.1:9/)")
    expect(page.get_by_text("There is no run of that name")).to_be_visible()
    assert page.locator("[data-testid=stMain] img, [data-testid=stMain] a").count() == 0


def test_real_strokes_are_read_by_both(server: Server, page: Page, pen_digits_file: Path) -> None:
    """One digit of each kind by writers 1 to 10, as they wrote it; 16 of 20 answers are right."""
    digits = json.loads(gzip.decompress(pen_digits_file.read_bytes()))
    visit(page, server)
    right = 0
    for label in range(10):
        strokes = _strokes(digits, label, writer=label + 1)
        draw(page, strokes)
        for approach in ("single", "multi"):
            expect(verdict(page, approach)).to_have_text(DIGIT, timeout=RENDER_TIMEOUT_MS)
        page.wait_for_timeout(600)  # the verdicts may still be those before the last stroke
        settle(page)
        right += sum(verdict(page, a).inner_text() == str(label) for a in ("single", "multi"))
        page.locator(".st-key-clear button").click()
        expect(verdict(page, "single")).to_have_text("–", timeout=RENDER_TIMEOUT_MS)
        settle(page)
    assert right >= 16


def _strokes(
    digits: list[dict[str, Any]], label: int, writer: int
) -> list[list[tuple[float, float]]]:
    found = next(d for d in digits if d["digit"] == label and d["writer"] == writer)
    scale = CANVAS_SIDE / 500
    return [[(x * scale, y * scale) for x, y in stroke] for stroke in found["strokes"]]


def test_the_run_in_the_address_is_shown_and_kept_on_the_way_to_other_pages(
    machine: dict[str, str], server: Server, page: Page
) -> None:
    folder = Path(machine["MNIST_TRAINED"])
    shutil.copytree(folder / "reference", folder / "another")
    try:
        visit(page, server, "/compare?run=another")
        expect(page.get_by_text("Run another")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
        page.locator("[data-testid=stSidebarNavLink]", has_text="Confusion").click()
        expect(page.locator("h1")).to_have_text("Confusion", timeout=RENDER_TIMEOUT_MS)
        expect(page.get_by_text("Run another")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
        expect(page).to_have_url(re.compile("run=another"))
        choice = page.locator(".st-key-run_choice")
        choice.locator("summary").click()
        choice.get_by_text("reference", exact=True).click()
        expect(page).to_have_url(re.compile("run=reference"), timeout=RENDER_TIMEOUT_MS)
        shown = choice.locator("summary p")
        expect(shown).to_have_text("Run: reference", timeout=RENDER_TIMEOUT_MS)
        expect(choice.get_by_role("radio")).to_have_count(0)  # closed again
    finally:
        shutil.rmtree(folder / "another")


def test_back_undoes_the_first_choice_of_a_run_and_is_one_step(
    machine: dict[str, str], server: Server, page: Page
) -> None:
    folder = Path(machine["MNIST_TRAINED"])
    shutil.copytree(folder / "reference", folder / "another")
    choice = page.locator(".st-key-run_choice")
    shown = choice.locator("summary p")

    def go_to(title: str) -> None:
        page.locator("[data-testid=stSidebarNavLink]", has_text=title).click()
        expect_page(title)

    def expect_page(title: str) -> None:
        expect(page.locator("h1")).to_have_text(title, timeout=RENDER_TIMEOUT_MS)
        settle(page)

    def choose_another() -> None:
        another = choice.get_by_text("another", exact=True)
        if not another.is_visible():  # Streamlit may remember that the list was open
            choice.locator("summary").click()
        another.click()
        expect(shown).to_have_text("Run: another", timeout=RENDER_TIMEOUT_MS)
        settle(page)

    try:
        visit(page, server, "/compare")
        go_to("Data")
        choose_another()
        go_to("Data")  # the page that one is on: nothing is lost
        expect(page).to_have_url(re.compile("run=another"))
        expect(shown).to_have_text("Run: another")
        page.go_back()
        expect(shown).to_have_text("Run: reference", timeout=RENDER_TIMEOUT_MS)
        settle(page)
        assert "run=" not in page.url
        choose_another()
        page.locator("h1").click()  # changes no address
        page.evaluate("history.go(-2)")
        expect_page("Compare")
        expect(page).to_have_url(re.compile("run=another"))
        page.go_forward()  # what was ahead is still there
        expect_page("Data")
    finally:
        shutil.rmtree(folder / "another")


def test_the_web_process_is_small_and_never_loads_tensorflow(
    tmp_path: Path, mnist_npz: Path, page: Page
) -> None:
    """Every page visited, a digit drawn, and a test picture of the real MNIST looked at."""
    environment = {"MNIST_TRAINED": str(copy_reference(tmp_path)), "MNIST_NPZ": str(mnist_npz)}
    with serve(environment) as running:
        for path in PAGES:
            visit(page, running, path)
        visit(page, running)
        draw(page, ONE)
        expect(verdict(page, "multi")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
        page.get_by_text("Test picture", exact=True).click()
        expect(page.get_by_text("Its label is")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
        assert not running.has_mapped("tensorflow")
        assert not running.has_mapped("sklearn")
        assert running.memory_mb() < 300


@pytest.mark.parametrize("path", first_of(PAGES, 2))
@pytest.mark.parametrize("state", ["no run", "damaged run", "damaged manifest", "damaged MNIST"])
def test_a_broken_machine_shows_sentences_and_no_traceback(
    state: str, path: str, broken: Callable[[str], Server], page: Page
) -> None:
    visit(page, broken(state), path)
    expect(page.locator("h1")).to_have_text(PAGES[path])
    assert_sound(page)
    if state in ("no run", "damaged manifest") and path in ("/", "/compare", "/confusion"):
        expect(page.locator("[data-testid=stAlert]").first).to_contain_text(
            "no trained run" if state == "no run" else "damaged"
        )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """Servers on broken machines, one per state, started when first asked for."""
    started: dict[str, tuple[Any, Server]] = {}

    def get(state: str) -> Server:
        if state not in started:
            context = serve(_break(state, tmp_path_factory.mktemp("broken")))
            started[state] = (context, context.__enter__())
        return started[state][1]

    yield get
    for context, _ in started.values():
        context.__exit__(None, None, None)


def _break(state: str, folder: Path) -> dict[str, str]:
    environment = fresh_machine(folder)
    run = folder / "trained" / "reference"
    if state == "no run":
        shutil.rmtree(run)
    elif state == "damaged run":
        for name in ("single.npz", "multi.npz", "test_scores.npz"):
            (run / name).write_bytes((run / name).read_bytes()[:1000])
    elif state == "damaged manifest":
        (run / "run.json").write_text("{", encoding="utf-8")
    else:
        (folder / "mnist.npz").write_bytes(b"PK\x03\x04 not really")
        environment["MNIST_NPZ"] = str(folder / "mnist.npz")
    return environment


def test_retraining_is_watched_and_its_run_shown_first_drawn_with_and_deleted(
    tmp_path: Path, page: Page
) -> None:
    environment = fresh_machine(tmp_path)
    runs = Path(environment["MNIST_TRAINED"])
    with serve(environment) as running:
        visit(page, running, "/compare")
        _ask_for_training_on_the_sample(page)
        progress = page.locator(".st-key-train_progress")
        expect(progress).to_contain_text("Training reference", timeout=RENDER_TIMEOUT_MS)
        expect_accessible(page)
        # On a phone, where the sidebar is closed, a bar above the page shows it.
        bar = page.locator(".st-key-train_bar")
        expect(bar).to_be_hidden()
        page.set_viewport_size({"width": 360, "height": 740})
        expect(bar).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.set_viewport_size({"width": 1280, "height": 720})
        # One can go elsewhere and draw meanwhile, with the old run.
        page.locator("[data-testid=stSidebarNavLink]").first.click()
        expect(page.locator("h1")).to_have_text(PAGES["/"], timeout=RENDER_TIMEOUT_MS)
        draw(page, ONE)
        expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
        expect(progress).to_contain_text("is ready", timeout=TRAINING_TIMEOUT_MS)
        expect_accessible(page)
        progress.get_by_text("Show the new run on all pages").click()
        expect(page).to_have_url(re.compile("run=reference-sample"), timeout=RENDER_TIMEOUT_MS)
        expect(page.get_by_text("figures are not MNIST results")).to_be_visible()
        page.locator(".st-key-ask_activate_run button").click()
        page.locator(".st-key-activate_run button").click()
        expect(page.locator(".st-key-ask_activate_run")).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
        assert (runs / "active").read_text().strip() == "reference-sample"
        visit(page, running)  # as somebody else, who asks for no run
        expect(page.get_by_text("figures are not MNIST results")).to_be_visible()
        draw(page, ONE)
        expect(verdict(page, "multi")).to_have_text(DIGIT, timeout=RENDER_TIMEOUT_MS)
        page.locator(".st-key-delete_run button").click()
        page.locator(".st-key-delete_run_now button").click()
        expect(page).to_have_url(re.compile("run=reference$"), timeout=RENDER_TIMEOUT_MS)
        assert not (runs / "reference-sample").exists()
        assert_sound(page)


def test_a_training_can_be_cancelled(machine: dict[str, str], server: Server, page: Page) -> None:
    runs = Path(machine["MNIST_TRAINED"])
    before = sorted(p.name for p in runs.iterdir() if not p.name.startswith("."))
    visit(page, server)
    _ask_for_training_on_the_sample(page, seed=1)
    page.locator(".st-key-cancel_training button").click(timeout=RENDER_TIMEOUT_MS)
    progress = page.locator(".st-key-train_progress")
    expect(progress).to_contain_text("Cancelled", timeout=TRAINING_TIMEOUT_MS)
    expect(page.locator(".st-key-retrain")).to_have_count(1)
    assert sorted(p.name for p in runs.iterdir() if not p.name.startswith(".")) == before


def _ask_for_training_on_the_sample(page: Page, *, seed: int = 0) -> None:
    page.locator("[data-testid=stSidebar] summary", has_text="Training settings").click()
    page.get_by_text("offline sample of").click()
    settle(page)
    page.get_by_role("spinbutton", name="Seed").fill(str(seed))
    page.get_by_role("spinbutton", name="Seed").press("Enter")
    settle(page)
    page.locator(".st-key-retrain button").click()


def test_a_drawing_is_corrected_kept_and_shown_to_nobody_else(
    server: Server, browser: Browser, page: Page
) -> None:
    visit(page, server)
    draw(page, ONE)
    expect(verdict(page, "single")).to_have_text("1", timeout=RENDER_TIMEOUT_MS)
    said = page.locator(".st-key-correct")
    it_was(page, "7").click()
    expect(said).to_contain_text("Kept as 7", timeout=RENDER_TIMEOUT_MS)
    it_was(page, "1").focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Kept as 1", timeout=RENDER_TIMEOUT_MS)
    said.locator("[data-testid=stPageLink-NavLink]").click()
    cards = page.locator(".st-key-cards [data-testid=stImage]")
    expect(cards).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    page.go_back()
    expect(said).to_contain_text("Kept as 1", timeout=RENDER_TIMEOUT_MS)
    other = browser.new_context().new_page()
    visit(other, server, "/my_drawings")
    expect(other.locator("[data-testid=stAlert]")).to_contain_text("No drawings yet")
    other.context.close()
    page.locator(".st-key-undo_correction button").click()
    expect(said).not_to_contain_text("Kept as", timeout=RENDER_TIMEOUT_MS)


def test_on_a_phone_the_numbers_begin_at_the_digit_and_say_that_there_are_more(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, is_mobile=True)
    page = context.new_page()
    visit(page, server, "/data?digit=1")
    numbers = page.locator(".d-scroll")
    numbers.scroll_into_view_if_needed()
    expect(page.get_by_text("There is more on both sides")).to_be_visible()
    page.wait_for_timeout(500)  # it snaps in its first third of a second, and is then free
    inside = """box => {
        const [left, right] = [box.getBoundingClientRect().left, box.getBoundingClientRect().right];
        const ink = [...box.querySelectorAll("i")].map(i => i.getBoundingClientRect());
        return ink.filter(i => i.left >= left && i.right <= right).length / ink.length;
    }"""
    assert numbers.evaluate(inside) > 0.5  # and not 0.07, as at the corner
    numbers.evaluate("box => box.scrollTo(0, 0)")
    page.wait_for_timeout(200)
    assert numbers.evaluate("box => box.scrollLeft") == 0
    context.close()
