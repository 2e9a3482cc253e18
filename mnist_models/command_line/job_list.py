"""The command that lists the jobs that run and wait, and cancels one."""

import argparse

from mnist_models.formatting import duration_text
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import JobError
from mnist_models.jobs.queue import running_ids, waiting_ids
from mnist_models.text import t


def queue(options: argparse.Namespace) -> int:
    """List the jobs that are being done and those that wait, after cancelling one."""
    if options.cancel and executor().follow(options.cancel) is None:
        raise JobError(t("There is no job {job}.", job=options.cancel))
    if options.cancel:
        executor().cancel(options.cancel)
    jobs = [*filter(None, map(executor().follow, [*running_ids(), *waiting_ids()]))]
    for job in jobs:
        seconds = job.wait if job.place == "waiting" else job.outlook().seconds_left
        left = "" if seconds is None else f"about {duration_text(seconds)} to go"
        print(f"{job.id}  {job.place:8} {job.order.title:30} {left}")
    if not jobs:
        print("No job is running or waiting.")
    return 0
