"""Work for tests that a cluster does: python -m tests.helpers.remote_work JOB."""

import atexit
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnist_models.errors import ExpectedError
from mnist_models.jobs.cluster.parcels import Elsewhere
from mnist_models.jobs.job import Order
from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.jobs.worker import main
from mnist_models.text import t

ORDER = Order(
    work="tests.helpers.remote_work",
    kind="test",
    title="a test",
    request={"do": "answer"},
    phases={"loading": 1, "training": 5},
)


def order(do: str, **request: Any) -> Order:
    """What is to be done."""
    return replace(ORDER, request={"do": do, **request})


def work(request: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """Do as asked, and leave files that say what was found."""
    tell(Event("loading"))
    tell(Event("training", 0.5))
    gate = Path(request.get("gate", folder))
    match request["do"]:
        case "wait":  # until somebody opens the gate
            while not gate.exists():
                time.sleep(0.05)
        case "die":  # as by the system that has no memory left
            os.kill(os.getpid(), signal.SIGKILL)
        case "die once":
            if not gate.exists():
                gate.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "linger":  # it has said all, and does not end
            atexit.register(time.sleep, 600)
        case "fail":
            raise ExpectedError(t("It cannot be done: {reason}.", reason="a test"))
    (folder / "answer.txt").write_text("done")
    (folder / "given.txt").write_bytes(b"".join(p.read_bytes() for p in folder.glob("*.in")))
    read = Path(os.environ["MNIST_TRAINED"]) / "known" / "file.bin"
    (folder / "read.txt").write_bytes(read.read_bytes() if read.exists() else b"")
    (folder / "minutes.txt").write_text(os.environ.get("MNIST_MAX_MINUTES", ""))


def _versions(request: dict[str, Any]) -> dict[str, str]:
    return {"pictures": Path(request["data"]).read_text()} if "data" in request else {}


def _receive(_: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    (folder / "received").touch()
    tell(Event("done", 1.0, message=t("It came back.")))


ELSEWHERE = Elsewhere(
    receive=_receive,
    versions=_versions,
    reads=lambda _: {"known/file.bin": b"\0 read"},
    before=lambda request: Event("found", 1.0) if request["do"] == "nothing" else None,
)

if __name__ == "__main__":
    sys.exit(main(work))
