"""How an address changes the look of all pages: larger for a projector, and with less on them.

Like the run and the language, this is carried from page to page, since Streamlit drops the
parameters of the address there; on the same page an address without it is that of the browser's
Back.
"""

from pathlib import Path

import streamlit as st

from mnist_models.text import t
from ui.sharing.hiding import hidden, hiding_style, say_what_is_unknown
from ui.sharing.parameters import HIDE, PRESENT

_ON = "true"
_KEPT = "_look_of_pages"  # by parameter
_PAGE = "_look_page"  # that was drawn before
_LARGER = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def settle_look(page: str) -> None:
    """Find out how pages are to look; before anything is drawn.

    Args:
        page: the one that is drawn, by its address.
    """
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    for name in (PRESENT, HIDE):
        if asked := st.query_params.get(name):
            kept[name] = asked
        elif page == st.session_state.get(_PAGE):
            kept.pop(name, None)
        elif name in kept:
            st.query_params[name] = kept[name]
    st.session_state[_PAGE] = page


def is_presenting() -> bool:
    """Whether pages are for a projector."""
    return st.query_params.get(PRESENT, "").lower() == _ON


def write_style() -> None:
    """The style of all that, where the address asks for any; it takes no room."""
    names = {*hidden(), *(("sidebar",) if is_presenting() else ())}
    if names:
        larger = _LARGER if is_presenting() else ""
        st.html(f"<style>{hiding_style(sorted(names))}{larger}</style>")


def offer_way_out() -> None:
    """Above a page: the end of a presentation, and what the address asks for in vain."""
    if is_presenting():
        with st.container(key="presenting", horizontal=True, horizontal_alignment="right"):
            st.button(
                t("End the presentation"),
                icon=":material/close_fullscreen:",
                type="tertiary",
                key="end_presentation",
                on_click=_end,
            )
    say_what_is_unknown()


def _end() -> None:
    st.query_params.pop(PRESENT, None)
    st.session_state.get(_KEPT, {}).pop(PRESENT, None)
