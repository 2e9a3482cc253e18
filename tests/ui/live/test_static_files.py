"""What browsers fetch once and keep: named by its contents, whole, and not too much of it."""

import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish as publish_run
from mnist_models.runs.run import UNLISTED, Run
from ui.live import scripts as scripts_module
from ui.live import static_files
from ui.live.networks import networks_of
from ui.live.scripts import scripts
from ui.live.static_files import publish


def _never() -> bytes:
    raise AssertionError("it is there already")


def test_a_file_is_written_once_and_its_address_names_its_contents(static: Path) -> None:
    assert publish("ab", ".zip", lambda: b"networks") == "app/static/ab.zip"
    assert publish("ab", ".zip", _never) == "app/static/ab.zip"
    assert [path.name for path in static.iterdir()] == ["ab.zip"]
    assert (static / "ab.zip").read_bytes() == b"networks"


@pytest.mark.parametrize("missing", ["folder", "server"])
def test_nothing_is_published_where_nothing_can_be_written_or_is_served(
    missing: str, static: Path, tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "folder":
        static.rmdir()
    else:
        monkeypatch.setattr(st, "get_option", {"server.enableStaticServing": False}.get)
    assert publish("ab", ".zip", lambda: b"") is None
    assert scripts() == networks_of(tiny_run) == {}


def test_the_oldest_files_give_way_to_a_new_one(
    static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "_MOST_BYTES", 25)
    (static / ".gitignore").write_bytes(bytes(100))
    for age, name in enumerate(("new", "old", "oldest")):
        publish(name, "", lambda: bytes(10))
        os.utime(static / name, (10**9 - age, 10**9 - age))
    publish("newest", "", lambda: bytes(10))
    assert {path.name for path in static.iterdir()} == {".gitignore", "newest", "new"}
    publish("large", "", lambda: bytes(99))
    assert {path.name for path in static.iterdir()} == {".gitignore", "large"}


def test_a_browser_gets_the_very_files_that_the_server_computes_with(
    static: Path, tiny_run: Run
) -> None:
    addresses = networks_of(tiny_run)
    assert list(addresses) == ["single", "multi"]
    for approach, address in addresses.items():
        file = static / Path(address).name
        assert file.read_bytes() == (tiny_run.path / f"{approach}.npz").read_bytes()
        assert file.stem == hashlib.sha256(file.read_bytes()).hexdigest()


def test_networks_that_are_damaged_are_left_out(static: Path, tiny_run: Run) -> None:
    (tiny_run.path / "multi.npz").write_bytes(b"no networks")
    assert list(networks_of(tiny_run)) == ["single"]


def test_weights_that_were_not_rounded_stay_with_the_server(
    trained: Path, tiny_contents: dict[str, Any], make_stack: Callable[..., Stack], static: Path
) -> None:
    stacks = {**tiny_contents["stacks"], "multi": make_stack("multi")}
    assert list(networks_of(publish_run("finer", **{**tiny_contents, "stacks": stacks}))) == [
        "single"
    ]


def test_what_a_visitor_keeps_is_published_nowhere(
    trained: Path, tiny_contents: dict[str, Any], static: Path
) -> None:
    assert networks_of(publish_run(f"{UNLISTED}me-mine", **tiny_contents)) == {}
    assert list(static.iterdir()) == []


def test_the_scripts_are_those_beside_this_and_find_each_other(static: Path) -> None:
    folder = Path(scripts_module.__file__).parent
    addresses = scripts()
    for name, address in addresses.items():
        script = (static / Path(address).name).read_text()
        for imported in re.findall(r'from "./([^"]*)"', script):
            assert (static / imported).exists()
        for other, its in addresses.items():
            script = script.replace(f'"./{Path(its).name}"', f'"./{other}.js"')
        assert script == (folder / f"{name}.js").read_text()
        assert address.endswith(".js")


def test_a_folder_that_cannot_be_written_costs_no_reading(
    static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert publish("ab", ".zip", _never) is None


def test_what_is_asked_for_is_not_among_the_oldest(static: Path) -> None:
    publish("ab", ".zip", lambda: b"networks")
    for age in (60, 2 * 24 * 60 * 60):
        asked = time.time() - age
        os.utime(static / "ab.zip", (asked, asked))
        publish("ab", ".zip", _never)
        assert ((static / "ab.zip").stat().st_mtime > asked + 1) == (age > 60)
