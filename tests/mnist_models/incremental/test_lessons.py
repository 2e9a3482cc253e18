"""A lesson of a visitor's own: asked for, given in a process of its own, kept, forgotten."""

import os
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.data.sample import load_sample
from mnist_models.incremental import keep_worker, lesson_worker, lessons
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
    KEEPING,
    MAX_KEPT_BY_ONE,
    cancel_lesson,
    find_lesson,
    forget_jobs_and_runs,
    forget_lesson,
    keep_lesson,
    order_lesson,
    taught,
)
from mnist_models.jobs.job import JobError, job_folder, job_ids, mark_of
from mnist_models.jobs.lock import exclusive, running_id
from mnist_models.jobs.progress import PUBLISHING, Event, ProgressFile
from mnist_models.jobs.queue import enter, leave, waiting_ids
from mnist_models.jobs.worker import perform
from mnist_models.runs.publishing import delete_run
from mnist_models.runs.registry import load_run, run_names, unlisted_run_names
from mnist_models.runs.run import Run
from tests.helpers.jobs import ORDER, begun, running

SYMBOL = Lesson("new", "reference", "star", ("member", "together"))


def _stars(many: int) -> np.ndarray:
    """Sample digits upside down: no digit, and all alike enough."""
    sample = load_sample()
    return sample.x_train[sample.y_train == 7][:many, ::-1].copy()


def _state(visitor: str) -> State:
    found = find_lesson(visitor)
    assert found is not None
    return found[1]


def _wait(visitor: str) -> State:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        state = _state(visitor)
        if not state.running:
            return state
        time.sleep(0.1)
    raise AssertionError("the lesson does not end")


def _tell(job_id: str, *events: Event) -> None:
    """What a worker would tell; the job waits no more."""
    leave(job_id)
    progress = ProgressFile(job_folder(job_id) / "job.jsonl")
    for event in events:
        progress.tell(event)


