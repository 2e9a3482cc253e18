"""Which two contenders a visitor compares: the address, the earlier choice, the run."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from tests.helpers.pages import choose_run

OpenPage = Callable[..., AppTest]


@pytest.fixture
def other_run(tiny_run: Run, tiny_contents: dict[str, Any]) -> Run:
    return publish("other", **tiny_contents)


def _shown(page: AppTest) -> tuple[object, object]:
    return page.selectbox(key="duel_first").value, page.selectbox(key="duel_second").value


def test_a_visitor_sees_both_approaches_of_the_run_first(
    other_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", run="other")
    assert _shown(page) == ("other.single", "other.multi")
    assert page.query_params.get("first") is None


def test_a_choice_stands_in_the_address_and_a_link_shares_it(
    other_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    page.selectbox(key="duel_second").set_value("other.single").run()
    assert _shown(page) == ("reference.single", "other.single")
    query = {side: page.query_params[side] for side in ("first", "second")}
    assert query == {"first": "reference.single", "second": "other.single"}
    assert "the single model of other" in page.header[0].value
    assert _shown(open_page("compare", **query)) == ("reference.single", "other.single")


def test_half_a_link_is_completed(other_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare", second="other.multi")
    assert _shown(page) == ("reference.single", "other.multi")


def test_the_choice_ends_when_another_run_is_chosen(other_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare", first="reference.multi", second="other.single")
    choose_run(page, "other")
    assert _shown(page) == ("other.single", "other.multi")
    assert "first" not in page.query_params


@pytest.mark.parametrize("key", ["gone.single", "reference.both", "<b>x</b>", "x" * 5_000])
def test_a_link_to_what_is_not_there_says_so(key: str, tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare", first=key)
    assert "not in trained/" in page.warning[-1].value
    assert key not in page.warning[-1].value
    assert _shown(page) == ("reference.single", "reference.multi")


def test_what_cannot_be_compared_says_why(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    manifest["dataset"]["name"] = "mnist"
    publish("elsewhere", **{**tiny_contents, "manifest": manifest})
    page = open_page("compare", second="elsewhere.single")
    assert "judged on different pictures" in page.error[0].value
    page.selectbox(key="duel_second").set_value("reference.multi").run()
    assert not page.error


def test_a_run_with_one_approach_is_compared_with_the_active_one(
    tiny_run: Run, half_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("half", **half_contents)
    assert _shown(open_page("compare", run="half")) == ("half.single", "reference.multi")
