import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mnist_models.data.download import DatasetError
from mnist_models.jobs import interruption
from mnist_models.jobs.interruption import (
    Cancelled,
    Interruption,
    TimeIsUp,
    ending,
    is_expected,
)
from mnist_models.jobs.progress import Event
from mnist_models.learning.recipes import TrainingError
from mnist_models.runs.run import RunError
from mnist_models.settings import SettingsError
from mnist_models.text import t

ROOT = Path(__file__).resolve().parents[3]
needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows ends processes otherwise")


def ignore(_: Event) -> None:
    pass


def _join_time_limits() -> None:
    for thread in threading.enumerate():
        if thread.name == "time limit":
            thread.join()


class ResourceExhaustedError(Exception):
    """As TensorFlow calls it."""


@pytest.mark.parametrize(
    ("error", "stage", "message"),
    [
        (Cancelled(), "cancelled", "Cancelled. Nothing was changed."),
        (KeyboardInterrupt(), "cancelled", "Cancelled. Nothing was changed."),
        (TimeIsUp(t("120 minutes")), "failed", "120 minutes"),
        (DatasetError(t("no data")), "failed", "no data"),
        (RunError(t("no space")), "failed", "no space"),
        (SettingsError(t("too many")), "failed", "too many"),
        (TrainingError(t("blown up")), "failed", "blown up"),
        (MemoryError(), "failed", "There is not enough memory for this; nothing was"),
        (
            ResourceExhaustedError("OOM when allocating tensor with shape[10,784,2048]"),
            "failed",
            "There is not enough memory for this; nothing was",
        ),
    ],
)
def test_every_way_to_end_that_is_foreseen_has_a_sentence(
    error: BaseException, stage: str, message: str
) -> None:
    told = ending(error)
    assert told.stage == stage
    assert told.message.startswith(message)
    assert is_expected(error)


def test_any_other_error_is_told_by_its_name_and_keeps_its_traceback() -> None:
    error = ZeroDivisionError("division by zero")
    assert ending(error) == Event(
        "failed", message="It failed: ZeroDivisionError: division by zero"
    )
    assert not is_expected(error)


def test_tensorflows_own_error_is_the_one_that_is_known_by_name() -> None:
    code = (
        "import tensorflow as tf; from mnist_models.jobs.interruption import ending\n"
        "error = tf.errors.ResourceExhaustedError(None, None, 'OOM')\n"
        "print(ending(error).message)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "not enough memory" in done.stdout


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ModuleNotFoundError("No module named 'keras'", name="keras"),
            "This needs TensorFlow",
        ),
        (ModuleNotFoundError("No module named 'x'", name="tensorflow.python"), "needs TensorFlow"),
        (ModuleNotFoundError("No module named 'sklearn'", name="sklearn"), "needs scikit-learn"),
        (
            ImportError("libtensorflow_cc.so.2: failed to map segment from shared object"),
            "There is not enough memory",
        ),
        (ImportError("x.so: cannot allocate memory for thread-local data"), "not enough memory"),
    ],
)
def test_what_cannot_be_imported_is_said_with_the_next_step(
    error: ImportError, sentence: str
) -> None:
    assert sentence in ending(error).message
    assert is_expected(error)


def test_a_module_of_ours_that_is_absent_is_a_fault() -> None:
    assert not is_expected(ModuleNotFoundError("No module named 'x'", name="x"))


# Interruptions


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_end_is_noticed_and_the_signal_is_given_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interruption(), pytest.raises(Cancelled):
        signal.raise_signal(number)
    assert signal.getsignal(number) == before


@needs_signals
def test_while_a_run_is_being_published_it_is_too_late() -> None:
    with Interruption() as interruption:
        tell = interruption.watching(ignore)
        tell(Event("scoring"))
        with pytest.raises(Cancelled):
            signal.raise_signal(signal.SIGTERM)
        tell(Event("publishing"))
        signal.raise_signal(signal.SIGTERM)
        tell(Event("done"))
        signal.raise_signal(signal.SIGTERM)


@needs_signals
def test_a_second_request_does_not_disturb_the_end() -> None:
    with Interruption():
        with pytest.raises(Cancelled):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)


def test_where_a_file_is_on_this_machine_is_not_told() -> None:
    error = FileNotFoundError(2, "No such file or directory", "/home/me/secret.npz")
    assert ending(error).message == "It failed: FileNotFoundError: No such file or directory"


@needs_signals
def test_a_training_that_takes_too_long_is_ended_with_the_time_it_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def train(interruption: Interruption) -> None:
        with interruption.after(0.001, ignore):
            while True:
                time.sleep(0.01)

    monkeypatch.setattr(interruption, "GRACE_S", 0.1)
    forced: list[int] = []
    monkeypatch.setattr(os, "_exit", forced.append)
    with Interruption() as entered, pytest.raises(TimeIsUp, match=r"after 0\.001 minutes"):
        train(entered)
    _join_time_limits()
    assert forced == []  # whoever hears is not ended by force


def test_a_training_that_is_quick_enough_is_left_alone() -> None:
    told: list[Event] = []
    with Interruption() as interruption:
        for minutes in (0.001, None):
            with interruption.after(minutes, told.append):
                pass
        _join_time_limits()
    assert told == []


_STUCK = """
import ctypes, os, sys
from mnist_models.jobs import interruption as endings
from mnist_models.jobs.interruption import Interruption
endings.GRACE_S = 0.2
with Interruption() as interruption:
    with interruption.after(0.001, lambda event: os.write(1, event.message.encode())):
        # In C, and not to be interrupted: Python's handlers wait for the main thread to come back.
        ctypes.CDLL(None).pause()
"""


@needs_signals
def test_what_is_being_published_is_not_ended_by_the_time_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interruption, "GRACE_S", 0.05)
    forced: list[int] = []
    monkeypatch.setattr(os, "_exit", forced.append)
    with Interruption() as entered:
        tell = entered.watching(ignore)
        with entered.after(0.001, ignore):
            tell(Event("publishing"))
            _join_time_limits()
    assert forced == []


@needs_signals
def test_a_training_that_is_stuck_outside_python_is_ended_by_force_with_a_word() -> None:
    command = [sys.executable, "-c", _STUCK]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=120)
    assert done.returncode == 1
    assert done.stdout.startswith(b"Stopped after 0.001 minutes")
