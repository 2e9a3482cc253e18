"""Confusion and Data in a real browser: a click at a cell, its pictures, and on to Draw."""

import base64
import contextlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.mistakes import PictureRows, cell_rows, differing_rows, outcome_rows
from mnist_models.learning.approaches import TITLES
from mnist_models.metrics.scores import largest_confusions
from mnist_models.runs.registry import load_run
from ui.about.picture_browser import GRID_COLUMNS, GRID_PAGE
from ui.shared.picture_cards import PER_PAGE

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.helpers.matrix import first_of
from tests.helpers.serving import (
    RENDER_TIMEOUT_MS,
    Server,
    settle,
    verdict,
    visit,
)


@pytest.fixture(scope="module")
def equipped(equipped: Server, mnist_npz: Path) -> Server:
    """The app on a machine that has MNIST; without it the test is skipped."""
    return equipped


@pytest.fixture(scope="module")
def duel() -> Duel:
    return Duel.of(*contenders_of(load_run("reference")))


def _cell(page: Page, matrix: str, true: int, answer: int) -> Locator:
    return page.locator(f".st-key-confusion_{matrix} [aria-label^='{true} read as {answer}: ']")


def _click(page: Page, matrix: str, true: int, answer: int) -> None:
    _cell(page, matrix, true, answer).click(timeout=RENDER_TIMEOUT_MS)


def _close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    expect(page).not_to_have_url(re.compile("pictures="), timeout=RENDER_TIMEOUT_MS)
    settle(page)


def _choose_by_keyboard(page: Page, label: str, choice: str) -> None:
    """Choose as a person does, who sees the option before pressing Enter and then sees it taken.

    A list that is redrawn between a key and Enter drops what was typed; people then type again.
    """
    box = page.get_by_label(label, exact=True)
    for _ in range(3):
        box.focus()
        box.fill("")
        page.keyboard.type(choice)
        with contextlib.suppress(AssertionError, PlaywrightTimeout):
            expect(page.locator("[role=option][data-focused]")).to_have_text(choice)
            page.keyboard.press("Enter")
            settle(page)
            expect(box).to_have_value(choice, timeout=RENDER_TIMEOUT_MS / 3)
            return
    raise AssertionError(f"{choice!r} cannot be chosen by the keyboard: {page.url}")


def _assert_shown(page: Page, rows: PictureRows) -> None:
    """The first page of these pictures is shown, in this order, by their numbers."""
    expected = [re.compile(rf"no\. {row:,}\b") for row in rows[:PER_PAGE]]
    expect(page.get_by_role("dialog")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    cards = page.locator(".st-key-asked_cards [data-testid=stMarkdownContainer]")
    expect(cards).to_have_text(expected, timeout=RENDER_TIMEOUT_MS)


def _pixels(picture: Locator) -> np.ndarray:
    source = picture.get_attribute("src") or ""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))


def test_a_click_at_a_cell_shows_its_pictures_the_worst_first(
    equipped: Server, page: Page, duel: Duel, mnist_npz: Path
) -> None:
    with np.load(mnist_npz, allow_pickle=False) as file:
        images = file["x_test"]
    visit(page, equipped, "/confusion")
    for matrix, contender in (("single", duel.first), ("multi", duel.second)):
        _click(page, matrix, 4, 9)
        rows = cell_rows(duel, contender, 4, 9)
        _assert_shown(page, rows)
        title = f"{TITLES[contender.approach]}: {len(rows)} pictures of 4, read as 9"
        dialog = page.get_by_role("dialog", name=title)
        pictures = dialog.get_by_role("img", name=f"Test picture {rows[0]}")
        expect(pictures).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
        assert np.array_equal(_pixels(pictures), images[rows[0]])
        # Another cell, then the first one again: a click always counts.
        _close(page)
        _click(page, matrix, 3, 3)
        _assert_shown(page, cell_rows(duel, contender, 3, 3))
        _close(page)
        _click(page, matrix, 4, 9)
        _assert_shown(page, rows)
        _close(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 640)])
