"""New class: collecting examples, every bad input, and the stages of a lesson."""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from sqlalchemy import create_engine
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_models.data.characters import OMNIGLOT
from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import as_png
from mnist_models.drawings.readings import Reading
from mnist_models.drawings.store import Store
from mnist_models.incremental.lesson import Lesson, LessonError, Step
from mnist_models.incremental.lessons import find_lesson
from mnist_models.incremental.methods import Way
from mnist_models.jobs.job import Order, job_folder, mark_of, new_visitor
from mnist_models.jobs.progress import Event
from mnist_models.jobs.queue import enter, waiting_ids
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import unlisted_run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t
from tests.helpers.characters import save_characters
from tests.helpers.jobs import begun, running, running_training
from tests.helpers.pages import app_page, shown_tables
from ui.draw.sources import Subject
from ui.new_class.examples import MOST, Example, look_alike
from ui.new_class.misread_digits import misread_digits
from ui.new_class.results import as_zip

ME = "me"
NEW = Lesson("new", "reference", "★")
ELEVEN = (*map(str, range(10)), "★")

OpenPage = Callable[..., AppTest]
Give = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine without MNIST, and no cached networks of another test."""
    monkeypatch.delenv("MNIST_CORRECTIONS", raising=False)
    monkeypatch.delenv("MNIST_RETRAIN", raising=False)
    monkeypatch.setenv("MNIST_NPZ", "")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def give(trained: Path) -> Iterator[Give]:
    """A function that writes a lesson of the visitor `ME`, which is being given if it `goes_on`."""
    with contextlib.ExitStack() as held:

        def write(*events: Event, lesson: Lesson = NEW, goes_on: bool = False) -> Path:
            job_id, progress = begun(lesson_order(lesson))
            for event in events:
                progress.tell(event)
            if goes_on:
                held.enter_context(running(job_id))
            return job_folder(job_id)

        yield write


def lesson_order(lesson: Lesson = NEW) -> Order:
    """As the page orders a lesson of the visitor `ME`."""
    return Order("mnist_models.nonsense", "lesson", "A lesson", asdict(lesson), mark_of(ME))


def taught(done: Step) -> Event:
    """What is told of a way that is done."""
    return Event("teaching", 1.0, done.way, news=asdict(done))


def picture(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(1, 256, (28, 28)).astype(np.uint8)


def step(way: Way, **changes: Any) -> Step:
    changed = {"member": ("★",), "mended": ("★", "3")}.get(way, ())
    return replace(Step(way, 0.5, 1000, changed, 0.9, 1.0, weights=1000), **changes)


def open_as(visitor: str | None = None, examples: int = 0, **query: str) -> AppTest:
    page = app_page("new_class")
    if visitor:
        page.session_state["_visitor"] = visitor
    if examples:
        page.session_state["_examples"] = [Example.of(picture(n)) for n in range(examples)]
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def name(page: AppTest, text: str) -> AppTest:
    page.text_input(key="symbol_name").set_value(text).run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.main.button if button.label == label).click().run()
    assert not page.exception
    return page


def has_button(page: AppTest, label: str) -> bool:
    return label in [button.label for button in page.main.button]


def teach_button(page: AppTest) -> Any:
    return next(button for button in page.main.button if button.label == "Teach")


def said(page: AppTest) -> str:
    elements = (
        *page.main.header, *page.main.markdown, *page.main.caption, *page.main.info,
        *page.main.warning, *page.main.error,
    )  # fmt: skip
    return " ".join(element.value for element in elements)


def warned(page: AppTest) -> str:
    """What is warned of, but for the run's own data."""
    warnings = [warning.value for warning in page.main.warning]
    return " ".join(text for text in warnings if "not MNIST results" not in text)


def thumbnails(page: AppTest) -> list[Any]:
    return [button for button in page.main.button if button.label.startswith("![Delete example")]


def draw_always(monkeypatch: pytest.MonkeyPatch, image: np.ndarray | None) -> None:
    """The canvas holds this drawing, whatever is pressed."""
    monkeypatch.setattr("ui.new_class.example_collection.from_canvas", lambda *_: Subject(image))


# Collecting


