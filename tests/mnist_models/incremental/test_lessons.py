"""A lesson of a visitor's own: asked for, given in a process of its own, kept, forgotten."""

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.data.sample import load_sample
from mnist_models.incremental import lesson_worker, lessons
from mnist_models.incremental.lesson import (
    MAX_EXAMPLES,
    Lesson,
    LessonError,
    State,
    Step,
    check_examples,
    check_label,
)
from mnist_models.incremental.lessons import (
    MAX_KEPT_BY_ONE,
    alive,
    cancel_lesson,
    forget_lesson,
    keep_lesson,
    mark_of,
    read_lesson,
    read_request,
    start_lesson,
    taught,
    tell,
)
from mnist_models.pipeline.interruption import Cancelled
from mnist_models.runs.publishing import delete_run
from mnist_models.runs.registry import load_run, run_names, unlisted_run_names
from mnist_models.runs.run import Run

SYMBOL = Lesson("new", "reference", "star", ("member", "together"))


def _stars(many: int) -> np.ndarray:
    """Sample digits upside down: no digit, and all alike enough."""
    sample = load_sample()
    return sample.x_train[sample.y_train == 7][:many, ::-1].copy()


def _wait(visitor: str) -> State:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        state = read_lesson(visitor)
        assert state is not None
        if not state.running:
            return state
        time.sleep(0.1)
    raise AssertionError("the lesson does not end")


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Lessons are written and not given; which folders were to be taught."""
    started: list[Path] = []
    monkeypatch.setattr(lessons, "_start_worker", lambda folder, *_: started.append(folder))
    return started


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Give the new class a name"),
        ("   ", "Give the new class a name"),
        ("x" * 10_000, "too long"),
        ("x" * 21, "too long"),
        (" " * 300, "Give the new class a name"),
        ("<b>bold</b>", "Use letters"),
        ("[link](there)", "Use letters"),
        ("a\x00b", "Use letters"),
        ("7", "knows 7 already"),
        (" 7 ", "knows 7 already"),
        ("STAR", "knows STAR already"),
        ("07", "Write a number as 12"),
        ("\N{ARABIC-INDIC DIGIT ONE}", "Write a number as 12"),
        ("9" * 20, "Write a number as 12"),
    ],
)
def test_a_bad_name_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(LessonError, match=sentence):
        check_label(text, [*range(10), "star"])


@given(st.text(max_size=400))
def test_what_passes_as_a_name_is_short_printable_and_no_markup(text: str) -> None:
    try:
        label = check_label(text, list(range(10)))
    except LessonError:
        return
    assert 1 <= len(label) <= 20
    assert label.isprintable()
    assert not set("<>&*_`[](){}$\\|#") & set(label)
    assert check_label(label, list(range(10))) == label


@pytest.mark.parametrize("label", ["★", "a star", "Ω", "plus-minus", "10"])
def test_names_that_people_give_are_taken(label: str) -> None:
    assert check_label(f"  {label} ", list(range(10))) == label


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (np.zeros((0, 28, 28), np.uint8), "no example yet"),
        (np.zeros((MAX_EXAMPLES + 1, 28, 28), np.uint8), "At most 1,000"),
        (np.zeros((2, 28, 28), np.uint8), "is empty"),
        (np.ones((2, 14, 14), np.uint8), "28 × 28"),
        (np.ones((2, 28, 28)), "28 × 28"),
    ],
)
def test_bad_examples_are_refused_with_a_sentence(
    images: np.ndarray, sentence: str, tiny_run: Run, no_child: list[Path]
) -> None:
    with pytest.raises(LessonError, match=sentence):
        check_examples(images)
    with pytest.raises(LessonError, match=sentence):
        start_lesson("me", SYMBOL, images, ["star"] * len(images))
    assert not no_child
    assert read_lesson("me") is None


def test_a_lesson_is_its_visitors_alone(tiny_run: Run, no_child: list[Path]) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    start_lesson("you", replace(SYMBOL, label="moon"), _stars(2), ["moon"] * 2)
    mine, yours = read_request("me"), read_request("you")
    assert mine
    assert yours
    assert (mine.label, yours.label) == ("star", "moon")
    assert read_lesson("somebody else") is None
    assert not any("me" in path.name for path in no_child)  # the secret is not written anywhere
    forget_lesson("me")
    assert read_lesson("me") is None
    assert read_request("you") == replace(SYMBOL, label="moon")


def test_a_lesson_that_is_forgotten_while_its_worker_writes_leaves_nothing(
    tiny_run: Run, no_child: list[Path]
) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    folder = no_child[0]
    with alive(folder):
        worker = lesson_worker._Report(folder, State())
        forget_lesson("me")
        assert read_lesson("me") is None
        with pytest.raises(OSError, match="No such file"):  # the worker's next word
            tell(folder, State("teaching"))
        assert not folder.exists()
        assert not list(folder.parent.rglob("pictures.npz"))
        start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
        before = read_lesson("me")
        with pytest.raises(Cancelled):  # and it says nothing in the folder of another lesson
            worker.say("teaching")
        assert read_lesson("me") == before
        forget_lesson("me")
    forget_lesson("me")  # whoever comes next sweeps
    assert [path for path in folder.parent.iterdir() if path.is_dir()] == []


def test_a_state_that_is_nested_too_deeply_is_no_state(tiny_run: Run, no_child: list[Path]) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    (no_child[0] / "state.json").write_text("[" * 200_000)
    assert read_lesson("me") is None
    (no_child[0] / "request.json").write_text("[" * 200_000)
    assert read_request("me") is None


def test_a_dead_worker_is_told_as_dead(tiny_run: Run, no_child: list[Path]) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    tell(no_child[0], State("teaching", 0.5, "member"))
    state = read_lesson("me")
    assert state
    assert state.stage == "failed"
    assert "ended without a word" in state.message


def test_who_is_being_taught_waits_for_the_end(tiny_run: Run, no_child: list[Path]) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    with FileLock(no_child[0] / "lock"):
        state = read_lesson("me")
        assert state
        assert state.running
        with pytest.raises(LessonError, match="still going on"):
            start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    start_lesson("me", SYMBOL, _stars(3), ["star"] * 3)


@pytest.mark.parametrize("contents", [b"", b"{", b"[]", b'{"stage": 3}', b"\xff\xfe"])
def test_a_damaged_state_is_no_lesson(contents: bytes, tiny_run: Run, no_child: list[Path]) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    (no_child[0] / "state.json").write_bytes(contents)
    assert read_lesson("me") is None
    (no_child[0] / "request.json").write_bytes(contents)
    assert read_request("me") is None


def test_the_oldest_lessons_make_room(
    tiny_run: Run, no_child: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "MAX_LESSONS", 2)
    for visitor in ("a", "b", "c"):
        start_lesson(visitor, SYMBOL, _stars(1), ["star"])
        time.sleep(0.02)
    assert [read_lesson(v) is not None for v in ("a", "b", "c")] == [False, True, True]


def test_only_what_was_taught_can_be_drawn_for_or_kept(tiny_run: Run, no_child: list[Path]) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    with pytest.raises(LessonError, match="not learned"):
        taught("me", {"single": "again"})
    with pytest.raises(LessonError, match="teach first"):
        keep_lesson("me", {"single": "again", "multi": "member"})


def test_no_visitor_keeps_more_runs_than_there_is_room_for(
    tiny_run: Run, no_child: list[Path]
) -> None:
    start_lesson("me", SYMBOL, _stars(2), ["star"] * 2)
    steps = tuple(Step(way, 1.0, 10, (), 0.9, None) for way in SYMBOL.ways)
    tell(no_child[0], State("done", steps=steps))
    for number in range(MAX_KEPT_BY_ONE):
        (tiny_run.path.parent / f"own-{mark_of('me')}-{number}").mkdir()
    with pytest.raises(LessonError, match="Delete one of them"):
        keep_lesson("me", {"single": "together", "multi": "member"})


def test_a_symbol_is_taught_kept_and_deleted(tiny_run: Run) -> None:
    """With real processes: five examples, four learned from, one kept back."""
    start_lesson("me", SYMBOL, _stars(5), ["star"] * 5)
    state = _wait("me")
    assert state.stage == "done", state.message
    assert [step.way for step in state.steps] == ["member", "together"]
    assert (state.learned, state.kept_back, state.rehearsed) == (4, 1, "sample")
    assert state.classes == (*map(str, range(10)), "star")
    pair = taught("me", {"single": "together", "multi": "member"})
    assert pair.classes == [*map(str, range(10)), "star"]
    assert pair.stack("multi").predict_proba(_stars(1)).shape == (1, 11)
    old = tiny_run.multi
    for new, before in zip(pair.stack("multi").weights, old.weights, strict=True):
        assert new[:10].tobytes() == before.tobytes()

    keep_lesson("me", {"single": "together", "multi": "member"})
    state = _wait("me")
    assert state.stage == "done", state.message
    run = load_run(state.kept)
    run.verify()
    assert run.classes == [*map(str, range(10)), "star"]
    assert run.label == "star (taught here)"
    assert sum(run.metrics("multi").confusion[-1]) == 1  # the one that was kept back
    curves = run.curves("multi")
    assert curves is not None
    assert [len(of_kind) for of_kind in curves.values()] == [11, 11]
    assert len(state.steps) == 2  # what was taught is still there
    assert run_names() == ["reference"]  # others do not see it
    assert unlisted_run_names(mark_of("me")) == [run.name]
    assert unlisted_run_names(mark_of("you")) == []
    delete_run(run.name)
    assert unlisted_run_names() == []


def test_a_lesson_can_be_cancelled_while_it_waits_for_its_turn(tiny_run: Run) -> None:
    lessons.lessons_folder().mkdir()
    with FileLock(lessons.lessons_folder() / "turn"):
        start_lesson("me", SYMBOL, _stars(5), ["star"] * 5)
        cancel_lesson("me")
        state = _wait("me")
    assert state.stage == "cancelled"
    assert "Cancelled" in state.message


def test_a_run_without_weights_is_said(
    trained: Path, tiny_contents: dict, no_child: list[Path]
) -> None:
    from mnist_models.runs.publishing import publish

    contents = {**tiny_contents, "stacks": {"single": tiny_contents["stacks"]["single"]}}
    publish("half", **contents)
    start_lesson("me", replace(SYMBOL, run="half"), _stars(2), ["star"] * 2)
    assert lesson_worker.main(no_child[0]) == 1
    state = read_lesson("me")
    assert state
    assert state.stage == "failed"
    assert "has no weights of the multi-model" in state.message


def test_what_a_worker_writes_is_json_without_surprises() -> None:
    state = State("teaching", 0.5, "member", steps=(Step("member", 1.0, 10, ("9",), 0.9, None),))
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state
