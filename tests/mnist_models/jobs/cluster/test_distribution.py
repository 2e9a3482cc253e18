"""Jobs on a cluster of two workers in this process: sent, followed, ended, tried once more."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_models.jobs import executor as executor_module
from mnist_models.jobs import queue
from mnist_models.jobs.cluster import connection, distribution, remote_job
from mnist_models.jobs.cluster.markers import away_ids, read_marker, write_marker
from mnist_models.jobs.cluster.trip import Trip
from mnist_models.jobs.executor import executor, perform
from mnist_models.jobs.job import Job, JobError, forget_files, job_folder
from mnist_models.jobs.progress import Event
from tests.helpers.jobs import end_all, eventually, follow, until
from tests.helpers.remote_work import ORDER, order, work

distributed = pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler whose two workers are threads of this process."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=":0",
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def folder(trained: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the jobs' files, and that cluster does them."""
    monkeypatch.setenv("MNIST_SCHEDULER", scheduler)
    executor_module._executor.cache_clear()
    yield trained / ".jobs"
    end_all()
    executor_module._executor.cache_clear()


def has_ended(job: Job) -> bool:
    return job.place == "ended"


def answer(job: Job, name: str = "answer.txt") -> str:
    return (executor().collect(job.id) / name).read_text()


def test_a_job_is_done_by_a_worker_and_its_files_come_back(folder: Path) -> None:
    job_id = executor().submit(replace(ORDER, owner="me"), {"a.in": b"given"})
    with pytest.raises(JobError):
        executor().collect(job_id)
    job = until(job_id, has_ended)
    assert job.latest == Event("done", 1.0, message=job.latest.message)
    assert job.latest.message == "It came back."
    assert [event.stage for event in job.progress.events] == ["loading", "training", "done"]
    assert [answer(job, f"{name}.txt") for name in ("answer", "given", "read")] == [
        "done",
        "given",
        "\0 read",
    ]
    assert answer(job, "minutes.txt") == "120"
    assert (job.folder / "received").exists()
    assert not away_ids()
    eventually(lambda: not _known_to_the_cluster())


def test_as_many_are_done_at_once_as_there_are_workers(folder: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    ids = [
        executor().submit(replace(order("wait", gate=str(gate)), owner=f"visitor{k}"))
        for k in range(4)
    ]
    for job_id in ids[:2]:
        until(job_id, lambda job: job.latest.stage == "training")
    eventually(lambda: [follow(job_id).ahead for job_id in ids] == [0, 0, 1, 2])
    assert [follow(job_id).place for job_id in ids] == ["running", "running", "waiting", "waiting"]
    executor().cancel(ids[2])
    executor().cancel(ids[3])
    for job_id in ids[2:]:
        assert until(job_id, has_ended).latest.message == "Cancelled before its turn."
    gate.touch()
    for job_id in ids[:2]:
        assert until(job_id, has_ended).latest.stage == "done"


@pytest.mark.parametrize("ends_first", [0, 1])
def test_what_waits_goes_to_whichever_worker_is_free_first(
    ends_first: int, folder: Path, tmp_path: Path
) -> None:
    """Before any job has ended, when Dask knows nothing of how long they take, too."""
    gates = [tmp_path / f"gate{k}" for k in range(3)]
    ids = [
        executor().submit(replace(order("wait", gate=str(gate)), owner=gate.name)) for gate in gates
    ]
    for job_id in ids[:2]:
        until(job_id, lambda job: job.latest.stage == "training")
    eventually(lambda: len(_known_to_the_cluster()) == 3)  # one waits there
    gates[ends_first].touch()
    until(ids[2], lambda job: job.latest.stage == "training")
    for gate in gates:
        gate.touch()
    for job_id in ids:
        assert until(job_id, has_ended).latest.stage == "done"


def test_one_that_runs_is_cancelled(folder: Path, tmp_path: Path) -> None:
    job_id = executor().submit(order("wait", gate=str(tmp_path / "never")))
    until(job_id, lambda job: job.latest.stage == "training")
    executor().cancel(job_id)
    job = until(job_id, has_ended)
    assert job.latest.stage == "cancelled"
    assert job.latest.message == "Cancelled. Nothing was changed."
    assert not (job.folder / "answer.txt").exists()


def test_one_that_fails_says_why_and_is_not_tried_again(folder: Path) -> None:
    job = until(executor().submit(order("fail")), has_ended)
    assert job.latest.stage == "failed"
    assert job.latest.message == "It cannot be done: a test."


def test_what_is_done_comes_back_before_its_process_has_left(folder: Path) -> None:
    assert answer(until(executor().submit(order("linger")), has_ended)) == "done"


def test_one_that_dies_is_tried_once_more(folder: Path, tmp_path: Path) -> None:
    job = until(executor().submit(order("die once", gate=str(tmp_path / "died"))), has_ended)
    assert job.latest.stage == "done"
    assert [event.stage for event in job.progress.events] == ["loading", "training", "done"]
    assert answer(job) == "done"


def test_one_that_dies_twice_is_reported(folder: Path) -> None:
    job = until(executor().submit(order("die")), has_ended)
    assert job.latest.stage == "failed"
    assert job.latest.message == distribution._DIED
    eventually(lambda: not _known_to_the_cluster())


def test_what_need_not_be_sent_is_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.Connection, "send", lambda *_: pytest.fail("it was sent"))
    assert until(executor().submit(order("nothing")), has_ended).latest.stage == "found"
    job = until(executor().submit(replace(ORDER, work="tests.helpers.work")), has_ended)
    assert job.latest.message == "This can only be done where the demo runs, and not on a cluster."


