"""How many runs there is room for: those made here count, shipped ones do not."""

import contextlib
from pathlib import Path

from mnist_models.learning.recipes import RECIPES
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import RunError
from mnist_models.settings import limits, trained_folder
from mnist_models.text import paragraph, t

_MEGABYTE = 10**6
_NEXT = t("Delete one first: in the sidebar, or with python -m mnist_models runs --delete RUN")


def is_shipped(name: str) -> bool:
    """Whether a run is part of the demo: each recipe is shipped as a run of the same name.

    If the shipped one is absent and one of that name was trained here, its manifest says so. A
    damaged one counts as shipped: it can be restored.
    """
    with contextlib.suppress(RunError):
        return name in RECIPES and not load_run(name).made_here
    return name in RECIPES


def check_room(name: str, further_bytes: int = 0) -> None:
    """Refuse a run that there is no room for, before it is trained and when it is published.

    Args:
        name: of the run; one named after a recipe always has room.
        further_bytes: its size, if it is known.

    Raises:
        RunError: the runs made here have reached their limit, in number or in size.
        SettingsError: the limits are not numbers.
    """
    if name in RECIPES:
        return
    allowed = limits()
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


def size_of(folder: Path) -> int:
    """The bytes of the files in a folder; 0 if it is gone."""
    with contextlib.suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir())
    return 0
