import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from mnist_models.errors import ExpectedError
from mnist_models.jobs import lock, process
from mnist_models.jobs.lock import Busy, exclusive
from mnist_models.jobs.process import Job, cancel_job, current_job
from mnist_models.jobs.progress import Event, read_progress
from mnist_models.learning.recipes import RECIPES
from mnist_models.pipeline.estimates import remember
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.train_job import begin, start_training
from mnist_models.runs.registry import load_run, run_names

REQUEST = Request(RECIPES["reference"], dataset="sample")
HEAD = {
    "pid": 2**22 + 1,
    "title": "reference on sample",
    "started": 1.0,
    "epochs": 10,
    "fits": 4,
    "phases": {"loading": 1, "importing": 5, "single": 3, "multi": 4, "scoring": 1},
    "measured": False,
}


def on_the_sample(epochs: int) -> TrainingOptions:
    """A training of the reference recipe on the sample."""
    return TrainingOptions(dataset="sample", epochs=epochs)


def _until(condition: Callable[[Job], object]) -> Job:
    """Watch the job, as a page does, until it is as it should be; it has minutes for that."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        job = current_job()
        if job and condition(job):
            return job
        if job and not job.running:
            pytest.fail(f"The job has ended: {job.latest}")
        time.sleep(0.02)
    return pytest.fail(f"The job has got stuck: {current_job()}")


@pytest.fixture
def folder(trained: Path) -> Iterator[Path]:
    """The folder of the job's files; whatever still runs at the end is ended."""
    yield trained / ".job"
    job = current_job()
    if job and job.running and job.pid != os.getpid():
        os.kill(job.pid, signal.SIGTERM)


@pytest.fixture
def write_progress(folder: Path) -> Callable[..., None]:
    def write(*lines: Any, end: str = "\n") -> None:
        folder.mkdir(exist_ok=True)
        told = [{"at": 0, **asdict(v)} if isinstance(v, Event) else v for v in lines]
        texts = [json.dumps(v) for v in told]
        (folder / "progress.jsonl").write_text("\n".join(texts) + end)

    return write


