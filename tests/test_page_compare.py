"""The page Compare: what it shows is what the run holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.evaluation import PairedMetrics
from mnist_models.publishing import publish
from mnist_models.recipes import RECIPES
from mnist_models.runs import Run
from ui.words import accuracy_text, listing, verdict_sentence

OpenPage = Callable[..., AppTest]


def test_the_first_sentence_and_the_metrics_are_those_of_the_run(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    paired = tiny_run.paired()
    assert paired is not None
    assert verdict_sentence(paired) in page.markdown[0].value
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
    manifest["paired"] = None
    stacks = {"single": tiny_contents["stacks"]["single"]}
    publish("reference", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    page = open_page("compare")
    assert not page.exception
    assert len(page.metric) == 1


@pytest.mark.parametrize(
    ("only_single", "only_multi", "p", "expected"),
    [
        (80, 8, 1e-9, "the single model reads 72 more than the ten binary models; a difference"
         " this large would rarely come by chance (exact McNemar test, p < 0.001)"),
        (8, 80, 1e-9, "the ten binary models read 72 more than the single model; a difference"
         " this large would rarely come by chance"),
        (12, 10, 0.832, "reads 2 more than the ten binary models; chance alone could"
         " explain it (exact McNemar test, p = 0.832)"),
        (5, 5, 1.0, "both approaches read equally many"),
    ],
)  # fmt: skip
def test_the_sentence_follows_the_numbers(
    only_single: int, only_multi: int, p: float, expected: str
) -> None:
    both_right = 10_000 - only_single - only_multi - 100
    paired = PairedMetrics(both_right, only_single, only_multi, 100, p)
    sentence = verdict_sentence(paired)
    assert sentence.startswith("Of 10,000 test digits")
    assert expected in sentence


def test_accuracy_is_told_with_counts_and_interval(tiny_run: Run) -> None:
    metrics = tiny_run.metrics("single")
    right = round(metrics.accuracy * metrics.rows)
    assert accuracy_text(metrics).startswith(f"{right} of {metrics.rows} (")


@pytest.mark.parametrize(
    ("labels", "text"),
    [([], ""), (["3"], "3"), (["3", "8"], "3 and 8"), (["3", "5", "8"], "3, 5 and 8")],
)
def test_labels_are_listed_as_people_say_them(labels: list[str], text: str) -> None:
    assert listing(labels) == text
