"""What a child process does for the pages' sake: it stands back behind them."""

import contextlib
import os

from mnist_models.jobs.progress import Event

_MAX_OUTPUT_BYTES = 2**20


def stand_back() -> None:
    """Take the lowest priority that is usual for work in the background."""
    if hasattr(os, "nice"):
        os.nice(10)


def cut_output(_: Event) -> None:
    """Keep the output short, for a listener; what is printed last comes behind the cut."""
    with contextlib.suppress(OSError):
        if os.fstat(1).st_size > _MAX_OUTPUT_BYTES:
            os.ftruncate(1, _MAX_OUTPUT_BYTES)
