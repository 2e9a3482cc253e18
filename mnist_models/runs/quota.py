"""How many runs there is room for: those made here count, shipped ones do not.

What visitors taught and kept has limits of its own, and there the oldest gives way: nobody who sees
that there is no room could delete what belongs to others.
"""

import contextlib
from pathlib import Path

from mnist_models.learning.recipes import RECIPES
from mnist_models.runs.registry import load_run, run_names, unlisted_run_names
from mnist_models.runs.run import UNLISTED, RunError
from mnist_models.settings import limits, trained_folder
from mnist_models.text import paragraph, t

_MEGABYTE = 10**6
_NEXT = t("Delete one first: in the sidebar, or with python -m mnist_models runs --delete RUN")
_OF_EXPERIMENTS = ("ladder", "record")  # all approaches of reference; the best committee


def is_shipped(name: str) -> bool:
    """Whether a run is part of the demo: that of each recipe, and those of two experiments.

    If the shipped one is absent and one of that name was trained here, its manifest says so. A
    damaged one counts as shipped: it can be restored.
    """
    is_known = name in (*RECIPES, *_OF_EXPERIMENTS)
    with contextlib.suppress(RunError):
        return is_known and not load_run(name).made_here
    return is_known


def check_room(name: str, further_bytes: int = 0) -> None:
    """Refuse a run that there is no room for, before it is trained and when it is published.

    Args:
        name: of the run; one named after a recipe always has room, and one that a visitor keeps
            has it unless it is too large alone, since others give way, see `runs_that_give_way`.
        further_bytes: its size, if it is known.

    Raises:
        RunError: the runs made here have reached their limit, in number or in size.
        SettingsError: the limits are not numbers.
    """
    if name in RECIPES:
        return
    allowed = limits()
    if name.startswith(UNLISTED):
        if further_bytes > allowed.kept_megabytes * _MEGABYTE:
            raise RunError(
                t(
                    "The run takes {size:,.0f} MB, and all kept runs together may take "
                    "{allowed:,} MB.",
                    size=further_bytes / _MEGABYTE,
                    allowed=allowed.kept_megabytes,
                )
            )
        return
    made_here = [run for run in run_names() if not is_shipped(run)]
    if len(made_here) >= allowed.runs:
        full = t(
            "There is {count} run, and no more are kept here.",
            "There are {count} runs, and no more are kept here.",
            count=len(made_here),
        )
        raise RunError(paragraph(full, _NEXT))
    taken = sum(size_of(trained_folder() / run) for run in made_here)
    if taken + further_bytes >= allowed.megabytes * _MEGABYTE:
        full = t(
            "The runs made here take {taken:,.0f} MB, and at most {allowed:,} MB are kept.",
            taken=taken / _MEGABYTE,
            allowed=allowed.megabytes,
        )
        raise RunError(paragraph(full, _NEXT))


def runs_that_give_way(name: str) -> list[str]:
    """The oldest of the runs that visitors keep, as many as have to go now that another is there.

    Args:
        name: of the one that was published last, which stays.

    Raises:
        RunError: trained/ cannot be read.
        SettingsError: the limits are not numbers.
    """
    allowed = limits()
    by_age = sorted((run for run in unlisted_run_names() if run != name), key=_created)
    sizes = [size_of(trained_folder() / run) for run in by_age]
    room = allowed.kept_megabytes * _MEGABYTE - size_of(trained_folder() / name)
    go = 0
    while go < len(by_age) and (len(by_age) - go >= allowed.kept_runs or sum(sizes[go:]) > room):
        go += 1
    return by_age[:go]


def _created(name: str) -> str:
    """When a run was made; a damaged one is older than all others."""
    with contextlib.suppress(RunError):
        return load_run(name).manifest["created"]
    return ""


def size_of(folder: Path) -> int:
    """The bytes of the files in a folder; 0 if it is gone."""
    with contextlib.suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir())
    return 0
