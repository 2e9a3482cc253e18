"""Is anything lost when a part dies? python -m benchmarks.outages [worker] [scheduler] [server]

Each part is killed with SIGKILL at random moments while a training runs, and started again:

* worker, scheduler: of a real Dask cluster of two workers, which trains for this process;
* server: the web server, before a browser in which somebody keeps a drawing and presses Retrain.

After each death the training must end with a whole run or with a sentence, all runs must load with
their files unchanged, and every drawing that was said to be kept must be there. Any harm ends the
benchmark with exit status 1. What a job's own death and the database's do is told by
`benchmarks.kills` and `pytest -m matrix tests/mnist_models/drawings/test_postgres.py`.
"""

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Page, expect

from benchmarks.kills import harm
from mnist_models.drawings.database import open_database
from mnist_models.drawings.store import Store
from mnist_models.jobs import executor as executor_module
from mnist_models.jobs.executor import executor, latest_job
from mnist_models.jobs.job import Job
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import order_training
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.registry import load_run, run_names
from tests.helpers.cluster import RealCluster, kill, real_cluster
from tests.helpers.serving import (
    RENDER_TIMEOUT_MS,
    copy_reference,
    draw,
    find_chromium,
    it_was,
    open_browser,
    serve,
    settle,
    verdict,
    visit,
)

_OPTIONS = TrainingOptions(dataset="sample", epochs=3, hidden=32, name="killed", again=True)
_PATIENCE_S = 180  # until a training has ended, however often its part has died
_LONGEST_WAIT_S = 12  # after Retrain is pressed; the training on the sample takes about as long


class LossError(Exception):
    """Something that must not be lost is."""


def _end_of(job_id: str) -> Job:
    """The job, once it has ended."""
    deadline = time.monotonic() + _PATIENCE_S
    while (job := executor().follow(job_id)) is None or job.is_unfinished:
        if time.monotonic() > deadline:
            raise LossError(f"The job {job_id} has not ended in {_PATIENCE_S} s.")
        time.sleep(0.05)
    return job


def _judge(job: Job, run: str, active: str) -> str:
    """How a job ended: "done", or the sentence that its visitor reads.

    Raises:
        LossError: a run is torn, or there is neither a run nor a sentence.
    """
    if found := harm(active):
        raise LossError("\n".join(found))
    published = run in run_names()
    if published:
        load_run(run).verify()
        delete_run(run)
    if job.latest.stage == "done":
        if not published:
            raise LossError(f"The job {job.id} says that it is done, and its run is not there.")
        return "done"
    if not job.latest.message:
        raise LossError(f"The job {job.id} ended as {job.latest.stage} without a word.")
    return str(job.latest.message)


def _kill_of_cluster(part: str, times: int) -> Iterator[str]:
    """Kill a worker or the scheduler this often; yields how each training ended."""
    with real_cluster() as cluster:
        os.environ["MNIST_SCHEDULER"] = cluster.address
        executor_module._executor.cache_clear()
        began = time.monotonic()
        _end_of(order_training(replace(_OPTIONS, name="kept"), "benchmark", lambda: True))
        takes = time.monotonic() - began
        activate("kept")
        for _ in range(times):
            job_id = order_training(_OPTIONS, "benchmark", lambda: True)
            time.sleep(random.uniform(0, takes))
            if part == "worker":
                _replace_worker(cluster)
            else:
                _replace_scheduler(cluster)
            yield _judge(_end_of(job_id), "killed", "kept")
    del os.environ["MNIST_SCHEDULER"]
    executor_module._executor.cache_clear()


def _replace_worker(cluster: RealCluster) -> None:
    alive = [process for process in cluster.processes[1:] if process.poll() is None]
    kill(random.choice(alive))
    cluster.start_worker()


def _replace_scheduler(cluster: RealCluster) -> None:
    """As whoever restarts what has died does: the workers end with it and are started again."""
    for process in cluster.processes:
        if process.poll() is None:
            kill(process)
    cluster.processes.clear()
    cluster.start_scheduler()
    for _ in range(2):
        cluster.start_worker()


def _kill_server(times: int) -> Iterator[str]:
    """Kill the web server this often; yields how each training ended."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("The server is killed before a browser, and there is no Chromium here.")
    activate("reference")
    kept = 0
    with open_browser(chromium) as browser:
        page = browser.new_page()
        port = None
        for number in range(times):
            with serve({}, port=port) as server:
                port = server.port
                visit(page, server)
                _keep(page, number)
                kept += 1
                _press_retrain(page)
                time.sleep(random.uniform(0, _LONGEST_WAIT_S))
                os.kill(server.pid, signal.SIGKILL)
            with serve({}, port=port):
                job = latest_job("training")
                if job is None:
                    raise LossError("The job that the server had started is not there.")
                ended = _end_of(job.id)
                _look_at(page)
                engine = open_database([])
                there = len(Store(engine, "", shared=True).drawings())
                engine.dispose()
                if there != kept:
                    raise LossError(f"{there} drawings are there, and {kept} were said to be kept.")
                yield _judge(ended, "reference-sample", "reference")


def _keep(page: Page, number: int) -> None:
    """Draw a 1 that nobody has drawn yet, and say that it is one."""
    draw(page, [[(120 + number, 60), (120 + number, 140), (140 - number, 220)]])
    expect(verdict(page, "multi")).not_to_have_text("–", timeout=RENDER_TIMEOUT_MS)
    it_was(page, "1").click(timeout=RENDER_TIMEOUT_MS)
    expect(page.locator(".st-key-correct")).to_contain_text("Kept as 1", timeout=RENDER_TIMEOUT_MS)


def _press_retrain(page: Page) -> None:
    settle(page)
    page.locator(".st-key-retrain button").click()
    progress = page.locator(".st-key-train_progress")
    expect(progress).to_contain_text("Training reference", timeout=RENDER_TIMEOUT_MS)


def _look_at(page: Page) -> None:
    """The page has connected again by itself, and shows no error."""
    settle(page)
    expect(page.locator(".st-key-run_choice")).to_have_count(1, timeout=RENDER_TIMEOUT_MS)
    if page.locator("[data-testid=stException]").count():
        raise LossError("The page shows an exception.")


PARTS: dict[str, Callable[[int], Iterator[str]]] = {
    "worker": lambda times: _kill_of_cluster("worker", times),
    "scheduler": lambda times: _kill_of_cluster("scheduler", times),
    "server": _kill_server,
}


@contextmanager
def _fresh_machine() -> Iterator[None]:
    """A `trained/` with the reference alone, and no MNIST."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = {
            "MNIST_TRAINED": str(copy_reference(Path(folder))),
            "MNIST_NPZ": "",
            "KERAS_HOME": str(Path(folder) / "keras"),
            "MNIST_CORRECTIONS": "session",
        }
        with patch.dict(os.environ, fresh):
            yield


def main() -> None:
    """Kill each part, and print how the trainings ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS) + "; else all")
    parser.add_argument("--times", type=int, default=20, help="how often each is killed")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for part in options.parts or PARTS:
        random.seed(options.seed)
        ends: Counter[str] = Counter()
        with _fresh_machine():
            try:
                for end in PARTS[part](options.times):
                    ends[end] += 1
                    print(f"{part} {ends.total():3}  {end}", flush=True)
            except LossError as lost:
                raise SystemExit(f"Harm when the {part} was killed: {lost}") from lost
        print(f"The {part} was killed {ends.total()} times, and nothing was lost:")
        for end, number in ends.most_common():
            print(f"{number:4}  {end}")


if __name__ == "__main__":
    main()
