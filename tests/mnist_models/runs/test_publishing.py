"""Deleting runs, room for them, and what happens when something goes wrong while writing.

What a published run looks like, and which one is active, stands in test_runs.py.
"""

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_models.atomic_files import WriteError
from mnist_models.learning.recipes import RECIPES
from mnist_models.runs import publishing
from mnist_models.runs.publishing import activate, delete_run, make_way, publish, remove_leftovers
from mnist_models.runs.quota import check_room, is_shipped, runs_that_give_way, size_of
from mnist_models.runs.registry import active_name, load_run, run_names, unlisted_run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.settings import SettingsError
from mnist_models.text import t

ROOT = Path(__file__).resolve().parents[3]
Contents = dict[str, Any]


@pytest.fixture
def other(tiny_run: Run, tiny_contents: Contents) -> Run:
    """A run that was made here, beside the shipped one, which is active."""
    activate(tiny_run.name)
    return publish("other", **tiny_contents)


def _entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# Deleting


def test_a_run_made_here_is_deleted_and_the_others_stay(other: Run, trained: Path) -> None:
    delete_run("other")
    assert run_names() == ["reference"]
    load_run("reference").verify()
    assert active_name() == "reference"
    assert _entries(trained) == {"active", "reference"}


def test_a_run_that_is_part_of_the_demo_is_never_deleted(other: Run) -> None:
    with pytest.raises(RunError, match="reference belongs to the demo"):
        delete_run("reference")
    assert run_names() == ["reference", "other"]


def test_the_shipped_runs_are_those_that_git_keeps() -> None:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    listed = [line.split("/")[2] for line in lines if line.startswith("!/trained/")]
    assert len(listed) >= 7
    # A run that is to be shipped says `"made_here": false` in its run.json before it is committed.
    assert [name for name in listed if not is_shipped(name)] == []
    assert not is_shipped("reference-2")


def test_a_run_of_a_recipes_name_that_was_made_here_is_deleted_like_any_other(
    other: Run, tiny_contents: Contents
) -> None:
    publish("strong", **tiny_contents)
    assert load_run("strong").made_here
    assert not is_shipped("strong")
    delete_run("strong")
    assert run_names() == ["reference", "other"]


def test_a_damaged_run_of_a_recipes_name_counts_as_shipped(other: Run) -> None:
    (load_run("reference").path / "run.json").write_bytes(b"")
    with pytest.raises(RunError, match="belongs to the demo"):
        delete_run("reference")


def test_when_the_active_run_is_deleted_the_default_is_active(
    other: Run, trained: Path, tiny_contents: Contents
) -> None:
    activate("other")
    delete_run("other")
    assert active_name() == "reference"
    publish("other", **tiny_contents)
    assert active_name() == "reference"  # the new one of that name was chosen by nobody


def test_a_damaged_run_is_deleted_like_any_other(other: Run) -> None:
    (other.path / "run.json").write_bytes(b"")
    delete_run("other")
    assert run_names() == ["reference"]


@pytest.mark.parametrize("name", ["absent", "../reference", ".jobs", "", "Other", "other/"])
def test_what_is_no_run_is_not_deleted(name: str, other: Run, trained: Path) -> None:
    (trained / ".jobs").mkdir()
    before = _entries(trained)
    with pytest.raises(RunError, match="There is no run"):
        delete_run(name)
    assert _entries(trained) == before


def test_the_only_run_is_not_deleted(trained: Path, tiny_contents: Contents) -> None:
    publish("alone", **tiny_contents)
    with pytest.raises(RunError, match="alone is the only run"):
        delete_run("alone")
    assert run_names() == ["alone"]


