import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from mnist_models import jobs
from mnist_models.jobs import (
    Busy,
    Job,
    ProgressFile,
    cancel_job,
    current_job,
    exclusive,
    start_job,
)
from mnist_models.runs import RunError, load_run, run_names
from mnist_models.workflow import Event

ON_THE_SAMPLE = ["--dataset", "sample", "--epochs"]
HEAD = {"pid": 2**22 + 1, "title": "reference on sample", "started": 1.0}


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
        texts = [json.dumps(asdict(v) if isinstance(v, Event) else v) for v in lines]
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


def test_a_second_start_is_refused_and_a_cancelled_training_leaves_nothing(folder: Path) -> None:
    started = start_job([*ON_THE_SAMPLE, "10000"])
    assert started.running
    assert started.title == "reference on sample"
    with pytest.raises(Busy, match="one at a time"):
        start_job([*ON_THE_SAMPLE, "1"])
    training = _until(lambda job: job.epochs)
    assert training.pid == started.pid
    assert training.latest.stage == "training"
    assert 0 < (training.share or 0) < 0.1
    cancel_job()
    ended = _until(lambda job: not job.running)
    assert ended.latest.stage == "cancelled"
    assert "unchanged" in ended.latest.message
    assert run_names() == []
    assert [p.name for p in folder.parent.iterdir()] == [".job"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_after_a_job_was_killed_the_next_one_trains_to_the_end(folder: Path) -> None:
    killed = start_job([*ON_THE_SAMPLE, "10000"])
    os.kill(killed.pid, signal.SIGKILL)
    dead = _until(lambda job: not job.running)
    assert dead.latest.stage == "failed"
    assert "ended without a word" in dead.latest.message
    (folder.parent / ".incoming-left").mkdir()  # as if it had been publishing

    following = start_job([*ON_THE_SAMPLE, "1"])
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
    with pytest.raises(RunError, match=r"could not start: .*invalid choice: 'nonsense'"):
        start_job(["--recipe", "nonsense"])
    assert current_job() is None


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MNIST_TRAINED", str(tmp_path / "file" / "trained"))
    with pytest.raises(RunError, match="trained/ cannot be written"):
        start_job([])
    with pytest.raises(RunError, match="trained/ cannot be written"), exclusive():
        pass
    assert current_job() is None


# The lock


def test_while_another_process_holds_the_lock_nothing_starts(
    lock_held_elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda *_, **__: pytest.fail("it was started"))
    with pytest.raises(Busy):
        start_job([*ON_THE_SAMPLE, "1"])
    with pytest.raises(Busy), exclusive():
        pass


def test_the_lock_is_free_again_after_an_exception(folder: Path) -> None:
    def fail() -> None:
        assert jobs._is_locked()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), exclusive():
        fail()
    assert not jobs._is_locked()
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
        progress = ProgressFile("reference on sample")
        job = current_job()
        assert job is not None
        assert (job.pid, job.title, job.running) == (os.getpid(), "reference on sample", True)
        assert (job.latest, job.share, job.epochs) == (Event("starting"), None, [])
        progress.tell(Event("training", 0.25, "multi"))
        progress.tell(Event("training", None, "multi", epoch))
        job = current_job()
        assert job is not None
        assert job.latest == Event("training", None, "multi", epoch)
        assert job.share == 0.25
        assert job.epochs == [{"approach": "multi", **epoch}]
        progress.tell(Event("done", 1.0, message="The run x is ready.", run="x"))
    job = current_job()
    assert job is not None
    assert (job.running, job.latest.run) == (False, "x")


def test_a_new_job_forgets_what_the_one_before_said(write_progress: Callable[..., None]) -> None:
    write_progress(HEAD, Event("training", 0.5), Event("failed", message="broken"))
    with exclusive():
        ProgressFile("next")
        job = current_job()
    assert job is not None
    assert (job.title, job.latest.stage, job.share) == ("next", "starting", None)


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

    monkeypatch.setattr(jobs, "_is_locked", end)
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


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"\n",
        b"\xff\xfe\n",
        b"not json\n",
        b"[]\n",
        b"null\n",
        b'{"pid": 1}\n',
        b'{"pid": "x", "title": "t", "started": 1}\n',
        b'{"pid": 1, "title": "t", "started": 1}\n{"colour": "blue"}\n',
        b'{"pid": 1, "title": "t", "started": 1}\n[1]\n{"stage": "done"}\n',
        b'{"pid": 1, "title": "t", "started": 1}\nnot json\n{"stage": "done"}\n',
        b'{"pid": 1, "title": "t", "started": 1}\n{"stage": "training", "epoch": 7}\n',
    ],
)
def test_a_damaged_progress_file_is_no_job(contents: bytes, folder: Path) -> None:
    folder.mkdir()
    (folder / "progress.jsonl").write_bytes(contents)
    assert current_job() is None
    cancel_job()


def test_a_progress_file_too_large_is_not_read(
    write_progress: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_progress(HEAD, *[Event("training", 0.5)] * 20)
    assert current_job() is not None
    monkeypatch.setattr(jobs, "_MAX_PROGRESS_BYTES", 1000)
    assert current_job() is None


def test_cancelling_without_a_job_does_nothing(
    folder: Path, write_progress: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a stranger was killed"))
    cancel_job()
    write_progress(HEAD, Event("training", 0.5))
    cancel_job()  # that job is dead, and its number may be another process' by now
