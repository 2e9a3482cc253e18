"""Compare in a real browser: clicks at the 2 × 2 table, shared links, saved tables, a phone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from mnist_models.settings import trained_folder
from tests.helpers.matrix import first_of
from tests.helpers.serving import RENDER_TIMEOUT_MS, Server, fresh_machine, serve, settle, visit
from ui.shared.picture_cards import PER_PAGE

CARDS = ".st-key-paired_digits_cards [data-testid=stMarkdownContainer]"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(RENDER_TIMEOUT_MS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two shipped runs, and no MNIST."""
    environment = fresh_machine(tmp_path_factory.mktemp("machine"))
    both = Path(environment["MNIST_TRAINED"])
    shutil.copytree(trained_folder() / "slides-a", both / "slides-a")
    with serve(environment) as running:
        yield running


def test_a_click_at_a_cell_shows_its_digits_and_the_address_says_so(
    server: Server, page: Page
) -> None:
    """A card has the picture's number and truth, then a line for each contender's answer."""
    visit(page, server, "/compare")
    cell = page.locator(".st-key-paired_only_second button")
    count = int(cell.locator("strong").inner_text().replace(",", ""))
    cell.click()
    expect(page.locator(CARDS)).to_have_count(min(count, PER_PAGE), timeout=RENDER_TIMEOUT_MS)
    for text in page.locator(CARDS).all_inner_texts():
        assert text.count("✗") == text.count("✓") == 1
        assert text.index("●") < text.index("✗") < text.index("◆") < text.index("✓")
    expect(page).to_have_url(re.compile("digits=only_second"))
    page.keyboard.press("Escape")
    expect(page.locator(CARDS)).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    expect(page).not_to_have_url(re.compile("digits="), timeout=RENDER_TIMEOUT_MS)
    expect(cell).to_be_focused()


def test_the_cells_and_tabs_are_reached_with_the_keyboard(server: Server, page: Page) -> None:
    visit(page, server, "/compare")
    page.locator(".st-key-paired_both_wrong button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(CARDS).first).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    page.keyboard.press("Escape")
    expect(page.locator(CARDS)).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    page.get_by_role("tab", name="You against them").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The weakest is the model for")).to_be_visible()


def test_a_shared_link_opens_the_same_comparison_tab_and_digits(
    server: Server, page: Page, browser: Browser
) -> None:
    visit(page, server, "/compare?first=slides-a.single&second=reference.single&run=reference")
    clicks = {
        "evidence=": page.get_by_role("tab", name="Probabilities"),
        "question=": page.get_by_text("Is it this digit?", exact=True),
        "digits=": page.locator(".st-key-paired_both_wrong button"),
    }
    for parameter, place in clicks.items():  # one after the other, as people click
        place.click()
        expect(page).to_have_url(re.compile(parameter), timeout=RENDER_TIMEOUT_MS)
        settle(page)
    sentence = page.locator("[data-testid=stMain] h2").first.inner_text()
    expect(page.get_by_text("Every probability of every picture")).to_be_visible()
    calibration = page.get_by_text("Expected calibration error in percentage points").inner_text()
    assert "the single model of slides-a" in sentence
    other = browser.new_context().new_page()
    other.goto(page.url)
    settle(other)
    expect(other.locator("[data-testid=stMain] h2").first).to_have_text(sentence)
    expect(other.get_by_text(calibration)).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect(other.locator(CARDS).first).to_be_visible()
    other.context.close()


def test_a_saved_table_holds_all_digits_of_its_figures(
    server: Server, page: Page, tmp_path: Path
) -> None:
    visit(page, server, "/compare?figure=Precision")
    page.get_by_text("As a table, largest").click()
    with page.expect_download() as download:
        page.locator(".st-key-csv_precision button").click()
    assert download.value.suggested_filename == "precision.csv"
    download.value.save_as(tmp_path / "precision.csv")
    table = pd.read_csv(tmp_path / "precision.csv")
    assert sorted(table["digit"]) == list(range(10))
    assert table["difference"].abs().is_monotonic_decreasing
    assert (table["Single model"].astype(str).str.len() > 8).any()


def test_the_report_is_saved_and_opens_without_a_server(
    server: Server, page: Page, tmp_path: Path
) -> None:
    visit(page, server, "/compare?run=reference")
    sentence = page.locator("[data-testid=stMain] h2").first.inner_text()
    with page.expect_download() as download:
        page.locator(".st-key-report_reference button").click()
    assert download.value.suggested_filename == "report-reference.html"
    file = tmp_path / "report.html"
    download.value.save_as(file)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    expect(page.get_by_text(sentence)).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect(page.locator("svg").first).to_be_visible()
    assert asked == [file.as_uri()]


def test_names_are_whole_on_a_phone_and_no_toolbar_covers_the_tabs(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    visit(page, server, "/compare?evidence=Probabilities")
    for box in page.locator(".st-key-duel input").all():
        assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    for cell in page.locator(".st-key-paired [data-testid=stMarkdownContainer]").all():
        assert cell.evaluate("e => e.scrollWidth <= e.clientWidth")
    cells = page.locator(".st-key-paired button")
    expect(cells).to_have_count(4, timeout=RENDER_TIMEOUT_MS)
    boxes = [cell.bounding_box() for cell in cells.all()]
    heights = [box["height"] for box in boxes if box]
    assert heights == pytest.approx([heights[0]] * 4, abs=1)
    toolbar = page.locator("[data-testid=stElementToolbar]").first
    expect(toolbar).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    bar, tabs = toolbar.bounding_box(), page.get_by_role("tablist").bounding_box()
    assert bar
    assert tabs
    assert bar["y"] >= tabs["y"] + tabs["height"]
    context.close()


def test_a_table_says_that_it_goes_on_until_it_has_been_scrolled_to_its_end(
    browser: Browser, server: Server
) -> None:
    """At first a shade stands at its right edge; and bars and experiment need few screens."""
    context = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    page = context.new_page()
    visit(page, server, "/compare?evidence=Equal+size")
    page.get_by_role("tab", name="Cost").click()
    expect(page.locator(".c-costs")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    for bar in page.locator(".c-costs [role=img]").all():
        assert bar.evaluate("e => e.scrollWidth <= e.clientWidth")
    page.get_by_text("As a table").click()
    table = page.locator(".dvn-scroller").first
    expect(table).not_to_have_css("box-shadow", "none", timeout=RENDER_TIMEOUT_MS)
    table.evaluate("e => e.scrollTo(e.scrollWidth, 0)")
    expect(table).to_have_css("box-shadow", re.compile("none|rgba?\\(.*, 0\\)"))
    page.set_viewport_size({"width": 1600, "height": 900})
    expect(table).to_have_css("box-shadow", "none")  # all of it is in sight
    context.close()


@pytest.mark.parametrize("scheme", first_of(["light", "dark"]))
def test_every_tab_fits_a_phone(
    scheme: Literal["light", "dark"], browser: Browser, server: Server
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, has_touch=True, color_scheme=scheme
    )
    page = context.new_page()
    visit(page, server, "/compare?digits=both_wrong")
    expect(page.locator(CARDS).first).to_be_in_viewport(ratio=1, timeout=RENDER_TIMEOUT_MS)
    page.keyboard.press("Escape")
    expect(page.locator(CARDS)).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    for tab in page.get_by_role("tab").all():
        tab.click()
        settle(page)
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("e => e.scrollWidth") <= 360
    context.close()
