"""A page in parts, one tab for each."""

from collections.abc import Callable, Mapping

import streamlit as st


@st.fragment  # another tab leaves the rest of the page alone
def show_parts(parts: Mapping[str, Callable[[], None]], *, key: str) -> None:
    """One tab for each part; only the open one does any work.

    Args:
        parts: by title, what shows them.
        key: of the tabs, in the address too.
    """
    tabs = st.tabs(list(parts), key=key, bind="query-params")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show()
