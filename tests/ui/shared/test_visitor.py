"""Whether a visitor is still there is asked of Streamlit, later and from another thread."""

from types import SimpleNamespace

import pytest

from ui.shared import visitor


def test_a_visitor_is_there_as_long_as_their_session_is(monkeypatch: pytest.MonkeyPatch) -> None:
    active = {"mine"}
    runtime = SimpleNamespace(is_active_session=active.__contains__)
    monkeypatch.setattr(visitor, "get_script_run_ctx", lambda: SimpleNamespace(session_id="mine"))
    monkeypatch.setattr(visitor.runtime, "exists", lambda: True)
    monkeypatch.setattr(visitor.runtime, "get_instance", lambda: runtime)
    is_there = visitor.presence()
    assert is_there()
    active.clear()
    assert not is_there()
