"""What the section Break it says before a browser computes anything."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.evidence import experiments as evidence
from mnist_models.runs.run import Run

OpenPage = Callable[..., AppTest]


def _chosen(open_page: OpenPage) -> str:
    page = open_page("draw")
    page.segmented_control(key="see_inside").set_value("Break it").run()
    assert not page.exception
    links = [link.proto.label for link in page.get("page_link")]
    return " ".join([e.value for e in (*page.markdown, *page.caption)] + links)


def test_the_section_says_what_it_is_to_give_way(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = _chosen(open_page)
    assert "To give way is to read another digit" in text
    assert "The same with 1,000 test pictures" in text
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    assert "The same with" not in _chosen(open_page)  # nothing has been measured


def test_without_files_to_fetch_it_says_what_to_do(
    tiny_run: Run, open_page: OpenPage, static: Path
) -> None:
    static.rmdir()
    assert "Try another run" in _chosen(open_page)
