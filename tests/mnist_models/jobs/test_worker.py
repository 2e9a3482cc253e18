import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

_TALK = """
import sys
from mnist_models.jobs.progress import Event
from mnist_models.jobs.worker import cut_output
for k in range(100):
    print("first" if k == 0 else "x" * 50_000, flush=True)
    cut_output(Event("loading"))
print("last")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has other priorities")
def test_the_output_of_a_job_is_kept_short_with_its_beginning_and_its_end(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    with output.open("ab") as file:
        subprocess.run([sys.executable, "-c", _TALK], cwd=ROOT, stdout=file, check=True)
    assert 2**20 < output.stat().st_size < 1.2 * 2**20
    text = output.read_text()
    assert text.startswith("first\n")
    assert text.endswith("last\n")
