"""What surrounds every page: navigation, style and sidebar."""

import gc
import json
import logging
import sys
from contextlib import suppress
from typing import Any

import streamlit as st
from threadpoolctl import threadpool_limits

from mnist_models.settings import PROJECT
from mnist_models.text import t
from ui.shared.current_run import remember_choice, say_run_change
from ui.shared.navigation import IN_APP, navigate
from ui.shared.permission import may_retrain
from ui.shared.translation import keep_language_in_address, language_script, settle_language
from ui.shared.visitor import meet_browser
from ui.sharing.presenting import offer_way_out, settle_look, write_style
from ui.sidebar.current_training import look_up_trainings
from ui.sidebar.sidebar import draw_sidebar
from ui.sidebar.training_bar import draw_bar

_STYLE = PROJECT / "ui" / "style.css"
_HISTORY = (PROJECT / "ui" / "history.js").read_text(encoding="utf-8")
_LOST_PICTURES = (PROJECT / "ui" / "lost_pictures.js").read_text(encoding="utf-8")

_OBJECTS = 10_000  # made and not yet gone, before the youngest are searched for garbage
_modules = 0  # that were loaded when `_settle_what_is_loaded` looked last
_MOST_FILES, _MOST_BYTES = 3, 64_000_000  # of one session; no page shows more than two at a time


def _log_what_happens() -> None:
    """A line on standard error for each job and each refusal, beside Streamlit's own."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for log in map(logging.getLogger, ("mnist_models", "ui")):
        if not log.handlers:
            log.addHandler(handler)
            log.setLevel(logging.INFO)


def _bound_uploads() -> None:
    """Of the files that a session sends the newest stay, whether or not a page has asked for them.

    Streamlit keeps all of them in memory until the session ends. If a later one does so in another
    way, this does nothing.
    """
    with suppress(ImportError, AttributeError):
        from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

        add = MemoryUploadedFileManager.add_file
        if getattr(add, "is_bounded", False):
            return

        def add_bounded(self: MemoryUploadedFileManager, session_id: str, file: Any) -> None:
            add(self, session_id, file)
            kept, size = 0, 0
            for each in reversed(list(self.file_storage.get(session_id, {}).values())):
                kept, size = kept + 1, size + len(each.data)
                if kept > 1 and (kept > _MOST_FILES or size > _MOST_BYTES):
                    self.remove_file(session_id, each.file_id)

        vars(add_bounded)["is_bounded"] = True
        setattr(MemoryUploadedFileManager, "add_file", add_bounded)  # noqa: B010


def _forget_uploads() -> None:
    """Drop what the visitor has sent to another page: Streamlit shows it there no more."""
    with suppress(ImportError, AttributeError):
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        if context := get_script_run_ctx():
            context.uploaded_file_mgr.remove_session_files(context.session_id)


def _lost_pictures_script() -> str:
    """Has the browser tell whoever sets up several servers that visitors must stay with one."""
    said = t(
        "Some pictures of this page get lost: several servers answer, and each visitor must stay "
        "with one of them. Whoever runs this site finds in docs/deploy.md how (sticky sessions)."
    )
    return _LOST_PICTURES.replace("TEXT", json.dumps(said))


def _take_short_turns() -> None:
    """Of many visitors' threads, which Python lets take turns, each is soon the next.

    A thread that has waited for a file or for NumPy, a dozen times for each stroke, then waits a
    millisecond for its next turn instead of Python's five.
    """
    sys.setswitchinterval(0.001)


def _settle_what_is_loaded() -> None:
    """Where modules have been loaded since the last run of a page, keep them from costing more.

    Python searches all that is there for garbage every few seconds, which takes 75 ms in which
    nobody is answered: what stays for good is left out. NumPy's second thread gains nothing for one
    picture, and after each product it spins, on a core for which others wait.
    """
    global _modules
    if len(sys.modules) > _modules:
        _modules = len(sys.modules)
        threadpool_limits(1, user_api="blas")
        gc.set_threshold(_OBJECTS)
        gc.collect()
        gc.freeze()


def run_app() -> None:
    """Draw what surrounds every page, and the page that the visitor asked for.

    The sidebar belongs to app.py and not to a page, so the browser keeps it from page to page.
    """
    _log_what_happens()
    _take_short_turns()
    _settle_what_is_loaded()
    _bound_uploads()
    st.session_state[IN_APP] = True
    settle_language()
    page = navigate()
    settle_look(page.url_path)
    if page.url_path:  # not Draw, which asks for them
        _forget_uploads()
    st.html(_STYLE)  # Streamlit wraps a .css file in <style>
    with st.sidebar.container(key="history"):
        # In one element: each costs a millisecond at every rerun. Braces keep their names apart.
        scripts = (_HISTORY, _lost_pictures_script(), language_script())
        script = "\n".join(f"{{{each}}}" for each in scripts)
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
        write_style()
    keep_language_in_address()
    remember_choice(page.url_path)
    look_up_trainings()
    shows_trainings = page.url_path == "training"  # large, at its top
    draw_sidebar(page, curves=not shows_trainings)
    offer_way_out()
    if not shows_trainings:
        draw_bar()
    say_run_change()
    with st.sidebar:  # at its end: the browser keeps room for it until the style is there
        meet_browser("frame", before_making=may_retrain())
    page.run()
