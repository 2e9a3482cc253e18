import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_models.data.download import DatasetError
from mnist_models.jobs import worker
from mnist_models.jobs.job import JobError
from mnist_models.jobs.lock import exclusive
from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.jobs.queue import create, enter, leave
from mnist_models.jobs.worker import perform
from mnist_models.settings import JOB_CORES
from mnist_models.text import Text, t
from tests.helpers.jobs import ORDER, follow

ROOT = Path(__file__).resolve().parents[3]

_TALK = """
import sys
from mnist_models.jobs.progress import Event
from mnist_models.jobs.worker import cut_output
for k in range(100):
    print("first" if k == 0 else "x" * 50_000, flush=True)
    cut_output(Event("loading"))
print("last")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has other priorities")
def test_the_output_of_a_job_is_kept_short_with_its_beginning_and_its_end(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    with output.open("ab") as file:
        subprocess.run([sys.executable, "-c", _TALK], cwd=ROOT, stdout=file, check=True)
    assert 2**20 < output.stat().st_size < 1.2 * 2**20
    text = output.read_text()
    assert text.startswith("first\n")
    assert text.endswith("last\n")


def test_what_goes_wrong_behind_the_end_does_not_change_it(trained: Path) -> None:
    def work(_request: object, _folder: Path, tell: OnEvent) -> None:
        tell(Event("done", 1.0, run="x"))
        raise DatasetError(t("too late"))

    job_id = create(ORDER, {})
    assert perform(job_id, work, lambda _: None).run == "x"
    assert follow(job_id).latest.stage == "done"


def test_who_comes_while_another_job_is_done_leaves_with_a_status_of_its_own(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_stand_back", lambda: None)  # not this process
    job_id = enter(ORDER, {})
    monkeypatch.setattr(sys, "argv", ["train_job", job_id])
    with exclusive():
        assert worker.main(lambda *_: None) == worker.BUSY
    assert follow(job_id).place == "waiting"


def test_who_was_cancelled_as_the_process_started_is_not_done(trained: Path) -> None:
    job_id = enter(ORDER, {})
    leave(job_id, Event("cancelled"))
    with pytest.raises(JobError, match="cancelled while it waited"):
        perform(job_id, lambda *_: pytest.fail("it was done"), lambda _: None)
    assert follow(job_id).latest == Event("cancelled")


def test_the_sentence_of_an_error_keeps_its_template_in_the_file_of_the_job(trained: Path) -> None:
    def work(*_: object) -> None:
        raise DatasetError(t("The file {name} is gone.", name="x"))

    job_id = create(ORDER, {})
    assert perform(job_id, work, lambda _: None).stage == "failed"
    message = follow(job_id).latest.message
    assert isinstance(message, Text)
    assert (message.template, message.fields["name"]) == ("The file {name} is gone.", "x")


def test_a_job_has_all_cores_for_what_is_independent_and_leaves_one_to_the_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_cores", lambda: 4)
    for name in (*worker.THREADS, JOB_CORES):
        monkeypatch.delenv(name, raising=False)
    found = worker.worker_environment()
    assert {found[name] for name in worker.THREADS if name != worker.INDEPENDENT} == {"3"}
    assert found[worker.INDEPENDENT] == found[JOB_CORES] == "4"
    monkeypatch.setenv(JOB_CORES, "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    found = worker.worker_environment()
    assert (found[worker.INDEPENDENT], found[JOB_CORES]) == ("1", "1")
    assert found["OMP_NUM_THREADS"] == "2"


def test_a_job_of_a_cluster_has_one_core_unless_the_workers_owner_gives_it_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (*worker.THREADS, JOB_CORES):
        monkeypatch.delenv(name, raising=False)
    found = worker.worker_environment(cores=1)
    assert {found[name] for name in (*worker.THREADS, JOB_CORES)} == {"1"}
    monkeypatch.setenv(JOB_CORES, "4")
    found = worker.worker_environment(cores=1)
    assert (found[worker.INDEPENDENT], found[JOB_CORES], found["OMP_NUM_THREADS"]) == (
        "4",
        "4",
        "1",
    )
