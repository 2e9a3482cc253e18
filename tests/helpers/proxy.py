"""The proxy of deploy/nginx.conf, before servers of a test."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mnist_models.settings import PROJECT
from tests.helpers.ports import free_port

_CONFIGURATION = PROJECT / "deploy" / "nginx.conf"


def find_nginx() -> str | None:
    """Its program; None where it is not installed."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


@contextlib.contextmanager
def proxy(servers: Sequence[str], *, sticky: bool = True) -> Iterator[str]:
    """Start it; yields its address. Where there is no nginx, the test is skipped.

    Args:
        servers: the addresses of two, like http://127.0.0.1:8501.
        sticky: as it is; else each request goes to the next server.
    """
    program = find_nginx()
    if program is None:
        pytest.skip("no nginx on this machine")
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="nginx-"))
    folder.chmod(0o755)  # its workers are not root
    text = _CONFIGURATION.read_text(encoding="utf-8")
    changes = {"/tmp/": f"{folder}/", "listen 8080": f"listen 127.0.0.1:{port}"}
    changes |= {
        f"demo-{k}:8501": server.removeprefix("http://") for k, server in enumerate(servers, 1)
    }
    if not sticky:
        changes["hash $server_key consistent;"] = ""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, "nginx ended at once"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        assert time.monotonic() < deadline, "nginx did not start"
        time.sleep(0.05)
