"""The frame around every page: navigation, sidebar, title."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.my_drawings.session import keeps_corrections
from ui.sidebar.sidebar import draw_sidebar

_FOLDER = Path(__file__).resolve().parents[2] / "pages"

# Script and address, title; the first is the front page. No icons: the browser's tab would show
# them, from a server elsewhere.
_PAGES = (
    ("draw", "Draw"),
    *([("my_drawings", "My drawings")] if keeps_corrections() else []),
    ("compare", "Compare"),
    ("confusion", "Confusion"),
    ("new_class", "New class"),
    ("training", "Training"),
    ("data", "Data"),
    ("how_it_works", "How it works"),
)
_IN_APP = "_page_runs_in_app"

_ICON = Path(__file__).parents[1] / "icon.svg"
_STYLE = Path(__file__).parents[1] / "style.css"


def run_app() -> None:
    """Draw what stands around every page, and the page that the visitor asked for.

    The sidebar belongs to app.py and not to a page: so the browser keeps it from page to page.
    """
    st.session_state[_IN_APP] = True
    page = navigate()
    st.html(_STYLE)  # a path to a .css file is put into <style>
    draw_sidebar()
    page.run()


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
    if _IN_APP not in st.session_state:
        navigate()
        st.rerun()
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)
