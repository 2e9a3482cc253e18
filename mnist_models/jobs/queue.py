"""Jobs that wait: no process each, but a small file in the folder of the queue.

The file has the job's name, so the names in their order are the queue, and holds which server's
visitor waits. A server holds a lock for as long as it lives; what waits for one that is gone is
dropped by whoever looks next.
"""

import contextlib
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from filelock import FileLock

from mnist_models.atomic_files import write_atomically
from mnist_models.jobs.cluster.markers import away_ids, read_marker
from mnist_models.jobs.job import (
    UNREADABLE,
    JobError,
    Order,
    forget_files,
    job_folder,
    new_id,
    progress_path,
    read_order,
)
from mnist_models.jobs.lock import job_file_errors, running_id, somebody_holds
from mnist_models.jobs.progress import Event, ProgressFile, create_progress
from mnist_models.settings import jobs_folder, limits
from mnist_models.text import t

_MARKER = "waits"  # the file of a job that will stand in the queue
_JOB = re.compile(r"\d{8}-\w+-\w+-\w+")  # what the system or a person puts there is no job


def enter(order: Order, files: Mapping[str, bytes]) -> str:
    """Let a job wait, with the files that it is given; returns its id.

    What keeps something and is asked for already, by whomever, is not done twice: the id is that
    job's.

    Raises:
        JobError: this visitor has one waiting already, or too many wait.
        WriteError: its files cannot be written.
        SettingsError: the limits of this machine are no numbers.
    """
    most = limits().waiting
    with job_file_errors(), guarded():
        waiting = waiting_ids()
        if order.keeps and (same := _same(order, [*filter(is_ours, waiting), *running_ids()])):
            return same
        if any(f"-{order.owner}-" in job_id for job_id in waiting):
            raise JobError(t("You have a job waiting already: wait for its turn, or cancel it."))
        if len(waiting) >= most:
            raise JobError(
                t("Too many jobs are waiting here, {count} of them. Try again later.", count=most)
            )
        server = server_token()
        job_id = create(replace(order, server=server), {**files, _MARKER: server.encode()})
        # It appears with its contents: whoever sweeps may read it at this moment.
        (job_folder(job_id) / _MARKER).replace(_queue_folder() / job_id)
    return job_id


def _same(order: Order, job_ids: Sequence[str]) -> str:
    """Which of these jobs does what is asked for; empty if none does."""
    request = json.loads(json.dumps(order.request))  # as it was read: a tuple becomes a list
    for job_id in job_ids:
        with contextlib.suppress(*UNREADABLE):
            known = read_order(progress_path(job_id))
            if (known.work, known.request) == (order.work, request):
                return job_id
    return ""


def create(order: Order, files: Mapping[str, bytes]) -> str:
    """Write the files of a job, which does not wait; returns its id.

    Raises:
        OSError: they cannot be written.
        JobError: the order is too long.
    """
    job_id = new_id(order)
    folder = job_folder(job_id)
    folder.mkdir(parents=True)
    try:
        for name, contents in files.items():
            (folder / name).write_bytes(contents)
        create_progress(progress_path(job_id), order.to_json())
    except ValueError as error:
        forget_files(job_id)
        raise JobError(t("This is too long to be ordered.")) from error
    except BaseException:
        forget_files(job_id)
        raise
    return job_id


def waiting_ids() -> list[str]:
    """The jobs that wait, the next first; none where nobody can say."""
    with contextlib.suppress(OSError):
        return read_queue()
    return []


def read_queue() -> list[str]:
    """The jobs that wait, the next first.

    Raises:
        OSError: the queue cannot be read.
    """
    if not _queue_folder().is_dir():
        return []
    return sorted(path.name for path in _queue_folder().iterdir() if _JOB.fullmatch(path.name))


def running_ids() -> list[str]:
    """The jobs that are being done or sent, on this machine or on a cluster."""
    away = [job_id for job_id in away_ids() if is_away(job_id)]
    return [*filter(None, [running_id()]), *away]


def is_away(job_id: str) -> bool:
    """Whether a job is on a cluster, and some server sees to it."""
    marker = read_marker(job_id)
    return marker is not None and server_lives(marker.server)


def is_ours(job_id: str) -> bool:
    """Whether a job waits for a visitor of this server."""
    token, _ = _own.get(_servers_folder(), ("", None))
    with contextlib.suppress(OSError, ValueError):
        return bool(token) and (_queue_folder() / job_id).read_text() == token
    return False


def leave(job_id: str, last_word: Event | None = None) -> bool:
    """Take a job out of the queue; returns whether it was there.

    Args:
        job_id: which.
        last_word: how it ends, if it is not to be done.
    """
    try:
        with guarded():
            waits = _queue_folder() / job_id
            if last_word and waits.exists():
                with contextlib.suppress(OSError):  # its files are gone: it leaves all the same
                    ProgressFile(progress_path(job_id)).tell(last_word)
            waits.unlink()
    except OSError:
        return False
    return True


def put_back(job_id: str) -> None:
    """Let a job wait again, for this server.

    Raises:
        OSError: it cannot be written.
    """
    with guarded():
        token = server_token()
        write_atomically(_queue_folder() / job_id, token.encode())


def drop_what_nobody_waits_for() -> None:
    """Remove what waits for servers that are gone."""
    lives: Callable[[str], bool] = cache(server_lives)
    for job_id in waiting_ids():
        with contextlib.suppress(OSError, ValueError):
            if not lives((_queue_folder() / job_id).read_text()) and leave(job_id):
                forget_files(job_id)


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """While the queue is looked at and changed, for a moment.

    Raises:
        OSError: its files cannot be written.
    """
    _queue_folder().mkdir(parents=True, exist_ok=True)
    with FileLock(jobs_folder() / "queue.lock"):
        yield


_own: dict[Path, tuple[str, FileLock]] = {}  # what this process is as a server, in each folder


def server_token() -> str:
    """What names this process among the servers; it holds its lock for as long as it lives.

    Asked for while the queue is guarded, so that nobody takes it for one that is gone.

    Raises:
        OSError: the lock cannot be written.
    """
    folder = _servers_folder()
    token, _ = _own.get(folder, ("", None))
    if token and (folder / token).exists():  # else somebody has removed the folder
        return token
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():  # of servers that are gone
        if not somebody_holds(FileLock(path)):
            path.unlink(missing_ok=True)
    token = secrets.token_hex(8)
    lock = FileLock(folder / token, thread_local=False)
    lock.acquire()
    _own[folder] = token, lock
    return token


def server_lives(token: str) -> bool:
    """Whether a server is there."""
    path = _servers_folder() / token
    return bool(token) and path.exists() and somebody_holds(FileLock(path))


def _servers_folder() -> Path:
    return jobs_folder() / "servers"


def _queue_folder() -> Path:
    return jobs_folder() / "queue"
