"""What is done around every page: files that are sent, and the log."""

import logging
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from mnist_models.runs.run import Run
from tests.helpers.pages import open_page
from ui import frame


def _send(manager: MemoryUploadedFileManager, session: str, name: str, size: int = 1) -> None:
    manager.add_file(session, UploadedFileRec(name, name, "image/png", bytes(size)))


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    monkeypatch.setattr(
        MemoryUploadedFileManager, "add_file", MemoryUploadedFileManager.add_file
    )  # put back what is changed
    frame._bound_uploads()
    frame._bound_uploads()  # for the next visitor
    return MemoryUploadedFileManager("/upload")


def test_of_many_files_of_a_session_the_newest_stay(manager: MemoryUploadedFileManager) -> None:
    for number in range(60):
        _send(manager, "one", f"{number}")
    _send(manager, "another", "0")
    assert list(manager.file_storage["one"]) == ["57", "58", "59"]
    assert list(manager.file_storage["another"]) == ["0"]


def test_large_files_give_way_sooner_and_the_newest_never(
    manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "_MOST_BYTES", 10)
    for name, size in (("a", 6), ("b", 6), ("c", 100)):
        _send(manager, "one", name, size)
        assert list(manager.file_storage["one"]) == [name]


def test_who_goes_to_another_page_leaves_no_file(
    tiny_run: Run, manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = SimpleNamespace(uploaded_file_mgr=manager, session_id="one")
    monkeypatch.setattr("streamlit.runtime.scriptrunner.get_script_run_ctx", lambda: context)
    _send(manager, "one", "a")
    _send(manager, "another", "b")
    frame._forget_uploads()
    assert list(manager.file_storage) == ["another"]


def test_a_page_opens_with_one_handler_for_the_log(tiny_run: Run) -> None:
    for _ in range(2):
        open_page("how_it_works")
    for name in ("mnist_models", "ui"):
        assert len(logging.getLogger(name).handlers) == 1
        assert logging.getLogger(name).isEnabledFor(logging.INFO)
