"""A real scheduler and two real workers, killed as machines are."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_models.jobs import executor as executor_module
from mnist_models.jobs.cluster import connection, distribution
from mnist_models.jobs.cluster.markers import away_ids
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Job
from mnist_models.runs.registry import load_run, run_names
from mnist_models.settings import PROJECT
from tests.helpers.cluster import RealCluster, kill, real_cluster
from tests.helpers.jobs import end_all, eventually, until
from tests.helpers.remote_work import order

pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")
if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)


@pytest.fixture
def cluster(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealCluster]:
    """A cluster of two workers, which does the jobs of this process."""
    with real_cluster() as started:
        monkeypatch.setenv("MNIST_SCHEDULER", started.address)
        executor_module._executor.cache_clear()
        yield started
        end_all()
    executor_module._executor.cache_clear()


def has_ended(job: Job) -> bool:
    return job.place == "ended"


def is_training(job: Job) -> bool:
    return job.latest.stage == "training"


def _process_of(job_id: str) -> int:
    """The process that does a job; 0 if there is none."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_text().split("\0")[-3:-1] == ["tests.helpers.remote_work", job_id]:
                return int(path.parent.name)
    return 0


def _lives(pid: int) -> bool:
    """Whether a process is there, and not just waits for somebody to notice its end."""
    with contextlib.suppress(OSError):
        return bool(Path(f"/proc/{pid}/cmdline").read_text())
    return False


def _worker_of(cluster: RealCluster, job_id: str) -> subprocess.Popen[bytes]:
    pid = _process_of(job_id)
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return next(process for process in cluster.processes if process.pid == int(stat[1]))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_a_worker_is_killed_and_another_does_it_once_more(
    cluster: RealCluster, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job_id = executor().submit(order("wait", gate=str(gate)))
    until(job_id, is_training)
    first = _process_of(job_id)
    kill(_worker_of(cluster, job_id))
    eventually(lambda: _process_of(job_id) not in (0, first))  # and the first is gone with it
    eventually(lambda: not _lives(first))
    second = _worker_of(cluster, job_id)
    gate.touch()
    job = until(job_id, has_ended)
    assert job.latest.stage == "done"
    # And once the job has died with two workers, a third is left alone.
    gate.unlink()
    job_id = executor().submit(order("wait", gate=str(gate)))
    until(job_id, is_training)
    kill(second)
    cluster.start_worker()
    until(job_id, lambda job: _process_of(job_id))
    kill(_worker_of(cluster, job_id))
    cluster.start_worker()
    job = until(job_id, has_ended)
    assert job.latest.message == distribution._DIED
    eventually(lambda: not _process_of(job_id))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_a_scheduler_is_killed_and_started_anew(
    cluster: RealCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "_PATIENCE_S", 60)
    gate = tmp_path / "gate"
    job_id = executor().submit(order("wait", gate=str(gate)))
    until(job_id, is_training)
    kill(cluster.processes[0])
    cluster.start_scheduler()
    cluster.start_worker()
    gate.touch()
    job = until(job_id, has_ended)
    assert job.latest.stage == "done", job.latest
    assert not away_ids()


def test_a_scheduler_that_stays_away_is_told_in_a_sentence(
    cluster: RealCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "_PATIENCE_S", 2)
    monkeypatch.setattr(connection, "_TIMEOUT_S", 1)
    job_id = executor().submit(order("wait", gate=str(tmp_path / "never")))
    until(job_id, is_training)
    kill(cluster.processes[0])
    assert until(job_id, has_ended).latest.message == distribution._AWAY
    assert not away_ids()


_ASK = """
import json, sys
from mnist_models.__main__ import main
status = main(sys.argv[1:])
slow = {"tensorflow", "keras", "sklearn", "scipy"}
print(json.dumps([status, sorted(slow & set(sys.modules))]))
"""


def test_whoever_asks_needs_no_tensorflow_and_publishes_what_came(
    cluster: RealCluster, trained: Path
) -> None:
    """Killed half-way, the next who looks finds the training again and publishes its run."""
    arguments = [sys.executable, "-c", _ASK, "train", "--scheduler", cluster.address]
    arguments += ["--dataset", "sample", "--epochs", "1", "--hidden", "8", "--again", "--name"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [*arguments, "first"], capture_output=True, text=True, cwd=PROJECT, env=environment
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []], done.stderr
    run = load_run("first")
    run.verify()
    assert run.made_here
    killed = subprocess.Popen(
        [*arguments, "second"], stderr=subprocess.PIPE, text=True, cwd=PROJECT, env=environment
    )
    assert killed.stderr
    assert any("importing" in line for line in killed.stderr)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    [job_id] = away_ids()
    assert until(job_id, has_ended).latest.run == "second"
    assert run_names() == ["first", "second"]
    for approach in ("single", "multi"):
        assert load_run("second").weights_hash(approach) == run.weights_hash(approach)
