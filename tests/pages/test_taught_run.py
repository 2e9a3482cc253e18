"""A run that was taught an eleventh class: every page and the report show it."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.report import report_html
from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import APPROACHES
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

NAMES = [*map(str, range(10)), "star"]


@pytest.fixture
def taught(
    tiny_run: Run,
    tiny_contents: dict[str, Any],
    tiny_dataset: Dataset,
    make_stack: Callable[..., Stack],
) -> Run:
    """Its classes are texts, and its manifest is what `lesson_worker` writes."""
    stacks = {a: make_stack(a, classes=NAMES).rounded() for a in APPROACHES}
    x = np.concatenate([tiny_dataset.x_test, tiny_dataset.x_test[:2]])
    y = np.concatenate([tiny_dataset.y_test.astype(str), ["star", "star"]])
    manifest = copy.deepcopy(tiny_contents["manifest"])
    manifest["classes"] = NAMES
    manifest["recipe"]["name"] = "taught"
    scores: dict[str, np.ndarray] = {a: stack.predict_proba(x) for a, stack in stacks.items()}
    for approach, stack in stacks.items():
        metrics = evaluate(scores[approach], y, stack.classes_, one_vs_rest=stack.members > 1)
        entry = manifest["approaches"][approach]
        entry |= {"rows": [100], "members": stack.members}
        entry["metrics"] = {"train": metrics.to_json(), "test": metrics.to_json()}
        del entry["epochs"]
    arrays: dict[str, Any] = {"test_scores.npz": {"labels": y, **scores}}
    return publish("own-0123456789ab-star", manifest, stacks, arrays, {"history.json": {}})


@pytest.mark.parametrize(
    "page", ["draw", "compare", "confusion", "new_class", "training", "data", "how_it_works"]
)
def test_every_page_shows_it(page: str, taught: Run, open_page: Callable[..., AppTest]) -> None:
    shown = open_page(page, run=taught.name)  # which asserts that nothing was raised
    assert not shown.error


def test_its_new_class_can_be_asked_about(taught: Run, open_page: Callable[..., AppTest]) -> None:
    page = open_page("confusion", run=taught.name)
    assert "star" in page.selectbox(key="true").options
    assert open_page("draw", run=taught.name, source="Test picture", test_picture="3")


def test_its_report_can_be_written(taught: Run) -> None:
    assert "star" in report_html(taught)
