"""Controls that pages share: one of a few options, tabs, and pages of many things."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def pick(
    label: str, options: Iterable[T], key: str, *, default: T | None = None, hidden: bool = False
) -> T:
    """Let the visitor choose; the address says what.

    An address like `?key=` means nothing at all to Streamlit: then it is the default.

    Args:
        label: above the options.
        options: at least one.
        key: of the choice, in the address too.
        default: chosen at first; without it the first option.
        hidden: show no label, for what stands right below a heading.
    """
    options = list(options)
    first = options[0] if default is None else default
    picked = st.segmented_control(
        label,
        options,
        default=first,
        required=True,
        wrap=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed" if hidden else "visible",
    )
    return first if picked is None else picked


def page_of(count: int, per_page: int, key: str) -> slice:
    """Let the visitor turn pages, where there are several; returns what is on the one they are at.

    Args:
        count: of the things to show.
        per_page: how many of them at once.
        key: of the control; with another key, or another number of pages, it begins at the first.
    """
    pages = -(-count // per_page)
    page = st.pagination(pages, key=f"{key}_of_{pages}") if pages > 1 else 1
    return slice((page - 1) * per_page, page * per_page)


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
