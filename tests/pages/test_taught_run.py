"""A run that was taught an eleventh class: every page and the report show it."""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.report import report_html
from mnist_models.data.dataset import Dataset
from mnist_models.incremental.keep_worker import keep
from mnist_models.incremental.lesson import Lesson, Step
from mnist_models.incremental.lessons import keep_lesson, order_lesson
from mnist_models.incremental.methods import Way
from mnist_models.jobs.job import job_folder, progress_path
from mnist_models.jobs.progress import Event, ProgressFile
from mnist_models.jobs.queue import leave, waiting_ids
from mnist_models.jobs.worker import perform
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run

NAMES = [*map(str, range(10)), "star"]
WAYS: dict[Approach, Way] = {"single": "together", "multi": "member"}


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_contents: dict[str, Any],
    tiny_dataset: Dataset,
    make_stack: Callable[..., Stack],
) -> Path:
    """What the worker makes of a lesson that a visitor keeps; its networks have learned nothing."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_TRAINED", str(folder))
        patch.setattr("mnist_models.jobs.here.Starter.watch", lambda *_: None)
        publish("reference", **tiny_contents)
        lesson = Lesson("new", "reference", "star", tuple(WAYS.values()))
        order_lesson("me", lesson, tiny_dataset.x_train[:5], ["star"] * 5)
        [job_id] = waiting_ids()
        leave(job_id)
        progress = ProgressFile(progress_path(job_id))
        for approach, way in WAYS.items():
            make_stack(approach, classes=NAMES).save(job_folder(job_id) / f"{way}.npz")
            step = Step(way, 1.0, 100, ("star",), 0.9, None)
            progress.tell(Event("teaching", 1.0, way, news=asdict(step)))
        progress.tell(Event("done"))
        keep_lesson("me", WAYS)
        [keeping] = waiting_ids()
        event = perform(keeping, keep, lambda _: None)
        return folder / event.run


@pytest.fixture
def taught(kept: Path, tiny_run: Run) -> Run:
    """That run, beside the one that it was taught from."""
    shutil.copytree(kept, tiny_run.path.with_name(kept.name))
    return load_run(kept.name)


@pytest.mark.parametrize(
    "page", ["draw", "compare", "confusion", "new_class", "training", "data", "how_it_works"]
)
def test_every_page_shows_it(page: str, taught: Run, open_page: Callable[..., AppTest]) -> None:
    shown = open_page(page, run=taught.name)  # which asserts that nothing was raised
    assert not shown.error


def test_its_new_class_can_be_asked_about(taught: Run, open_page: Callable[..., AppTest]) -> None:
    page = open_page("confusion", run=taught.name)
    assert "star" in page.selectbox(key="true").options
    page = open_page("draw", run=taught.name, source="Test picture", test_picture="3")
    assert {metric.value for metric in page.metric} <= set(NAMES)
    assert [metric.label for metric in page.metric] == ["Single model", "Multi-model"]


def test_its_report_can_be_written(taught: Run) -> None:
    assert "star" in report_html(taught)


def test_what_it_cost_counts_what_its_networks_had_learned_before(
    taught: Run, tiny_run: Run, open_page: Callable[..., AppTest]
) -> None:
    for approach in taught.approaches:
        before, after = (run.manifest["approaches"][approach] for run in (tiny_run, taught))
        assert after["seconds"] == pytest.approx(before["seconds"] + 1.0)
        assert after["rows"] == before["rows"]
    page = open_page("compare", run=taught.name, evidence="Cost")
    said = " ".join(caption.value for caption in page.main.caption)
    assert "training time is that of the lesson, with" in said
