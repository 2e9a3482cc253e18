"""The sidebar: which run is shown, and the state of a training."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models import jobs
from mnist_models.publishing import publish
from mnist_models.runs import Run
from mnist_models.workflow import Event

OpenPage = Callable[..., AppTest]


def test_the_sidebar_says_that_a_run_is_no_mnist_result(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare")
    assert any("not on MNIST" in warning.value for warning in page.main.warning)
    assert any("(trained on the sample)" in caption.value for caption in page.caption)


def test_choosing_a_run_changes_what_the_page_shows(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("other", **tiny_contents)
    page = open_page("compare")
    page.sidebar.selectbox[0].set_value("other").run()
    assert not page.exception
    assert any("Run *other" in caption.value for caption in page.caption)
    assert page.query_params["run"] in ("other", ["other"])


def test_a_run_that_is_not_there_is_named_and_another_offered(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", run="gone")
    assert "no run called gone" in page.error[0].value
    page.main.button[0].click().run()
    assert not page.error
    assert len(page.metric) == 2


def test_a_running_job_is_shown_with_its_stage_and_no_second_one_is_offered(
    tiny_run: Run, open_page: OpenPage
) -> None:
    with jobs.exclusive():
        progress = jobs.ProgressFile("reference on sample")
        progress.tell(Event("training", 0.25, "single"))
        figures = {"epoch": 3, "accuracy": 0.912, "val_accuracy": 0.905}
        progress.tell(Event("training", None, "single", figures))
        page = open_page("compare")
        text = " ".join(c.value for c in page.sidebar.caption)
        assert "Single model, epoch 3: training accuracy 0.912, validation 0.905" in text
        labels = [button.label for button in page.sidebar.button]
        assert "Cancel" in labels
        assert "Retrain both" not in labels


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (Event("done", 1.0, message="The run new is ready.", run="reference"), "success"),
        (Event("cancelled", message="Cancelled."), "info"),
        (Event("failed", message="No memory."), "error"),
        (Event("training", 0.5, "single"), "error"),  # it died without a word
    ],
)
def test_the_end_of_a_job_is_told_to_who_was_there_and_can_be_closed(
    tiny_run: Run, open_page: OpenPage, event: Event, kind: str
) -> None:
    page = open_page("compare")
    with jobs.exclusive():
        jobs.ProgressFile("reference on sample").tell(event)
    page.run()
    [message] = getattr(page.sidebar, kind)
    assert (event.message or "ended without a word") in message.value
    next(b for b in page.sidebar.button if b.label == "Close").click().run()
    assert not getattr(page.sidebar, kind)


def test_the_end_of_an_old_job_is_no_news(tiny_run: Run, open_page: OpenPage) -> None:
    with jobs.exclusive():
        jobs.ProgressFile("reference on sample").tell(Event("cancelled", message="Cancelled."))
    yesterday = time.time() - 86_400
    os.utime(Path(tiny_run.path).parent / ".job" / "progress.jsonl", (yesterday, yesterday))
    assert not open_page("compare").sidebar.info


def test_retraining_is_not_offered_where_it_is_switched_off(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    assert "Retrain both" not in [b.label for b in open_page("compare").sidebar.button]


def test_the_button_starts_what_was_chosen(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("ui.sidebar.start_job", asked.append)
    page = open_page("compare")
    page.sidebar.radio(key="train_dataset").set_value("sample")
    page.sidebar.slider(key="train_epochs_reference").set_value(2)
    page.sidebar.number_input(key="train_seed").set_value(5)
    next(b for b in page.sidebar.button if b.label == "Retrain both").click().run()
    [arguments] = asked
    assert json.dumps(arguments) == json.dumps(
        ["--again", "--recipe", "reference", "--dataset", "sample", "--epochs", "2", "--seed", "5"]
    )