def test_the_first_sentence_is_the_claim_and_nothing_is_asked_for_yet(tiny_run: Run) -> None:
    page = open_as()
    assert page.main.markdown[0].value.startswith("The promise behind ten models: a new class")
    assert "Give the new class a name first" in said(page)
    assert "offline sample" in said(page)
    assert not page.main.error
    assert teach_button(page).disabled


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 10_000, "too long: at most 20"),
        ("<b>bold</b>", "Use letters, digits"),
        ("**bold**", "Use letters, digits"),
        ("[a](http://b)", "Use letters, digits"),
        ("www.example.org", "Use letters, digits"),
        (":red[a]", "Use letters, digits"),
        ("a\x07b", "Use letters, digits"),
        ("7", "knows 7 already"),
        (" 7 ", "knows 7 already"),
        ("   ", "name first"),
    ],
)
def test_a_name_that_cannot_be_is_answered_by_a_sentence_and_never_rendered(
    text: str, sentence: str, tiny_run: Run
) -> None:
    page = name(open_as(examples=5), text)
    assert sentence in page.main.error[0].value
    assert teach_button(page).disabled
    if len(text.strip()) > 1:
        assert text not in said(page)


def test_without_an_example_it_says_what_to_do(tiny_run: Run) -> None:
    page = name(open_as(), "★")
    assert "There is no example yet: draw one and add it." in said(page)
    assert teach_button(page).disabled


def test_one_example_is_enough_and_more_are_better(tiny_run: Run) -> None:
    page = name(open_as(examples=1), "★")
    assert "One example is enough, but 5 to 20 are better." in said(page)
    assert not teach_button(page).disabled


