"""Jobs on this machine: in their turn, one at a time, cancelled, killed, dropped."""

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from mnist_models.errors import ExpectedError
from mnist_models.jobs import executor as executor_module
from mnist_models.jobs import here, interruption, queue, worker
from mnist_models.jobs.executor import executor, latest_job
from mnist_models.jobs.job import Fitting, JobError, forget_files, job_ids, progress_path
from mnist_models.jobs.lock import Busy, exclusive, is_held, running_id
from mnist_models.jobs.progress import Event
from mnist_models.learning.approaches import PAIR
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import order_training
from mnist_models.runs.registry import load_run, run_names
from mnist_models.text import Text
from tests.helpers.jobs import ORDER, begun, end_all, ended, eventually, follow, running, until


@pytest.fixture
def folder(trained: Path) -> Iterator[Path]:
    """The folder of the jobs' files; whatever still runs at the end is ended."""
    yield trained / ".jobs"
    end_all()


def order(epochs: int, owner: str = "me", seed: int = 0) -> str:
    """Order a training of the reference recipe on the sample."""
    options = TrainingOptions(dataset="sample", epochs=epochs, seed=seed)
    return order_training(options, owner, lambda: True)


# Real trainings


def test_who_orders_waits_for_their_turn_and_a_cancelled_training_leaves_nothing(
    folder: Path,
) -> None:
    with ThreadPoolExecutor(4) as visitors:
        ids = sorted(visitors.map(lambda k: order(10_000, f"{k}", k), range(4)))
    first, second, third, last = ids
    training = until(first, lambda job: job.epochs)
    assert training.place == "running"
    assert training.order.title.startswith("reference on the offline sample, 10,000 epochs")
    assert training.latest.stage == "training"
    assert all(1 <= fit.epoch < 5000 for fit in training.fits)
    assert 0 < training.outlook().share < 0.9
    if hasattr(os, "getpriority"):
        pid = training.progress.pid or 0
        ours, its = (os.getpriority(os.PRIO_PROCESS, p) for p in (0, pid))
        assert its == min(19, ours + 10)
    assert [follow(job_id).ahead for job_id in (second, third, last)] == [1, 2, 3]
    with pytest.raises(Busy, match="one at a time"), exclusive():
        pass
    executor().cancel(third)
    assert follow(third).latest.stage == "cancelled"
    assert "before its turn" in follow(third).latest.message
    assert follow(last).ahead == 2
    executor().cancel(first)
    assert until(first, lambda job: job.place == "ended").latest.stage == "cancelled"
    until(second, lambda job: job.place == "running")
    assert follow(last).ahead == 1
    executor().cancel(last)
    executor().cancel(second)
    assert until(second, lambda job: job.place == "ended").latest.stage == "cancelled"
    assert run_names() == []
    assert [p.name for p in folder.parent.iterdir()] == [".jobs"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.matrix  # takes long
def test_after_a_job_was_killed_the_next_one_trains_to_the_end(folder: Path) -> None:
    killed, following = order(10_000, "a"), order(1, "b")
    job = until(killed, lambda job: job.place == "running" and job.progress.pid)
    (folder.parent / ".incoming-left").mkdir()  # as if it had been publishing
    os.kill(job.progress.pid or 0, signal.SIGKILL)
    dead = until(killed, lambda job: job.place == "ended")
    assert dead.latest.stage == "failed"
    assert "ended without a word" in dead.latest.message

    done = until(following, lambda job: job.place == "ended")
    assert done.latest.stage == "done", (done.folder / "output.txt").read_text()
    assert done.latest.message == f"The new run is ready: {load_run(done.latest.run).label}."
    told = [(e["approach"], e["stage"], e["epoch"]) for e in done.epochs]
    passes = ("training", "refitting")
    assert told == [(approach, stage, 1) for approach in PAIR for stage in passes]
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == [".jobs"]
    assert executor().collect(following) == done.folder
    with pytest.raises(JobError, match="not come to its end"):
        executor().collect("nothing")
    run = load_run(done.latest.run)
    run.verify()
    assert run.manifest["recipe"]["epochs"] == 1
    eventually(lambda: not running_id())
    timed = follow(order(1, "c"))
    assert timed.order.measured
    assert list(timed.order.phases)[2:4] == ["single", "multi"]


_SERVER = """
import sys, time
from tests.mnist_models.jobs.test_here import order
running, waiting = order(10_000, "a"), order(1, "b")
print(running, waiting, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_server_that_is_killed_takes_what_waits_with_it_and_the_next_finds_what_runs(
    folder: Path,
) -> None:
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        running, waiting = server.stdout.readline().decode().split()
        until(running, lambda job: job.place == "running" and job.progress.pid)
        assert follow(waiting).place == "waiting"
        server.kill()
    queue.drop_what_nobody_waits_for()
    assert executor().follow(waiting) is None
    assert job_ids() == [running]
    assert follow(running).place == "running"
    executor().cancel(running)
    assert until(running, lambda job: job.place == "ended").latest.stage == "cancelled"


def test_of_many_who_ask_at_once_for_the_executor_all_get_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each has a thread that starts jobs, and two would start two at a time."""

    def create() -> object:
        time.sleep(0.05)
        return object()

    monkeypatch.setattr(executor_module, "_executor", cache(create))
    with ThreadPoolExecutor(8) as visitors:
        assert len({id(e) for e in visitors.map(lambda _: executor(), range(8))}) == 1


# Starting


def _failing(monkeypatch: pytest.MonkeyPatch, failure: Callable[..., Any]) -> None:
    monkeypatch.setattr(here.subprocess, "Popen", failure)


def test_a_child_that_does_not_start_says_why(folder: Path) -> None:
    job_id = executor().submit(replace(ORDER, work="mnist_models.nonsense"))
    failed = until(job_id, lambda job: job.place == "ended")
    assert failed.latest.stage == "failed"
    assert isinstance(failed.latest.message, Text)
    assert failed.latest.message.template == "It could not start: {output}"
    assert "No module named mnist_models.nonsense" in failed.latest.message


def test_the_log_has_a_line_per_step_of_a_job_and_per_refusal_and_no_mark_of_a_visitor(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mnist_models")
    job_id = executor().submit(replace(ORDER, work="mnist_models.nonsense", owner="abcdef"))
    until(job_id, lambda job: job.place == "ended")
    eventually(lambda: ": failed after" in caplog.text)
    monkeypatch.setattr(interruption, "_is_installed", lambda module: module != "tensorflow")
    with pytest.raises(JobError, match="answers only, without TensorFlow"):
        executor().submit(ORDER)
    lines = [record.getMessage() for record in caplog.records]
    assert lines[:2] == [
        "job 00000001 (training) is ordered, 1 wait",
        "job 00000001 (training) begins",
    ]
    assert lines[-1].startswith("A job is refused (training): Nothing can be trained here")
    assert "abcdef" not in caplog.text


def test_a_request_that_cannot_be_done_is_told(folder: Path) -> None:
    job_id = executor().submit(replace(ORDER, request={"recipe": "nonsense"}))
    failed = until(job_id, lambda job: job.place == "ended")
    assert "The recipe must be one of reference" in failed.latest.message


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="counts cores otherwise")
@pytest.mark.parametrize("cores", [1, 2, 8])
def test_a_core_is_left_to_the_pages(
    cores: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    environments: list[dict[str, str]] = []

    def note(*_: object, env: dict[str, str], **__: object) -> None:
        environments.append(env)
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    _failing(monkeypatch, note)
    failed = until(executor().submit(ORDER), lambda job: job.place == "ended")
    assert failed.latest.message == (
        "No process could be started: Cannot allocate memory. Try again later."
    )
    [environment] = environments
    assert environment["TF_NUM_INTRAOP_THREADS"] == str(max(1, cores - 1))
    assert environment["OMP_NUM_THREADS"] == "3"  # whoever set it knows better


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was to be started; nothing is."""
    started: list[object] = []

    def note(command: list[str], **_: object) -> None:
        started.append(command[-1])
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    _failing(monkeypatch, note)
    return started


def test_what_waits_while_another_process_holds_the_lock_is_not_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, _ = _hold("sharp", "loading")
    started: list[object] = []
    _failing(monkeypatch, lambda *command, **_: started.append(command))
    with child:
        job_id = executor().submit(ORDER)
        time.sleep(1)
        assert follow(job_id).place == "waiting"
        executor().cancel(job_id)
        child.kill()
    assert started == []


def test_what_waits_for_another_server_is_started_by_that_one(
    folder: Path, started: list[object]
) -> None:
    with FileLock(folder / "servers" / "another"):
        with exclusive():
            theirs = executor().submit(ORDER)
            (folder / "queue" / theirs).write_text("another")
            ours = executor().submit(replace(ORDER, owner="you"))
        time.sleep(1)
        assert started == []
        assert [follow(job_id).place for job_id in (theirs, ours)] == ["waiting"] * 2
        executor().cancel(theirs)
        assert until(ours, lambda job: job.place == "ended").latest.stage == "failed"
        assert started == [ours]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_the_next_is_started_when_the_process_of_the_one_before_has_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first says its last word and does not end: its memory would stay."""
    monkeypatch.setattr(here, "GRACE_S", 0.5)
    children: list[subprocess.Popen[bytes]] = []
    alive: list[int] = []

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        alive.append(sum(child.poll() is None for child in children))
        children.append(popen(*arguments, **options))
        return children[-1]

    popen = subprocess.Popen
    _failing(monkeypatch, start)
    work = replace(ORDER, work="tests.helpers.work")
    first = executor().submit(replace(work, request={"do": "linger"}))
    until(first, lambda job: job.latest.stage == "done")
    last = executor().submit(replace(work, owner="you", request={"do": "last"}))
    until(last, lambda job: job.place == "running")
    assert alive == [0, 0]
    executor().cancel(last)
    assert until(last, lambda job: job.place == "ended").latest.stage == "cancelled"


def test_a_child_that_says_nothing_is_ended_and_the_next_has_its_turn(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "_START_TIMEOUT_S", 0.3)
    silent = replace(ORDER, kind="silent", work="tests.helpers.work", request={"do": "nothing"})
    failed = until(executor().submit(silent), lambda job: job.place == "ended")
    assert failed.latest.message == "It could not start: it said nothing for half a minute."


# Cancelling

_HOLD = """
import signal, sys, time
from mnist_models.jobs.progress import Event
from tests.helpers.jobs import begun, running
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1] == "deaf" else signal.SIG_DFL)
job_id, progress = begun()
with running(job_id):
    progress.tell(Event(sys.argv[2]))
    print(job_id, flush=True)
    time.sleep(600)
"""


def _hold(hearing: str, stage: str) -> tuple[subprocess.Popen[bytes], str]:
    child = subprocess.Popen([sys.executable, "-c", _HOLD, hearing, stage], stdout=subprocess.PIPE)
    assert child.stdout is not None
    return child, child.stdout.readline().decode().strip()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(("hearing", "ended_by"), [("deaf", "SIGKILL"), ("sharp", "SIGTERM")])
def test_a_job_that_does_not_hear_is_ended_by_force(
    hearing: str, ended_by: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "GRACE_S", 0.5)
    child, job_id = _hold(hearing, "loading")
    with child:
        executor().cancel(job_id)
        assert child.wait(timeout=120) == -getattr(signal, ended_by)
    assert follow(job_id).is_cancelled
    assert follow(job_id).latest.message == "Cancelled. Nothing was changed."


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_job_that_is_being_published_is_not_ended_by_force(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "GRACE_S", 0.5)
    child, job_id = _hold("deaf", "publishing")
    with child:
        executor().cancel(job_id)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=3)
        child.kill()
    assert follow(job_id).latest.stage == "failed"  # what had come of it is in doubt


def test_a_job_that_is_over_is_not_cancelled_whoever_holds_the_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of its process may be another's by now."""
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a stranger was killed"))
    dead = ended(Event("training", 0.5, "single"))
    done = ended(Event("done", 1.0, run="reference"))
    executor().cancel("00000000-none")
    for job_id in (dead, done):
        executor().cancel(job_id)
        with exclusive():
            executor().cancel(job_id)
    with running(done):
        executor().cancel(done)
        assert follow(done).place == "ended"
    # Whoever was killed has left its claim; then another holds the lock, and claims nothing.
    (folder / "running").write_text(f"{dead} {os.getpid()}")
    with exclusive():
        assert running_id() == ""
        executor().cancel(dead)


def test_the_lock_is_free_again_after_an_exception(folder: Path) -> None:
    def fail() -> None:
        assert is_held()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), exclusive():
        fail()
    assert not is_held()
    with exclusive():
        pass


