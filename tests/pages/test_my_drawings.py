"""My drawings: what was kept, how it is read today, deleting it, taking it home."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import create_engine
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_models.drawings.readings import read
from mnist_models.drawings.store import Store
from mnist_models.jobs.job import job_ids, mark_of, new_visitor
from mnist_models.jobs.progress import Event
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.stack import Stack
from mnist_models.metrics.significance import wilson_interval
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import unlisted_run_names
from mnist_models.runs.run import Run
from tests.helpers.drawings import make_drawing
from tests.helpers.jobs import ORDER, ended
from tests.helpers.pages import app_page, run_in_sidebar
from ui.my_drawings.gallery import DRAWINGS_PER_PAGE
from ui.shared import visitor

ME, YOU = "me", "you"

MakeStack = Callable[..., Stack]


@pytest.fixture(autouse=True)
def session_setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The default setting, no connection from another test, and nobody who was forgotten there."""
    monkeypatch.delenv("MNIST_CORRECTIONS", raising=False)
    monkeypatch.setattr(visitor, "_forgotten", type(visitor._forgotten)())
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def store_of(trained: Path) -> Iterator[Callable[..., Store]]:
    """A function that opens the database of the page as somebody."""
    engine = create_engine(f"sqlite:///{trained}/.corrections.db")
    yield lambda who, **settings: Store(engine, who, **settings)
    engine.dispose()


def keep(store: Store, run: Run, *, right: int, wrong: int) -> None:
    """Keep drawings that every approach reads correctly, and some that none does."""
    stacks = {approach: run.stack(approach) for approach in run.with_weights}
    readings = read([make_drawing(n, "") for n in range(1000)], stacks)
    agreed = [r for r in readings if len(set(r.answers.values())) == 1][: right + wrong]
    assert len(agreed) == right + wrong
    for n, reading in enumerate(agreed):
        answer = int(reading.answers["single"])
        label = str(answer if n < right else (answer + 1) % 10)
        number = int(reading.drawing.digest[1:])
        store.add(make_drawing(number, label))


def open_as(who: str | None) -> AppTest:
    page = app_page("my_drawings")
    if who:
        page.session_state["_visitor"] = who
    page.run()
    assert not page.exception
    return page


def cards(page: AppTest) -> list[str]:
    found = (re.fullmatch(r"It was \*\*(.+)\*\*", m.value) for m in page.markdown)
    return [match[1] for match in found if match]


def said(page: AppTest) -> str:
    return " ".join(e.value for e in (*page.markdown, *page.caption, *page.info))


# Nothing there


def test_a_visitor_who_kept_nothing_is_told_where_to_begin_and_no_database_is_made(
    tiny_run: Run, trained: Path
) -> None:
    page = open_as(None)
    assert "Draw a digit" in page.info[0].value
    assert len(page.get("page_link")) == 1
    assert not (trained / ".corrections.db").exists()


