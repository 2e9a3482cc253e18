"""What a worker of the cluster does: a job, in a folder and a process of its own.

The process is the same that does jobs on the side that asks, with the lock, the file and the ways
to end it; here is only what carries files there and news back. The worker's own process imports
nothing that trains.
"""

import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnist_models.errors import ExpectedError
from mnist_models.jobs.cluster.parcels import (
    RUN,
    elsewhere,
    files_below,
    hashes,
    write_below,
)
from mnist_models.jobs.cluster.versions import code_version, difference
from mnist_models.jobs.interruption import GRACE_S
from mnist_models.jobs.job import UNREADABLE, Order
from mnist_models.jobs.progress import create_progress, event_of, read_line
from mnist_models.jobs.worker import worker_environment
from mnist_models.text import Text

Parcel = dict[str, Any]

_EVERY_S = 0.2
_MAX_OUTPUT_BYTES = 20_000
_cancelled: set[str] = set()  # keys of tasks of this worker that should end
_here: set[str] = set()  # keys of those that it does
_changing = threading.Lock()


def do_job(parcel: Parcel) -> dict[str, Any]:
    """Do a job and bring back what came of it. Runs as a task of Dask's.

    Args:
        parcel: what `distribution` packs: "key", "job", "order" as JSON, "files" of the job's
            folder, what it "reads", by path in trained/; the versions of "code" and "data" of the
            side that asks, and its "settings", environment variables.

    Returns:
        "refused", a text as JSON, or else the "attempt", all the "lines" that the job has said,
        and "files" with their "hashes", by path in the job's folder; a run's are below `run`.
    """
    from distributed import get_worker

    worker, key = get_worker(), parcel["key"]
    order = Order.from_json(json.loads(parcel["order"]))
    if refusal := _refusal(parcel, order):
        return {"refused": Text.to_json(refusal), "worker": worker.address}
    attempt = secrets.token_hex(8)

    def tell(number: int, line: str) -> None:
        news = {"attempt": attempt, "number": number, "line": line}
        worker.log_event(topic(key), {**news, "worker": worker.address})

    with _known(key), tempfile.TemporaryDirectory(dir=worker.local_directory) as place:
        tell(0, "")
        lines, files = _done(parcel, order, Path(place), tell)
    return {
        "attempt": attempt,
        "worker": worker.address,
        "lines": lines,
        "files": files,
        "hashes": hashes(files),
    }


def cancel(key: str) -> bool:
    """Ask a task of this worker to end; returns whether it is one. Runs in the worker's process."""
    with _changing:
        if key in _here:
            _cancelled.add(key)
        return key in _here


def topic(key: str) -> str:
    """Under what a task's news are told."""
    return f"{key}-news"


def _refusal(parcel: Parcel, order: Order) -> Text | None:
    own_code = code_version()
    own_data = {}
    if own_code == parcel["code"]:
        try:
            own_data = elsewhere(order.work).versions(order.request)
        except ExpectedError as error:  # its data are damaged, and the sentence says which
            return error.text
    return difference(parcel["code"], parcel["data"], own_code, own_data)


@contextlib.contextmanager
def _known(key: str) -> Iterator[None]:
    with _changing:
        _here.add(key)
    try:
        yield
    finally:
        with _changing:
            _here.discard(key)
            _cancelled.discard(key)


def _done(
    parcel: Parcel, order: Order, trained: Path, tell: Callable[[int, str], None]
) -> tuple[list[str], dict[str, bytes]]:
    """All that the job has said, and the files that came of it."""
    folder = trained / ".jobs" / parcel["job"]
    folder.mkdir(parents=True)
    write_below(folder, parcel["files"])
    write_below(trained, parcel["reads"])
    were_there = {path.name for path in trained.iterdir()}
    # It waits in no queue here, so there is no server to ask.
    create_progress(folder / "job.jsonl", replace(order, server="").to_json())
    lines = _watched(parcel, order, trained, tell)
    with contextlib.suppress(OSError):
        output = folder / "output.txt"
        output.write_bytes(output.read_bytes()[-_MAX_OUTPUT_BYTES:])
    files = {
        name: contents
        for name, contents in files_below(folder).items()
        if name != "job.jsonl" and name not in parcel["files"]
    }
    for run in trained.iterdir():
        if run.is_dir() and run.name[0] != "." and run.name not in were_there:
            files |= {f"{RUN}/{name}": contents for name, contents in files_below(run).items()}
    return lines, files


def _watched(
    parcel: Parcel, order: Order, trained: Path, tell: Callable[[int, str], None]
) -> list[str]:
    folder = trained / ".jobs" / parcel["job"]
    module = "mnist_models.jobs.cluster.bound_process"
    with (folder / "output.txt").open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", module, order.work, parcel["job"]],
            stdin=subprocess.PIPE,  # held open for as long as this worker lives
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(parcel, trained),
        )
    lines: list[str] = []
    asked_at = 0.0
    with child:
        try:
            while (code := child.poll()) is None or _more(folder, lines):
                for line in _more(folder, lines):
                    lines.append(line)
                    tell(len(lines), line)
                if lines and _is_done(lines[-1]):
                    break  # the files are there: nobody waits for TensorFlow to leave
                if parcel["key"] in _cancelled and code is None:
                    if not asked_at:
                        asked_at = time.monotonic()
                        child.terminate()
                    elif time.monotonic() - asked_at > GRACE_S:
                        child.kill()
                time.sleep(_EVERY_S)
        finally:
            child.kill()
    return lines


def _is_done(line: str) -> bool:
    with contextlib.suppress(*UNREADABLE):
        return event_of(read_line(line)).stage == "done"
    return False


def _environment(parcel: Parcel, trained: Path) -> dict[str, str]:
    """That of its process: one core, unless the worker's owner says otherwise, and our limits."""
    return {
        **worker_environment(cores=1),
        **parcel["settings"],
        "MNIST_TRAINED": str(trained),
    }


def _more(folder: Path, known: list[str]) -> list[str]:
    """What the job has said since, as lines of JSON; the first says that it has begun."""
    with contextlib.suppress(OSError):
        contents = (folder / "job.jsonl").read_bytes().rstrip(b"\0")
        return [line.decode() for line in contents.split(b"\n")[1:-1]][len(known) :]
    return []
