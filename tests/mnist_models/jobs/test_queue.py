"""Jobs that wait: in order, one of each visitor, a bounded number of all, each a small file."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_models.jobs import queue
from mnist_models.jobs.job import JobError, forget_files, job_folder, job_ids, mark_of, new_visitor
from mnist_models.jobs.progress import Event
from mnist_models.jobs.queue import enter, leave, waiting_ids
from tests.helpers.jobs import ORDER, follow, running_training


def test_jobs_wait_in_the_order_in_which_they_came(trained: Path) -> None:
    ids = [enter(replace(ORDER, owner=f"{k:02}"), {}) for k in range(12)]
    assert waiting_ids() == ids == job_ids()
    assert leave(ids[0])
    assert not leave(ids[0])
    assert waiting_ids() == ids[1:]


def test_of_one_visitor_one_job_waits(trained: Path) -> None:
    enter(ORDER, {})
    with pytest.raises(JobError, match="You have a job waiting already"):
        enter(replace(ORDER, kind="lesson"), {})
    enter(replace(ORDER, owner="another"), {})


def test_of_many_who_press_at_once_as_many_wait_as_may_and_the_rest_are_told(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_WAITING", "7")

    def press(k: int) -> str:
        try:
            return enter(replace(ORDER, owner=f"{k}"), {"given": b"x" * 1000})
        except JobError as error:
            return str(error)

    with ThreadPoolExecutor(20) as visitors:
        answers = list(visitors.map(press, range(30)))
    assert sorted(a for a in answers if a in waiting_ids()) == waiting_ids() == job_ids()
    assert len(waiting_ids()) == 7
    refused = {a for a in answers if a not in waiting_ids()}
    assert refused == {"Too many jobs are waiting here, 7 of them. Try again later."}
    for job_id in waiting_ids():
        assert (job_folder(job_id) / "given").read_bytes() == b"x" * 1000


def test_what_keeps_something_and_is_asked_for_already_is_not_done_twice(trained: Path) -> None:
    run = replace(ORDER, keeps=True, request={"epochs": 1})
    with running_training(Event("importing"), keeps=True):
        [doing] = job_ids()
        assert enter(replace(ORDER, owner="me", keeps=True), {}) == doing
        waits = enter(replace(run, owner="me"), {})
        assert enter(replace(run, owner="you"), {}) == waits
        other = enter(replace(run, owner="you", request={"epochs": 2}), {})
        alone = enter(replace(run, owner="she", keeps=False), {})
        assert waiting_ids() == [waits, other, alone]
        another = enter(replace(run, owner="they", work="mnist_models.incremental.keep_worker"), {})
        assert another not in (doing, waits)
        # What waits for another server goes with that one.
        (trained / ".jobs" / "queue" / waits).write_text("another server")
        assert enter(replace(run, owner="we"), {}) != waits
    assert enter(replace(ORDER, owner="he", keeps=True), {}) not in (doing, waits)


def test_a_job_that_leaves_says_its_last_word(trained: Path) -> None:
    job_id = enter(ORDER, {})
    assert leave(job_id, Event("cancelled", message="said"))
    assert follow(job_id).latest == Event("cancelled", message="said")


def test_what_waits_for_a_server_that_is_gone_is_removed(trained: Path) -> None:
    gone, here = enter(ORDER, {}), enter(replace(ORDER, owner="you"), {})
    (trained / ".jobs" / "queue" / gone).write_text("no such server")
    queue.drop_what_nobody_waits_for()
    assert waiting_ids() == job_ids() == [here]


def test_whoever_sweeps_while_jobs_come_loses_none(trained: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        sweeping = [threads.submit(_sweep_for, 2.0) for _ in range(3)]
        ids = [enter(replace(ORDER, owner=f"{k:02}"), {}) for k in range(20)]
        for sweep in sweeping:
            sweep.result()
    assert waiting_ids() == job_ids() == ids


def _sweep_for(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        queue.drop_what_nobody_waits_for()


def test_a_job_does_not_get_the_folder_of_one_that_was_deleted(trained: Path) -> None:
    first = enter(ORDER, {})
    leave(first)
    forget_files(first)
    assert job_ids() == []
    assert enter(ORDER, {}) != first


def test_a_visitors_mark_tells_nothing_of_their_secret() -> None:
    secret, other = new_visitor(), new_visitor()
    assert secret != other
    assert mark_of(secret) == mark_of(secret) != mark_of(other)
    assert mark_of(secret) not in secret
    assert "-" not in mark_of(secret)