def test_the_last_word_of_a_job_that_ends_while_one_looks_is_heard(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said after the lock was tried and before the file is read."""
    job_id, progress = begun()

    def end() -> str:
        progress.tell(Event("cancelled", message="said"))
        return ""

    monkeypatch.setattr(here, "running_id", end)
    assert follow(job_id).latest == Event("cancelled", message="said")


# Whose visitors have gone


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor who is gone is waited for a moment only, and not the minute that it is."""
    assert here._ABSENT_S == 60
    monkeypatch.setattr(here, "_ABSENT_S", 0.3)


def test_what_nobody_waits_for_any_more_is_dropped(folder: Path, soon: None) -> None:
    with exclusive():
        gone = executor().submit(ORDER, present=lambda: False)
        there = executor().submit(replace(ORDER, owner="you"), present=lambda: True)
        wanted = replace(ORDER, owner="she", keeps=True, request={"epochs": 1})
        kept = executor().submit(wanted, present=lambda: False)
        eventually(lambda: gone not in job_ids())
        assert [follow(job_id).place for job_id in (there, kept)] == ["waiting"] * 2
        for job_id in (there, kept):
            executor().cancel(job_id)


def test_a_visitor_who_comes_back_in_time_finds_their_job(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are away for 40 seconds, come back, and are away for 40 more."""
    clock = iter(range(0, 10**6, 20))
    looks = iter([True, False, False, True, False, False])
    monkeypatch.setattr(here.time, "monotonic", lambda: next(clock))
    starter = here.Starter(lambda _: pytest.fail("it was dropped"))
    starter._present["job"], starter._seen["job"] = (lambda: next(looks)), 0.0
    for _ in range(6):
        starter._drop_what_nobody_waits_for()


def test_a_running_job_whose_visitor_has_gone_is_ended(folder: Path, soon: None) -> None:
    work = replace(ORDER, work="tests.helpers.work", request={"do": "last"})
    job_id = executor().submit(work, present=lambda: not queue.running_id())
    until(job_id, lambda job: job.place == "running")
    eventually(lambda: job_id not in job_ids())
    assert not queue.running_id()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_a_job_of_a_server_that_is_gone_is_cancelled_if_it_keeps_nothing(
    folder: Path, soon: None
) -> None:
    child, job_id = _hold("sharp", "loading")
    with child:
        path = folder / job_id / "job.jsonl"
        contents = path.read_bytes().replace(b'"server": ""', b'"server": "gone"', 1)
        path.write_bytes(contents[: 256 * 2**10])
        assert follow(job_id).place == "running"  # who looks adopts it
        assert child.wait(timeout=60) == -signal.SIGTERM


# What is told


def test_a_job_is_told_as_it_goes(folder: Path) -> None:
    assert latest_job("training") is None
    epoch = {"epoch": 1, "loss": 0.5, "accuracy": 0.9, "member_loss": [0.5]}
    job_id, progress = begun()
    with running(job_id):
        job = follow(job_id)
        assert (job.progress.pid, job.order, job.place) == (os.getpid(), ORDER, "running")
        assert (job.latest, job.fits, job.epochs) == (Event("starting"), (), ())
        progress.tell(Event("training", 0.25, "multi", epoch))
        job = follow(job_id)
        assert job.latest == Event("training", 0.25, "multi", epoch)
        assert (job.fits, job.epochs) == (
            (Fitting("multi", False, 5),),
            ({"approach": "multi", "stage": "training", **epoch},),
        )
        progress.tell(Event("done", 1.0, message="The run x is ready.", run="x"))
    job = follow(job_id)
    assert (job.place, job.latest.run) == ("ended", "x")
    assert latest_job("training") == job
    assert latest_job("training", "somebody") is None
    assert latest_job("lesson") is None


@pytest.mark.parametrize(
    ("share", "epoch"),
    [(0.0, 1), (0.01, 1), (0.05, 1), (0.051, 2), (0.5, 10), (0.501, 1), (1.0, 10)],
)
def test_the_epoch_is_that_of_the_fit_that_is_under_way(
    share: float, epoch: int, folder: Path
) -> None:
    """Ten epochs in each of two fits of an approach."""
    job_id, progress = begun()
    with running(job_id):
        progress.tell(Event("training", share, "single"))
        assert follow(job_id).fits == (Fitting("single", False, epoch),)


def test_a_clock_that_was_set_meanwhile_does_not_change_the_time_left(folder: Path) -> None:
    """It said its last word years ago, says its file; by its own watch that was just now."""
    job_id, progress = begun(replace(ORDER, measured=True))
    with running(job_id):
        progress.tell(Event("training", 0.25, "single"))
        os.utime(folder / job_id / "job.jsonl", (0, 0))
        left = follow(job_id).outlook().seconds_left
    assert left is not None
    assert left < 600


@pytest.mark.parametrize("stage", ["starting", "loading", "training", "publishing"])
def test_a_job_that_died_before_its_last_word_has_failed(stage: str, folder: Path) -> None:
    job = follow(ended(Event(stage)))
    assert (job.place, job.latest.stage) == ("ended", "failed")
    assert "ended without a word" in job.latest.message
    assert "Nothing else has changed" in job.latest.message


@pytest.mark.parametrize("stage", ["found", "done", "cancelled", "failed"])
def test_the_last_word_of_a_job_stays(stage: str, folder: Path) -> None:
    job = follow(ended(Event("training", 0.5), Event(stage, message="said")))
    assert (job.place, job.latest.stage, job.latest.message) == ("ended", stage, "said")


def test_how_long_one_waits_is_what_those_before_still_take(folder: Path) -> None:
    timed = replace(ORDER, measured=True)
    job_id, progress = begun(timed)
    with running(job_id):
        progress.tell(Event("importing"))
        waiting = [executor().submit(replace(timed, owner=f"{k}")) for k in range(3)]
        second, third = (follow(job_id) for job_id in waiting[1:])
        assert (second.ahead, third.ahead) == (2, 3)
        assert second.wait == pytest.approx(13 + 14, abs=0.5)
        assert third.wait == pytest.approx(13 + 14 + 14, abs=0.5)
        executor().cancel(waiting[0])
        unknown = executor().submit(replace(ORDER, owner="u"))
        later = executor().submit(replace(timed, owner="l"))
        assert follow(unknown).wait is not None  # all before it are known
        assert follow(later).wait is None
        for waits in (*waiting, unknown, later):
            executor().cancel(waits)


def test_the_oldest_jobs_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "_MAX_ENDED", 2)
    done = [ended(Event("done")) for _ in range(4)]
    with exclusive():
        waits = executor().submit(ORDER)
        assert job_ids() == [*done[2:], waits]
        executor().cancel(waits)


# Files that are not what they should be


@pytest.mark.parametrize("name", ["queue", "queue.lock", "servers"])
def test_a_file_or_folder_in_the_place_of_another_is_named_with_the_next_step(
    name: str, folder: Path
) -> None:
    folder.mkdir()
    if name.endswith(".lock"):
        (folder / name / "full").mkdir(parents=True)
    else:
        (folder / name).write_text("")
    with pytest.raises(ExpectedError, match=r"trained/\.jobs cannot be written: .*that folder"):
        order(1)
    assert latest_job("training") is None


def test_a_file_in_the_place_of_the_folder_is_named_with_the_next_step(folder: Path) -> None:
    folder.write_text("")
    assert latest_job("training") is None
    for write in (lambda: order(1), lambda: exclusive().__enter__()):
        with pytest.raises(ExpectedError, match=r"trained/\.jobs cannot be written: .*that fold"):
            write()
    folder.unlink()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_without_room_for_a_word_is_noticed_before_a_child_is_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, lambda *_, **__: pytest.fail("it was started"))

    def write(path: Path, contents: bytes) -> int:
        with Path("/dev/full").open("wb", buffering=0) as full:
            return full.write(contents)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", write)
        with pytest.raises(ExpectedError, match="cannot be written: No space left on device"):
            order(1)
    assert job_ids() == queue.waiting_ids() == []


@pytest.mark.parametrize(
    "contents", [b"", b"not json\n", b'{"kind": 1}\n', b"[" * 200_000, b"\xff\xfe"]
)
def test_a_damaged_file_is_no_job(contents: bytes, folder: Path) -> None:
    job_id = ended(Event("done"))
    (folder / job_id / "job.jsonl").write_bytes(contents)
    assert executor().follow(job_id) is None
    executor().cancel(job_id)
    with pytest.raises(JobError, match="its files are gone"):
        worker.perform(job_id, lambda *_: None, lambda _: None)


@pytest.mark.parametrize(
    "harm",
    [
        lambda job_id: progress_path(job_id).write_bytes(b"not json\n"),
        lambda job_id: progress_path(job_id).unlink(),
        forget_files,
    ],
    ids=["a damaged file", "no file", "no folder"],
)
def test_a_job_whose_files_are_harmed_while_it_waits_lets_the_next_have_its_turn(
    harm: Callable[[str], object], folder: Path
) -> None:
    with exclusive():
        harmed = executor().submit(ORDER)
        fine = executor().submit(replace(ORDER, owner="you", work="mnist_models.nonsense"))
        harm(harmed)
        assert executor().follow(harmed) is None
    assert until(fine, lambda job: job.place == "ended").latest.stage == "failed"
    assert queue.waiting_ids() == []


def test_whoever_starts_jobs_goes_on_after_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> bool:
        raise OSError(errno.EIO, "Input/output error")

    broken = iter([look, look])

    def is_there() -> bool:
        return next(broken, lambda: True)()

    job_id = executor().submit(replace(ORDER, work="mnist_models.nonsense"), present=is_there)
    assert until(job_id, lambda job: job.place == "ended").latest.stage == "failed"


def test_a_training_that_waits_or_runs_is_not_done_twice(folder: Path) -> None:
    with exclusive():
        assert order(1, "me") == order(1, "you")
        order(1, "she", seed=1)
        assert len(queue.waiting_ids()) == 2
        for job_id in queue.waiting_ids():
            executor().cancel(job_id)


def test_what_is_no_job_blocks_nobody_and_is_left_alone(folder: Path) -> None:
    (folder / "queue").mkdir(parents=True)
    (folder / "queue" / ".stray").mkdir()
    (folder / "queue" / ".DS_Store").write_bytes(b"\0\xff\xfe")
    (folder / "queue" / "servers").write_text("no job")
    job_id = executor().submit(replace(ORDER, work="mnist_models.nonsense"))
    assert until(job_id, lambda job: job.place == "ended").latest.stage == "failed"
    assert {path.name for path in (folder / "queue").iterdir()} == {
        ".stray",
        ".DS_Store",
        "servers",
    }
    assert (folder / "servers").is_dir()


def test_a_queue_that_cannot_be_read_for_a_moment_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With too many files open, nobody who waits is taken for gone."""

    def fail() -> list[str]:
        raise OSError(errno.EMFILE, "Too many open files")

    with exclusive():
        job_id = executor().submit(replace(ORDER, work="mnist_models.nonsense"))
        with monkeypatch.context() as patch:
            patch.setattr(queue, "read_queue", fail)
            time.sleep(0.5)
    assert until(job_id, lambda job: job.place == "ended").latest.stage == "failed"


def test_after_the_folder_was_removed_jobs_are_done_again(folder: Path) -> None:
    for _ in range(2):
        job_id = executor().submit(replace(ORDER, work="mnist_models.nonsense"))
        assert until(job_id, lambda job: job.place == "ended").latest.stage == "failed"
        shutil.rmtree(folder)


def test_what_was_made_so_many_days_ago_is_removed_when_the_next_is_ordered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor may come back to what another server made, which is gone, until then."""
    monkeypatch.setenv("MNIST_KEEP_DAYS", "30")
    lesson = replace(ORDER, kind="lesson", server="gone")
    old, young = (ended(Event("done"), order=lesson) for _ in range(2))
    goes_on, _ = begun(lesson)
    for job_id, days in ((old, 31), (young, 29), (goes_on, 31)):
        then = time.time() - days * 86_400
        os.utime(folder / job_id / "job.jsonl", (then, then))
    with running(goes_on):
        executor().cancel(executor().submit(replace(ORDER, owner="you")))
    assert executor().follow(old) is None
    assert {young, goes_on} <= set(job_ids())


def test_what_was_dropped_leaves_no_drawings(folder: Path, soon: None) -> None:
    with exclusive():
        job_id = executor().submit(ORDER, {"pictures.npz": b"x"}, present=lambda: False)
        eventually(lambda: job_id not in job_ids())
