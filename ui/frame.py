"""What surrounds every page: navigation, style and sidebar."""

import logging

import streamlit as st

from mnist_models.settings import PROJECT
from ui.shared.current_run import remember_choice, say_run_change
from ui.shared.navigation import IN_APP, navigate
from ui.shared.permission import may_retrain
from ui.shared.visitor import meet_browser
from ui.sidebar.current_training import look_up_trainings
from ui.sidebar.sidebar import draw_sidebar
from ui.sidebar.training_bar import draw_bar

_STYLE = PROJECT / "ui" / "style.css"
_HISTORY = (PROJECT / "ui" / "history.js").read_text(encoding="utf-8")


def _log_what_happens() -> None:
    """A line on standard error for each job and each refusal, beside Streamlit's own."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for log in map(logging.getLogger, ("mnist_models", "ui")):
        if not log.handlers:
            log.addHandler(handler)
            log.setLevel(logging.INFO)


def run_app() -> None:
    """Draw what surrounds every page, and the page that the visitor asked for.

    The sidebar belongs to app.py and not to a page, so the browser keeps it from page to page.
    """
    _log_what_happens()
    st.session_state[IN_APP] = True
    page = navigate()
    st.html(_STYLE)  # Streamlit wraps a .css file in <style>
    with st.sidebar.container(key="history"):
        st.html(f"<script>{_HISTORY}</script>", unsafe_allow_javascript=True)
    remember_choice(page.url_path)
    look_up_trainings()
    shows_trainings = page.url_path == "training"  # large, at its top
    draw_sidebar(curves=not shows_trainings)
    if not shows_trainings:
        draw_bar()
    say_run_change()
    with st.sidebar:  # at its end: the browser keeps room for it until the style is there
        meet_browser("frame", before_making=may_retrain())
    page.run()