def test_where_corrections_are_off_the_page_says_so_and_shows_none(
    tiny_run: Run, store_of: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    monkeypatch.setenv("MNIST_CORRECTIONS", "off")
    page = open_as(ME)
    assert "keeps no drawings" in page.info[0].value
    assert cards(page) == []
    assert [button.key for button in page.main.button] == ["forget_me"]
    assert "Your drawings" not in said(page)
    assert "Your last lesson is kept for 180 days." in said(page)
    assert "Nothing of yours is stored here." in said(open_as(None))


def test_who_kept_drawings_before_corrections_were_switched_off_can_have_them_deleted(
    tiny_run: Run, store_of: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    monkeypatch.setenv("MNIST_CORRECTIONS", "off")
    page = open_as(ME)
    page.button(key="forget_me").click().run()
    assert "You are forgotten here." in [info.value for info in page.info]
    assert store_of(ME).drawings() == []


def test_who_looks_at_a_run_that_is_gone_can_be_forgotten_all_the_same(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    page = app_page("my_drawings")
    page.session_state["_visitor"] = ME
    page.query_params["run"] = "gone"
    page.run()
    assert "no run called gone" in page.error[0].value
    assert "Show the run reference (trained on the sample) instead" in [
        button.label for button in page.main.button
    ]
    page.button(key="forget_me").click().run()
    assert not page.exception
    assert "You are forgotten here." in [info.value for info in page.info]
    assert store_of(ME).drawings() == []


def test_a_setting_that_is_no_number_is_said_and_who_wants_to_be_forgotten_is(
    tiny_run: Run, store_of: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    monkeypatch.setenv("MNIST_KEEP_DAYS", "for ever")
    page = open_as(ME)
    assert "MNIST_KEEP_DAYS must be a whole number" in page.error[0].value
    page.button(key="forget_me").click().run()
    assert "You are forgotten here." in [info.value for info in page.info]
    monkeypatch.delenv("MNIST_KEEP_DAYS")
    assert store_of(ME).drawings() == []


def test_a_damaged_database_is_a_sentence_and_the_sidebar_stays(
    tiny_run: Run, trained: Path
) -> None:
    (trained / ".corrections.db").write_bytes(b"no database at all, only some text in a file")
    page = open_as(ME)
    assert "database cannot be read" in page.error[0].value
    assert str(trained) not in page.error[0].value
    assert page.sidebar.expander


def test_who_looks_at_a_run_that_was_taught_has_drawings_read_by_it(
    tiny_run: Run, tiny_contents: dict[str, Any], store_of: Callable[..., Store]
) -> None:
    """It is in no list of runs."""
    publish("own-0123456789ab-star", **tiny_contents)
    store_of(ME).add(make_drawing(1, "1"))
    page = app_page("my_drawings")
    page.session_state["_visitor"] = ME
    page.query_params["run"] = "own-0123456789ab-star"
    page.run()
    assert not page.exception
    assert page.main.selectbox[0].value == "own-0123456789ab-star"
    assert page.main.selectbox[0].options == [
        "star (taught here)",
        "reference (trained on the sample)",
    ]
    assert cards(page) == ["1"]


# How they are read


def test_accuracy_is_that_of_the_run_today_with_interval_and_what_it_was_then(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    keep(store_of(ME), tiny_run, right=3, wrong=2)
    page = open_as(ME)
    assert page.metric[0].value == "60 %"
    assert page.metric[0].label == "Single model: accuracy on my handwriting"
    low, high = wilson_interval(3, 5)
    assert f"3 of 5 ({low:.0%} to {high:.0%})".replace("%", " %") in said(page)
    assert "when drawn: 5 of 5" in said(page)  # as `make` says of the single model
    assert "keep what was read correctly as well" in said(page)


def test_another_run_reads_them_without_changing_the_visitors_run(
    tiny_run: Run, tiny_contents: dict[str, Any], make_stack: MakeStack,
    store_of: Callable[..., Store],
) -> None:  # fmt: skip
    stacks = {a: make_stack(a, seed=5).rounded() for a in PAIR}
    publish("another", **{**tiny_contents, "stacks": stacks})
    keep(store_of(ME), tiny_run, right=30, wrong=0)
    page = open_as(ME)
    assert page.metric[0].value == "100 %"
    page.main.selectbox[0].set_value("another").run()
    assert not page.exception
    drawings = store_of(ME).drawings()
    readings = read(drawings, stacks)
    for metric, approach in zip(page.metric, PAIR, strict=True):
        right = sum(reading.right(approach) for reading in readings)
        assert metric.value == f"{right / 30:.0%}".replace("%", " %")
    assert page.metric[0].value != "100 %"
    assert run_in_sidebar(page) == "reference"


def test_only_the_misread_are_shown_when_asked_for(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    keep(store_of(ME), tiny_run, right=4, wrong=2)
    page = open_as(ME)
    everything = cards(page)
    page.toggle(key="only_wrong").set_value(True).run()
    assert cards(page) == everything[:2]  # the newest, which `keep` labelled otherwise
    assert len(everything) == 6


def test_drawings_of_a_class_that_the_run_does_not_know_are_left_out_and_that_is_said(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    keep(store_of(ME), tiny_run, right=2, wrong=0)
    store_of(ME).add(make_drawing(9, "A"))
    page = open_as(ME)
    assert "1 drawing is left out: the run reference (trained on the sample) does" in said(page)
    assert page.metric[0].value == "100 %"


def test_a_run_without_weights_of_one_approach_reads_with_the_other(
    trained: Path, tiny_contents: dict[str, Any], store_of: Callable[..., Store]
) -> None:
    stacks = {"single": tiny_contents["stacks"]["single"]}
    run = publish("reference", **{**tiny_contents, "stacks": stacks})
    keep(store_of(ME), run, right=1, wrong=1)
    page = open_as(ME)
    assert "--approach multi" in " ".join(warning.value for warning in page.warning)
    assert [metric.value for metric in page.metric] == ["50 %"]


def test_a_run_without_any_weights_shows_the_drawings_and_no_figure(
    trained: Path, tiny_contents: dict[str, Any], store_of: Callable[..., Store]
) -> None:
    publish("reference", **{**tiny_contents, "stacks": {}})
    store_of(ME).add(make_drawing(1, "1"))
    page = open_as(ME)
    assert not page.metric
    assert cards(page) == ["1"]


def test_many_drawings_are_shown_page_by_page(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    for number in range(DRAWINGS_PER_PAGE + 3):
        store_of(ME).add(make_drawing(number, str(number % 10)))
    page = open_as(ME)
    assert len(cards(page)) == DRAWINGS_PER_PAGE
    page.pagination[0].set_value(2).run()
    assert cards(page) == ["2", "1", "0"]


# Whose they are


def test_two_sessions_see_each_their_own(tiny_run: Run, store_of: Callable[..., Store]) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    store_of(YOU).add(make_drawing(2, "2"))
    assert cards(open_as(ME)) == ["1"]
    assert cards(open_as(YOU)) == ["2"]
    assert cards(open_as(None)) == []


def test_shared_drawings_are_shown_to_everyone_and_only_ones_own_can_be_deleted(
    tiny_run: Run, store_of: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_CORRECTIONS", "shared")
    store_of(ME).add(make_drawing(1, "1"))
    store_of(YOU).add(make_drawing(2, "2"))
    page = open_as(ME)
    assert cards(page) == ["2", "1"]
    assert "Everyone who opens this page sees" in said(page)
    assert "on these drawings" in page.metric[0].label
    assert len([b for b in page.main.button if b.label == "Delete"]) == 1
    page.toggle(key="others").set_value(False).run()
    assert cards(page) == ["1"]
    assert "delete_all" not in [b.key for b in open_as("a third").main.button]


# Deleting them


def test_one_drawing_is_deleted_and_the_others_stay(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    for number in (1, 2, 3):
        store_of(ME).add(make_drawing(number, str(number)))
    page = open_as(ME)
    page.button(key="delete_2").click().run()
    assert not page.exception
    assert cards(page) == ["3", "1"]
    assert [d.label for d in store_of(ME).drawings()] == ["3", "1"]


def test_all_of_ones_own_are_deleted_after_a_second_question(
    tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    store_of(ME).add(make_drawing(2, "2"))
    store_of(YOU).add(make_drawing(3, "3"))
    page = open_as(ME)
    assert "Delete all 2 of your drawings?" in said(page)
    page.button(key="delete_all").click().run()
    assert not page.exception
    assert "No drawings yet" in page.info[0].value
    assert store_of(ME).drawings() == []
    assert len(store_of(YOU).drawings()) == 1


# What is kept, and being forgotten


def test_who_only_looks_is_told_that_nothing_is_stored(tiny_run: Run) -> None:
    page = open_as(None)
    assert "Nothing of yours is stored here." in said(page)
    assert "gets a cookie with a random number and nothing else, for 180 days" in said(page)
    assert not [button for button in page.main.button if button.key == "forget_me"]


def test_how_long_things_are_kept_is_what_the_settings_say(
    tiny_run: Run, store_of: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    monkeypatch.setenv("MNIST_KEEP_DAYS", "1000")
    page = open_as(ME)
    assert "Your drawings and your last lesson are kept for 1,000 days" in said(page)
    assert "holds a random number and nothing else, for 400 days" in said(page)
    monkeypatch.setenv("MNIST_KEEP_DAYS", "1")
    assert "are kept for 1 day. After that nobody sees them" in said(page.run())


@pytest.mark.parametrize(
    ("browser", "told", "not_told"),
    [
        ("refused", "yours only until you reload or close the page", "known again"),
        # Another tab was quicker: no browser is to blame.
        ("another", "yours only until you reload or close it", "stores nothing"),
    ],
)
def test_where_the_browser_keeps_no_cookie_of_this_tab_that_is_said(
    browser: str, told: str, not_told: str, tiny_run: Run, store_of: Callable[..., Store]
) -> None:
    store_of(ME).add(make_drawing(1, "1"))
    page = open_as(ME)
    page.session_state["_visitor_browser"] = browser
    page.run()
    assert told in said(page)
    assert not_told not in said(page)


def test_who_comes_back_finds_their_drawings(
    tiny_run: Run, store_of: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = new_visitor()
    store_of(secret).add(make_drawing(1, "1"))
    monkeypatch.setattr(ContextProxy, "cookies", {"mnist_visitor": secret})
    assert cards(open_as(None)) == ["1"]


def test_who_asks_for_it_is_forgotten_with_all_that_is_theirs(
    tiny_run: Run, tiny_contents: dict[str, Any], store_of: Callable[..., Store],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    secret = new_visitor()
    monkeypatch.setattr(ContextProxy, "cookies", {"mnist_visitor": secret})
    store_of(secret).add(make_drawing(1, "1"))
    store_of(YOU).add(make_drawing(2, "2"))
    for who in (secret, YOU):
        publish(f"own-{mark_of(who)}-star", **tiny_contents)
    lesson, training = replace(ORDER, kind="lesson"), ORDER
    for order in (lesson, training):
        ended(Event("done", run="new"), order=replace(order, owner=mark_of(secret)))
    page = open_as(None)
    page.session_state["_examples"] = ["of a class that they would have taught"]
    assert "This cannot be undone" in said(page)
    page.button(key="forget_me").click().run()
    assert not page.exception
    assert "You are forgotten here." in [info.value for info in page.info]
    assert "Nothing of yours is stored here." in said(page)
    assert store_of(secret).drawings() == []
    assert len(store_of(YOU).drawings()) == 1
    assert unlisted_run_names() == [f"own-{mark_of(YOU)}-star"]
    assert job_ids(owner=mark_of(secret)) == []
    assert "_examples" not in page.session_state
    [asked] = shown_scripts(page)
    assert (asked["replaces"], asked["secret"]) == (secret, "")  # the browser deletes it


def test_who_cannot_be_forgotten_now_stays_known_and_can_try_again(
    tiny_run: Run, trained: Path
) -> None:
    page = open_as(ME)
    (trained / ".corrections.db").write_bytes(b"no database at all, only some text in a file")
    page.button(key="forget_me").click().run()
    assert "database cannot be read" in page.error[0].value
    assert page.session_state["_visitor"] == ME


def shown_scripts(page: AppTest) -> list[dict[str, Any]]:
    """What the browser is asked by `shared.visitor`."""
    sent = [element.proto for element in page.get("bidi_component")]
    return [json.loads(json.loads(e.json)[0]) for e in sent if e.component_name == "visitor"]
