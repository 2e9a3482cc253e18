"""Which pages there are, how to get to them, and how each begins."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mnist_models.settings import PROJECT, keeps_drawings

_FOLDER = PROJECT / "pages"

# Script and address, title; the first is the front page. No icons: the browser's tab would show
# them, from a server elsewhere.
_PAGES = (
    ("draw", "Draw"),
    *([("my_drawings", "My drawings")] if keeps_drawings() else []),
    ("compare", "Compare"),
    ("confusion", "Confusion"),
    ("new_class", "New class"),
    ("training", "Training"),
    ("data", "Data"),
    ("how_it_works", "How it works"),
)
IN_APP = "_page_runs_in_app"  # in the session's state, once app.py has run

_ICON = PROJECT / "ui" / "icon.svg"


def navigate() -> StreamlitPage:
    """Tell Streamlit the pages and the settings; returns the page that the visitor asked for."""
    page = st.navigation(
        [
            st.Page(_FOLDER / f"{name}.py", title=title, default=name == _PAGES[0][0])
            for name, title in _PAGES
        ]
    )
    name = "One model or ten?"
    title = name if page.url_path == "" else f"{page.title} · {name}"
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    return page


def page_path(name: str) -> Path:
    """The script of a page, as `st.switch_page` and `st.page_link` take it."""
    return _FOLDER / f"{name}.py"


def begin(title: str, lead: str = "") -> None:
    """Draw a page's title and what it is about; the first thing that each page calls.

    A folder named `pages` makes Streamlit run a page without app.py until app.py has called
    `st.navigation` for the first time. A first visit straight to a page is such a run: it is
    started again, in app.py.
    """
    if IN_APP not in st.session_state:
        navigate()
        st.rerun()
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)
