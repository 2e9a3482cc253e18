"""Does killing a training do any harm? python -m benchmarks.kills [--times 50]

Jobs on the offline sample, in a folder of their own, are killed with SIGKILL: half of them at a
random point of their progress, half while they publish. After each of them, the active run and all
others must load with their files unchanged, the next job must start, and it must remove every file
that was left behind. Any harm ends the benchmark with exit status 1.
"""

import argparse
import contextlib
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mnist_models.jobs.executor import executor, latest_job
from mnist_models.jobs.job import Job
from mnist_models.jobs.lock import is_held
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import order_training
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.registry import active_name, load_run, run_names
from mnist_models.runs.run import RunError
from mnist_models.settings import jobs_folder, trained_folder

_OPTIONS = TrainingOptions(dataset="sample", epochs=3, hidden=32, name="killed", again=True)
_MAX_JOB_BYTES = 2 * 2**20  # of each job's own files


def start(options: TrainingOptions = _OPTIONS) -> Job:
    """Start a job, which is to be killed."""
    job_id = order_training(options, "benchmark", lambda: True)
    while (job := executor().follow(job_id)) is None or job.progress.pid is None:
        time.sleep(0.01)
    return job


def kill(job: Job, when: Callable[[Job], bool], delay: float = 0.0) -> str:
    """Kill a job some seconds after a condition holds, or after it has ended.

    Returns the stage in which it was killed.
    """
    while (now := executor().follow(job.id)) and now.is_unfinished and not when(now):
        time.sleep(0.001)
    time.sleep(delay)
    now = executor().follow(job.id)
    if job.progress.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.progress.pid, signal.SIGKILL)
    while is_held():
        time.sleep(0.01)
    return now.latest.stage if now else "starting"


def harm(active: str) -> list[str]:
    """The harm that a killed job has done; empty if there is none.

    Args:
        active: the name of the run that was active before.
    """
    found = []
    job = latest_job("training")
    if job and job.is_unfinished:
        found.append("a dead job is reported as running")
    if active_name() != active:
        found.append(f"{active_name()} is active instead of {active}")
    for name in run_names():
        try:
            load_run(name).verify()
        except RunError as error:
            found.append(str(error))
    left = [path.name for path in trained_folder().glob(".*") if path != jobs_folder()]
    if len(left) > 1:
        found.append(f"more than one killed job has left files behind: {left}")
    for folder in jobs_folder().glob("[0-9]*-*"):
        size = sum(path.stat().st_size for path in folder.iterdir())
        if size > _MAX_JOB_BYTES:
            found.append(f"a job's files have grown to {size:,} bytes")
    return found


def _first_run() -> float:
    """Train the run that stays active; returns the seconds that publishing takes."""
    job = start(replace(_OPTIONS, name="kept"))
    while job.is_unfinished:
        time.sleep(0.01)
        job = executor().follow(job.id) or job
    if job.latest.stage != "done":
        raise SystemExit(f"The first training failed: {job.latest.message}")
    activate("kept")
    return job.progress.times[-1] - job.progress.times[-2]


def _kill_at_random(job: Job, publishing: float) -> str:
    if random.random() < 0.5:
        published = random.uniform(0, publishing)
        return kill(job, lambda now: now.latest.stage == "publishing", published)
    share = random.random()
    return kill(job, lambda now: now.outlook().share >= share)


def _kill_many(times: int) -> Counter[str]:
    """Kill this many jobs before their end; returns how many in each stage."""
    publishing = _first_run()
    killed: Counter[str] = Counter()
    while killed.total() - killed["done"] < times:
        job = start()
        left = [path.name for path in trained_folder().glob(".*") if path != jobs_folder()]
        stage = _kill_at_random(job, publishing)
        killed[stage] += 1
        # A job begins by removing what another has left; before its first stage it may not have.
        still = [
            name for name in left if stage != "starting" and (trained_folder() / name).exists()
        ]
        found = harm("kept") + [f"the next job did not remove {name}" for name in still]
        if found:
            raise SystemExit("\n".join([f"Killed while {stage}:", *found]))
        whole = "killed" in run_names()
        if whole:
            delete_run("killed")
        note = ", its run is complete" if whole else ""
        print(f"{killed.total():3}  killed while {stage}{note}", flush=True)
    return killed


def main() -> None:
    """Kill jobs, and print in which stages they were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MNIST_TRAINED"] = str(Path(folder) / "trained")
        killed = _kill_many(options.times)
    for stage, number in killed.most_common():
        print(f"{number:4}  {stage if stage != 'done' else 'too late, not counted'}")
    print("No harm was done.")


if __name__ == "__main__":
    main()
