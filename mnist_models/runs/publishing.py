"""Writing to `trained/`: publish a run, choose the active one, delete one.

A run is written under another name and renamed when it is complete, and renamed again before it is
deleted, so at any moment it exists whole or not at all.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.atomic_files import INCOMING, WriteError, write_atomically, write_errors
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.runs.manifest import FORMAT, RUN_NAME
from mnist_models.runs.quota import check_room, is_shipped, runs_that_give_way, size_of
from mnist_models.runs.registry import find_copy, load_run, read_run, run_names, unlisted_run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.settings import jobs_folder, trained_folder
from mnist_models.text import t

# How the names of folders begin while they are deleted, or replaced; a dot keeps them out of the
# list of runs.
_DELETED, _REPLACED = ".deleted-", ".replaced-"
_STALE_S = 60  # no single file takes this long to write


def publish(
    name: str,
    manifest: dict[str, Any],
    stacks: dict[Approach, Stack],
    arrays: dict[str, dict[str, NDArray]],
    documents: dict[str, Any],
) -> Run:
    """Write a run, whole or not at all.

    Args:
        name: of the new folder.
        manifest: run.json, without `format`, `name`, `made_here` and `files`.
        stacks: the trained networks.
        arrays: for each further .npz file its name and its arrays.
        documents: for each further .json file its name and its contents.

    Raises:
        RunError: the name is taken, or there is no room for another run.
        WriteError: the files cannot be written; nothing has changed then.
    """
    check_name(name)
    with incoming_folder() as incoming:
        for approach, stack in stacks.items():
            stack.save(incoming / f"{approach}.npz")
        write_arrays(incoming, arrays)
        for file_name, document in documents.items():
            write_json(incoming / file_name, document)
        said = {"format": FORMAT, "name": name, "made_here": True}
        write_json(incoming / "run.json", {**said, **manifest, "files": files_in(incoming)})
        check_room(name, size_of(incoming))
        _put_in_place(incoming, name)
    return load_run(name)


def _put_in_place(incoming: Path, name: str) -> None:
    sync(*incoming.iterdir(), incoming)
    incoming.chmod(0o755)  # mkdtemp's folders are closed to others
    incoming.rename(trained_folder() / name)
    with contextlib.suppress(OSError):  # the run is there, and an error would deny it
        sync(trained_folder())


def publish_folder(staged: Path) -> Run:
    """Publish a run that was made elsewhere; was it before, by a killed server, only find it.

    Args:
        staged: the folder with its files, on the disk of `trained/`.

    Raises:
        RunError: a file differs from what its manifest says, or there is no room for it.
        WriteError: it cannot be written; nothing has changed then.
    """
    made = read_run(staged)
    made.verify()
    if {path.name for path in staged.iterdir()} != {*made.manifest["files"], "run.json"}:
        raise RunError(t("A run that came from another machine is not whole; it is not kept."))
    if (known := find_copy(made)) is not None:
        return known
    with write_errors():
        name = free_name(str(made.manifest.get("name", "")))
        check_name(name)
        write_json(staged / "run.json", {**made.manifest, "name": name})
        check_room(name, size_of(staged))
        _put_in_place(staged, name)
    return load_run(name)


def make_way(name: str) -> int:
    """Delete the oldest runs that visitors keep, where another has made them too many.

    Args:
        name: of the new one, which stays.

    Returns:
        How many are gone. One that cannot be deleted has to go the next time.

    Raises:
        RunError: trained/ cannot be read.
        SettingsError: the limits are not numbers.
    """
    gone = 0
    for oldest in runs_that_give_way(name):
        with contextlib.suppress(RunError, WriteError):  # the new run is there all the same
            delete_run(oldest)
            gone += 1
    return gone


def activate(name: str) -> Run:
    """Make a run the one that is shown by default, after checking all of its files.

    Raises:
        RunError: the run is absent or damaged.
        WriteError: the choice cannot be written.
    """
    run = load_run(name)
    run.verify()
    with write_errors():
        write_atomically(trained_folder() / "active", f"{name}\n".encode())
    return run


def delete_run(name: str) -> None:
    """Delete a run that was made here, sound or damaged; if it was active, none is chosen then.

    Raises:
        RunError: there is no such run, it is shipped, or nothing would be left.
        WriteError: the folder cannot be written.
    """
    names = run_names()
    if name not in (*names, *unlisted_run_names()):
        load_run(name)  # raises the error that there is none
    if is_shipped(name):
        raise RunError(t("The run {name} belongs to the demo and cannot be deleted.", name=name))
    if names == [name]:
        raise RunError(
            t("{name} is the only run: train another before you delete this one.", name=name)
        )
    folder = trained_folder()
    away = folder / f"{_DELETED}{name}"
    with write_errors():
        # A later run of this name must not be active by accident.
        with contextlib.suppress(FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
            if (folder / "active").read_text(encoding="utf-8").strip() == name:
                (folder / "active").unlink()
        shutil.rmtree(away, ignore_errors=True)
        (folder / name).rename(away)
    shutil.rmtree(away, ignore_errors=True)  # `remove_leftovers` finds what remains


def replace_run(name: str, incoming: Path) -> None:
    """Put another version of a run in its place, whole; call it while nobody else writes.

    For a moment neither is there. Whoever is killed then leaves the old one for
    `remove_leftovers` to put back.

    Args:
        name: of the run.
        incoming: the folder of its new version, complete and in `trained/`.

    Raises:
        OSError: it cannot be renamed; the run stays as it was.
    """
    path, before = trained_folder() / name, trained_folder() / f"{_REPLACED}{name}"
    sync(*incoming.iterdir(), incoming)
    path.rename(before)
    try:
        _put_in_place(incoming, name)
    except OSError:
        before.rename(path)
        raise
    shutil.rmtree(before, ignore_errors=True)


def check_name(name: str) -> None:
    """Refuse a name that a run cannot have.

    Raises:
        RunError: it is taken, or not a plain lower-case name.
    """
    if not RUN_NAME.fullmatch(name):
        raise RunError(
            t(
                "A run cannot be called {name!r}: use up to 64 lower-case letters, digits, dots, "
                "hyphens and underscores, beginning and ending with a letter or digit.",
                name=name[:70],
            )
        )
    if (trained_folder() / name).exists():
        raise RunError(
            t(
                "There is a run called {name} already, and runs are never overwritten. Choose "
                "another name, or remove the folder {name} in trained/ first.",
                name=name,
            )
        )


def free_name(wanted: str) -> str:
    """`wanted`, or `wanted-2`, `wanted-3`, … if that is taken."""
    taken = {*run_names(), *unlisted_run_names()}
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def remove_leftovers() -> None:
    """Delete what a killed process left half written, and put back what it was about to replace.

    Call it while nobody publishes.
    """
    folder = trained_folder()
    for before in folder.glob(f"{_REPLACED}*"):
        run = folder / before.name.removeprefix(_REPLACED)
        if run.exists():
            shutil.rmtree(before, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                before.rename(run)
    for prefix in (INCOMING, _DELETED):
        for path in (*folder.glob(f"{prefix}*"), *jobs_folder().glob(f"{prefix}*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                _remove_if_stale(path)


def _remove_if_stale(path: Path) -> None:
    # The active run is chosen without a lock, perhaps at this moment.
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _STALE_S:
            path.unlink()


@contextlib.contextmanager
def incoming_folder() -> Iterator[Path]:
    """A hidden folder in `trained/` to write in; it is removed unless it was renamed by the end.

    Raises:
        WriteError: something in it, or the folder itself, cannot be written.
    """
    with write_errors():
        trained_folder().mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=INCOMING, dir=trained_folder()))
        try:
            yield incoming
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


def write_arrays(folder: Path, arrays: dict[str, dict[str, NDArray]]) -> None:
    """Write .npz files: for each its name and its arrays."""
    for name, contents in arrays.items():
        np.savez_compressed(folder / name, allow_pickle=False, **contents)


def write_json(path: Path, contents: Any) -> None:
    """Write a .json file, as people can read it too."""
    text = json.dumps(contents, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def files_in(folder: Path) -> dict[str, dict[str, Any]]:
    """What run.json says of each file in a folder: its sha256 and its bytes."""
    return {
        path.name: {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.iterdir())
    }


def sync(*paths: Path) -> None:
    """Wait until these files and folders are on the disk."""
    if os.name == "nt":  # Windows can neither open folders nor sync what is open for reading
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
