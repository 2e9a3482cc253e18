"""A training that runs, large on the page Training."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import job_ids, mark_of
from mnist_models.jobs.progress import Event
from mnist_models.runs.run import Run
from tests.helpers.jobs import running_training
from ui.sidebar.live_curves import live_chart

OpenPage = Callable[..., AppTest]


def test_a_training_that_runs_stands_at_the_top_with_both_approaches_side_by_side(
    tiny_run: Run, open_page: OpenPage
) -> None:
    told = [
        Event("training", 0.05, "single", {"epoch": 1, "accuracy": 0.88, "val_accuracy": 0.938}),
        Event("refitting", 0.55, "single", {"epoch": 1, "accuracy": 0.89}),
    ]
    with running_training(*told, title="reference on MNIST, 1 epoch", measured=True):
        page = open_page("training")
        assert page.main.header[0].value == "Training reference on MNIST, 1 epoch"
        assert page.main.get("progress")[0].proto.text.startswith("Single model, pass 2 of 2")
        said = [caption.value for caption in page.main.caption]
        assert any("It is what is kept. Somebody else started it." in text for text in said)
        assert "Second pass, epoch 1: training 89.00 %." in said
        assert "It has not begun yet." in said  # the multi-model
        # The small curves beside it would be the same once more, and so would the bar.
        assert not page.sidebar.get("vega_lite_chart")
        assert len(page.main.get("progress")) == 1
        assert not page.main.button  # it is somebody else's
    assert not open_page("training").main.get("progress")


def test_who_started_a_training_cancels_it_there_and_reads_that_on_the_page(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled: list[str] = []
    page = open_page("training")
    page.session_state["_visitor"] = "me"
    with running_training(Event("importing"), owner=mark_of("me")) as progress:
        page.run()
        monkeypatch.setattr(type(executor()), "cancel", lambda _, job: cancelled.append(job))
        page.main.button(key="cancel_live_button").click().run()
        assert cancelled == job_ids()
        progress.tell(Event("cancelled", message="Cancelled. Nothing was changed."))
    page.run()
    assert "Cancelled. Nothing was changed." in [info.value for info in page.main.info]
    next(b for b in page.main.button if b.label == "Close").click().run()
    assert not page.main.info
    assert not page.sidebar.info


def test_the_lines_of_a_second_pass_begin_again_and_those_of_the_first_are_faint() -> None:
    epochs = [
        {"approach": "single", "stage": "training", "epoch": e, "accuracy": 0.9, "val_accuracy": v}
        for e, v in ((1, 0.8), (2, 0.85))
    ]

    def lines(*more: dict[str, Any]) -> dict[tuple[str, bool], list[int]]:
        [rows] = live_chart([*epochs, *more], "accuracy", 10, 300).to_dict()["datasets"].values()
        found: dict[tuple[str, bool], list[int]] = {}
        for row in rows:
            found.setdefault((row["line"], row["faint"]), []).append(row["epoch"])
        return found

    assert lines() == {("training", False): [1, 2], ("held-out", False): [1, 2]}
    again = {"approach": "single", "stage": "refitting", "epoch": 1, "accuracy": 0.91}
    assert lines(again) == {
        ("training", True): [1, 2],
        ("held-out", True): [1, 2],
        ("training, second pass", False): [1],
    }
