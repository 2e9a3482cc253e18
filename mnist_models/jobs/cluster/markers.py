"""Which jobs are on the cluster: a small file each, for as long as they are.

It says which server sees to the job, so that another goes on where one was killed.
"""

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mnist_models.atomic_files import write_atomically
from mnist_models.settings import jobs_folder

_CANCEL = ".cancel"  # how the name of a wish ends that a job should end


@dataclass(frozen=True)
class Marker:
    """What is known of a job that is on the cluster, or is to go there.

    Attributes:
        server: which one sees to it, see `queue.server_lives`.
        key: of its task; empty until it is sent.
        attempt: names the process that does it; empty until it begins there.
        attempts: how many have begun.
    """

    server: str
    key: str = ""
    attempt: str = ""
    attempts: int = 0


def away_ids() -> list[str]:
    """The jobs that are on the cluster or on their way, the oldest first."""
    with contextlib.suppress(OSError):
        return sorted(path.stem for path in _folder().glob("*.json") if path.name[0] != ".")
    return []


def read_marker(job_id: str) -> Marker | None:
    """What is known of a job that is away; None where it is not."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Marker(**json.loads(_path(job_id).read_bytes()))
    return None


def write_marker(job_id: str, marker: Marker) -> None:
    """Keep what is known of it.

    Raises:
        OSError: it cannot be written.
    """
    _folder().mkdir(parents=True, exist_ok=True)
    write_atomically(_path(job_id), json.dumps(asdict(marker)).encode())


def remove_marker(job_id: str) -> None:
    """It is away no more."""
    for path in (_path(job_id), _wish(job_id)):
        path.unlink(missing_ok=True)


def wish_to_cancel(job_id: str) -> None:
    """Let whoever sees to a job end it; nothing where it is not away."""
    with contextlib.suppress(OSError):
        if _path(job_id).exists():
            _wish(job_id).touch()


def is_to_end(job_id: str) -> bool:
    """Whether somebody wants a job cancelled."""
    return _wish(job_id).exists()


def _folder() -> Path:
    return jobs_folder() / "away"


def _path(job_id: str) -> Path:
    return _folder() / f"{job_id}.json"


def _wish(job_id: str) -> Path:
    return _folder() / f"{job_id}{_CANCEL}"
