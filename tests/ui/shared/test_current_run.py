"""The run that a visitor looks at: whatever changes it beside their own choice says so."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.jobs.progress import Event
from mnist_models.runs.publishing import activate, delete_run, publish
from mnist_models.runs.run import Run
from tests.helpers.jobs import ended
from tests.helpers.pages import choose_run, run_in_sidebar

OpenPage = Callable[..., AppTest]


@pytest.fixture
def runs(trained: Any, tiny_contents: dict[str, Any]) -> list[Run]:
    """Two runs, of which each offers the other on Draw; "pens" is the active one."""
    return [publish(name, **tiny_contents) for name in ("pens", "strong")]


def _said(page: AppTest) -> list[str]:
    assert not page.exception
    return [text.value for text in page.main.markdown if "You now look at" in text.value]


def _go_to(page: AppTest, name: str) -> AppTest:
    return page.switch_page(f"../../pages/{name}.py").run()


def test_a_button_that_changes_the_run_of_all_pages_says_so_until_one_goes_back(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("draw")
    assert not _said(page)
    page.button(key="other_teaching").click().run()
    said = ["You now look at the run **strong (trained on the sample)**, here and on all pages."]
    assert _said(page) == said
    assert _said(_go_to(page, "compare")) == said
    assert run_in_sidebar(page) == "strong"
    assert page.button(key="run_before").label == "Back to pens (trained on the sample)"
    page.button(key="run_before").click().run()
    assert run_in_sidebar(page) == "pens"
    assert not _said(page)
    assert not _said(_go_to(page, "draw"))


def test_what_was_said_is_closed_for_all_pages_and_the_run_stays(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("draw")
    page.button(key="other_teaching").click().run()
    page.button(key="close_run_changed").click().run()
    assert not _said(page)
    assert not _said(_go_to(page, "compare"))
    assert run_in_sidebar(page) == "strong"


def test_who_names_a_run_is_not_told_which(runs: list[Run], open_page: OpenPage) -> None:
    page = open_page("compare", run="strong")  # a shared link
    assert not _said(page)
    choose_run(page, "pens")
    assert run_in_sidebar(page) == "pens"
    assert not _said(page)


def test_a_link_inside_the_app_and_a_new_default_are_told_as_well(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("compare")
    activate("strong")
    page.run()
    assert "strong" in _said(page)[0]
    page.query_params["run"] = "pens"  # the browser's Back
    page.run()
    assert not _said(page)
    page.query_params["run"] = "strong"
    page.run()
    assert "strong" in _said(page)[0]


def test_who_looks_at_a_training_that_has_ended_is_told(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("compare")
    ended(Event("done", 1.0, message="The run strong is ready.", run="strong"))
    page.run()
    page.sidebar.button(key="look_at_new_run").click().run()
    assert run_in_sidebar(page) == "strong"
    assert "strong" in _said(page)[0]


def test_there_is_no_way_back_to_a_run_that_was_deleted(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("compare")
    activate("strong")
    delete_run("pens")
    page.run()
    assert "strong" in _said(page)[0]
    assert "run_before" not in [button.key for button in page.main.button]


def test_back_takes_the_first_choice_back_and_other_pages_keep_it(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("compare")
    choose_run(page, "strong")
    assert page.query_params["run"] in ("strong", ["strong"])
    del page.query_params["run"]
    page = _go_to(page, "confusion")
    assert page.query_params["run"] in ("strong", ["strong"])
    del page.query_params["run"]  # the browser's Back, to before the choice
    page.run()
    assert "run" not in page.query_params
    assert run_in_sidebar(page) == "pens"
    assert run_in_sidebar(_go_to(page, "draw")) == "pens"


def test_a_comparison_that_is_opened_on_its_own_page_keeps_the_run(
    runs: list[Run], open_page: OpenPage
) -> None:
    page = open_page("compare")
    choose_run(page, "strong")
    ended(Event("done", 1.0, message="The run pens is ready.", run="pens"))
    page.run()
    page.sidebar.button(key="compare_new_run").click().run()
    assert not page.exception
    assert page.query_params["first"]
    assert run_in_sidebar(page) == "strong"


def test_a_folder_that_is_emptied_is_reported_and_breaks_no_page(
    runs: list[Run], open_page: OpenPage, trained: Path
) -> None:
    page = open_page("compare")
    activate("strong")
    page.run()
    assert _said(page)
    shutil.rmtree(trained)
    trained.mkdir()
    page.run()
    assert not _said(page)
    assert "no trained run" in page.main.error[0].value
