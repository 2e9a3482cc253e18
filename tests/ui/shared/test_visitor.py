"""A visitor stays who they are: by a cookie, in each tab, until they are forgotten."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_models.jobs.job import is_visitor, mark_of, new_visitor
from ui.shared import visitor

SECRET, OTHER = "a" * 22, "b" * 22  # fixed: tests on several cores collect the same names

OpenTab = Callable[..., None]


@pytest.fixture
def active(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The sessions whose browsers are connected."""
    sessions: set[str] = set()
    runtime = SimpleNamespace(is_active_session=sessions.__contains__)
    monkeypatch.setattr(visitor.runtime, "exists", lambda: True)
    monkeypatch.setattr(visitor.runtime, "get_instance", lambda: runtime)
    monkeypatch.setattr(visitor, "_sessions", {})
    monkeypatch.setattr(visitor, "_forgotten", type(visitor._forgotten)())
    return sessions


@pytest.fixture
def tab(active: set[str], monkeypatch: pytest.MonkeyPatch) -> OpenTab:
    """A function that goes to a tab, a session each, opened with this cookie."""
    states: dict[str, dict[str, Any]] = {}

    def go(name: str, cookie: str = "") -> None:
        active.add(name)
        cookies = {"mnist_visitor": cookie} if cookie else {}
        session = SimpleNamespace(
            session_state=states.setdefault(name, {}), context=SimpleNamespace(cookies=cookies)
        )
        monkeypatch.setattr(visitor, "st", session)
        context = SimpleNamespace(session_id=name)
        monkeypatch.setattr(visitor, "get_script_run_ctx", lambda: context)

    return go


# Who is known


def test_who_has_made_nothing_is_nobody_and_who_makes_something_stays_the_same(
    tab: OpenTab,
) -> None:
    tab("a")
    assert visitor.known_visitor() is None
    secret = visitor.visitor()
    assert is_visitor(secret)
    assert visitor.known_visitor() == visitor.visitor() == secret
    assert visitor.owns(mark_of(secret))
    tab("b")
    assert not visitor.owns(mark_of(secret))


def test_after_a_reload_the_cookie_tells_who_it_is(tab: OpenTab) -> None:
    tab("a", SECRET)
    assert visitor.known_visitor() == visitor.visitor() == SECRET


@given(st.one_of(st.none(), st.integers(), st.text(), st.from_regex(r"[\w-]{21,23}")))
def test_only_what_has_the_form_of_a_secret_is_taken_for_one(sent: object) -> None:
    assert is_visitor(sent) == (
        isinstance(sent, str)
        and len(sent) == 22
        and sent.isascii()
        and all(c.isalnum() or c in "-_" for c in sent)
    )
    assert is_visitor(new_visitor())


@pytest.mark.parametrize("cookie", ["x", SECRET + "x", "../../etc/passwd......", "*" * 22])
def test_a_cookie_of_another_form_is_nobodys(cookie: str, tab: OpenTab) -> None:
    tab("a", cookie)
    assert visitor.known_visitor() is None


def test_a_second_tab_takes_the_secret_that_its_browser_has(tab: OpenTab) -> None:
    tab("b")
    visitor._hear(f"found {SECRET}")
    assert visitor.visitor() == SECRET
    assert visitor.browser_answer() == "kept"


def test_who_made_something_at_that_moment_keeps_it_and_is_told_for_how_long(tab: OpenTab) -> None:
    tab("b")
    own = visitor.visitor()
    visitor._hear(f"found {OTHER}")
    assert visitor.known_visitor() == own
    assert visitor.browser_answer() == "another"


@pytest.mark.parametrize("answer", [None, "", "found", "found x", "kept", 7, {"kept": 1}])
def test_no_answer_of_a_browser_makes_a_visitor_of_nobody(answer: object, tab: OpenTab) -> None:
    tab("a")
    visitor._hear(answer)
    assert visitor.known_visitor() is None


# Who is forgotten


def test_who_is_forgotten_is_a_stranger_in_every_tab(tab: OpenTab) -> None:
    for name in ("a", "b"):
        tab(name, SECRET)
        assert visitor.known_visitor() == SECRET
    visitor.forget_visitor()
    assert visitor.known_visitor() is None
    tab("a", SECRET)
    assert visitor.known_visitor() is None
    assert visitor.visitor() not in (SECRET, None)
    tab("c", SECRET)  # on its way while the cookie was deleted
    assert visitor.known_visitor() is None


