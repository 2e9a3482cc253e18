"""What if everybody presses at once? python -m benchmarks.rush [--restarts 20]

A server of its own takes the lessons of 100 visitors and the trainings of 12, all in the same
moment, on the offline sample and in a folder of its own. Looked at while they are done: how many
processes do jobs, how much memory they take beside what a lone job takes, and whether whoever
waits is served in order. Then servers with waiting and running jobs are killed with SIGKILL at
random moments and started again: what ran must end well, and nothing may be left.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from mnist_models.data.sample import load_sample
from mnist_models.errors import ExpectedError
from mnist_models.incremental.lesson import Lesson
from mnist_models.incremental.lessons import LESSON, order_lesson
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import job_ids
from mnist_models.jobs.lock import running_id
from mnist_models.jobs.queue import waiting_ids
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import order_training
from mnist_models.settings import PROJECT, trained_folder
from tests.helpers.memory import status_bytes

_WORKERS = ("pipeline.train_job", "incremental.lesson_worker", "incremental.keep_worker")
_MOST_MB = 100  # more than a lone job takes


def serve(lessons: int, trainings: int) -> None:
    """Be a server: take the orders of so many visitors at once, and say what they were told."""
    sample = load_sample()
    stars = sample.x_train[sample.y_train == 7][:5, ::-1]
    start = threading.Barrier(lessons + trainings)
    told: Counter[str] = Counter()

    def press(visitor: int) -> None:
        start.wait()
        try:
            if visitor < lessons:
                lesson = Lesson("new", "reference", "star", ("member",), seed=visitor)
                order_lesson(f"visitor {visitor}", lesson, stars, ["star"] * len(stars))
            else:
                order_training(_options(visitor), f"{visitor}", lambda: True)
            told["taken"] += 1
        except ExpectedError as error:
            told[str(error)] += 1

    visitors = [threading.Thread(target=press, args=[k]) for k in range(lessons + trainings)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    print(dict(told), flush=True)
    while running_id() or waiting_ids():
        time.sleep(0.2)


def _options(seed: int) -> TrainingOptions:
    return TrainingOptions(dataset="sample", epochs=2, hidden=32, seed=seed, again=True)


def _start_server(lessons: int, trainings: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.rush", "--serve", str(lessons), str(trainings)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT)


def _workers() -> dict[int, float]:
    """The processes that do jobs, with the megabytes that each takes."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (path / "cmdline").read_bytes().decode().split("\0")
            ours = str(trained_folder()) in (path / "environ").read_bytes().decode()
            if ours and any(a.endswith(_WORKERS) for a in arguments):
                found[int(path.name)] = status_bytes("VmRSS", path.name) / 1e6
        except OSError:
            continue  # it has just ended
    return found


def _let_workers_end() -> None:
    """A job that has said its last word takes a moment to give its memory back."""
    deadline = time.monotonic() + 10
    while _workers() and time.monotonic() < deadline:
        time.sleep(0.1)


def _rush(lessons: int, trainings: int) -> tuple[int, float, list[str]]:
    """Most processes at once, most megabytes of all, and the jobs in the order of their turns."""
    most, megabytes, turns = 0, 0.0, list[str]()
    _let_workers_end()
    with _start_server(lessons, trainings) as server:
        while server.poll() is None:
            workers = _workers()
            most, megabytes = max(most, len(workers)), max(megabytes, sum(workers.values()))
            job = executor().follow(running_id())
            if job and job.place == "running" and job.id not in turns:
                turns.append(job.id)
            time.sleep(0.05)
        assert server.stdout is not None
        print(f"They were told: {server.stdout.read().strip()}", flush=True)
    return most, megabytes, turns


def _restart(times: int) -> Counter[str]:
    """Kill servers at random moments; how the job that ran has ended, each time."""
    ends: Counter[str] = Counter()
    for _ in range(times):
        with _start_server(1, 3) as server:
            assert server.stdout is not None
            server.stdout.readline()
            time.sleep(random.uniform(0, 12))
            server.kill()
        running = running_id()
        executor().follow(running)  # as the next server's first page does
        deadline = time.monotonic() + 300
        while running_id() and time.monotonic() < deadline:
            executor().follow(running)
            time.sleep(0.2)
        job = executor().follow(running) if running else None
        ends[job.latest.stage if job else "none ran"] += 1
        _start_server(0, 1).wait()
        _let_workers_end()
        if left := [*waiting_ids(), *map(str, _workers()), *_half_written()]:
            raise SystemExit(f"Left behind: {left}")
    return ends


def _half_written() -> list[str]:
    return [path.name for path in trained_folder().glob(".*") if path.name != ".jobs"]


def main() -> None:
    """Let everybody press, restart servers, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=100)
    parser.add_argument("--trainings", type=int, default=12)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--serve", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
        return
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MNIST_TRAINED"] = str(Path(folder) / "trained")
        _start_server(0, 1).wait()  # the run that lessons begin with
        next(trained_folder().glob("reference*")).rename(trained_folder() / "reference")
        _, alone, _ = _rush(1, 0)
        most, megabytes, turns = _rush(options.lessons, options.trainings)
        ended = Counter(job.latest.stage for i in turns if (job := executor().follow(i)))
        print(f"{len(turns)} jobs were done, {dict(ended)}, in order: {turns == sorted(turns)}")
        more = megabytes - alone
        print(f"At most {most} process at once; {megabytes:.0f} MB, {more:+.0f} beside one alone")
        ends = _restart(options.restarts)
        print(f"{options.restarts} servers killed; what ran has ended: {dict(ends)}")
        lessons = len(job_ids(LESSON))
        print(f"Nothing was left behind but {lessons} lessons, for their visitors.", flush=True)
        if most > 1 or more > _MOST_MB or turns != sorted(turns):
            raise SystemExit("Not as it should be.")


if __name__ == "__main__":
    main()
