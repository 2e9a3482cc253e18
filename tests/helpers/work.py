"""Work for tests, in a process of its own: python -m tests.helpers.work JOB."""

import sys
import threading
import time
from pathlib import Path
from typing import Any

from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.jobs.worker import main


def work(request: dict[str, Any], _: Path, tell: OnEvent) -> None:
    """Go on for ten minutes, or have done it at once and not end for as long."""
    if request["do"] == "last":
        tell(Event("loading"))
        time.sleep(600)
    else:
        threading.Thread(target=time.sleep, args=[600]).start()


if __name__ == "__main__":
    if "silent" in sys.argv[1]:
        time.sleep(600)
    sys.exit(main(work))
