"""A real Dask cluster of processes: `dask scheduler` and `dask worker`, as owners start them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mnist_models.settings import PROJECT
from tests.helpers.ports import free_port

# As docs/cluster.md says: nobody sees here what Dask watches for its dashboard.
_UNWATCHED = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
}


@dataclass
class RealCluster:
    """A scheduler and its workers."""

    port: int
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of the scheduler."""
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a part of it, in a session of its own, with its output in a file."""
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=self.folder,
                env={**os.environ, **_UNWATCHED, "PYTHONPATH": str(PROJECT), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start it, and wait until it answers."""
        process = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return process
            time.sleep(0.1)
        raise TimeoutError(self.logs())

    def start_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start one that does one job at once."""
        more = ("--nthreads", "1", "--no-dashboard", "--memory-limit", "0", "--no-nanny")
        return self.start("worker", self.address, *more, **environment)

    def logs(self) -> str:
        """What all of them have printed."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def kill(process: subprocess.Popen[bytes]) -> None:
    """As kill -9 does; what it has started is left to itself."""
    process.kill()
    process.wait()


@contextlib.contextmanager
def real_cluster(
    workers: int = 2, environment: Mapping[str, str] | None = None
) -> Iterator[RealCluster]:
    """A scheduler with so many workers; all are ended afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        cluster = RealCluster(port, Path(folder))
        try:
            cluster.start_scheduler()
            for _ in range(workers):
                cluster.start_worker(**(environment or {}))
            yield cluster
        finally:
            for process in cluster.processes:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                process.wait()
