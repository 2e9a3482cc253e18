"""Who may train, choose the run that all see first, and delete one."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import active_name, run_names
from mnist_models.runs.run import Run

OpenPage = Callable[..., AppTest]
Environment = pytest.MonkeyPatch

ROOT = Path(__file__).resolve().parents[3]
CHANGES = {"activate_run", "delete_run_now"}
ACTIONS = {"order_training", "activate", "delete_run", "order_lesson", "keep_lesson"}
ADA: dict[str, Any] = {"is_logged_in": True, "email": "ada@example.org"}
EVE = {**ADA, "email": "eve@example.org"}
NOBODY = {"is_logged_in": False}


@pytest.fixture
def visit(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> Callable[[dict[str, Any]], AppTest]:
    """A function that opens a page with a run made here, as the user whom `st.user` gives."""
    publish("mine", **tiny_contents)

    def as_user(user: dict[str, Any]) -> AppTest:
        page = open_page("compare", run="mine")
        page.user = user
        page.run()
        assert not page.exception
        return page

    return as_user


def _may(page: AppTest) -> bool:
    offered = CHANGES & {b.key for b in page.sidebar.button}
    retrain = "Retrain" in [b.label for b in page.sidebar.button]
    assert offered == (CHANGES if retrain else set())
    return retrain


@pytest.mark.parametrize(
    ("setting", "may"),
    [("", True), ("on", True), ("1", True), ("off", False), ("0", False), ("logn", False)],
)
def test_the_setting_lets_everyone_or_nobody_and_a_misspelt_one_nobody(
    setting: str, may: bool, visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", setting)
    for user in ({}, NOBODY, ADA):
        page = visit(user)
        assert _may(page) == may
        assert not {"Sign in", "Sign out"} & {b.label for b in page.sidebar.button}


def test_who_has_not_signed_in_reads_that_one_can(
    visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    page = visit(NOBODY)
    assert not _may(page)
    assert any("Sign in to train" in c.value for c in page.sidebar.caption)
    assert "Sign in" in [b.label for b in page.sidebar.button]


def test_who_has_signed_in_may(visit: Callable[..., AppTest], monkeypatch: Environment) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    page = visit(ADA)
    assert _may(page)
    assert "Signed in as ada@example.org" in [t.value for t in page.sidebar.text]


def test_without_a_sign_in_the_owner_reads_what_is_missing_and_nobody_may(
    visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    page = visit({"email": "test@example.com"})  # as Streamlit says it where there is no login
    assert not _may(page)
    assert "[auth]" in page.sidebar.info[0].value
    assert "Sign in" not in [b.label for b in page.sidebar.button]


def test_an_incomplete_sign_in_is_a_sentence_and_no_traceback(
    visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    page = visit(NOBODY)
    next(b for b in page.sidebar.button if b.label == "Sign in").click().run()
    assert not page.exception
    assert "Signing in does not work here" in page.sidebar.error[0].value
    assert not _may(page)


@pytest.mark.parametrize(
    ("claims", "may"),
    [
        ({"email": "ada@example.org"}, False),  # the provider does not say that it is verified
        ({"email": "ada@example.org", "email_verified": "true"}, True),
        ({"email": "Ada@Example.org", "email_verified": True}, True),
        ({"email": "ada@example.org", "email_verified": False}, False),
        ({"email": "ada@example.org", "email_verified": "false"}, False),
        ({"email": "eve@example.org"}, False),
        ({"email": ""}, False),
        ({"email": None}, False),
        ({}, False),
    ],
)
def test_of_those_who_have_signed_in_only_the_listed_may(
    claims: dict[str, Any], may: bool, visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    monkeypatch.setenv("MNIST_TRAINERS", " bob@example.org, ada@example.org,")
    assert _may(visit({"is_logged_in": True, **claims})) == may
    assert not _may(visit({"is_logged_in": False, **claims}))


def test_who_is_listed_and_not_verified_reads_just_that(
    visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    monkeypatch.setenv("MNIST_TRAINERS", "ada@example.org")
    for user, sentence in ((ADA, "not say that it is verified"), (EVE, "not among those")):
        assert sentence in "\n".join(c.value for c in visit(user).sidebar.caption)


@pytest.mark.parametrize("trainers", [",", " , ,"])
def test_a_list_without_an_address_admits_nobody(
    trainers: str, visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    monkeypatch.setenv("MNIST_TRAINERS", trainers)
    assert not _may(visit(ADA))


@pytest.mark.parametrize("key", sorted(CHANGES))
def test_a_button_drawn_before_somebody_was_signed_out_does_nothing(
    key: str, visit: Callable[..., AppTest], monkeypatch: Environment
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "login")
    page = visit(ADA)
    page.user = NOBODY
    page.sidebar.button(key=key).click().run()
    assert not page.exception
    assert active_name() == "reference"
    assert run_names() == ["reference", "mine"]


@pytest.mark.parametrize(("setting", "done"), [("on", True), ("off", False), ("login", False)])
def test_what_may_not_be_done_is_refused_where_it_is_done(
    setting: str, done: bool, monkeypatch: Environment
) -> None:
    def script() -> None:
        import streamlit as st

        from ui.shared.permission import attempt

        st.session_state.said = attempt(lambda: st.session_state.update(done=True))

    monkeypatch.setenv("MNIST_RETRAIN", setting)
    page = AppTest.from_function(script).run()
    assert not page.exception
    assert page.session_state["said"] is done
    assert ("done" in page.session_state) is done
    assert len(page.error) == (not done)


def test_no_page_does_any_of_it_but_by_the_way_that_asks_who_may() -> None:
    found = set()
    for path in (*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        attempts = [
            node for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "attempt"
        ]  # fmt: skip
        asked = sorted(name for node in attempts for name in _actions(node))
        assert _actions(tree) == asked, path.name
        found |= set(asked)
    assert found == ACTIONS


def _actions(tree: ast.AST) -> list[str]:
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return sorted(name for name in names if name in ACTIONS)
