"""Runs with more approaches than the pair: what each page shows of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.contenders import contenders_of
from mnist_models.comparison.report import report_html
from mnist_models.learning.approaches import APPROACHES, PAIR, TITLES, ApproachError
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run, RunError
from mnist_models.translation import ENGLISH
from tests.helpers.pages import app_page, shown_tables
from tests.pages.test_languages import CHINESE, mixed

OpenPage = Callable[..., AppTest]
Contents = dict[str, Any]


@pytest.fixture
def run(trained: Path, all_contents: Contents) -> Run:
    """The only run: of all approaches, but with the scores alone of the pairs."""
    stacks = {a: stack for a, stack in all_contents["stacks"].items() if a != "pairs"}
    return publish("ladder", **{**all_contents, "stacks": stacks})


def _only(contents: Contents, *approaches: str) -> Contents:
    manifest = json.loads(json.dumps(contents["manifest"]))
    manifest["approaches"] = {a: manifest["approaches"][a] for a in approaches}
    stacks = {a: contents["stacks"][a] for a in approaches}
    return {**contents, "manifest": manifest, "stacks": stacks}


def test_a_run_gives_any_of_its_approaches(run: Run, all_contents: Contents) -> None:
    assert run.approaches == tuple(APPROACHES)
    assert run.pair == PAIR
    images = np.zeros((3, 28, 28), np.uint8)
    for name, stack in all_contents["stacks"].items():
        if name != "pairs":
            answers = run.approach(name)
            assert answers.classes_.tolist() == list(range(10))
            np.testing.assert_array_equal(answers.predict(images), stack.predict(images))
            proba = answers.predict_proba(images)
            np.testing.assert_array_equal(proba, stack.predict_proba(images))


def test_what_a_run_has_not_is_told_with_the_command_or_the_names(
    run: Run, all_contents: Contents
) -> None:
    with pytest.raises(RunError, match="train --recipe reference --approach pairs"):
        run.approach("pairs")
    with pytest.raises(ApproachError, match="single, multi, sigmoids"):
        run.approach("forest")
    pair = publish("pair", **_only(all_contents, *PAIR))
    with pytest.raises(RunError, match="no weights of the committee"):
        pair.approach("committee")


def test_a_member_missing_is_a_damaged_run(trained: Path, all_contents: Contents) -> None:
    stack = all_contents["stacks"]["committee"]
    nine = replace(
        stack,
        weights=tuple(w[1:] for w in stack.weights),
        biases=tuple(b[1:] for b in stack.biases),
    )
    stacks = {**all_contents["stacks"], "committee": nine}
    run = publish("nine", **{**all_contents, "stacks": stacks})
    with pytest.raises(RunError, match="damaged"):
        run.approach("committee")
    assert run.single.members == 1


def test_compare_begins_with_the_pair_and_has_a_row_for_each_approach(
    run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    assert page.selectbox(key="duel_first").value == "ladder.single"
    assert page.selectbox(key="duel_second").value == "ladder.multi"
    assert page.selectbox(key="duel_first").options == [c.title for c in contenders_of(run)]
    page.session_state["approaches_ladder"] = True
    page.run()
    assert not page.exception
    table = next(table for table in shown_tables(page) if "what it is" in table.columns)
    assert table["approach"].tolist() == list(TITLES.values())
    for approach, told in zip(APPROACHES, table["test accuracy"], strict=True):
        assert told.startswith(f"{run.metrics(approach).accuracy:.2%}"[:-1])
    assert any("--approach pairs" in caption.value for caption in page.caption)


@pytest.mark.parametrize("name", ["compare", "confusion"])
def test_any_two_approaches_stand_side_by_side(run: Run, name: str, open_page: OpenPage) -> None:
    query = {"first": "ladder.committee", "second": "ladder.codes"}
    page = open_page(name, **query)
    assert not page.exception
    texts = " ".join(element.value for element in (*page.header, *page.markdown))
    if name == "confusion":
        assert "Committee: " in texts
        assert "Codes: " in texts
    else:
        assert "the committee" in texts
        for tab in ("Digit by digit", "The ten, one by one", "Probabilities", "Cost"):
            page.query_params["evidence"] = tab
            page.run()
            assert not page.exception


@pytest.mark.parametrize("name", ["draw", "training", "confusion", "how_it_works", "map"])
def test_other_pages_show_the_pair(run: Run, name: str, open_page: OpenPage) -> None:
    page = open_page("confusion", view="map") if name == "map" else open_page(name)
    assert not page.exception


@pytest.mark.parametrize("name", ["compare", "confusion", "training"])
def test_a_run_without_the_pair_is_shown(
    trained: Path, all_contents: Contents, name: str, open_page: OpenPage
) -> None:
    publish("alone", **_only(all_contents, "committee"))
    page = open_page(name)
    assert not page.exception


def test_what_to_draw_names_as_many_approaches_as_answer(
    trained: Path, all_contents: Contents, open_page: OpenPage
) -> None:
    publish("alone", **_only(all_contents, "committee"))
    publish("both", **_only(all_contents, *PAIR))
    for canvas in ({}, {"canvas": "number"}):
        for name, told in (("alone", "The answer comes after"), ("both", "Both approaches answer")):
            page = open_page("draw", run=name, **canvas)
            assert not page.exception
            assert any(told in info.value for info in page.info)


def test_what_is_said_of_them_is_in_one_language(run: Run) -> None:
    query = {"run": run.name, "first": "ladder.committee", "second": "ladder.pairs"}
    for language in (ENGLISH, CHINESE, ENGLISH):
        for name in ("compare", "confusion"):
            page = app_page(name)
            for key, value in {**query, "lang": language}.items():
                page.query_params[key] = value
            for key in ("approaches_ladder", "train_settings"):
                page.session_state[key] = True
            page.run()
            assert not page.exception
            assert list(mixed(page, language)) == []


def test_a_report_has_every_approach(run: Run) -> None:
    report = report_html(run)
    assert all(title in report for title in TITLES.values())
