"""What travels between machines: bytes and JSON, each file with its hash; nothing is unpickled."""

import hashlib
import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_models.jobs.job import JobError
from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.text import t

RUN = "run"  # the folder, in a job's own, of a run that came back
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_Request = dict[str, Any]


@dataclass(frozen=True)
class Elsewhere:
    """What has to be known of a kind of work to have it done on another machine.

    The module of the work has one, called `ELSEWHERE`. All but `versions` is asked on the side
    that asks.

    Attributes:
        receive: takes what has come to the job's folder, which is whole and unchanged; tells the
            last event. May raise ExpectedError.
        versions: for each set of data, by its name, the hash of what is there; empty
            where nothing is. Both sides are asked: what the one that asks has, a worker must have.
        reads: the files that the work reads besides its own, by their path in trained/.
        before: told how the job ends, if there is no need to send it. May raise ExpectedError.
    """

    receive: Callable[[_Request, Path, OnEvent], None] = lambda _r, _f, tell: tell(
        Event("done", 1.0)
    )
    versions: Callable[[_Request], dict[str, str]] = lambda _: {}
    reads: Callable[[_Request], dict[str, bytes]] = lambda _: {}
    before: Callable[[_Request], Event | None] = lambda _: None


def elsewhere(work: str) -> Elsewhere:
    """How the work of a module is done on another machine.

    Raises:
        JobError: it says nothing of that.
    """
    found = getattr(importlib.import_module(work), "ELSEWHERE", None)
    if not isinstance(found, Elsewhere):
        raise JobError(t("This can only be done where the demo runs, and not on a cluster."))
    return found


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """The sha256 of each file."""
    return {name: hashlib.sha256(contents).hexdigest() for name, contents in files.items()}


def files_below(folder: Path) -> dict[str, bytes]:
    """The files of a folder and of those in it, by their path; hidden ones are left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            found[relative.as_posix()] = path.read_bytes()
    return found


def write_below(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their path, and make the folders that they are in.

    Raises:
        OSError: they cannot be written.
        ValueError: a path leads elsewhere.
    """
    for name, contents in files.items():
        path = folder.joinpath(*_parts(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)


def checked(files: Any, expected: Any) -> dict[str, bytes]:
    """The files that came, if they are what was sent.

    Raises:
        ValueError: one is not, or has a name that no file of ours has.
    """
    if not isinstance(files, dict) or not isinstance(expected, dict):
        raise ValueError("not files")
    if not all(isinstance(contents, bytes) for contents in files.values()):
        raise ValueError("not bytes")
    if any(len(_parts(name)) > 2 for name in files) or hashes(files) != expected:
        raise ValueError("changed on the way")
    return files


def _parts(name: str) -> list[str]:
    """A path's parts, none of which leads upwards; `.jobs` alone may begin with a dot."""
    parts = name.split("/")
    if not all(_PLAIN.fullmatch(part) for part in parts[parts[0] == ".jobs" :]):
        raise ValueError("not a plain path")
    return parts
