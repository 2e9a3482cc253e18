"""In which database drawings are kept, and what is said where it cannot be used."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from mnist_models.drawings.store import count_of_visitors
from mnist_models.settings import PROJECT
from tests.helpers.drawings import UNUSABLE
from tests.helpers.postgres import postgres

KEEP_ONE = """
import numpy as np
from ui.my_drawings.session import open_store
from mnist_models.drawings.drawing import CorrectionError, Drawing
image = np.zeros((28, 28), np.uint8)
try:
    open_store().add(Drawing("d", "4", image, b"png", {"single": "4"}, "reference", "0"))
except CorrectionError as error:
    print(error)
"""


def _keep_one(folder: Path, url: str = "") -> str:
    """Keep a drawing in a process of its own, whose configuration may name a database."""
    if url:
        (folder / ".streamlit").mkdir()
        secrets = f'[connections.corrections]\nurl = "{url}"\n'
        (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    environment = {"PYTHONPATH": str(PROJECT), "MNIST_TRAINED": str(folder / "trained")}
    result = subprocess.run(
        [sys.executable, "-c", KEEP_ONE], cwd=folder, env={**os.environ, **environment},
        check=True, capture_output=True, text=True, timeout=45,
    )  # fmt: skip
    return result.stdout


def _rows(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT count(*) FROM mnist_corrections").fetchone()[0]


def test_without_configuration_they_are_kept_beside_the_runs(tmp_path: Path) -> None:
    folder = tmp_path / "odd?name#1 %20"
    folder.mkdir()
    assert _keep_one(folder) == ""
    assert _rows(folder / "trained" / ".corrections.db") == 1


def test_a_url_in_the_configuration_is_where_they_are_kept(tmp_path: Path) -> None:
    assert _keep_one(tmp_path, f"sqlite:///{tmp_path}/other.db") == ""
    assert _rows(tmp_path / "other.db") == 1
    assert not (tmp_path / "trained").exists()


def test_postgresql_keeps_them_by_its_address_alone(tmp_path: Path) -> None:
    with postgres() as server:
        assert _keep_one(tmp_path, server.url) == ""
        engine = create_engine(server.url)
        assert count_of_visitors(engine) == 1
        engine.dispose()


def test_a_database_that_never_answers_does_not_hang_the_page(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert UNUSABLE in _keep_one(tmp_path, f"postgresql+pg8000://me@127.0.0.1:{port}/x")


@pytest.mark.parametrize("url", ["no url", "nosuchdatabase://me:hush@host/db"])
def test_a_url_that_leads_nowhere_is_said_without_its_password(tmp_path: Path, url: str) -> None:
    said = _keep_one(tmp_path, url)
    assert UNUSABLE in said
    assert "hush" not in said


@pytest.mark.parametrize("contents", [b'url = "sqlite', b"url = '\xff\xfe'"])
def test_secrets_that_cannot_be_read_are_not_taken_for_none(
    contents: bytes, tmp_path: Path
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_bytes(contents)
    assert "secrets.toml of this site is damaged" in _keep_one(tmp_path)
    assert not (tmp_path / "trained").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "trained").touch()
    assert UNUSABLE in _keep_one(tmp_path)