def test_a_forgotten_cookie_that_is_still_there_is_deleted_and_the_next_one_written(
    tab: OpenTab,
) -> None:
    tab("a", SECRET)
    visitor.known_visitor()
    visitor.forget_visitor()
    tab("b", SECRET)
    assert visitor.known_visitor() is None
    assert visitor.st.session_state["_visitor_replaced"] == SECRET
    visitor._hear("forgotten")
    assert visitor.known_visitor() is None
    assert "_visitor_replaced" not in visitor.st.session_state  # it is asked once
    own = visitor.visitor()
    visitor._hear(f"found {SECRET}")  # somebody has put it there again
    assert visitor.known_visitor() == own
    assert visitor.browser_answer() == "asked"
    assert visitor.st.session_state["_visitor_replaced"] == SECRET
    visitor._hear("kept")
    assert visitor.browser_answer() == "kept"


def test_a_browser_that_does_not_forget_is_not_asked_for_ever(tab: OpenTab) -> None:
    tab("a", SECRET)
    visitor.known_visitor()
    visitor.forget_visitor()
    visitor.visitor()
    visitor._hear(f"found {SECRET}")
    assert visitor.browser_answer() == "refused"
    assert "_visitor_replaced" not in visitor.st.session_state


def test_who_was_forgotten_in_another_tab_gets_a_cookie_for_what_they_make_next(
    tab: OpenTab,
) -> None:
    for name in ("a", "b"):
        tab(name)
        visitor._hear(f"found {SECRET}")
    visitor.forget_visitor()
    tab("a")
    assert visitor.visitor() != SECRET
    assert visitor.browser_answer() == "asked"


def test_the_session_of_who_is_forgotten_keeps_nothing(tab: OpenTab) -> None:
    tab("a", SECRET)
    visitor.st.session_state.update({"_examples": ["drawn"], "_job_ordered": "1"})
    visitor.known_visitor()
    visitor.forget_visitor()
    assert visitor.st.session_state == {"_visitor": None, "_visitor_replaced": SECRET}


# Who is there


def test_a_visitor_is_there_as_long_as_one_of_their_tabs_is(tab: OpenTab, active: set[str]) -> None:
    tab("a", SECRET)
    is_there = visitor.presence()
    tab("b", SECRET)
    visitor.known_visitor()
    tab("another", OTHER)
    visitor.known_visitor()
    active.remove("a")
    assert is_there()
    active.remove("b")
    assert not is_there()
    tab("after a reload", SECRET)
    visitor.known_visitor()
    assert is_there()


def test_sessions_that_are_gone_are_not_remembered_for_ever(
    tab: OpenTab, active: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "_MANY_SESSIONS", 5)
    for number in range(20):
        tab(str(number), SECRET)
        visitor.known_visitor()
        active.clear()
    assert len(visitor._sessions) <= 7


# What the browser is asked


def _page() -> None:
    import streamlit as st

    from ui.shared.visitor import meet_browser, visitor

    if st.session_state.get("makes"):
        visitor()
    meet_browser("here", before_making=st.session_state.get("before_making", False))


def _asked(page: AppTest) -> list[dict[str, Any]]:
    assert not page.exception
    return [json.loads(json.loads(e.proto.json)[0]) for e in page.get("bidi_component")]


def test_who_only_looks_is_asked_nothing_and_gets_no_cookie(trained: object) -> None:
    page = AppTest.from_function(_page).run()
    assert _asked(page) == []
    page.session_state["before_making"] = True
    [asked] = _asked(page.run())
    assert asked["secret"] == ""  # looks for one, and writes none


def test_who_makes_something_gets_a_cookie_once(
    trained: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_KEEP_DAYS", "30")
    page = AppTest.from_function(_page)
    page.session_state["makes"] = True
    [asked] = _asked(page.run())
    assert asked["secret"] == page.session_state["_visitor"]
    assert (asked["seconds"], asked["path"]) == (30 * 86_400, "/")
    page.session_state["_visitor_browser"] = "kept"
    assert _asked(page.run()) == []


def test_who_comes_back_and_makes_something_has_the_cookie_for_as_long_again(
    trained: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "cookies", {"mnist_visitor": SECRET})
    monkeypatch.setenv("MNIST_KEEP_DAYS", "10000")
    page = AppTest.from_function(_page).run()
    assert _asked(page) == []
    page.session_state["makes"] = True
    [asked] = _asked(page.run())
    assert (asked["secret"], asked["seconds"]) == (SECRET, 400 * 86_400)


def test_a_setting_that_is_no_number_writes_no_cookie(
    trained: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_KEEP_DAYS", "for ever")
    page = AppTest.from_function(_page)
    page.session_state["makes"] = True
    assert _asked(page.run()) == []