def test_what_is_blank_is_not_added(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    page = press(open_as(), "Add example")
    assert "Nothing is drawn yet" in warned(page)
    draw_always(monkeypatch, np.zeros((28, 28), np.uint8))
    page = press(press(page, "Add example"), "Add example")
    assert "Nothing is drawn yet" in warned(page)
    assert thumbnails(page) == []


def test_a_drawing_is_added_once_and_can_be_deleted(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_always(monkeypatch, picture(1))
    page = press(open_as(), "Add example")
    assert len(thumbnails(page)) == 1
    assert not warned(page)
    page = press(page, "Add example")
    assert "already among your examples" in warned(page)
    assert len(thumbnails(page)) == 1
    thumbnails(page)[0].click().run()
    assert thumbnails(page) == []
    assert "0 examples" in said(page)


def test_a_double_click_deletes_one_example_and_is_one_thing_to_bring_back(tiny_run: Run) -> None:
    page = open_as(examples=2)
    button = thumbnails(page)[0]
    button.click().run()
    button.click().run()  # as the browser may send it before it has heard of the first
    assert len(thumbnails(page)) == 1
    assert len(thumbnails(press(page, "Bring back the example"))) == 2
    assert not has_button(page, "Bring back 0 examples")


def test_all_can_be_deleted_and_there_is_a_bound(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_always(monkeypatch, picture(1000))
    page = press(open_as(examples=MOST), "Add example")
    assert "at most 100 examples" in warned(page)
    assert f"{MOST} examples" in said(page)
    assert "0 examples" in said(press(page, "Delete all"))


def test_what_was_deleted_comes_back_until_something_is_added(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_always(monkeypatch, picture(1000))
    page = open_as(examples=3)
    before = [button.key for button in thumbnails(page)]
    assert "bring_back" not in [button.key for button in page.main.button]
    thumbnails(page)[1].click().run()
    page = press(page, "Delete all")
    assert thumbnails(page) == []
    page = press(page, "Bring back 2 examples")
    assert len(thumbnails(page)) == 2
    page = press(page, "Bring back the example")
    assert [button.key for button in thumbnails(page)] == before
    page = press(press(page, "Delete all"), "Add example")
    assert len(thumbnails(page)) == 1
    assert "bring_back" not in [button.key for button in page.main.button]


def test_examples_that_look_like_a_known_digit_are_warned_of_and_can_be_taught(
    trained: Path, tiny_contents: dict[str, Any]
) -> None:
    stacks = {a: always(stack, 7) for a, stack in tiny_contents["stacks"].items()}
    publish("reference", **{**tiny_contents, "stacks": stacks})
    page = name(open_as(examples=10), "★")
    assert "Both approaches read 10 of your 10 drawings as 7." in warned(page)
    assert not teach_button(page).disabled


def always(stack: Stack, k: int) -> Stack:
    """A stack that says class k to everything, and is sure of it."""
    bias = np.full(stack.biases[-1].shape, -8.0, np.float32)
    bias.ravel()[k] = 8
    weights = tuple(np.zeros_like(w) for w in stack.weights)
    return replace(stack, weights=weights, biases=(*stack.biases[:-1], bias))


def test_look_alikes_are_most_of_the_pictures_and_both_must_be_sure(
    make_stack: Callable[..., Stack],
) -> None:
    single, multi = (make_stack(a) for a in PAIR)
    images = np.stack([picture(n) for n in range(4)])
    assert look_alike(images, {"single": always(single, 3), "multi": always(multi, 3)}) == ("3", 4)
    assert look_alike(images, {"single": always(single, 3), "multi": always(multi, 4)}) is None
    unsure = replace(always(multi, 3), biases=tuple(np.zeros_like(b) - 1 for b in multi.biases))
    assert look_alike(images, {"single": always(single, 3), "multi": unsure}) is None


def test_kept_drawings_of_a_label_are_added_together(tiny_run: Run, trained: Path) -> None:
    keep(trained, *(drawing(n, "3") for n in range(3)), drawing(9, "5"))
    page = app_page("new_class")
    page.session_state["_visitor"] = ME
    page.run()
    page = press(page, "Add these")
    assert len(thumbnails(page)) == 3
    page = press(page, "Add these")
    assert "3 drawings were not added. This drawing" in warned(page)


# Teaching


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What pages ask a lesson with, in place of the lesson."""
    asked: list[Any] = []
    monkeypatch.setattr(
        "ui.new_class.lesson_panel.order_lesson", lambda *arguments: asked.append(arguments)
    )
    return asked


@pytest.fixture
def greek(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of two characters, which CHARACTERS names."""
    path = tmp_path / "characters.npz"
    save_characters(path, ["Greek/01", "Greek/02"])
    monkeypatch.setenv("CHARACTERS", str(path))
    st.cache_data.clear()
    return path


def pick_characters(page: AppTest) -> AppTest:
    page.session_state["characters"] = True
    page.run()
    assert not page.exception
    return page


def test_a_character_that_others_drew_is_picked_with_its_name(tiny_run: Run, greek: Path) -> None:
    page = pick_characters(open_as(examples=2))
    page.selectbox(key="alphabet").set_value("Greek").run()
    page.button(key="character_Greek/02").click().run()
    assert not page.exception
    assert page.text_input(key="symbol_name").value == "Greek 2"
    assert len(thumbnails(page)) == 10
    assert not teach_button(page).disabled
    page = press(page, "Bring back 2 examples")
    assert len(thumbnails(page)) == 2


def test_characters_that_are_damaged_are_a_sentence(tiny_run: Run, greek: Path) -> None:
    greek.write_bytes(b"nothing")
    page = pick_characters(open_as())
    assert [error.value for error in page.main.error] == [
        "characters.npz is damaged: replace it with a fresh copy."
    ]


def test_characters_that_are_not_here_are_offered_to_download(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CHARACTERS", raising=False)
    sources = tuple(
        replace(source, url=(tmp_path / f"small{n}.zip").as_uri())
        for n, source in enumerate(OMNIGLOT)
    )
    monkeypatch.setattr("mnist_models.data.characters.OMNIGLOT", sources)
    page = pick_characters(open_as())
    assert "are not on this machine" in said(page)
    page.button(key="download_characters").click().run()
    assert "could not be downloaded" in " ".join(error.value for error in page.main.error)


def test_teach_starts_a_lesson_with_the_ways_that_were_chosen(
    tiny_run: Run, started: list[Any]
) -> None:
    page = name(open_as(examples=5), " ★ ")
    page.checkbox(key="way_new_alone").uncheck().run()
    press(page, "Teach")
    visitor, lesson, images, labels, _ = started[0]
    assert len(visitor) >= 16
    assert lesson == replace(NEW, ways=("member", "mended", "together"))
    assert images.shape == (5, 28, 28)
    assert labels == ["★"] * 5


def test_a_digit_left_out_is_asked_for_with_its_examples(tiny_run: Run, started: list[Any]) -> None:
    page = open_as(teach_what="A digit left out")
    page.segmented_control(key="left_out").set_value("4").run()
    page.select_slider(key="left_out_examples").set_value(100).run()
    press(page, "Teach")
    _, lesson, images, *_ = started[0]
    assert (lesson.kind, lesson.label, lesson.many) == ("left out", "4", 100)
    assert images.shape == (0, 28, 28)


def test_who_reloads_takes_no_second_place_in_the_queue(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the cookie they are who they were, whatever they ask for next."""
    secret = new_visitor()
    monkeypatch.setattr(ContextProxy, "cookies", {"mnist_visitor": secret})
    monkeypatch.setattr("mnist_models.jobs.here.Starter.watch", lambda *_: None)
    with running_training(Event("importing")):
        press(open_as(teach_what="A digit left out"), "Teach")
        [waits] = waiting_ids()
        assert mark_of(secret) in waits
        reloaded = open_as(teach_what="A digit left out")
        assert not has_button(reloaded, "Teach")
        retrain = next(b for b in reloaded.sidebar.button if b.label == "Retrain")
        retrain.click().run()
        assert "You have a job waiting already" in reloaded.sidebar.error[0].value
        assert waiting_ids() == [waits]


def test_no_way_chosen_is_a_reason(tiny_run: Run) -> None:
    page = name(open_as(examples=5), "★")
    for box in page.main.checkbox:
        if box.value:
            page = box.uncheck().run()
    assert "Choose a way to teach." in said(page)
    assert teach_button(page).disabled


@pytest.mark.parametrize("error", [LessonError, RunError])
def test_a_lesson_that_cannot_start_is_a_sentence(
    error: type[Exception], tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error("The disk is full.")

    monkeypatch.setattr("ui.new_class.lesson_panel.order_lesson", fail)
    page = press(name(open_as(examples=5), "★"), "Teach")
    assert page.main.error[0].value == "The disk is full."


def test_a_run_of_one_approach_cannot_be_taught(
    trained: Path, half_contents: dict[str, Any]
) -> None:
    publish("reference", **half_contents)
    page = name(open_as(examples=5), "★")
    assert "The run reference has no multi-model here" in said(page)
    assert teach_button(page).disabled


@pytest.mark.parametrize("rule", ["off", "login", "no such rule"])
def test_where_training_is_not_allowed_there_is_a_sentence_and_the_evidence(
    rule: str, tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", rule)
    page = open_as(examples=5)
    assert "not open to you here" in page.main.info[0].value
    assert not has_button(page, "Teach")
    assert "experiments.new_class" in said(page) or page.main.dataframe


# Mending


def drawing(number: int, label: str) -> Drawing:
    png = as_png(np.full((40, 40), number, np.uint8))
    answers: Any = {"single": "1", "multi": "1"}
    return Drawing(f"d{number}", label, picture(number), png, answers, "reference", "0" * 64)


def keep(trained: Path, *drawings: Drawing) -> None:
    engine = create_engine(f"sqlite:///{trained}/.corrections.db")
    for each in drawings:
        Store(engine, ME).add(each)
    engine.dispose()


def open_mending() -> AppTest:
    page = app_page("new_class")
    page.session_state["_visitor"] = ME
    page.query_params["teach_what"] = "Mend a digit"
    page.run()
    assert not page.exception
    return page


def test_without_two_drawings_of_a_digit_it_says_how_to_get_them(
    tiny_run: Run, trained: Path
) -> None:
    keep(trained, drawing(1, "7"), drawing(2, "3"))
    page = open_mending()
    assert "not kept 2 drawings of the same digit" in page.main.info[0].value
    assert page.get("page_link")
    assert not has_button(page, "Teach")


def test_the_member_of_a_misread_digit_is_mended_and_those_that_answered_wrongly(
    trained: Path, tiny_contents: dict[str, Any], started: list[Any]
) -> None:
    stacks = {a: always(stack, 1) for a, stack in tiny_contents["stacks"].items()}
    publish("reference", **{**tiny_contents, "stacks": stacks})
    kept = [*(drawing(n, "1") for n in range(4)), *(drawing(n, "7") for n in range(4, 7))]
    keep(trained, *kept)
    page = open_mending()
    assert page.main.selectbox[0].options[0] == "7: 3 of 3 drawings misread"
    press(page, "Teach")
    _, lesson, images, labels, _ = started[0]
    assert (lesson.kind, lesson.label, lesson.also) == ("mend", "7", ("1",))
    assert lesson.ways == ("member", "mended", "together")
    assert labels == ["7"] * 3
    np.testing.assert_array_equal(np.sort(images, axis=0), np.sort(stack_of(kept[4:]), axis=0))


def stack_of(drawings: list[Drawing]) -> np.ndarray:
    return np.stack([each.image for each in drawings])


def test_with_a_run_of_one_approach_it_says_which_is_missing(
    trained: Path, tiny_contents: dict[str, Any]
) -> None:
    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    manifest["approaches"].pop("multi")
    stacks = {"single": tiny_contents["stacks"]["single"]}
    publish("reference", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    keep(trained, *(drawing(n, "7") for n in range(3)))
    page = open_mending()
    assert "has no multi-model here" in said(page)


def test_the_most_misread_digit_comes_first_and_lone_drawings_are_left_out() -> None:
    answers = [("3", "3"), ("3", "8"), ("7", "1"), ("7", "1"), ("7", "9"), ("5", "6")]
    found = misread_digits(
        [
            Reading(drawing(n, label), {"single": label, "multi": answer})
            for n, (label, answer) in enumerate(answers)
        ]
    )
    assert [(p.label, p.misread, p.taken_for) for p in found] == [
        ("7", 3, ("1", "9")),
        ("3", 1, ("8",)),
    ]


# A lesson, stage by stage


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (Event("starting"), "Starting"),
        (Event("loading"), "Loading the pictures"),
        (Event("importing"), "Starting TensorFlow"),
        (Event("training", 0.5, "base"), "without the ★ first"),
        (Event("teaching", 0.5, "member"), "Multi-model: One member"),
    ],
)
def test_a_lesson_that_goes_on_shows_its_stage_and_can_be_cancelled(
    event: Event, sentence: str, tiny_run: Run, give: Give
) -> None:
    give(event, goes_on=True)
    page = open_as(ME)
    assert sentence in page.main.get("progress")[0].proto.text
    assert has_button(page, "Cancel")
    assert not has_button(page, "Teach")


def test_finished_ways_stand_with_their_seconds_beside_the_one_that_runs(
    tiny_run: Run, give: Give
) -> None:
    give(taught(step("member", seconds=1.5)), Event("teaching", 0.2, "alone"), goes_on=True)
    text = said(open_as(ME))
    assert "✓ One member: **1.5 s**" in text
    assert "▶ Continued on the new alone: 0 s" in text
    assert "○ Continued on old and new: comes later" in text


def test_in_another_tab_teach_waits_for_the_lesson_that_goes_on(tiny_run: Run, give: Give) -> None:
    give(Event("loading"), goes_on=True)
    page = open_as(ME, teach_what="A digit left out")
    assert "wait for it in the tab *A symbol of your own*" in said(page)
    assert teach_button(page).disabled


def test_a_lesson_that_waits_says_for_how_long_and_can_be_cancelled(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy this machine is, no time has passed since the training before it spoke.
    monkeypatch.setattr("mnist_models.jobs.job.time", SimpleNamespace(time=lambda: 0.0))
    with running_training(Event("importing"), measured=True):
        enter(lesson_order(), {})
        page = open_as(ME)
        assert "Waiting for your turn" in said(page)
        assert "1 job before yours. About 15 seconds until your turn." in said(page)
        assert not has_button(page, "Teach")
        page = press(page, "Cancel")
    page.run()
    assert "Cancelled before its turn." in said(page)


@pytest.mark.parametrize("stage", ["failed", "cancelled"])
def test_a_lesson_that_ended_early_says_why_and_leads_back(
    stage: Any, tiny_run: Run, give: Give
) -> None:
    give(Event(stage, message="It ran out of memory."))
    page = open_as(ME, examples=3)
    assert "It ran out of memory." in said(page)
    page = press(page, "Back")
    assert has_button(page, "Teach")
    assert len(thumbnails(page)) == 3
    assert find_lesson(ME) is None


@pytest.fixture
def done(give: Give, make_stack: Callable[..., Stack], tiny_run: Run) -> Path:
    """A lesson that is done, with untrained networks of eleven classes."""
    steps = (step("member"), step("mended"), step("alone"), step("together"))
    facts = {"classes": ELEVEN, "tested": 100, "before": {"single": 0.9, "multi": 0.9}}
    folder = give(Event("importing", news=facts), *map(taught, steps), Event("done", 1.0))
    for each in steps:
        approach = "multi" if each.way in ("member", "mended") else "single"
        make_stack(approach, classes=list(ELEVEN)).save(folder / f"{each.way}.npz")
    return folder


def test_what_was_taught_can_be_drawn_for_taken_home_and_thrown_away(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.new_class.try_out.from_canvas", lambda *_: Subject(picture(1)))
    page = open_as(ME, examples=3)
    assert page.main.header[0].value.startswith("Learning ★ took both about the same work, and n")
    assert all(metric.value in ELEVEN for metric in page.main.metric)
    bars = next(h.proto.body for h in page.main.get("html") if "v-bars" in h.proto.body)
    assert bars.count("class='label'") == 11
    assert [box.value for box in page.main.selectbox] == ["together", "mended"]
    page.main.selectbox[0].set_value("alone").run()
    assert not page.exception
    page = press(page, "Throw away")
    assert not done.exists()
    assert len(thumbnails(page)) == 3


def test_one_picture_shows_cost_against_forgetting_and_the_table_is_a_tap_away(done: Path) -> None:
    page = open_as(ME)
    (chart,) = page.main.get("vega_lite_chart")
    axes = [layer["encoding"] for layer in json.loads(chart.proto.spec)["layer"]]
    assert {axis["x"]["field"] for axis in axes if "x" in axis} == {"work"}
    assert "**1** multi-model, **One member**: 0.0010 billion weights" in said(page)
    assert not page.main.dataframe
    page.session_state["lesson_table"] = True
    page.run()
    assert not page.exception
    assert page.main.dataframe[0].value["way"].size == 4
    assert "took 0.55 to 0.99 s" in said(page)


@pytest.mark.parametrize(("kept_back", "read"), [(4, "4 of 4"), (1000, "100.00 %")])
def test_the_table_counts_few_pictures_and_the_csv_has_numbers(
    kept_back: int, read: str, tiny_run: Run, give: Give
) -> None:
    alarmed = step("member", alarms={"3": 0.1, "8": 0.4})
    facts = {"classes": ELEVEN, "tested": 100, "kept_back": kept_back}
    facts |= {"before": {"single": 0.9, "multi": 0.95}}
    give(Event("importing", news=facts), taught(alarmed), taught(step("alone")), Event("done", 1.0))
    page = open_as(ME)
    page.session_state["lesson_table"] = True
    page.run()
    (shown,) = shown_tables(page)
    assert shown["old classes, before"].tolist() == ["95.00 %", "90.00 %"]
    assert shown["recall on ★"].tolist() == [read, read]
    assert shown["false alarms"].tolist() == ["40 %", "–"]
    assert shown["by the member"].tolist() == ["8", "–"]
    assert "recall on ★, before" not in shown
    (table,) = (element.value for element in page.main.dataframe)
    assert table["work"].tolist() == [0.001, 0.001]
    assert table["new"].tolist() == [1.0, 1.0]


def test_an_older_lesson_that_does_not_say_its_work_has_no_place_for_it(
    tiny_run: Run, give: Give
) -> None:
    steps = (step("member", weights=0), step("alone", weights=0))
    facts = {"classes": ELEVEN, "tested": 100, "before": {"single": 0.9, "multi": 0.9}}
    give(Event("importing", news=facts), *map(taught, steps), Event("done", 1.0))
    page = open_as(ME)
    assert "the work" not in said(page)
    assert not page.main.get("vega_lite_chart")
    page.session_state["lesson_table"] = True
    page.run()
    (shown,) = shown_tables(page)
    assert "work in billions" not in shown


def test_ways_that_trained_the_same_are_one_in_the_picture_and_in_the_choice(
    give: Give, make_stack: Callable[..., Stack], tiny_run: Run
) -> None:
    steps = (step("member"), step("mended", changed=("★",)), step("together"))
    facts = {"classes": ELEVEN, "tested": 100, "before": {"single": 0.9, "multi": 0.9}}
    folder = give(Event("importing", news=facts), *map(taught, steps), Event("done", 1.0))
    for each in steps:
        approach = "multi" if each.changed else "single"
        make_stack(approach, classes=list(ELEVEN)).save(folder / f"{each.way}.npz")
    page = open_as(ME)
    assert "shown as one" in said(page)
    assert "**2** single model" in said(page)
    assert "**3**" not in said(page)
    assert not page.main.selectbox


@pytest.mark.parametrize("stage", ["failed", "cancelled"])
def test_of_a_lesson_that_ended_half_way_the_one_way_that_is_done_is_told(
    stage: Any, tiny_run: Run, give: Give, make_stack: Callable[..., Stack]
) -> None:
    facts = {"classes": ELEVEN, "tested": 100, "before": {"single": 0.9, "multi": 0.9}}
    ended = Event(stage, message="It ran out of memory.")
    folder = give(Event("importing", news=facts), taught(step("member")), ended)
    make_stack("multi", classes=list(ELEVEN)).save(folder / "member.npz")
    page = open_as(ME)
    assert "The single model was not taught it." in said(page)
    assert "It ran out of memory." in said(page)
    assert page.main.header[0].value.startswith("Multi-model: learning ★, it forgot nothing m")
    assert not page.main.get("vega_lite_chart")


def test_networks_that_are_gone_are_a_sentence(done: Path) -> None:
    for path in done.glob("*.npz"):
        path.unlink()
    page = open_as(ME)
    assert "Teach it again" in page.main.error[0].value


def test_nobody_else_sees_a_lesson(done: Path) -> None:
    for visitor in (None, "somebody else"):
        page = open_as(visitor)
        assert not [header for header in page.main.header if "★" in header.value]
        assert has_button(page, "Teach")


def test_the_zip_holds_the_networks_and_the_figures(done: Path) -> None:
    found = find_lesson(ME)
    assert found is not None
    with zipfile.ZipFile(io.BytesIO(as_zip(*found))) as archive:
        networks = {f"{way}.npz" for way in ("member", "mended", "alone", "together")}
        assert set(archive.namelist()) == {*networks, "results.json"}
        results = json.loads(archive.read("results.json"))
        assert archive.read("member.npz") == (done / "member.npz").read_bytes()
    assert results["lesson"]["label"] == "★"
    assert len(results["results"]["steps"]) == 4


def test_evidence_that_was_not_measured_names_its_command(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.shared.experiments.load_evidence", lambda name: None)
    assert "python -m experiments.new_class" in said(open_as(teach_what="Evidence"))


def test_the_evidence_says_the_answer_and_draws_it(
    open_page: Callable[..., AppTest], tiny_run: Run
) -> None:
    page = open_page("new_class", teach_what="Evidence")
    headline, *headings = (heading.value for heading in page.header)
    assert "A digit added afterwards costs the ten models" in headline
    assert "But the single model need not learn everything again" in said(page)
    assert headings == [
        "From two digits to ten",
        "How many examples it takes",
        "Ten drawings by five people, tested on other people's",
    ]
    assert len(page.get("vega_lite_chart")) == 3
    assert len(page.dataframe) == 2


def test_a_lesson_is_kept_as_a_run_that_only_its_visitor_sees(
    done: Path, tiny_contents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []
    monkeypatch.setattr("ui.new_class.kept_runs.keep_lesson", lambda who, ways: asked.append(ways))
    page = press(open_as(ME), "Keep as a run")
    assert asked == [{"single": "together", "multi": "mended"}]
    mine, other = (f"own-{mark_of(who)}-star" for who in (ME, "somebody else"))
    for name in (mine, other):
        publish(name, **tiny_contents)
    page.run()
    kept = [text.value for text in page.main.text]
    assert len(kept) == 1
    assert "star (taught here): test accuracy single model" in kept[0]
    press(page, "Delete")
    assert unlisted_run_names() == [other]


def test_to_compare_a_kept_run_shows_it_on_all_pages_which_is_said(
    tiny_run: Run, tiny_contents: dict[str, Any]
) -> None:
    mine = f"own-{mark_of(ME)}-star"
    publish(mine, **tiny_contents)
    page = open_as(ME)
    page.button(key=f"see_{mine}").click().run()
    assert not page.exception
    assert page.query_params["run"] == mine
    assert "You now look at the run **star (taught here)**, here and on all pages." in said(page)


def test_why_a_lesson_cannot_be_kept_is_said(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise LessonError(t("You keep 3 runs already."))

    monkeypatch.setattr("ui.new_class.kept_runs.keep_lesson", refuse)
    page = press(open_as(ME), "Keep as a run")
    assert [error.value for error in page.error][-1] == "You keep 3 runs already."