def test_what_a_click_shows_is_where_the_eye_is(
    width: int, height: int, browser: Browser, equipped: Server
) -> None:
    touch = width < 640
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch
    )
    page = context.new_page()
    visit(page, equipped, "/confusion")
    for matrix in ("single", "multi"):
        cell = _cell(page, matrix, 4, 9)
        cell.tap() if touch else cell.click()
        first = page.locator(".st-key-asked_cards").get_by_role("img").first
        expect(first).to_be_in_viewport(ratio=1, timeout=RENDER_TIMEOUT_MS)
        _close(page)
        expect(cell).to_be_in_viewport(ratio=1)  # and one goes on from there
        if touch:
            box = cell.bounding_box()
            assert box is not None
            assert box["width"] >= 30
            assert box["height"] >= 44
    context.close()


def test_the_arrow_keys_go_from_cell_to_cell_and_enter_asks_for_its_pictures(
    equipped: Server, page: Page, duel: Duel
) -> None:
    visit(page, equipped, "/confusion")
    cells = page.locator(".st-key-confusion_single .m-table button")
    expect(cells).to_have_count(100, timeout=RENDER_TIMEOUT_MS)
    expect(cells.and_(page.locator("[tabindex='0']"))).to_have_count(1)  # one stop for Tab
    cells.first.focus()
    for key in (*3 * ("ArrowDown",), *6 * ("ArrowRight",), "ArrowLeft", "Home"):
        page.keyboard.press(key)
    expect(_cell(page, "single", 3, 5)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    _assert_shown(page, cell_rows(duel, duel.first, 2, 5))
    _close(page)
    expect(_cell(page, "single", 2, 5)).to_be_focused()  # the way goes on from there
    expect(_cell(page, "single", 2, 5)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)


def test_a_click_at_the_difference_shows_the_pictures_where_the_two_differ_and_can_be_shared(
    browser: Browser, equipped: Server, page: Page, duel: Duel
) -> None:
    visit(page, equipped, "/confusion")
    page.locator(".st-key-matrices").get_by_text("Difference").click()
    page.locator(".st-key-order").get_by_text("Confusion").click()
    expect(page).to_have_url(re.compile("order=Confusion"), timeout=RENDER_TIMEOUT_MS)
    settle(page)
    _click(page, "difference", 4, 9)
    rows = differing_rows(duel, 4, 9)
    _assert_shown(page, rows)
    for said in ("matrices=Difference", "order=Confusion", "pictures=difference.4.9"):
        expect(page).to_have_url(re.compile(said), timeout=RENDER_TIMEOUT_MS)
    shared = page.url
    context = browser.new_context()
    other = context.new_page()
    other.goto(shared)
    settle(other)
    _assert_shown(other, rows)
    expect(_cell(other, "difference", 4, 9)).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    context.close()


def test_another_unit_and_scale_change_the_matrices_and_pointing_at_a_cell_says_all_of_it(
    equipped: Server, page: Page, duel: Duel
) -> None:
    visit(page, equipped, "/confusion")
    confusion = np.array(duel.second.metrics.confusion)
    count, row, column = confusion[9, 4], confusion[9].sum(), confusion[:, 4].sum()
    cell = _cell(page, "multi", 9, 4)
    expect(cell).to_have_attribute("aria-label", f"9 read as 4: {count}")
    before = cell.get_attribute("style")
    page.locator(".st-key-unit").get_by_text("Column %").click()
    share = f"{100 * count / column:.1f}"
    expect(cell).to_have_attribute("aria-label", f"9 read as 4: {share}", timeout=RENDER_TIMEOUT_MS)
    cell.hover()
    expect(page.locator(".st-key-confusion_multi .cell-facts")).to_have_text(
        f"9 read as 4: {count} pictures, {100 * count / row:.2f} % of the row, "
        f"{100 * count / column:.2f} % of the column"
    )
    page.get_by_text("Colour the diagonal").click()
    expect(cell).not_to_have_attribute("style", str(before), timeout=RENDER_TIMEOUT_MS)


def test_pictures_can_be_asked_for_with_the_keyboard(
    equipped: Server, page: Page, duel: Duel
) -> None:
    visit(page, equipped, "/confusion")
    _choose_by_keyboard(page, "Pictures of", "Multi-model: one cell")
    _choose_by_keyboard(page, "True digit", "9")
    _choose_by_keyboard(page, "Answer", "4")
    page.get_by_role("button", name="Show the pictures").focus()
    page.keyboard.press("Enter")
    _assert_shown(page, cell_rows(duel, duel.second, 9, 4))


def test_a_picture_opens_on_draw_and_every_way_back_leads_to_the_same_pictures(
    equipped: Server, page: Page, duel: Duel
) -> None:
    rows = cell_rows(duel, duel.second, 3, 3)[PER_PAGE : 2 * PER_PAGE]  # the second page of them
    visit(page, equipped, "/confusion")
    page.locator(".st-key-unit").get_by_text("Row %").click()
    expect(page).to_have_url(re.compile("unit=Row"), timeout=RENDER_TIMEOUT_MS)
    settle(page)
    before = page.url
    _click(page, "multi", 3, 3)
    page.get_by_role("dialog").get_by_role("button", name="Page 2").click()
    _assert_shown(page, rows)
    expect(page).to_have_url(re.compile("~2"), timeout=RENDER_TIMEOUT_MS)
    address = page.url
    page.get_by_role("link", name=f"Test picture {rows[1]} ").click()
    number = page.get_by_label("Test picture, 0 to 9,999")
    expect(number).to_have_value(str(rows[1]), timeout=RENDER_TIMEOUT_MS)
    for contender in (duel.first, duel.second):
        answer = verdict(page, contender.approach)
        expect(answer).to_have_text(str(contender.answers[rows[1]]), timeout=RENDER_TIMEOUT_MS)
    settle(page)
    way_back = page.get_by_role("link", name=re.compile("Back to the [0-9,]+ pictures"))
    for go in (page.go_back, page.reload):
        go()
        _assert_shown(page, rows)
        assert page.url == address
        settle(page)
    page.go_forward()
    expect(number).to_have_value(str(rows[1]), timeout=RENDER_TIMEOUT_MS)
    settle(page)
    way_back.click()
    _assert_shown(page, rows)
    assert page.url == address
    settle(page)
    for steps in (2, 1, 1):  # to the pictures, to their first page, to the page without them
        page.evaluate(f"history.go(-{steps})")
        page.wait_for_timeout(300)
        settle(page)
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    assert page.url == before


def test_back_from_a_picture_of_compare_leads_to_the_same_pictures_and_tab(
    equipped: Server, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    visit(page, equipped, "/compare")
    page.get_by_role("tab", name="Probabilities").click()
    expect(page).to_have_url(re.compile("evidence="), timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.locator(".st-key-paired_both_wrong button").click()
    picture = page.locator(".st-key-paired_digits_cards").get_by_role("img").first
    expect(picture).to_be_in_viewport(ratio=1, timeout=RENDER_TIMEOUT_MS)
    cards = page.locator(".st-key-paired_digits_cards [data-testid=stMarkdownContainer]")
    shown = cards.all_inner_texts()
    address = page.url
    picture.click()
    expect(page.get_by_text("Its label is")).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.go_back()
    expect(cards).to_have_text(shown, timeout=RENDER_TIMEOUT_MS)
    tab = page.get_by_role("tab", name="Probabilities", include_hidden=True)
    expect(tab).to_have_attribute("aria-selected", "true", timeout=RENDER_TIMEOUT_MS)
    assert page.url == address


def test_the_tables_are_saved_as_csv(equipped: Server, page: Page, duel: Duel) -> None:
    visit(page, equipped, "/confusion?pictures=both_wrong")
    rows = outcome_rows(duel, "both_wrong")
    _assert_shown(page, rows)
    pictures = _saved(page, "asked")
    assert pictures["test picture"].tolist() == rows.tolist()
    proba = pictures[[f"Single model: probability of {k}" for k in range(10)]].to_numpy()
    assert np.allclose(proba, duel.first.proba[rows])
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=RENDER_TIMEOUT_MS)
    settle(page)
    page.get_by_text("The most frequent mistakes").click()
    table = _saved(page, "mistakes")
    matrices: dict[str, Any] = {
        TITLES[c.approach]: c.metrics.confusion for c in (duel.first, duel.second)
    }
    expected = pd.DataFrame(largest_confusions(matrices, duel.classes))
    assert table.astype(str).equals(expected.astype(str))
    for name, contender in (("first", duel.first), ("second", duel.second)):
        matrix = _saved(page, f"confusion_{name}")
        assert matrix["true"].tolist() == duel.classes
        assert np.array_equal(matrix.iloc[:, 1:], contender.metrics.confusion)


def _saved(page: Page, name: str) -> pd.DataFrame:
    with page.expect_download(timeout=RENDER_TIMEOUT_MS) as download:
        page.locator(f".st-key-csv_{name} button").click()
    assert download.value.suggested_filename == f"{name}.csv"
    return pd.read_csv(download.value.path())


def test_without_mnist_the_numbers_work_and_a_button_offers_the_pictures(
    server: Server, page: Page, duel: Duel
) -> None:
    visit(page, server, "/confusion")
    _click(page, "multi", 9, 4)
    _assert_shown(page, cell_rows(duel, duel.second, 9, 4))
    place = page.get_by_role("dialog")
    expect(place).to_contain_text("which is not on this machine")
    expect(place.get_by_role("button", name="Download MNIST (11 MB)")).to_be_visible()
    expect(place.get_by_role("link", name="Test picture")).to_have_count(0)


@pytest.mark.parametrize(
    "options",
    first_of(
        [
            "matrices=Difference&unit=Column+%25&diagonal=true&order=Confusion",
            "pictures=both_wrong",
            "first=reference.multi&second=reference.multi&pictures=both_wrong",
        ]
    ),
)
def test_the_page_fits_a_phone(options: str, equipped: Server, phone: Page) -> None:
    visit(phone, equipped, f"/confusion?{options}")
    expect(phone.locator("[class*=confusion_] .m-table").first).to_be_visible(
        timeout=RENDER_TIMEOUT_MS
    )
    for matrix in phone.locator("[class*=st-key-confusion_] .m-table").all():
        box = matrix.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    main = "document.querySelector('[data-testid=stMain]').scrollWidth"
    assert phone.evaluate(f"Math.max(document.documentElement.scrollWidth, {main})") <= 360


def test_a_picture_chosen_on_a_phone_comes_into_the_window(equipped: Server, phone: Page) -> None:
    visit(phone, equipped, "/data?set=test&digit=4")
    chosen = phone.locator(".st-key-data_grid button[aria-pressed]").nth(GRID_COLUMNS + 1)
    chosen.scroll_into_view_if_needed()
    said = phone.locator(".st-key-data_grid .cell-facts").bounding_box()
    below = phone.get_by_role("button", name="Next").bounding_box()
    assert said is not None
    assert below is not None
    assert said["y"] + said["height"] <= below["y"]  # its room is not too small
    chosen.tap()
    large = phone.locator(".st-key-data_picture img")
    expect(large).to_be_in_viewport(ratio=0.95, timeout=RENDER_TIMEOUT_MS)


def test_a_picture_of_the_grid_on_data_is_shown_large_by_mouse_and_by_keyboard(
    equipped: Server, page: Page, mnist_npz: Path
) -> None:
    visit(page, equipped, "/data?set=test&digit=4")
    with np.load(mnist_npz, allow_pickle=False) as file:
        images, fours = file["x_test"], np.flatnonzero(file["y_test"] == 4)
    chosen = page.locator(".st-key-data_grid button[aria-pressed]")
    expect(chosen).to_have_count(GRID_PAGE, timeout=RENDER_TIMEOUT_MS)

    def expect_large(place: int) -> None:
        row = fours[place]
        number = page.get_by_label("Picture number, 0 to 9,999")
        expect(number).to_have_value(str(row), timeout=RENDER_TIMEOUT_MS)
        expect(page.locator(".st-key-data_grid [aria-pressed=true]")).to_have_text(f"{row:,}")
        large = page.get_by_role("img", name=f"Picture {row}, digit 4, enlarged")
        expect(large).to_be_visible(timeout=RENDER_TIMEOUT_MS)
        expect(page.locator(".d-numbers")).to_contain_text(str(images[row].max()))

    chosen.nth(GRID_COLUMNS + 2).click()
    expect_large(GRID_COLUMNS + 2)
    chosen.first.focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect_large(GRID_COLUMNS + 1)
