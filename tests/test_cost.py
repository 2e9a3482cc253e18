"""What the tests of cost measure is what work takes."""

import subprocess
import sys

import pytest

from tests.helpers.cost import cost, measures_memory
from tests.helpers.memory import status_bytes

pytestmark = measures_memory

WORK = """
    from mnist_models.preprocessing.picture_files import UnreadablePicture

    def work(size, count):
        block = bytes(range(256)) * size
        found = sum(block.count(7) for _ in range(count))
        raise UnreadablePicture(f"{found} is a number.")
"""


def test_memory_and_time_of_what_is_refused_are_measured() -> None:
    little, quick = cost(WORK, "work(1, 1)")
    much, slow = cost(WORK, "work(200_000, 20)")
    assert 48_000_000 < much < 60_000_000  # 51.2, less what was free already
    assert little < 1_000_000
    assert quick < slow


def test_any_other_error_is_not_hidden() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        cost(WORK, "1 / 0")


def test_of_a_process_that_has_ended_nothing_is_known() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert 0 < status_bytes("VmRSS", process.pid) <= status_bytes("VmHWM", process.pid)
        process.communicate(b"\n")
        with pytest.raises(OSError, match=str(process.pid)):
            status_bytes("VmRSS", process.pid)
