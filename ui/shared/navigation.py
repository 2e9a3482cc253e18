"""Which pages there are, how to get to them and back, and how each of them begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mnist_models.settings import PROJECT
from mnist_models.text import t, translated
from mnist_models.translation import language

_FOLDER = PROJECT / "pages"

# Script and address, title; the first is the front page. No icons: the browser's tab would load
# them from another server.
_PAGES = (
    ("draw", t("Draw")),
    ("tour", t("Tour")),
    ("my_drawings", t("My drawings")),
    ("compare", t("Compare")),
    ("confusion", t("Confusion")),
    ("new_class", t("New class")),
    ("training", t("Training")),
    ("data", t("Data")),
    ("how_it_works", t("How it works")),
)
IN_APP = "_page_runs_in_app"  # in the session state, once app.py has run
TEST_PICTURE = t("Test picture")  # a source on Draw, as the address names it
_MADE = "_pages"  # in the session state: Streamlit writes into them which one may run
ORIGIN = "from"  # in the address of Draw
_STREAMLITS_OWN = {"embed", "embed_options"}  # it refuses links that set these

_ICON = PROJECT / "ui" / "icon.svg"


def navigate() -> StreamlitPage:
    """Declare the pages and the page settings; returns the page that the visitor asked for."""
    page = st.navigation(_pages())
    name = t("One model or ten?")
    title = name if page.url_path == "" else t("{page} · {name}", page=page.title, name=name)
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    return page


def _pages() -> list[StreamlitPage]:
    """The pages in the visitor's language, made once for each: it takes a tenth of a rerun."""
    made: dict[str, list[StreamlitPage]] = st.session_state.setdefault(_MADE, {})
    if language() not in made:
        made[language()] = [
            st.Page(_FOLDER / f"{name}.py", title=translated(title), default=name == _PAGES[0][0])
            for name, title in _PAGES
        ]
    return made[language()]


def page_names() -> list[str]:
    """The pages by the names of their scripts; all but the first have them in their addresses."""
    return [name for name, _ in _PAGES]


def name_of(page: StreamlitPage) -> str:
    """The name of a page's script."""
    return page.url_path or _PAGES[0][0]


def page_path(name: str) -> Path:
    """The script of a page, as `st.switch_page` and `st.page_link` expect it."""
    return _FOLDER / f"{name}.py"


@dataclass(frozen=True)
class Origin:
    """Several pictures that a visitor left for one of them; the address of Draw holds it.

    Attributes:
        page: where they are, by the name of its script.
        query: the parameters of its address.
        count: how many pictures.
        picture: the number of the one that was opened.
    """

    page: str
    query: Mapping[str, str]
    count: int
    picture: int

    def to_parameter(self) -> str:
        """Like "confusion/11/115?pictures=first.4.9"."""
        return f"{self.page}/{self.count}/{self.picture}?{urlencode(self.query)}"

    @classmethod
    def from_parameter(cls, text: str) -> Self | None:
        """What `to_parameter` was given, or None if the text is none that it makes."""
        path, _, query_text = text.partition("?")
        query = dict(parse_qsl(query_text))
        if any(name.lower() in _STREAMLITS_OWN for name in query):
            return None
        match path.split("/"):
            case [page, count, picture] if page in dict(_PAGES) and is_short(count, picture):
                return cls(page, query, int(count), int(picture))
        return None


def is_short(*numbers: str) -> bool:
    """Whether these parts of an address are whole numbers that a page can mean."""
    return all(number.isascii() and number.isdecimal() and len(number) < 8 for number in numbers)


def begin(title: str, lead: str = "") -> None:
    """Draw a page's title and lead; every page calls this first.

    Because the folder is named `pages`, Streamlit runs a page without app.py until app.py has
    called `st.navigation` for the first time. This happens when the first visit goes straight to a
    page: then the run is started again, in app.py.
    """
    if IN_APP not in st.session_state:
        navigate()
        st.rerun()
    with st.container(key="page_title"):
        st.title(title, anchor=False)
        if lead:
            st.markdown(lead)
