"""How a job may end before its time, and what is said then."""

import _thread
import contextlib
import importlib.util
import os
import signal
import threading
from collections.abc import Iterator
from functools import cache
from types import FrameType
from typing import Any, Self

from mnist_models.errors import ExpectedError
from mnist_models.formatting import listing
from mnist_models.jobs.progress import FINAL_STAGES, PUBLISHING, Event, OnEvent
from mnist_models.text import Text, t

GRACE_S = 10  # what a job that should end has left, until it is ended by force


class Cancelled(BaseException):
    """Somebody asked the job to end; no `except Exception` stops it on the way."""


class TimeIsUp(BaseException):
    """The job has taken as long as one may; the text says how long that is."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


_NEEDED = {
    "tensorflow": "TensorFlow",
    "keras": "TensorFlow",
    "sklearn": "scikit-learn",
    "scipy": "SciPy",
}
_NO_MEMORY = ("cannot allocate memory", "failed to map segment")  # as the system's loader says it
_EXPECTED = (Cancelled, ExpectedError, KeyboardInterrupt, MemoryError, TimeIsUp)


def is_expected(error: BaseException) -> bool:
    """Whether its sentence says all; of any other error the traceback should be seen."""
    return isinstance(error, _EXPECTED) or _is_no_memory(error) or bool(_missing(error))


def ending(error: BaseException) -> Event:
    """What is told of a job that ended with this."""
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return Event("cancelled", message=t("Cancelled. Nothing was changed."))
    if _is_no_memory(error):
        sentence = t(
            "There is not enough memory for this; nothing was changed. Fewer hidden units, or one "
            "approach at a time, need less."
        )
    elif package := _missing(error):
        sentence = t(
            "This needs {package}, which is not installed here; nothing was changed. Install it "
            "with: pip install -r requirements.txt",
            package=package,
        )
    elif isinstance(error, ExpectedError | TimeIsUp):
        return Event("failed", message=error.text)
    else:
        sentence = t("It failed: {kind}: {error}", kind=type(error).__name__, error=_reason(error))
    return Event("failed", message=sentence)


def _reason(error: BaseException) -> str:
    """What went wrong, without the place on this machine that a system's error names."""
    return (error.strerror or "") if isinstance(error, OSError) else str(error)


def _is_no_memory(error: BaseException) -> bool:
    # TensorFlow's own error is known by its name here, since only what trains imports it. Where
    # there is too little for TensorFlow itself, its libraries cannot be loaded.
    if isinstance(error, ImportError):
        return any(words in str(error).lower() for words in _NO_MEMORY)
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def refusal_here() -> Text | None:
    """Why no job can be done on this machine: packages are missing; none is imported."""
    missing = sorted({title for name, title in _NEEDED.items() if not _is_installed(name)})
    if not missing:
        return None
    return t(
        "Nothing can be trained here: this server answers only, without {packages}. Its owner "
        "installs what is missing with: pip install -r requirements.txt",
        packages=listing(missing),
    )


@cache  # every page asks, and to look through all folders takes 2 ms
def _is_installed(module: str) -> bool:
    with contextlib.suppress(ImportError, ValueError):
        return importlib.util.find_spec(module) is not None
    return False


def _missing(error: BaseException) -> str:
    """The package that a job needs and that is not installed; empty if it is not that."""
    name = (error.name or "").split(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    return _NEEDED.get(name, "")


class Interruption:
    """Ends a job from outside, in its next step: a request to end, or a time limit.

    Once the run is being published it is too late: that takes a moment, and what had come of it
    would be in doubt.
    """

    def __init__(self) -> None:
        self._reason: BaseException = Cancelled()
        self._too_late = self._raised = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        with contextlib.suppress(ValueError):  # signals belong to the main thread
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def watching(self, tell: OnEvent) -> OnEvent:
        """The same listener, and from the publishing on nothing is interrupted."""

        def watch(event: Event) -> None:
            self._too_late |= event.stage in (PUBLISHING, *FINAL_STAGES)
            tell(event)

        return watch

    @contextlib.contextmanager
    def after(self, minutes: float | None, tell: OnEvent) -> Iterator[None]:
        """Let it take so many minutes, or as long as it likes."""
        over = threading.Event()
        if minutes is not None:
            arguments = (minutes, tell, over)
            threading.Thread(None, self._watch, "time limit", arguments, daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _watch(self, minutes: float, tell: OnEvent, over: threading.Event) -> None:
        if over.wait(60 * minutes):
            return
        self._reason = TimeIsUp(
            t(
                "Stopped after {count:g} minute, which is as long as a job may take here; nothing "
                "was changed. Fewer epochs or hidden units take less.",
                "Stopped after {count:g} minutes, which is as long as a job may take here; nothing "
                "was changed. Fewer epochs or hidden units take less.",
                count=minutes,
            )
        )
        _thread.interrupt_main(signal.SIGTERM)
        # Does it not hear, it may be stuck outside of Python; or it is being published.
        if not over.wait(GRACE_S) and not self._too_late:
            tell(ending(self._reason))
            os._exit(1)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._too_late and not self._raised:
            self._raised = True  # a second request would only disturb the end
            raise self._reason