@pytest.fixture
def lock_held_elsewhere(folder: Path) -> Iterator[None]:
    folder.mkdir()
    hold = (
        "import sys; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(folder / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"held"
    yield
    holder.communicate()


# Real trainings: three processes, two of which come as far as importing TensorFlow


def test_of_many_who_start_at_once_one_does_and_a_cancelled_training_leaves_nothing(
    folder: Path,
) -> None:
    def press(_: int) -> Job | Busy:
        try:
            return start_training(on_the_sample(10_000))
        except Busy as busy:
            return busy

    with ThreadPoolExecutor(10) as visitors:
        came_of_it = list(visitors.map(press, range(10)))
    [started] = [job for job in came_of_it if isinstance(job, Job)]
    assert started.running
    assert started.title == "reference on sample"
    with pytest.raises(Busy, match="one at a time"):
        start_training(on_the_sample(1))
    training = _until(lambda job: job.epochs)
    assert training.pid == started.pid
    assert training.latest.stage == "training"
    assert 0 < (training.share or 0) < 0.1
    assert 1 <= (training.epoch or 0) < 5000
    assert training.epochs_wanted == 10_000
    assert 0 < training.outlook().share < 0.9
    if hasattr(os, "getpriority"):
        ours, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, started.pid))
        assert its == min(19, ours + 10)
    cancel_job()
    ended = _until(lambda job: not job.running)
    assert ended.latest.stage == "cancelled"
    assert "unchanged" in ended.latest.message
    assert run_names() == []
    assert [p.name for p in folder.parent.iterdir()] == [".job"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_after_a_job_was_killed_the_next_one_trains_to_the_end(folder: Path) -> None:
    killed = start_training(on_the_sample(10_000))
    os.kill(killed.pid, signal.SIGKILL)
    dead = _until(lambda job: not job.running)
    assert dead.latest.stage == "failed"
    assert "ended without a word" in dead.latest.message
    (folder.parent / ".incoming-left").mkdir()  # as if it had been publishing

    following = start_training(on_the_sample(1))
    assert following.pid != killed.pid
    assert following.latest.stage != "failed"
    done = _until(lambda job: not job.running)
    assert done.latest.stage == "done", (folder / "output.txt").read_text()
    assert 0 < (done.share or 0) <= 1
    assert [(e["approach"], e["epoch"]) for e in done.epochs] == [("single", 1), ("multi", 1)]
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == [".job"]
    run = load_run(done.latest.run)
    run.verify()
    assert run.dataset == "sample"
    assert run.manifest["recipe"]["epochs"] == 1


def test_a_child_that_does_not_start_says_why(folder: Path) -> None:
    with pytest.raises(
        ExpectedError, match=r"could not start: The recipe must be one of reference"
    ):
        start_training(TrainingOptions(recipe="nonsense"))
    assert current_job() is None


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MNIST_TRAINED", str(tmp_path / "file" / "trained"))
    with pytest.raises(ExpectedError, match=r"trained/\.job cannot be written"):
        start_training(TrainingOptions())
    with pytest.raises(ExpectedError, match=r"trained/\.job cannot be written"), exclusive():
        pass
    assert current_job() is None


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

    monkeypatch.setattr(process.subprocess, "Popen", note)
    with pytest.raises(
        ExpectedError, match=r"No process could be started: Cannot allocate memory\. Try again"
    ):
        start_training(TrainingOptions())
    [environment] = environments
    assert environment["TF_NUM_INTRAOP_THREADS"] == str(max(1, cores - 1))
    assert environment["OMP_NUM_THREADS"] == "3"  # whoever set it knows better


_HOLD = """
import os, signal, sys, time
from mnist_models.pipeline import train_job
from mnist_models.jobs.lock import exclusive
from mnist_models.learning.recipes import RECIPES
from mnist_models.pipeline.request import Request
from mnist_models.jobs.progress import Event
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1] == "deaf" else signal.SIG_DFL)
with exclusive():
    progress = train_job.begin(Request(RECIPES["reference"], dataset="sample"))
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(("hearing", "ended_by"), [("deaf", "SIGKILL"), ("sharp", "SIGTERM")])
def test_a_training_that_does_not_hear_is_ended_by_force(
    hearing: str, ended_by: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.5)
    command = [sys.executable, "-c", _HOLD, hearing]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"held"
    cancel_job()
    assert child.wait(timeout=120) == -getattr(signal, ended_by)
    child.stdout.close()
    job = current_job()
    assert job is not None
    assert (job.running, job.latest.stage) == (False, "failed")


# Files that are not what they should be


@pytest.mark.parametrize("name", ["lock", "progress.jsonl", "output.txt"])
def test_a_folder_in_the_place_of_a_file_is_named_with_the_next_step(
    name: str, folder: Path
) -> None:
    (folder / name / "full").mkdir(parents=True)
    assert current_job() is None
    with pytest.raises(ExpectedError, match=r"trained/\.job cannot be written: .*that folder"):
        start_training(on_the_sample(1))


def test_a_file_in_the_place_of_the_folder_is_named_with_the_next_step(folder: Path) -> None:
    folder.write_text("")
    assert current_job() is None
    with pytest.raises(ExpectedError, match=r"trained/\.job cannot be written: .*that folder"):
        start_training(on_the_sample(1))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_without_room_for_a_word_is_noticed_before_a_child_is_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.subprocess, "Popen", lambda *_, **__: pytest.fail("it was started"))
    full, open_path = Path("/dev/full"), Path.open
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda *_, **__: open_path(full, "wb"))
        with pytest.raises(ExpectedError, match="cannot be written: No space left on device"):
            start_training(TrainingOptions())


@pytest.mark.parametrize("contents", [b"", b"\xff\0" * 1000, b"held by nobody\n"])
def test_whatever_stands_in_the_lock_file_it_locks(contents: bytes, folder: Path) -> None:
    folder.mkdir()
    (folder / "lock").write_bytes(contents)
    with exclusive():
        assert lock.is_held()
    assert not lock.is_held()


def test_files_that_may_not_be_read_or_written_are_named_with_the_next_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    # Patched, because the rights of a file do not stop an administrator.
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert current_job() is None
    for write in (lambda: start_training(TrainingOptions()), lambda: begin(REQUEST)):
        with pytest.raises(ExpectedError, match="cannot be written: Permission denied"):
            write()
    with pytest.raises(ExpectedError, match="cannot be written: Permission denied"), exclusive():
        pass
    assert not lock.is_held()


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"not json\n",
        b'{"pid": 1}\n',
        json.dumps({**HEAD, "pid": "x"}).encode() + b"\n",
        json.dumps({**HEAD, "phases": 7}).encode() + b"\n",
        json.dumps({**HEAD, "epochs": None}).encode() + b"\n",
        json.dumps(HEAD).encode() + b'\n{"at": 1, "stage": "training", "epoch": 7}\n',
        json.dumps(HEAD).encode() + b'\n{"at": 1, "stage": "training", "share": "half"}\n',
    ],
)
def test_a_damaged_progress_file_is_no_job(contents: bytes, folder: Path) -> None:
    folder.mkdir()
    (folder / "progress.jsonl").write_bytes(contents)
    assert current_job() is None
    cancel_job()
    with exclusive():
        begin(REQUEST)
        assert current_job() is not None


# The lock


def test_while_another_process_holds_the_lock_nothing_starts(
    lock_held_elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.subprocess, "Popen", lambda *_, **__: pytest.fail("it was started"))
    with pytest.raises(Busy):
        start_training(on_the_sample(1))
    with pytest.raises(Busy), exclusive():
        pass


def test_the_lock_is_free_again_after_an_exception(folder: Path) -> None:
    def fail() -> None:
        assert lock.is_held()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), exclusive():
        fail()
    assert not lock.is_held()
    with exclusive():
        pass


def test_a_job_that_has_said_its_last_word_does_not_run_whoever_holds_the_lock(
    write_progress: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a stranger was killed"))
    with exclusive():
        write_progress(HEAD, Event("done", 1.0, run="reference"))
        job = current_job()
        assert job is not None
        assert not job.running
        cancel_job()


def test_what_the_job_before_has_said_is_not_taken_for_the_next_ones(
    write_progress: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job before was killed without a last word; its number may be a stranger's by now."""
    write_progress(HEAD, Event("training", 0.5, "single"))
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a stranger was killed"))
    with exclusive():
        assert current_job() is None
        cancel_job()


# The progress file


def test_a_job_is_told_as_it_goes(folder: Path) -> None:
    assert current_job() is None
    epoch = {"epoch": 1, "loss": 0.5, "accuracy": 0.9, "member_loss": [0.5]}
    with exclusive():
        progress = begin(REQUEST)
        job = current_job()
        assert job is not None
        assert (job.pid, job.title, job.running) == (os.getpid(), "reference on sample", True)
        assert (job.latest, job.share, job.epochs) == (Event("starting"), None, ())
        progress.tell(Event("training", 0.25, "multi"))
        progress.tell(Event("training", None, "multi", epoch))
        job = current_job()
        assert job is not None
        assert job.latest == Event("training", None, "multi", epoch)
        assert job.share == 0.25
        assert job.epochs == ({"approach": "multi", **epoch},)
        progress.tell(Event("done", 1.0, message="The run x is ready.", run="x"))
    job = current_job()
    assert job is not None
    assert (job.running, job.latest.run) == (False, "x")


@pytest.mark.parametrize(
    ("share", "epoch"),
    [(0.0, 1), (0.01, 1), (0.025, 1), (0.026, 2), (0.25, 10), (0.251, 1), (0.5, 10), (1.0, 10)],
)
def test_the_epoch_is_that_of_the_fit_that_is_under_way(
    share: float, epoch: int, write_progress: Callable[..., None]
) -> None:
    """Ten epochs in each of four fits: a quarter of the bar each."""
    write_progress(HEAD, Event("training", share, "single"))
    job = current_job()
    assert job is not None
    assert (job.epoch, job.epochs_wanted) == (epoch, 10)


def test_the_time_left_comes_from_the_trainings_before(folder: Path) -> None:
    with exclusive():
        progress = begin(REQUEST)
        for event in (
            Event("loading"),
            Event("training", 0.0, "single"),
            Event("training", 0.5, "multi"),
            Event("done", 1.0),
        ):
            progress.tell(event)
        first = current_job()
        assert first is not None
        assert (first.measured, first.outlook(first.started).share) == (False, 1)
        remember(REQUEST, read_progress())
        begin(REQUEST)
        job = current_job()
        assert job is not None
        assert job.measured
        assert list(job.phases)[2:4] == ["single", "multi"]
        outlook = job.outlook(job.started)
        assert outlook.share == 0
        assert outlook.seconds_left == pytest.approx(sum(job.phases.values()))


def test_a_clock_that_was_set_meanwhile_does_not_change_the_time_left(
    write_progress: Callable[..., None],
) -> None:
    """The job began years ago, says its file; by its own watch it was just now."""
    write_progress({**HEAD, "measured": True}, Event("training", 0.25, "single"))
    job = current_job()
    assert job is not None
    assert job.started == 1
    left = job.outlook().seconds_left
    assert left is not None
    assert left < 60


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_job_that_is_being_published_is_not_ended_by_force(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.5)
    publishing = _HOLD.replace("    print(", '    progress.tell(Event("publishing"))\n    print(')
    command = [sys.executable, "-c", publishing, "deaf"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"held"
        cancel_job()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=3)
        child.kill()


def test_a_new_job_forgets_what_the_one_before_said(write_progress: Callable[..., None]) -> None:
    write_progress(HEAD, Event("training", 0.5), Event("failed", message="broken"))
    with exclusive():
        begin(Request(RECIPES["article"]))
        job = current_job()
    assert job is not None
    assert (job.title, job.latest.stage, job.share) == ("article on mnist", "starting", None)


@pytest.mark.parametrize("stage", ["starting", "loading", "training", "publishing"])
def test_a_job_that_died_before_its_last_word_has_failed(
    stage: Any, write_progress: Callable[..., None]
) -> None:
    write_progress(HEAD, Event(stage))
    job = current_job()
    assert job is not None
    assert (job.running, job.latest.stage) == (False, "failed")
    assert "ended without a word" in job.latest.message
    assert "unchanged" in job.latest.message


@pytest.mark.parametrize("stage", ["found", "done", "cancelled", "failed"])
def test_the_last_word_of_a_job_stays(stage: Any, write_progress: Callable[..., None]) -> None:
    write_progress(HEAD, Event("training", 0.5), Event(stage, message="said"))
    job = current_job()
    assert job is not None
    assert (job.running, job.latest.stage, job.latest.message) == (False, stage, "said")


def test_the_last_word_of_a_job_that_ends_while_one_looks_is_heard(
    write_progress: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said after the file was read and before the lock is tried."""
    write_progress(HEAD, Event("training", 0.5))

    def end() -> bool:
        write_progress(HEAD, Event("training", 0.5), Event("cancelled", message="said"))
        return False

    monkeypatch.setattr(process, "is_held", end)
    job = current_job()
    assert job is not None
    assert (job.running, job.latest) == (False, Event("cancelled", message="said"))


def test_a_line_that_is_still_being_written_is_left_out(
    write_progress: Callable[..., None],
) -> None:
    write_progress(HEAD, Event("done", run="x"), end='\n{"stage": "tra')
    job = current_job()
    assert job is not None
    assert job.latest == Event("done", run="x")


def test_cancelling_without_a_job_does_nothing(
    folder: Path, write_progress: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a stranger was killed"))
    cancel_job()
    write_progress(HEAD, Event("training", 0.5))
    cancel_job()  # that job is dead, and its number may be another process' by now