@pytest.mark.parametrize("function", ["rename", "unlink"])
def test_a_deletion_that_fails_leaves_the_run_whole(
    function: str, other: Run, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    activate("other")
    with monkeypatch.context() as patch:
        patch.setattr(Path, function, refuse)
        with pytest.raises(WriteError, match="trained/ cannot be written: Permission denied"):
            delete_run("other")
    load_run("other").verify()
    load_run().verify()


def test_what_was_left_half_deleted_is_in_nobodys_way(other: Run, trained: Path) -> None:
    left = trained / ".deleted-other"
    left.mkdir()
    (left / "single.npz").write_bytes(b"half")
    delete_run("other")
    assert _entries(trained) == {"active", "reference"}


# Leftovers


def test_what_was_left_by_who_was_killed_is_removed_and_nothing_else(
    other: Run, trained: Path
) -> None:
    (trained / ".jobs").mkdir()
    for name in (".incoming-a", ".deleted-b"):
        (trained / name).mkdir()
        (trained / name / "single.npz").write_bytes(b"half")
    stale, fresh = trained / ".incoming-stale", trained / ".incoming-fresh"
    beside_the_job = trained / ".jobs" / ".incoming-stale"
    for path in (stale, beside_the_job, fresh):
        path.write_bytes(b"half")
    an_hour_ago = time.time() - 3600
    os.utime(stale, (an_hour_ago, an_hour_ago))
    os.utime(beside_the_job, (an_hour_ago, an_hour_ago))
    (trained / ".corrections.db").write_bytes(b"not ours")
    remove_leftovers()
    # Whoever chooses a run right now still needs the fresh file.
    kept = {"active", "reference", "other", ".jobs", ".corrections.db", ".incoming-fresh"}
    assert _entries(trained) == kept
    assert _entries(trained / ".jobs") == set()


def test_without_a_folder_there_is_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_TRAINED", str(tmp_path / "absent"))
    remove_leftovers()


# Room


def test_no_more_runs_are_kept_than_may_be(
    other: Run, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch, trained: Path
) -> None:
    monkeypatch.setenv("MNIST_MAX_RUNS", "2")
    publish("another", **tiny_contents)
    with pytest.raises(RunError, match=r"There are 2 runs, and no more .* runs --delete RUN"):
        publish("third", **tiny_contents)
    assert _entries(trained) == {"active", "reference", "other", "another"}
    delete_run("another")
    publish("third", **tiny_contents)


def test_runs_that_are_part_of_the_demo_take_no_room(
    other: Run, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_RUNS", "1")
    for name in ("strong", "article"):
        publish(name, **tiny_contents)
    assert set(run_names()) - set(RECIPES) == {"other"}


def test_no_more_bytes_are_kept_than_may_be_and_this_run_is_counted(
    other: Run, monkeypatch: pytest.MonkeyPatch, tiny_contents: Contents, trained: Path
) -> None:
    size = sum(path.stat().st_size for path in other.path.iterdir())
    monkeypatch.setenv("MNIST_MAX_RUNS_MB", "1")
    check_room("next", 10**6 - size - 1)
    with pytest.raises(RunError, match="The runs made here take 0 MB, and at most 1 MB are kept"):
        check_room("next", 10**6 - size)
    (other.path / "large").write_bytes(bytes(10**6 - 2 * size + 100))
    check_room("next")  # there is room, but for so little that this run does not fit
    with pytest.raises(RunError, match="The runs made here take 1 MB, and at most 1 MB are kept"):
        publish("next", **tiny_contents)
    assert _entries(trained) == {"active", "reference", "other"}


def test_a_limit_that_is_no_number_lets_nothing_through(
    other: Run, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch, trained: Path
) -> None:
    monkeypatch.setenv("MNIST_MAX_RUNS", "lots")
    with pytest.raises(SettingsError, match="MNIST_MAX_RUNS must be"):
        publish("next", **tiny_contents)
    assert _entries(trained) == {"active", "reference", "other"}


# Writing that fails at whichever step


def _what_is_told(write: Callable[[], object]) -> str | None:
    try:
        write()
    except WriteError as error:
        return str(error)
    return None


WRITES: list[tuple[Any, str]] = [
    (np, "savez_compressed"), (os, "fsync"), (publishing.tempfile, "mkdtemp"),
    (Path, "open"), (Path, "rename"), (Path, "chmod"), (Path, "mkdir"),
]  # fmt: skip


def _fail_at(step: int, original: Callable[..., Any], counted: list[int]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        reads = original.__name__ == "open" and "w" not in [*args, kwargs.get("mode")]
        counted[0] += not reads
        if counted[0] == step and not reads:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(*args, **kwargs)

    return wrapped


def test_a_disk_that_is_full_at_any_step_of_publishing_changes_nothing(
    other: Run, trained: Path, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, step, refused = _entries(trained), 0, 0
    while True:
        step += 1
        counted = [0]
        with monkeypatch.context() as patch:
            for owner, function in WRITES:
                original = getattr(owner, function)
                patch.setattr(owner, function, _fail_at(step, original, counted))
            told = _what_is_told(lambda: publish("next", **tiny_contents))
        assert told is None or "trained/ cannot be written: No space left" in told
        refused += told is not None
        if counted[0] < step:
            break
        load_run().verify()
        assert active_name() == "reference"
        if "next" in run_names():  # it stood in its place when the folder was to be synced
            load_run("next").verify()
            delete_run("next")
        assert _entries(trained) == before
    assert refused > 10


_PUBLISH_WITH_LITTLE_SPACE = """
import resource, sys
from mnist_models.runs.publishing import publish
from mnist_models.atomic_files import WriteError
from mnist_models.runs.registry import load_run
run = load_run("reference")
manifest = {k: v for k, v in run.manifest.items() if k not in ("format", "name", "files")}
contents = (manifest, {"single": run.single, "multi": run.multi},
            {"test_scores.npz": run.test_scores}, {"history.json": run.history})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
try:
    publish("next", *contents)
except WriteError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
@pytest.mark.parametrize("bytes_per_file", [0, 1000, 20_000])
def test_when_the_system_takes_no_more_bytes_of_a_file_it_is_said_and_nothing_changes(
    bytes_per_file: int, other: Run, trained: Path
) -> None:
    command = [sys.executable, "-c", _PUBLISH_WITH_LITTLE_SPACE, str(bytes_per_file)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "trained/ cannot be written: File too large. Free some space" in done.stdout
    assert _entries(trained) == {"active", "reference", "other"}
    load_run().verify()


def test_a_run_that_is_deleted_while_another_is_measured_takes_no_room(
    other: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_models.runs.quota.run_names", lambda: ["other", "gone"])
    shutil.rmtree(other.path)
    check_room("next")


# Runs that visitors keep


def _keep(name: str, year: int, contents: dict[str, Any]) -> int:
    """Publish a run of that age; returns how many gave way to it."""
    created = f"{year}-01-01T00:00:00+00:00"
    publish(name, **{**contents, "manifest": {**contents["manifest"], "created": created}})
    return make_way(name)


def test_the_oldest_runs_that_visitors_keep_give_way_and_no_others(
    trained: Path, tiny_contents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_KEPT_RUNS", "2")
    monkeypatch.setenv("MNIST_MAX_RUNS", "1")
    publish("made-here", **tiny_contents)
    assert _keep("own-a-1", 2026, tiny_contents) == 0
    assert _keep("own-b-1", 2025, tiny_contents) == 0
    assert _keep("own-c-1", 2024, tiny_contents) == 1  # it alone is sure to stay
    assert unlisted_run_names() == ["own-a-1", "own-c-1"]
    damaged = trained / "own-a-1" / "run.json"
    damaged.write_text("damaged")
    assert _keep("own-d-1", 2024, tiny_contents) == 1
    assert unlisted_run_names() == ["own-c-1", "own-d-1"]
    monkeypatch.setenv("MNIST_MAX_KEPT_RUNS", "1")
    assert _keep("own-e-1", 2024, tiny_contents) == 2
    assert run_names() == ["made-here"]


def test_no_run_gives_way_to_one_that_cannot_be_published(
    trained: Path, tiny_contents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_KEPT_RUNS", "1")
    _keep("own-a-1", 2024, tiny_contents)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(publishing, "sync", fail)
    with pytest.raises(WriteError, match="No space left"):
        _keep("own-b-1", 2025, tiny_contents)
    assert unlisted_run_names() == ["own-a-1"]


def test_a_run_that_cannot_give_way_denies_nobody_theirs(
    trained: Path, tiny_contents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep("own-a-1", 2024, tiny_contents)
    monkeypatch.setenv("MNIST_MAX_KEPT_RUNS", "1")

    def gone(name: str) -> None:
        raise RunError(t("There is no run called {name}.", name=name))

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "delete_run", gone)
        assert _keep("own-b-1", 2025, tiny_contents) == 0
    assert unlisted_run_names() == ["own-a-1", "own-b-1"]
    assert _keep("own-c-1", 2026, tiny_contents) == 2


def test_runs_that_visitors_keep_give_way_until_there_is_room_for_the_next(
    trained: Path, tiny_contents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        _keep(f"own-a-{number}", 2020 + number, tiny_contents)
    size = size_of(trained / "own-a-1")
    new = trained / "own-b-1" / "run.json"
    new.parent.mkdir()
    monkeypatch.setenv("MNIST_MAX_KEPT_RUNS_MB", "1")
    for bytes_, go in (
        (10**6 - 3 * size, []),
        (10**6 - 3 * size + 1, ["own-a-1"]),
        (10**6 - size, ["own-a-1", "own-a-2"]),
        (10**6, ["own-a-1", "own-a-2", "own-a-3"]),
    ):
        new.write_bytes(b"x" * bytes_)
        assert runs_that_give_way("own-b-1") == go
    check_room("own-b-2", 10**6)
    with pytest.raises(RunError, match="all kept runs together may take 1 MB"):
        check_room("own-b-2", 10**6 + 1)
