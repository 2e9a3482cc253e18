"""Where a browser reads another digit than the server, the log says so, once."""

import logging

import pytest
import streamlit as st

from mnist_models.runs.run import Run
from ui.live.preview import log_fault


def test_a_fault_is_logged_once_and_nothing_else_that_a_browser_may_send(
    tiny_run: Run, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    with caplog.at_level(logging.WARNING):
        for sent in (None, 7, "another", {"single": 1}, "multi", "multi", "single"):
            log_fault(tiny_run, sent)
    expected = ["A browser reads another digit than the server: multi of reference"]
    assert [record.getMessage() for record in caplog.records] == expected
