"""Whatever goes wrong with a training: one sentence that says what to do, and nothing else changes.

Each failure is brought about for `python -m mnist_models train` as a whole; the parts that notice
them have tests of their own.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnist_models.__main__ import main
from mnist_models.data.dataset import Dataset
from mnist_models.jobs import queue
from mnist_models.pipeline import train_run as train_run_module
from mnist_models.runs import publishing
from mnist_models.runs.publishing import activate, publish
from mnist_models.runs.registry import active_name, load_run
from mnist_models.runs.run import Run

Arrange = Callable[[pytest.MonkeyPatch, Path], None]

FULL = OSError(errno.ENOSPC, "No space left on device")
READ_ONLY = OSError(errno.EROFS, "Read-only file system")


def _raise(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def _absent(patch: pytest.MonkeyPatch, trained: Path) -> None:
    patch.setenv("MNIST_NPZ", str(trained.parent / "absent.npz"))


def _damaged(patch: pytest.MonkeyPatch, trained: Path) -> None:
    (trained.parent / "mnist.npz").write_bytes(b"PK\x03\x04" + bytes(1000))
    patch.setenv("MNIST_NPZ", str(trained.parent / "mnist.npz"))


def _no_memory(patch: pytest.MonkeyPatch, trained: Path) -> None:
    patch.setattr(train_run_module, "load_dataset", _raise(MemoryError()))


def _full_from_the_start(patch: pytest.MonkeyPatch, trained: Path) -> None:
    patch.setattr(queue, "create_progress", _raise(FULL))


def _full_when_publishing(patch: pytest.MonkeyPatch, trained: Path) -> None:
    patch.setattr(train_run_module, "train_approaches", lambda *_: {})
    patch.setattr(train_run_module, "_manifest", lambda *_: {})
    patch.setattr(train_run_module, "_arrays", lambda *_: {})
    patch.setattr(publishing, "write_json", _raise(FULL))


def _read_only(patch: pytest.MonkeyPatch, trained: Path) -> None:
    # Patched, because the rights of a folder do not stop an administrator.
    patch.setattr(os, "open", _raise(READ_ONLY))


def _folder_for_lock(patch: pytest.MonkeyPatch, trained: Path) -> None:
    (trained / ".jobs" / "lock").mkdir(parents=True)


def _folder_for_running(patch: pytest.MonkeyPatch, trained: Path) -> None:
    (trained / ".jobs" / "running").mkdir(parents=True)


def _file_for_folder(patch: pytest.MonkeyPatch, trained: Path) -> None:
    (trained / ".jobs").write_text("")


def _no_room(patch: pytest.MonkeyPatch, trained: Path) -> None:
    patch.setenv("MNIST_MAX_RUNS", "1")


FAILURES: list[tuple[Arrange, str]] = [
    (_absent, "absent.npz does not exist. Set MNIST_NPZ to a sound copy, or unset it."),
    (_damaged, "Set MNIST_NPZ to a sound copy, or unset it."),
    (_no_memory, "There is not enough memory for this; nothing was changed."),
    (
        _full_from_the_start,
        "trained/.jobs cannot be written: No space left on device. Free some",
    ),
    (_full_when_publishing, "trained/ cannot be written: No space left on device. Free some"),
    (_read_only, "cannot be written: Read-only file system. Free some space"),
    (
        _folder_for_lock,
        "trained/.jobs cannot be written: Is a directory. Free some space, allow",
    ),
    (
        _folder_for_running,
        "trained/.jobs cannot be written: Is a directory. Free some space",
    ),
    (
        _file_for_folder,
        "trained/.jobs cannot be written: Not a directory. Free some space, allow",
    ),
    (_no_room, "There is 1 run, and no more are kept here. Delete one first"),
]


@pytest.mark.parametrize(
    ("arrange", "sentence"), FAILURES, ids=[arrange.__name__[1:] for arrange, _ in FAILURES]
)
def test_a_training_that_fails_says_why_and_leaves_what_is_there(
    arrange: Arrange,
    sentence: str,
    tiny_run: Run,
    tiny_contents: dict[str, Any],
    tiny_dataset: Dataset,
    trained: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish("other", **tiny_contents)
    activate("other")
    data = arrange in (_full_when_publishing, _no_room)
    with monkeypatch.context() as patch:
        if data:
            patch.setattr(train_run_module, "load_dataset", lambda *_, **__: tiny_dataset)
        arrange(patch, trained)
        status = main(["train", "--again", "--scores-only", "single", "multi"])
    told = capsys.readouterr().err
    assert status == 1
    assert sentence in told
    assert "Traceback" not in told
    assert active_name() == "other"
    for name in ("other", "reference"):
        load_run(name).verify()
    assert {p.name for p in trained.iterdir()} - {".jobs"} == {"active", "other", "reference"}
