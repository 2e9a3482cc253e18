"""Who a visitor is to the jobs that they order: a secret of their session, shown to nobody."""

from collections.abc import Callable

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_models.jobs.job import new_visitor

_SECRET = "_visitor"


def visitor() -> str:
    """The secret that makes a job this visitor's: gone with the session."""
    return st.session_state.setdefault(_SECRET, new_visitor())


def is_known() -> bool:
    """Whether this visitor has a secret already: without one they have ordered nothing."""
    return _SECRET in st.session_state


def presence() -> Callable[[], bool]:
    """What says later, from any thread, whether this visitor's browser is still connected."""
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    return lambda: not runtime.exists() or runtime.get_instance().is_active_session(session)
