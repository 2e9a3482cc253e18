"""Jobs as files, without anybody who does them."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Job, Order, job_ids, progress_path
from mnist_models.jobs.lock import exclusive
from mnist_models.jobs.progress import Event, ProgressFile
from mnist_models.jobs.queue import create
from mnist_models.settings import jobs_folder

ORDER = Order(
    work="mnist_models.pipeline.train_job",
    kind="training",
    title="reference on sample",
    request={},
    phases={"loading": 1, "importing": 5, "single": 3, "multi": 4, "scoring": 1},
    epochs=10,
    fits=2,
)


def begun(order: Order = ORDER) -> tuple[str, ProgressFile]:
    """A job whose work has begun, and what it can tell by."""
    job_id = create(order, {})
    progress = ProgressFile(progress_path(job_id), epochs=order.epochs, fits=order.fits)
    progress.begin()
    return job_id, progress


def ended(*events: Event, order: Order = ORDER) -> str:
    """A job that has said this, and is done no more."""
    job_id, progress = begun(order)
    for event in events:
        progress.tell(event)
    return job_id


@contextlib.contextmanager
def running(job_id: str) -> Iterator[None]:
    """While this process does a job."""
    with exclusive():
        (jobs_folder() / "running").write_text(f"{job_id} {os.getpid()}")
        yield


@contextlib.contextmanager
def running_training(*events: Event, **changes: Any) -> Iterator[ProgressFile]:
    """While this process trains, of which it has told this much."""
    job_id, progress = begun(replace(ORDER, **changes))
    with running(job_id):
        for event in events:
            progress.tell(event)
        yield progress


def follow(job_id: str) -> Job:
    """A job that is there."""
    job = executor().follow(job_id)
    assert job is not None
    return job


def until(job_id: str, condition: Callable[[Job], object]) -> Job:
    """Watch a job, as a page does, until it is as it should be; it has minutes for that."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        job = follow(job_id)
        if condition(job):
            return job
        if job.place == "ended":
            pytest.fail(f"The job has ended: {job.latest}")
        time.sleep(0.02)
    return pytest.fail(f"The job has got stuck: {follow(job_id)}")


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so; it has half a minute for that."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def end_all() -> None:
    """End whatever other processes do."""
    for job_id in job_ids():
        job = executor().follow(job_id)
        if job and job.is_unfinished and job.progress.pid != os.getpid():
            executor().cancel(job_id)
            until(job_id, lambda job: job.place == "ended")
