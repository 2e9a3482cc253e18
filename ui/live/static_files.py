"""Files that a browser fetches once and keeps for ever: each is named by the hash of its contents.

They lie in the folder that Streamlit serves beside app.py (`server.enableStaticServing`), whichever
server made them. Streamlit lets browsers keep them, but not for how long: `cache: "force-cache"`
says it where they are fetched.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import streamlit as st

from mnist_models.atomic_files import write_atomically
from mnist_models.settings import PROJECT

FOLDER = PROJECT / "static"
_ADDRESS = "app/static"  # below the app, where every page is
_DAY_S = 24 * 60 * 60
_MOST_BYTES = 300 * 10**6  # from 1 GB on Streamlit serves none of them


def publish(sha256: str, suffix: str, read: Callable[[], bytes]) -> str | None:
    """The address of a file, relative to any page; None where none is served or can be written.

    Where there is no room the oldest give way, and are published again when they are asked for.

    Args:
        sha256: of the contents, in hexadecimal digits.
        suffix: what Streamlit tells the type by. It packs what it does not know to be packed
            already, anew for each browser; a .zip it leaves alone.
        read: gives the contents, if the file is not there yet; what it raises is passed on.
    """
    if not st.get_option("server.enableStaticServing"):
        return None
    path = FOLDER / f"{sha256}{suffix}"
    if path.exists():
        _keep(path)
    elif not os.access(FOLDER, os.W_OK):  # before anything is read, at each stroke
        return None
    else:
        contents = read()
        try:
            write_atomically(path, contents)
        except OSError:
            return None
        _make_room(path.name)
    return f"{_ADDRESS}/{path.name}"


def _keep(path: Path) -> None:
    """What was asked for within a day is not among the oldest."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _DAY_S:
            os.utime(path)


def _make_room(newest: str) -> None:
    by_age = []
    for path in FOLDER.iterdir():
        with suppress(OSError):  # another server deletes, too
            if not path.name.startswith("."):
                by_age.append((path.stat().st_mtime, path.stat().st_size, path))
    by_age.sort()
    too_much = sum(size for _, size, _ in by_age) - _MOST_BYTES
    for _, size, path in by_age:
        if too_much > 0 and path.name != newest:
            too_much -= size
            with suppress(OSError):
                path.unlink()