@pytest.fixture
def nobody_teaches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lessons are ordered, and wait for ever."""
    monkeypatch.setattr("mnist_models.jobs.here.Starter.watch", lambda *_: None)


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
        (np.zeros((MAX_EXAMPLES + 1, 28, 28), np.uint8), "at most 1,000"),
        (np.zeros((2, 28, 28), np.uint8), "is empty"),
        (np.ones((2, 14, 14), np.uint8), "28 × 28"),
        (np.ones((2, 28, 28)), "28 × 28"),
    ],
)
def test_bad_examples_are_refused_with_a_sentence(
    images: np.ndarray, sentence: str, tiny_run: Run
) -> None:
    with pytest.raises(LessonError, match=sentence):
        check_examples(images)
    with pytest.raises(LessonError, match=sentence):
        order_lesson("me", SYMBOL, images, ["star"] * len(images))
    assert job_ids() == []
    assert find_lesson("me") is None


def _order(visitor: str, many: int = 2, lesson: Lesson = SYMBOL) -> str:
    order_lesson(visitor, lesson, _stars(many), [lesson.label] * many)
    return _state(visitor).job.id


def test_a_lesson_is_its_visitors_alone(tiny_run: Run, nobody_teaches: None) -> None:
    _order("me")
    _order("you", lesson=replace(SYMBOL, label="moon"))
    labels = [found[0].label for who in ("me", "you") if (found := find_lesson(who))]
    assert labels == ["star", "moon"]
    assert find_lesson("somebody else") is None
    assert not any("-me-" in job_id for job_id in job_ids())  # the secret is not written anywhere
    forget_lesson("me")
    assert find_lesson("me") is None
    assert len(job_ids()) == 1


def test_a_lesson_that_is_forgotten_while_its_worker_writes_leaves_nothing(
    tiny_run: Run, nobody_teaches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.kill", lambda *_: None)
    job_id = _order("me")
    _tell(job_id, Event("loading"))
    with running(job_id):
        assert _state("me").running
        forget_lesson("me")
        assert find_lesson("me") is None
        assert not job_folder(job_id).exists()
        with pytest.raises(OSError, match="No such file"):  # the worker's next networks
            tiny_run.multi.save(job_folder(job_id) / "member.npz")
        following = _order("me")
        assert following != job_id
        assert not list(job_folder(following).glob("*.npz.tmp"))
    forget_lesson("me")
    assert job_ids() == []


def test_a_dead_worker_is_told_as_dead(tiny_run: Run, nobody_teaches: None) -> None:
    _tell(_order("me"), Event("teaching", 0.5, "member"))
    state = _state("me")
    assert (state.running, state.latest.stage) == (False, "failed")
    assert "ended without a word" in state.latest.message


def test_who_is_being_taught_waits_for_the_end_and_keeps_the_last_lesson_till_the_next_is_taken(
    tiny_run: Run, nobody_teaches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = _order("me")
    with pytest.raises(LessonError, match="is not over"):
        _order("me")
    _tell(job_id, Event("loading"))
    with running(job_id), pytest.raises(LessonError, match="is not over"):
        _order("me")
    monkeypatch.setenv("MNIST_MAX_WAITING", "1")
    other = _order("you")
    with pytest.raises(JobError, match="Try again later"):
        _order("me")
    assert _state("me").job.id == job_id
    leave(other)
    assert _order("me", 3) != job_id
    assert not job_folder(job_id).exists()


@pytest.mark.parametrize(
    "news", [{"way": "member"}, {"colour": "blue"}, {"way": 3, "changed": None}]
)
def test_news_that_are_no_lessons_are_no_lesson(
    news: dict, tiny_run: Run, nobody_teaches: None
) -> None:
    _tell(_order("me"), Event("teaching", 0.5, "member", news=news))
    assert find_lesson("me") is None


def test_only_what_was_taught_can_be_drawn_for_or_kept(tiny_run: Run, nobody_teaches: None) -> None:
    _tell(_order("me"), Event("done"))
    with pytest.raises(LessonError, match="not learned"):
        taught("me", {"single": "again"})
    with pytest.raises(LessonError, match="teach first"):
        keep_lesson("me", {"single": "again", "multi": "member"})


def test_no_visitor_keeps_more_runs_than_there_is_room_for(
    tiny_run: Run, nobody_teaches: None
) -> None:
    steps = (Step(way, 1.0, 10, (), 0.9, None) for way in SYMBOL.ways)
    told = (Event("teaching", 1.0, step.way, news=asdict(step)) for step in steps)
    _tell(_order("me"), *told, Event("done"))
    for number in range(MAX_KEPT_BY_ONE):
        (tiny_run.path.parent / f"own-{mark_of('me')}-{number}").mkdir()
    with pytest.raises(LessonError, match="Delete one of them"):
        keep_lesson("me", {"single": "together", "multi": "member"})


def test_who_is_forgotten_has_neither_lesson_nor_runs_nor_jobs_that_wait(
    tiny_run: Run, nobody_teaches: None
) -> None:
    _tell(_order("you"), Event("done"))
    _tell(_order("me"), Event("done"))
    trainings = [replace(ORDER, owner=mark_of("me")), replace(ORDER, owner=mark_of("you"))]
    with running(begun(trainings[0])[0]):
        goes_on = running_id()
        _, other = (enter(order, {}) for order in trainings)
        for who in ("me", "you"):
            (tiny_run.path.parent / f"own-{mark_of(who)}-star").mkdir()
        forget_jobs_and_runs("me")
        assert job_ids(owner=mark_of("me")) == [goes_on]
        assert waiting_ids() == [other]
    assert unlisted_run_names() == [f"own-{mark_of('you')}-star"]
    assert find_lesson("me") is None
    assert find_lesson("you") is not None


def test_a_run_that_is_being_published_when_its_visitor_is_forgotten_is_deleted_too(
    tiny_run: Run, nobody_teaches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "cancel_lesson", lambda _: None)  # it comes too late
    job_id, progress = begun(replace(ORDER, kind=KEEPING, owner=mark_of("me")))
    progress.tell(Event(PUBLISHING))

    def publish() -> None:
        (tiny_run.path.parent / f"own-{mark_of('me')}-star").mkdir()
        progress.tell(Event("done"))

    with running(job_id):
        with monkeypatch.context() as patch:
            patch.setattr(lessons, "_KEEPING_S", 0.1)
            with pytest.raises(JobError, match="Try again"):
                forget_jobs_and_runs("me")
        later = threading.Timer(0.3, publish)
        later.start()
        forget_jobs_and_runs("me")
    later.join()
    assert unlisted_run_names() == job_ids() == []


@pytest.mark.parametrize("waits", [True, False])
def test_who_is_forgotten_leaves_no_job_that_nobody_can_read(
    waits: bool, tiny_run: Run, nobody_teaches: None
) -> None:
    job_id = _order("me")
    if not waits:
        leave(job_id)
    (job_folder(job_id) / "job.jsonl").write_bytes(b"damaged")
    forget_jobs_and_runs("me")
    assert job_ids() == waiting_ids() == []


def test_a_lesson_that_is_older_than_lessons_are_kept_is_shown_no_more(
    tiny_run: Run, nobody_teaches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_KEEP_DAYS", "30")
    job_id = _order("me")
    for days, is_there in ((29, True), (31, False)):
        _tell(job_id, Event("done"))
        then = time.time() - days * 86_400
        os.utime(job_folder(job_id) / "job.jsonl", (then, then))
        assert (find_lesson("me") is not None) == is_there
    monkeypatch.setenv("MNIST_KEEP_DAYS", "for ever")  # what is wrong is said elsewhere
    assert find_lesson("me") is not None


def test_a_symbol_is_taught_kept_and_deleted(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real processes: five examples, four learned from, one kept back."""
    _order("me", 5)
    state = _wait("me")
    assert state.latest.stage == "done", state.latest.message
    assert [step.way for step in state.steps] == ["member", "together"]
    assert (state.learned, state.kept_back, state.rehearsed) == (4, 1, "sample")
    assert state.classes == (*map(str, range(10)), "star")
    pair = taught("me", {"single": "together", "multi": "member"})
    assert pair.classes == [*map(str, range(10)), "star"]
    weights = {a: stack.parameters // stack.members for a, stack in pair.stacks.items()}
    assert [step.weights for step in state.steps] == [weights["multi"], weights["single"]]
    assert all(step.work == step.rows * step.weights for step in state.steps)
    assert pair.stack("multi").predict_proba(_stars(1)).shape == (1, 11)
    old = tiny_run.multi
    for new, before in zip(pair.stack("multi").weights, old.weights, strict=True):
        assert new[:10].tobytes() == before.tobytes()

    (tiny_run.path.parent / "own-somebody-old").mkdir()
    monkeypatch.setenv("MNIST_MAX_KEPT_RUNS", "1")
    keep_lesson("me", {"single": "together", "multi": "member"})
    state = _wait("me")
    assert state.latest.stage == "done", state.latest.message
    assert state.latest.message == "The oldest kept run gave way to yours."
    assert unlisted_run_names("somebody") == []
    run = load_run(state.kept)
    run.verify()
    assert run.classes == [*map(str, range(10)), "star"]
    assert run.label == "star (taught here)"
    assert sum(run.metrics("multi").confusion[-1]) == 1  # the one that was kept back
    curves = run.curves("multi")
    assert curves is not None
    assert [len(of_kind) for of_kind in curves.values()] == [11, 11]
    assert len(state.steps) == 2  # what was taught is still there
    lesson, before = state.steps[0], tiny_run.manifest["approaches"]["multi"]
    cost = run.manifest["approaches"]["multi"]
    assert cost["seconds"] == pytest.approx(before["seconds"] + lesson.seconds, abs=0.01)
    assert (cost["rows"], cost["distinct_rows"]) == (before["rows"], before["distinct_rows"] + 4)
    assert run_names() == ["reference"]  # others do not see it
    assert unlisted_run_names(mark_of("me")) == [run.name]
    assert unlisted_run_names(mark_of("you")) == []
    delete_run(run.name)
    assert unlisted_run_names() == []


def test_a_lesson_can_be_cancelled_while_it_waits_for_its_turn(tiny_run: Run) -> None:
    with exclusive():
        _order("me", 5)
        assert _state("me").running
        cancel_lesson("me")
        state = _wait("me")
    assert state.latest.stage == "cancelled"
    assert "Cancelled" in state.latest.message


def test_a_run_without_weights_is_said(
    trained: Path, tiny_contents: dict, nobody_teaches: None
) -> None:
    from mnist_models.runs.publishing import publish

    contents = {**tiny_contents, "stacks": {"single": tiny_contents["stacks"]["single"]}}
    publish("half", **contents)
    job_id = _order("me", lesson=replace(SYMBOL, run="half"))
    perform(job_id, lesson_worker.give, lambda _: None)
    latest = _state("me").latest
    assert latest.stage == "failed"
    assert "has no weights of the multi-model" in latest.message


def test_a_lesson_that_is_gone_cannot_be_kept(trained: Path) -> None:
    with pytest.raises(LessonError, match="Teach it again"):
        keep_worker.keep({"lesson": "gone", "ways": {}}, trained, lambda _: None)
