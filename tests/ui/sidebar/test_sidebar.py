"""The sidebar: which run is shown, and the state of a training."""

import copy
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.jobs.executor import latest_job
from mnist_models.jobs.job import (
    Job,
    forget_files,
    job_ids,
    mark_of,
    new_visitor,
    progress_path,
)
from mnist_models.jobs.progress import Event
from mnist_models.jobs.queue import enter, leave
from mnist_models.metrics.scores import evaluate
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.runs.publishing import activate, publish
from mnist_models.runs.registry import active_name, run_names
from mnist_models.runs.run import Run
from tests.helpers.jobs import ORDER, ended, follow, running_training
from tests.helpers.pages import choose_run, run_in_sidebar
from ui.sidebar.training_progress import watch_trainings

OpenPage = Callable[..., AppTest]


def test_the_sidebar_says_that_a_run_is_no_mnist_result(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare")
    assert any("not on MNIST" in warning.value for warning in page.main.warning)
    assert any("(trained on the sample)" in caption.value for caption in page.caption)


def test_the_words_for_how_a_run_was_trained_are_explained_beside_it(
    trained: Path, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    contents = copy.deepcopy(tiny_contents)
    contents["manifest"]["recipe"]["sampling"] = "hard"
    publish("hard-one", **contents)
    (told,) = (
        c.proto.help for c in open_page("compare").sidebar.caption if "Trained on" in c.value
    )
    assert "A recipe is a named set of settings." in told
    assert "by the sampling *hard*: all pictures of the digit and as many of the others" in told


def test_choosing_a_run_changes_what_the_page_shows(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("other", **tiny_contents)
    page = open_page("compare")
    choose_run(page, "other")
    assert not page.exception
    assert any("Run *other" in caption.value for caption in page.caption)
    assert page.query_params["run"] in ("other", ["other"])


def test_a_run_made_active_while_a_page_is_drawn_is_on_all_of_the_next_page_and_none_of_this(
    tiny_run: Run,
    tiny_contents: dict[str, Any],
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish("other", **tiny_contents)

    def activate_meanwhile(**options: bool) -> bool:
        activate("other")
        return watch_trainings(**options)

    monkeypatch.setattr("ui.sidebar.sidebar.watch_trainings", activate_meanwhile)
    page = open_page("compare")
    for name in ("reference", "other"):
        assert run_in_sidebar(page) == name
        assert any(f"Run *{name}" in caption.value for caption in page.main.caption)
        page.run()


def test_a_run_that_is_not_there_is_named_and_another_offered(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", run="gone")
    assert "no run called gone" in page.error[0].value
    page.main.button[0].click().run()
    assert not page.error
    assert len(page.metric) == 2


@pytest.mark.parametrize("is_own", [True, False])
def test_a_running_job_is_shown_with_its_stage_and_its_own_visitor_is_offered_no_second_one(
    is_own: bool, tiny_run: Run, open_page: OpenPage
) -> None:
    figures = {"epoch": 3, "accuracy": 0.912, "val_accuracy": 0.905}
    page = open_page("compare")
    page.session_state["_visitor"] = "me"
    owner = mark_of("me" if is_own else "another")
    with running_training(Event("training", 0.25, "single", figures), owner=owner):
        if is_own:
            [page.session_state["_job_ordered"]] = job_ids()
        page.run()
        shown = page.sidebar.get("progress")[0]
        assert "Single model, pass 1 of 2, epoch" in shown.proto.text
        assert any("Time left: unknown yet." in c.value for c in page.sidebar.caption)
        charts = page.sidebar.get("vega_lite_chart") or page.sidebar.get("arrow_vega_lite_chart")
        assert len(charts) == 2
        labels = [button.label for button in page.sidebar.button]
        assert ("Cancel" in labels) == is_own
        said = " ".join(caption.value for caption in page.sidebar.caption)
        assert ("Somebody else started it." in said) != is_own
        assert ("Retrain" in labels) != is_own


@pytest.mark.parametrize(
    ("event", "fits", "text"),
    [
        (Event("training", 0.4, "single"), 1, "Single model, epoch 4 of 10 …"),
        (Event("training", 0.2, "multi"), 2, "Multi-model, pass 1 of 2, epoch 4 of 10 …"),
        (Event("training", 0.5, "multi"), 2, "Multi-model, pass 1 of 2, epoch 10 of 10 …"),
        (Event("refitting", 0.5, "multi"), 2, "Multi-model, pass 2 of 2, epoch 1 of 10 …"),
        (Event("refitting", 0.7, "multi"), 2, "Multi-model, pass 2 of 2, epoch 4 of 10 …"),
    ],
)
def test_a_second_pass_is_named_and_explained(
    event: Event, fits: int, text: str, tiny_run: Run, open_page: OpenPage
) -> None:
    with running_training(event, fits=fits):
        page = open_page("compare")
        assert page.sidebar.get("progress")[0].proto.text == text
        said = " ".join(caption.value for caption in page.sidebar.caption)
        assert ("It is what is kept." in said) == (event.stage == "refitting")


def test_approaches_that_are_trained_at_once_are_both_named(
    tiny_run: Run, open_page: OpenPage
) -> None:
    told = Event("training", 0.2, "single"), Event("refitting", 0.7, "multi")
    for event in (told[0], told[1]):  # whichever spoke last
        with running_training(*told, event, fits=2):
            page = open_page("compare")
            assert page.sidebar.get("progress")[0].proto.text == (
                "Single model, pass 1 of 2, epoch 4 of 10; "
                "Multi-model, pass 2 of 2, epoch 4 of 10 …"
            )
            said = " ".join(caption.value for caption in page.sidebar.caption)
            assert "It is what is kept." in said


def test_who_reloads_can_still_cancel_their_training(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = new_visitor()
    monkeypatch.setattr(ContextProxy, "cookies", {"mnist_visitor": secret})
    with running_training(Event("training", 0.25, "single"), owner=mark_of(secret)):
        page = open_page("compare")
        labels = [button.label for button in page.sidebar.button]
        assert "Cancel" in labels
        assert "Retrain" not in labels


def test_whose_training_waits_sees_their_place_and_can_take_it_out(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    page.session_state["_visitor"] = "me"
    with running_training(Event("importing"), measured=True):
        enter(replace(ORDER, owner="another", measured=True), {})
        job_id = enter(replace(ORDER, owner=mark_of("me")), {})
        page.session_state["_job_ordered"] = job_id
        page.run()
        said = " ".join(caption.value for caption in page.sidebar.caption)
        assert "2 jobs before yours. About 25 seconds until your turn." in said
        assert "Retrain" not in [button.label for button in page.sidebar.button]
        page.sidebar.button(key="cancel_waiting").click().run()
        assert not page.exception
        assert follow(job_id).latest.stage == "cancelled"
        assert "Retrain" in [button.label for button in page.sidebar.button]
        assert [info.value for info in page.sidebar.info] == ["Cancelled before its turn."]
        # Others see the training that runs, and nothing of this.
        other = open_page("compare")
        assert other.sidebar.get("progress")
        assert not other.sidebar.info


def test_how_long_one_waits_is_unknown_before_the_first_training(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    with running_training(Event("importing")):
        page.session_state["_job_ordered"] = enter(replace(ORDER, owner="another"), {})
        page.run()
        assert "cancel_waiting" not in [b.key for b in page.sidebar.button]  # it is another's
        said = " ".join(caption.value for caption in page.sidebar.caption)
        assert "1 job before yours. How long that takes is not known yet." in said


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (Event("done", 1.0, message="The run new is ready.", run="reference"), "info"),
        (Event("cancelled", message="Cancelled."), "info"),
        (Event("failed", message="No memory."), "error"),
        (Event("training", 0.5, "single"), "error"),  # it died without a word
    ],
)
def test_the_end_of_a_job_is_told_to_who_was_there_and_can_be_closed(
    tiny_run: Run, open_page: OpenPage, event: Event, kind: str
) -> None:
    page = open_page("compare")
    ended(event)
    page.run()
    [message] = getattr(page.sidebar, kind)
    assert (event.message or "ended without a word") in message.value
    next(b for b in page.sidebar.button if b.label == "Close").click().run()
    assert not getattr(page.sidebar, kind)


def test_whose_training_ended_reads_so_though_the_next_has_begun(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    page.session_state["_job_ordered"] = ended(Event("failed", message="No memory."))
    with running_training(Event("importing")):
        page.run()
        assert page.sidebar.get("progress")
        assert [error.value for error in page.sidebar.error] == ["No memory."]
        next(b for b in page.sidebar.button if b.label == "Close").click().run()
        assert not page.sidebar.error
        assert page.sidebar.get("progress")


def test_a_training_that_was_lost_while_it_waited_is_said_once(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    with running_training(Event("importing")):
        page.session_state["_job_ordered"] = job_id = enter(ORDER, {})
        page.run()
        leave(job_id)
        forget_files(job_id)
        page.run()
        assert [w.value for w in page.sidebar.warning] == [
            "Your training waits no more. Start it again."
        ]
        page.run()
        assert not page.sidebar.warning


def test_the_end_of_an_old_job_is_no_news(tiny_run: Run, open_page: OpenPage) -> None:
    job_id = ended(Event("cancelled", message="Cancelled."))
    yesterday = time.time() - 86_400
    os.utime(progress_path(job_id), (yesterday, yesterday))
    assert not open_page("compare").sidebar.info


def test_retraining_is_not_offered_where_it_is_switched_off(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    assert "Retrain" not in [b.label for b in open_page("compare").sidebar.button]


def _press_retrain(page: AppTest) -> None:
    next(b for b in page.sidebar.button if b.label == "Retrain").click().run()
    assert not page.exception


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TrainingOptions]:
    """What was asked for; nothing is trained."""
    asked: list[TrainingOptions] = []

    def order(options: TrainingOptions, owner: str, present: object) -> str:
        asked.append(options)
        return f"{owner} {callable(present)}"

    monkeypatch.setattr("mnist_models.pipeline.train_job.order_training", order)
    monkeypatch.setattr("ui.sidebar.training_form.find_mnist", lambda: Path("mnist.npz"))
    return asked


def test_the_button_trains_the_reference_where_nobody_chose_anything(
    tiny_run: Run, open_page: OpenPage, asked: list[TrainingOptions]
) -> None:
    page = open_page("compare")
    _press_retrain(page)
    assert asked == [TrainingOptions(again=True)]
    # In the visitor's name, with what says later whether they are there.
    assert page.session_state["_job_ordered"] == f"{mark_of(page.session_state['_visitor'])} True"


def test_without_mnist_the_sample_is_learned_from(
    tiny_run: Run,
    open_page: OpenPage,
    asked: list[TrainingOptions],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.sidebar.training_form.find_mnist", lambda: None)
    _press_retrain(open_page("compare"))
    assert asked == [TrainingOptions(dataset="sample", again=True)]


def test_the_button_starts_what_was_chosen_also_when_the_settings_are_closed_again(
    tiny_run: Run, open_page: OpenPage, asked: list[TrainingOptions]
) -> None:
    page = open_page("compare")
    page.session_state["train_settings"] = True
    page.run()
    page.sidebar.radio(key="train_dataset_mnist").set_value("sample")
    page.sidebar.slider(key="train_epochs_reference").set_value(2)
    page.sidebar.slider(key="train_dropout_reference").set_value(0.5)
    page.sidebar.number_input(key="train_seed").set_value(5)
    page.sidebar.text_input(key="train_name").set_value("mine")
    page.run()
    page.session_state["train_settings"] = False
    page.run()
    assert not page.sidebar.slider
    [said] = [c.value for c in page.sidebar.caption if "2 epochs, the offline sample" in c.value]
    assert "Changed: dropout 0.5, seed 5." in said
    _press_retrain(page)
    assert asked == [
        TrainingOptions(dataset="sample", epochs=2, dropout=0.5, seed=5, name="mine", again=True)
    ]


def test_another_recipe_begins_with_its_own_settings(
    tiny_run: Run, open_page: OpenPage, asked: list[TrainingOptions]
) -> None:
    page = open_page("compare")
    page.session_state["train_settings"] = True
    page.run()
    page.sidebar.slider(key="train_epochs_reference").set_value(2).run()
    page.sidebar.selectbox(key="train_recipe").set_value("slides-c").run()
    assert page.sidebar.slider(key="train_dropout_slides-c").value == 0.5
    _press_retrain(page)
    assert asked == [TrainingOptions(recipe="slides-c", again=True)]


@pytest.mark.parametrize("most", [1, 3, 5])
def test_epochs_beyond_the_limit_are_lowered_to_it(
    most: int,
    tiny_run: Run,
    open_page: OpenPage,
    asked: list[TrainingOptions],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNIST_MAX_EPOCHS", str(most))
    page = open_page("compare")
    assert any(f"{most} epoch" in caption.value for caption in page.sidebar.caption)
    page.session_state["train_settings"] = True
    page.run()
    assert not page.exception
    assert not page.sidebar.error
    _press_retrain(page)
    assert asked == [TrainingOptions(epochs=most, again=True)]


@pytest.mark.parametrize("most", [1, 64, 256])
def test_units_beyond_the_limit_are_lowered_to_it(
    most: int,
    tiny_run: Run,
    open_page: OpenPage,
    asked: list[TrainingOptions],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNIST_MAX_HIDDEN", str(most))
    page = open_page("compare")
    page.session_state["train_settings"] = True
    page.run()
    page.sidebar.selectbox(key="train_recipe").set_value("strong").run()
    assert not page.exception
    _press_retrain(page)
    assert [options.request().recipe.hidden for options in asked] == [(most,)]


def test_a_limit_that_is_no_number_is_said(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_EPOCHS", "many")
    page = open_page("compare")
    assert "MNIST_MAX_EPOCHS" in page.sidebar.error[0].value
    assert not [b for b in page.sidebar.button if b.label == "Retrain"]


# Runs


def test_a_run_made_here_can_be_shown_first_and_deleted(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("mine", **tiny_contents)
    page = open_page("compare", run="mine")
    page.sidebar.button(key="activate_run").click().run()
    assert active_name() == "mine"
    assert "activate_run" not in [b.key for b in page.sidebar.button]
    page.sidebar.button(key="delete_run_now").click().run()
    assert not page.exception
    assert run_names() == ["reference"]
    assert page.query_params["run"] == "reference"


def test_a_shipped_run_cannot_be_deleted_and_without_leave_nothing_can(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    publish("mine", **tiny_contents)
    keys = [b.key for b in open_page("compare", run="reference").sidebar.button]
    assert "delete_run_now" not in keys
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    keys = [b.key for b in open_page("compare", run="mine").sidebar.button]
    assert not {"delete_run_now", "activate_run"} & set(keys)


def test_the_end_of_a_training_says_what_changed_and_lets_one_throw_it_away(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    page, other = open_page("compare"), open_page("compare")
    page.session_state["_visitor"] = "me"
    with running_training(Event("training", 0.5, "single"), owner=mark_of("me")) as progress:
        page.run()
        publish("mine", **_better(tiny_contents, 7))
        progress.tell(Event("done", 1.0, message="The run mine is ready.", run="mine"))
    page.run()
    said = [caption.value for caption in page.sidebar.caption]
    single, multi = (tiny_run.metrics(approach).right for approach in tiny_run.approaches)
    assert (
        f"The new run reads {single + 7} of 100 test pictures with the single model, 7 more than "
        "*reference (trained on the sample)*. Chance alone rarely makes a difference that large."
    ) in said
    assert (
        f"The new run reads {multi} of 100 test pictures with the multi-model, as many as "
        "*reference (trained on the sample)*."
    ) in said
    other.run()
    assert [info.value for info in other.sidebar.info] == ["The run mine is ready."]
    not_theirs = {"activate_new_run", "delete_new_run"}
    assert not not_theirs & {button.key for button in other.sidebar.button}
    page.sidebar.button(key="delete_new_run").click().run()
    assert not page.exception
    assert run_names() == ["reference"]
    for each in (page, other.run()):  # nobody is told of a run that is gone
        assert not each.sidebar.info


def _better(contents: dict[str, Any], more: int) -> dict[str, Any]:
    """The same, but the single model reads that many more of the test pictures."""
    contents = copy.deepcopy(contents)
    scores = contents["arrays"]["test_scores.npz"]
    wrong = np.flatnonzero(scores["single"].argmax(axis=1) != scores["labels"])[:more]
    scores["single"][wrong] = np.eye(10)[scores["labels"][wrong]]
    metrics = evaluate(scores["single"], scores["labels"], np.arange(10), one_vs_rest=False)
    contents["manifest"]["approaches"]["single"]["metrics"]["test"] = metrics.to_json()
    return contents


def test_from_the_end_of_a_training_one_compares_old_with_new(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("mine", **_better(tiny_contents, 7))
    page = open_page("confusion")
    ended(Event("done", 1.0, message="The new run is ready: mine.", run="mine"))
    page.run()
    page.sidebar.button(key="compare_new_run").click().run()
    assert not page.exception
    # Of both approaches the one that has changed, and the visitor's run is still the old one.
    pair = [page.selectbox(key=f"duel_{side}").value for side in ("first", "second")]
    assert pair == ["reference.single", "mine.single"]
    assert run_in_sidebar(page) == "reference"


def test_old_and_new_are_compared_once_for_all_that_tells_of_it(
    tiny_run: Run,
    tiny_contents: dict[str, Any],
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish("mine", **_better(tiny_contents, 7))
    page = open_page("confusion")
    compared: list[tuple[Contender, Contender]] = []
    make = Duel.of

    def count(first: Contender, second: Contender) -> Duel:
        compared.append((first, second))
        return make(first, second)

    monkeypatch.setattr(Duel, "of", count)
    ended(Event("done", 1.0, message="The new run is ready: mine.", run="mine"))
    page.run()
    page.run()
    told = [pair for pair in compared if pair[1].run.name == "mine"]
    assert [first.approach for first, _ in told] == ["single", "multi"]


def test_where_the_old_run_was_judged_on_other_pictures_the_new_ones_approaches_are_compared(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    contents = copy.deepcopy(tiny_contents)
    contents["manifest"]["dataset"]["name"] = "mnist"
    publish("other", **contents)
    page = open_page("confusion")
    ended(Event("done", 1.0, message="The new run is ready: other.", run="other"))
    page.run()
    right = tiny_run.metrics("single").right
    said = f"The new run reads {right} of 100 test pictures with the single model."
    assert said in [caption.value for caption in page.sidebar.caption]
    page.sidebar.button(key="compare_new_run").click().run()
    pair = [page.selectbox(key=f"duel_{side}").value for side in ("first", "second")]
    assert pair == ["other.single", "other.multi"]


def test_the_trainings_are_looked_up_once_for_all_that_shows_them(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def count(kind: str, *, begun: bool) -> Job | None:
        asked.append(kind)
        return latest_job(kind, begun=begun)

    monkeypatch.setattr("ui.sidebar.current_training.latest_job", count)
    with running_training(Event("training", 0.5, "single")):
        for name in ("compare", "training"):
            open_page(name)
    assert len(asked) == 2


def test_each_run_is_offered_with_its_accuracies_and_a_damaged_one_says_so(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("other", **tiny_contents)
    (publish("worn", **tiny_contents).path / "run.json").write_text("{")
    page = open_page("compare")
    page.session_state["runs_of_reference"] = True
    page.run()
    assert not page.exception
    choice = page.sidebar.radio[0]
    offered = dict(zip(choice.options, choice.proto.captions, strict=True))
    assert offered.pop("worn (damaged)") == ""
    single, multi = (f"{tiny_run.metrics(a).accuracy:.2%}" for a in tiny_run.approaches)
    expected = f"single {single}, multi {multi}".replace("%", " %")
    assert list(offered.values()) == [expected, f"{expected}, made here on 2026-01-01"]


def test_a_run_that_has_just_been_made_becomes_the_default(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("mine", **tiny_contents)
    page = open_page("compare")
    page.session_state["_visitor"] = "me"
    done = Event("done", 1.0, message="The run mine is ready.", run="mine")
    ended(done, order=replace(ORDER, owner=mark_of("me")))
    page.run()
    page.sidebar.button(key="activate_new_run").click().run()
    assert not page.exception
    assert active_name() == "mine"


def test_the_bar_above_a_page_goes_from_progress_to_a_word_to_nothing(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    with running_training(Event("importing")) as progress:
        page.run()
        [bar] = page.main.get("progress")
        assert bar.proto.text == "Starting TensorFlow …"
        progress.tell(Event("cancelled", message="Cancelled."))
    page.run()
    said = "Cancelled."
    assert said in [caption.value for caption in page.main.caption]
    next(b for b in page.sidebar.button if b.label == "Close").click().run()
    assert said not in [caption.value for caption in page.main.caption]
