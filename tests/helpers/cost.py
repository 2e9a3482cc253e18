"""What work costs, measured in a process that does nothing else."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from mnist_models.settings import PROJECT

measures_memory = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Linux tells a process's peak"
)

_SCRIPT = """
import contextlib, sys, time
from pathlib import Path
import numpy as np
from mnist_models.errors import ExpectedError
from tests.helpers.memory import status_bytes

files = [*map(Path, sys.argv[1:])]
{before}
held, began = status_bytes("VmHWM"), time.process_time()
with contextlib.suppress(ExpectedError):
    {measured}
print(status_bytes("VmHWM") - held, time.process_time() - began)
"""


def assert_cheap(before: str, measured: str, *files: Path, memory: float, seconds: float) -> None:
    """That what is measured adds less than so many bytes, and takes less of the processor's time.

    The other arguments are those of `cost`.
    """
    added, took = cost(before, measured, *files)
    assert added < memory
    assert took < seconds


def cost(before: str, measured: str, *files: Path) -> tuple[int, float]:
    """Bytes of memory beyond the most that was held before, and seconds of the processor.

    Args:
        before: statements that import, load and warm up; `files`, `np` and `Path` are there.
        measured: an expression; what it refuses with an ExpectedError is measured too.
        files: which the statements read.
    """
    script = _SCRIPT.format(before=dedent(before), measured=measured)
    command = [sys.executable, "-c", script, *map(str, files)]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    memory, seconds = done.stdout.split()[-2:]
    return int(memory), float(seconds)
