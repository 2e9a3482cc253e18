"""My drawings in a real browser: shared drawings taken home, and a site that keeps none."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Page, expect
from sqlalchemy import create_engine

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import as_png
from mnist_models.drawings.store import Store
from tests.helpers.accessibility import expect_accessible
from tests.helpers.serving import RENDER_TIMEOUT_MS, copy_reference, serve, settle, visit


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh machine where two drawings were kept, a 1 and a 1 that is said to be a 7."""
    trained = copy_reference(tmp_path)
    one = np.zeros((28, 28), np.uint8)
    one[4:24, 13:15] = 255
    engine = create_engine(f"sqlite:///{trained}/.corrections.db")
    for label in ("1", "7"):
        kept = Drawing(
            digest=f"d{label}",
            label=label,
            image=one,
            picture=as_png(one),
            answers={"single": "1"},
            run="reference",
            version="0" * 64,
        )
        Store(engine, "somebody").add(kept)
    engine.dispose()
    return {"MNIST_TRAINED": str(trained), "MNIST_NPZ": ""}


def test_shared_drawings_are_read_filtered_and_taken_home_on_a_phone(
    environment: dict[str, str], phone: Page
) -> None:
    page = phone
    with serve({**environment, "MNIST_CORRECTIONS": "shared"}) as running:
        visit(page, running, "/my_drawings")
        cards = page.locator(".st-key-cards [data-testid=stImage]")
        expect(cards).to_have_count(2, timeout=RENDER_TIMEOUT_MS)
        expect(page.locator(".st-key-single_accuracy")).to_contain_text("1 of 2")
        expect(page.locator(".st-key-cards").get_by_text("Delete")).to_have_count(0)
        expect_accessible(page)
        page.get_by_text("Only misread drawings (1)").click()
        expect(cards).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
        settle(page)
        with page.expect_download() as download:
            page.locator(".st-key-download_zip button").click()
        with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
            assert len(archive.namelist()) == 3
        with page.expect_download() as download:
            page.locator(".st-key-download_npz button").click()
        with np.load(download.value.path(), allow_pickle=False) as file:
            assert sorted(file["labels"].tolist()) == [1, 7]
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("[data-testid=stException]").count() == 0


def test_a_site_that_keeps_no_drawings_says_so_and_one_that_trains_none_has_no_button(
    environment: dict[str, str], page: Page
) -> None:
    with serve({**environment, "MNIST_CORRECTIONS": "off", "MNIST_RETRAIN": "off"}) as running:
        visit(page, running, "/my_drawings")
        expect(page.locator("h1")).to_have_text("My drawings")
        expect(page.get_by_text("This site keeps no drawings.")).to_be_visible()
        expect(page.locator(".st-key-what_is_kept")).to_contain_text("Nothing of yours is stored")
        links = page.locator("[data-testid=stSidebarNavLink]")
        expect(links.first).to_be_attached()
        assert "My drawings" in links.all_inner_texts()
        assert page.locator(".st-key-cards").count() == 0
        assert page.locator(".st-key-retrain").count() == 0
        assert page.locator("[data-testid=stException]").count() == 0
