"""Where only people who sign in may train: the whole way through Streamlit's login."""

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Page, expect

from tests.helpers.provider import Provider, provide
from tests.helpers.serving import RENDER_TIMEOUT_MS, Server, copy_reference, serve, visit

TRAINER = "ada@example.org"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provide() as running:
        yield running


@pytest.fixture(scope="module")
def server(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("machine")
    (folder / "secrets.toml").write_text(provider.secrets_toml(), encoding="utf-8")
    environment = {
        "MNIST_TRAINED": str(copy_reference(folder)),
        "MNIST_RETRAIN": "login",
        "MNIST_TRAINERS": f"somebody@example.org, {TRAINER}",
        "STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"),
        "NO_PROXY": "127.0.0.1",
    }
    with serve(environment) as running:
        yield running


def _sign_in(page: Page) -> None:
    page.locator(".st-key-sign_in button", has_text="Sign in").click()
    out = page.locator(".st-key-sign_in button", has_text="Sign out")
    expect(out).to_be_visible(timeout=RENDER_TIMEOUT_MS)


def test_who_signs_in_may_train_until_they_sign_out(
    provider: Provider, server: Server, page: Page
) -> None:
    provider.claims = {"email": TRAINER, "email_verified": True}
    retrain = page.locator(".st-key-retrain")
    visit(page, server)
    into = page.locator(".st-key-sign_in button", has_text="Sign in")
    expect(into).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    assert retrain.count() == 0
    _sign_in(page)
    account = page.locator(".st-key-sign_in")
    expect(account).to_contain_text(TRAINER, timeout=RENDER_TIMEOUT_MS)
    expect(retrain).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    page.locator(".st-key-sign_in button").click()
    expect(into).to_be_visible(timeout=RENDER_TIMEOUT_MS)
    expect(retrain).to_have_count(0, timeout=RENDER_TIMEOUT_MS)


def test_who_signs_in_and_is_not_listed_is_told_so_and_may_not_train(
    provider: Provider, server: Server, page: Page
) -> None:
    provider.claims = {"email": "eve@example.org", "email_verified": True}
    visit(page, server)
    _sign_in(page)
    account = page.locator(".st-key-sign_in")
    expect(account).to_contain_text("not among those that may train", timeout=RENDER_TIMEOUT_MS)
    assert page.locator(".st-key-retrain").count() == 0
