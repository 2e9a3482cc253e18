"""A PostgreSQL server for tests: a cluster of its own in a temporary folder, on a free port."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.ports import free_port

_USER = "postgres"  # who runs it where we are root, whom it refuses to run as
_START_S = 60


def find_postgres() -> Path | None:
    """The folder with the server's programs, as Debian has it or on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found and (on_path := shutil.which("postgres")):
        found = [Path(on_path).resolve()]
    return found[-1].parent if found else None


class PostgresServer:
    """A server that can be stopped, started again and made to hang."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self.port = free_port()
        self.url = f"postgresql+pg8000://demo@127.0.0.1:{self.port}/postgres"
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-U", "demo", "-A", "trust", "--no-sync")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["-p", str(self.port), "-k", str(self._folder), "-h", "127.0.0.1", "-F"]
        self._process = subprocess.Popen(
            [*_as_nobody(), self._programs / "postgres", "-D", self._folder / "data", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _START_S
        while not self._is_ready():
            assert self._process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        if self._process:
            self.go_on()
            self._process.send_signal(signal.SIGINT)  # PostgreSQL calls it fast
            self._process.wait(timeout=30)
            self._process = None

    def kill(self) -> None:
        """End all of its processes at once, as a machine without power does."""
        assert self._process
        children = list(_children(self._process.pid))
        self._signal(signal.SIGKILL)
        self._process.wait(timeout=30)
        self._process = None
        while any(Path(f"/proc/{pid}").exists() for pid in children):
            time.sleep(0.01)  # it does not start before their memory is free

    def hang(self) -> None:
        """Have it keep all connections and answer none."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process
        for pid in [self._process.pid, *_children(self._process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _is_ready(self) -> bool:
        port = str(self.port)
        command = [str(self._programs / "pg_isready"), "-h", "127.0.0.1", "-p", port, "-q"]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_nobody(), str(self._programs / program), *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


def _as_nobody() -> list[str]:
    if os.name == "nt" or os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups", "--"]


def _children(parent: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = path.read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                yield int(path.parent.name)


@contextlib.contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server with an empty database; where there is none, the test is skipped."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        if _as_nobody():
            shutil.chown(folder, _USER, _USER)
        server = PostgresServer(programs, folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
