"""The page Compare: what it shows is what the run holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from mnist_models.contenders import Duel, contenders_of
from mnist_models.publishing import publish
from mnist_models.recipes import RECIPES
from mnist_models.runs import Run
from ui.words import verdict_sentence

OpenPage = Callable[..., AppTest]


def test_the_first_sentence_and_the_metrics_are_those_of_the_run(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    duel = Duel.of(*contenders_of(tiny_run))
    assert verdict_sentence(duel) in page.markdown[0].value
    shown = [metric.value for metric in page.metric]
    assert shown == [
        f"{tiny_run.metrics(a).accuracy:.2%}".replace("%", " %") for a in tiny_run.approaches
    ]


def test_tables_hold_every_class_and_the_published_figures_only_for_mnist(
    tiny_run: Run, tiny_contents: dict[str, Any], trained: Path, open_page: OpenPage
) -> None:
    tables = [element.value for element in open_page("compare").dataframe]
    per_class = next(t for t in tables if "class" in t.columns)
    assert per_class["Multi-model recall"].tolist() == tiny_run.metrics("multi").recall
    members = next(t for t in tables if "false alarms" in t.columns)
    assert members["published"].isna().all()  # the tiny run learned from the sample

    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    manifest["dataset"]["name"] = "mnist"
    publish("on-mnist", **{**tiny_contents, "manifest": manifest})
    tables = [e.value for e in open_page("compare", run="on-mnist").dataframe]
    members = next(t for t in tables if "false alarms" in t.columns)
    published = RECIPES["reference"].published
    assert published is not None
    assert members["published"].tolist() == list(published.binary_test)


def test_a_run_with_one_approach_shows_that_one(
    trained: Path, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    del manifest["approaches"]["multi"]
    stacks = {"single": tiny_contents["stacks"]["single"]}
    publish("reference", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    page = open_page("compare")
    assert not page.exception
    assert len(page.metric) == 1
