"""The language: first the browser's, then the visitor's choice, theirs alone, and remembered."""

import re
from urllib.parse import unquote

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.helpers.serving import RENDER_TIMEOUT_MS, Server, settle, visit

CHINESE = "zh-TW"


def expect_heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text, timeout=RENDER_TIMEOUT_MS)


def choose(page: Page, name: str) -> None:
    page.locator(".st-key-language button").filter(has_text=name).click()


def test_two_visitors_read_two_languages_at_once(browser: Browser, server: Server) -> None:
    contexts = [browser.new_context(locale=locale) for locale in ("zh-HK", "en-US")]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(server.url + "/compare")
    for page, name in zip(pages, ("比較", "Compare"), strict=True):
        expect_heading(page, name)
        settle(page)
    for path, names in {"training": ("訓練", "Training"), "data": ("資料", "Data")}.items():
        for page in pages:  # both are drawn at the same time
            page.locator(f"[data-testid=stSidebarNavLink][href$='/{path}']").click()
        for page, name in zip(pages, names, strict=True):
            expect_heading(page, name)
            settle(page)
    for page, tag in zip(pages, (CHINESE, "en"), strict=True):
        expect(page.locator("html")).to_have_attribute("lang", tag, timeout=RENDER_TIMEOUT_MS)
        is_chinese = re.search(
            r"[\u4e00-\u9fff]", page.locator("[data-testid=stMain]").inner_text()
        )
        assert bool(is_chinese) == (tag == CHINESE)
    for context in contexts:
        context.close()


def test_a_choice_is_in_the_address_and_the_browser_remembers_it(
    browser: Browser, server: Server
) -> None:
    with browser.new_context(locale="en-US") as context:
        page = context.new_page()
        visit(page, server, "/data")
        choose(page, "繁體中文")
        expect_heading(page, "資料")
        expect(page).to_have_url(re.compile("lang=zh-TW"), timeout=RENDER_TIMEOUT_MS)
        page.locator("[data-testid=stSidebarNavLink][href$='/training']").click()
        expect_heading(page, "訓練")
        expect(page).to_have_url(re.compile("lang=zh-TW"), timeout=RENDER_TIMEOUT_MS)
        expect(page).to_have_title(re.compile("訓練"))
        settle(page)
        again = context.new_page()
        visit(again, server, "/data")
        expect_heading(again, "資料")
        choose(again, "English")
        expect_heading(again, "Data")
    with browser.new_context(locale="en-US") as stranger:
        page = stranger.new_page()
        visit(page, server, "/data")
        expect_heading(page, "Data")


def test_a_link_of_one_language_opens_the_same_part_in_another(
    browser: Browser, server: Server
) -> None:
    with browser.new_context(locale="zh-TW") as context:
        page = context.new_page()
        visit(page, server, "/training?part=Sampling")
        tabs = page.get_by_role("tab", name="採樣", exact=True)
        expect(tabs).to_have_attribute("aria-selected", "true", timeout=RENDER_TIMEOUT_MS)
        page.get_by_role("tab", name="過度擬合", exact=True).click()
        expect(page).to_have_url(re.compile("part=Overfitting"), timeout=RENDER_TIMEOUT_MS)
        settle(page)
        page.go_back()
        expect(tabs).to_have_attribute("aria-selected", "true", timeout=RENDER_TIMEOUT_MS)
        assert "part=Sampling" in unquote(page.url)
