"""Which runs exist, and which one is shown by default."""

import contextlib
import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from mnist_models.learning.approaches import Approach
from mnist_models.runs.manifest import RUN_NAME, check_manifest, damaged
from mnist_models.runs.run import UNLISTED, Run, RunError
from mnist_models.settings import trained_folder
from mnist_models.text import Text, paragraph, t

# What visitors see until another run is made active: the first of these that exists.
DEFAULT_RUNS = ("pens", "strong", "reference")
_MAX_MANIFEST_BYTES = 16 * 2**20


def run_names() -> list[str]:
    """The names of the runs in `trained/`, damaged ones included, the default one first.

    They do not include the runs that visitors keep for themselves, see `unlisted_run_names`.

    Raises:
        RunError: the folder cannot be read.
    """
    names = [name for name in _folders() if not name.startswith(UNLISTED)]
    return sorted(names, key=lambda name: (*(name != first for first in DEFAULT_RUNS), name))


def unlisted_run_names(owner: str = "") -> list[str]:
    """The names of the runs that a visitor, or any visitor, has taught and kept.

    Args:
        owner: the visitor's mark in their names, see `jobs.job.mark_of`; empty for everyone's.

    Raises:
        RunError: the folder cannot be read.
    """
    return sorted(name for name in _folders() if name.startswith(f"{UNLISTED}{owner}"))


def _folders() -> list[str]:
    try:
        with os.scandir(trained_folder()) as entries:  # a page looks several times at each rerun
            return [e.name for e in entries if RUN_NAME.fullmatch(e.name) and e.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(t("trained/ cannot be read: {reason}.", reason=reason)) from error


def active_name() -> str:
    """The name of the run that is shown unless somebody asks for another.

    The one that `trained/active` names, if it exists; else the default run, else any.

    Raises:
        RunError: there is no run at all.
    """
    names = run_names()
    if not names:
        raise RunError(_no_run(None))
    with contextlib.suppress(OSError, UnicodeDecodeError):
        chosen = (trained_folder() / "active").read_text(encoding="utf-8").strip()
        if chosen in names:
            return chosen
    return names[0]


def find_run(
    fingerprint: str, approaches: tuple[Approach, ...], with_weights: tuple[Approach, ...]
) -> Run | None:
    """A sound run with this fingerprint, scores and weights of these approaches, if there is one.

    Args:
        fingerprint: of settings, data and seed.
        approaches: those that it must have been scored for.
        with_weights: those whose networks it must have.
    """
    for name in run_names():
        with contextlib.suppress(RunError):
            run = load_run(name)
            if run.manifest["fingerprint"] != fingerprint:
                continue
            if set(approaches) <= set(run.approaches) and set(with_weights) <= set(
                run.with_weights
            ):
                run.verify()
                return run
    return None


def find_copy(made: Run) -> Run | None:
    """The run that came of the same training, whatever it is called here."""
    for name in (*run_names(), *unlisted_run_names()):
        with contextlib.suppress(RunError):
            run = load_run(name)
            if all(run.manifest[key] == made.manifest[key] for key in ("files", "created")):
                return run
    return None


def load_run(name: str | None = None) -> Run:
    """The run of that name, or the active one.

    Raises:
        RunError: there is no such run, or its manifest is damaged.
    """
    name = active_name() if name is None else name
    path = trained_folder() / name
    if not RUN_NAME.fullmatch(name) or not path.is_dir():
        raise RunError(_no_run(name))
    return read_run(path)


def _no_run(name: str | None) -> Text:
    if name is None:
        missing = t("There is no trained run in trained/, or in the folder MNIST_TRAINED names.")
    elif RUN_NAME.fullmatch(name):
        missing = t("There is no run called {name} in trained/.", name=name)
    else:  # not repeated, since text from an address could be read as part of the page
        missing = t("There is no run of that name in trained/.")
    next_step = t(
        "List the runs with: python -m mnist_models runs. "
        "Train one with: python -m mnist_models train"
    )
    return paragraph(missing, next_step)


def read_run(path: Path) -> Run:
    """The run in a folder, wherever that is.

    Raises:
        RunError: its manifest is damaged.
    """
    manifest_path = path / "run.json"
    try:
        if manifest_path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise ValueError("too large")
        return Run(path, *_read_manifest(manifest_path.read_bytes()))
    # JSON can be nested too deeply, and edited in every way.
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(damaged(manifest_path)) from error


@lru_cache(maxsize=32)  # a page asks for every run several times: a quarter of what it takes
def _read_manifest(contents: bytes) -> tuple[dict[str, Any], str]:
    """The manifest and the version that a run.json with these contents says; raises what it may."""
    manifest = json.loads(contents)
    check_manifest(manifest)
    return manifest, hashlib.sha256(contents).hexdigest()
