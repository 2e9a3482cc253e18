"""Who waits for an answer goes before whoever has one.

Python runs one thread at a time. Two strokes that are read at once would take turns and both be
late, and what stands below the verdicts of one visitor would delay those of the next. So strokes
are read one after the other, and the rest of a page gives way to them. Nobody waits for long: what
is read slowly, or by many, is read at once as ever.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

_LONGEST_S = 0.1  # that a stroke waits for others, or a part of a page for strokes
_reading = threading.Lock()
_counting = threading.Lock()
_in_line = 0
_nobody_waits = threading.Event()
_nobody_waits.set()


@contextmanager
def first_in_line(*, is_short: bool = True) -> Iterator[Callable[[], None]]:
    """While a stroke is read and answered: others wait for their turn.

    Args:
        is_short: whether it is one; a file takes long, and neither waits nor keeps others waiting.

    Yields:
        What ends the turn before the block ends.
    """
    with ExitStack() as turn:
        if is_short:
            turn.enter_context(_counted())
            if _reading.acquire(timeout=_LONGEST_S):
                turn.callback(_reading.release)
        yield turn.close


def give_way() -> None:
    """Wait while others wait for an answer, before anything that is looked at later is drawn."""
    _nobody_waits.wait(_LONGEST_S)


@contextmanager
def _counted() -> Iterator[None]:
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(more: int) -> None:
    global _in_line
    with _counting:
        _in_line += more
        if _in_line:
            _nobody_waits.clear()
        else:
            _nobody_waits.set()