@pytest.mark.parametrize("theirs", ["code", "data", "no data"])
def test_workers_with_another_version_refuse(
    theirs: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.write_text("a" * 64)
    known = {"code": "0" * 64} if theirs == "code" else {"data": {"pictures": "b" * 64}}
    if theirs == "no data":
        data.write_text("")
    pack = Trip.pack
    monkeypatch.setattr(Trip, "pack", lambda self, key: {**pack(self, key), **known})
    job = until(executor().submit(order("answer", data=str(data))), has_ended)
    assert job.latest.stage == "failed"
    says = {
        "code": "A worker of the cluster has another version of this program (",
        "data": "A worker of the cluster has other data for pictures (aaaaaaaa, here bbbbbbbb)",
        "no data": "A worker of the cluster has no data for pictures: ",
    }
    assert job.latest.message.startswith(says[theirs])


def test_another_worker_does_what_one_refuses(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = remote_job._refusal
    refused: list[str] = []

    def refuse_once(*arguments: Any) -> Any:
        if refused:
            return refusal(*arguments)
        refused.append(distributed.get_worker().address)
        return distribution._AWAY

    monkeypatch.setattr(remote_job, "_refusal", refuse_once)
    assert until(executor().submit(ORDER), has_ended).latest.stage == "done"
    assert refused


def test_what_comes_back_changed_is_not_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_job, "hashes", lambda files: dict.fromkeys(files, "0" * 64))
    job = until(executor().submit(ORDER), has_ended)
    assert job.latest.stage == "failed"
    assert job.latest.message.startswith("What came back from the cluster is damaged")
    assert not (job.folder / "answer.txt").exists()


def test_another_server_goes_on_where_one_was_killed(folder: Path, tmp_path: Path) -> None:
    """What ran meanwhile is found again with all that it said, and its files come to this one."""
    gate = tmp_path / "gate"
    first = distribution.Cluster(_address())
    job_id = first.begin(order("wait", gate=str(gate)))
    until(job_id, lambda job: job.latest.stage == "training")
    marker = read_marker(job_id)
    assert marker
    # As after a kill -9: nobody sees to it, and its server's lock is free.
    first._distributor._present.clear()
    first._distributor._trips.clear()
    eventually(lambda: first._distributor._thread is None)
    first._connection._client.close()  # type: ignore[union-attr]
    write_marker(job_id, replace(marker, server="0123456789abcdef"))
    executor_module._executor.cache_clear()
    assert follow(job_id).place == "running"
    gate.touch()
    job = until(job_id, has_ended)
    assert job.latest.stage == "done"
    assert answer(job) == "done"
    assert [event.stage for event in job.progress.events] == ["loading", "training", "done"]


def test_who_waits_in_a_shell_is_told_and_may_take_as_long_as_it_likes(folder: Path) -> None:
    told: list[str] = []
    last = perform(ORDER, work, lambda event: told.append(event.stage))
    assert last.stage == "done"
    assert told == ["loading", "training", "done"]
    [job_id] = [path.name for path in folder.glob("0*")]
    assert answer(follow(job_id), "minutes.txt") == str(10**7)


def test_what_it_never_heard_of_is_forgotten_without_harm(folder: Path) -> None:
    """As after the scheduler has started anew."""
    there = connection.Connection(_address())
    assert there.reach()
    client = there._client
    there.forget("mnist-unknown")
    assert there._client is client
    there._close()


def test_a_listener_that_fails_ends_the_job(folder: Path, tmp_path: Path) -> None:
    def fail(_: Event) -> None:
        raise KeyError("in a test")

    with pytest.raises(KeyError, match="in a test"):
        perform(order("wait", gate=str(tmp_path / "never")), work, fail)
    eventually(lambda: not away_ids())


def test_the_same_training_is_not_done_twice(folder: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    asked = replace(order("wait", gate=str(gate)), keeps=True)
    first = executor().submit(asked)
    until(first, lambda job: job.place == "running")
    assert executor().submit(replace(asked, owner="you")) == first
    gate.touch()
    until(first, has_ended)


# Without a scheduler


@pytest.fixture
def away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The address is one where nobody answers."""
    monkeypatch.setenv("MNIST_SCHEDULER", "tcp://127.0.0.1:9")
    monkeypatch.setattr(distribution, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(connection, "_TIMEOUT_S", 0.5)
    monkeypatch.setattr(connection, "_EVERY_S", 0.1)
    executor_module._executor.cache_clear()
    return folder


def test_a_scheduler_that_is_away_is_told_in_a_sentence(away: Path) -> None:
    job = until(executor().submit(ORDER), has_ended)
    assert job.latest == Event("failed", message=distribution._AWAY)
    last = perform(ORDER, work, lambda _: None)
    assert last.message == distribution._AWAY
    assert not away_ids()
    assert not queue.waiting_ids()


def test_a_cluster_is_away_where_dask_is_not_installed(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    assert until(executor().submit(ORDER), has_ended).latest.message == distribution._AWAY


def test_jobs_are_done_here_meanwhile_if_the_owner_allows(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_CLUSTER_AWAY", "here")
    monkeypatch.setenv("MNIST_MAX_MINUTES", "7")
    job = until(executor().submit(ORDER), has_ended)
    assert job.latest.stage == "done"
    assert answer(job, "minutes.txt") == "7"
    assert not (job.folder / "received").exists()  # it has never been away


def test_what_was_away_when_the_scheduler_died_is_done_here_from_the_beginning(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = tmp_path / "gate"
    job_id = executor().submit(order("wait", gate=str(gate)))
    until(job_id, lambda job: job.latest.stage == "training")
    monkeypatch.setenv("MNIST_CLUSTER_AWAY", "here")
    monkeypatch.setattr(distribution, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(connection.Connection, "reach", lambda _: False)
    eventually(lambda: not away_ids())
    gate.touch()
    job = until(job_id, has_ended)
    assert job.latest.stage == "done"
    assert not (job.folder / "received").exists()
    forget_files(job_id)


def test_files_that_are_gone_do_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    lost = executor().submit(order("wait", gate=str(tmp_path / "gate")))
    until(lost, lambda job: job.latest.stage == "training")
    (job_folder(lost) / "job.jsonl").unlink()
    assert until(executor().submit(replace(ORDER, owner="you")), has_ended).latest.stage == "done"
    executor().cancel(lost)
    eventually(lambda: not away_ids())


def _address() -> str:
    from mnist_models.settings import scheduler_address

    return scheduler_address()


def _known_to_the_cluster() -> list[str]:
    with distributed.Client(_address(), set_as_default=False) as client:
        return list(client.list_datasets())
