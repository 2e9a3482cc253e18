"""How many runs there is room for: those made here are counted, those that are shipped are not."""

import contextlib
from pathlib import Path

from mnist_models.learning.recipes import RECIPES
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import RunError
from mnist_models.settings import limits, trained_folder

_MEGABYTE = 10**6
_NEXT = "Delete one first: in the sidebar, or with python -m mnist_models runs --delete RUN"


def is_shipped(name: str) -> bool:
    """Whether a run is part of the demo: each recipe is shipped as the run of its name.

    One of that name that was trained here, where the shipped one is absent, says so itself. A
    damaged one counts as shipped: it can be restored.
    """
    with contextlib.suppress(RunError):
        return name in RECIPES and not load_run(name).made_here
    return name in RECIPES


def check_room(name: str, further_bytes: int = 0) -> None:
    """Refuse a run for which there is no room, before it is trained and when it is published.

    Args:
        name: of the run; one of a recipe's name always has room.
        further_bytes: its size, where that is known.

    Raises:
        RunError: as many runs or bytes as may be were made here already.
        SettingsError: the limits are no numbers.
    """
    if name in RECIPES:
        return
    allowed = limits()
    made_here = [run for run in run_names() if not is_shipped(run)]
    if len(made_here) >= allowed.runs:
        raise RunError(f"There are {len(made_here)} runs, and no more are kept here. {_NEXT}")
    taken = sum(size_of(trained_folder() / run) for run in made_here)
    if taken + further_bytes >= allowed.megabytes * _MEGABYTE:
        raise RunError(
            f"The runs made here take {taken / _MEGABYTE:,.0f} MB, and {allowed.megabytes:,} MB "
            f"are kept. {_NEXT}"
        )


def size_of(folder: Path) -> int:
    """The bytes of the files in a folder; 0 if it is gone."""
    with contextlib.suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir())
    return 0
