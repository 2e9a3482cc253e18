"""Controls that pages share: a choice among a few options, tabs, and paging."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def pick(
    label: str,
    options: Iterable[T],
    key: str,
    *,
    title: Callable[[T], str] | Mapping[T, str] | None = None,
    default: T | None = None,
    hidden: bool = False,
    width: int | None = None,
) -> T:
    """Let the visitor choose; the address holds the title of the choice.

    For an address like `?key=` Streamlit returns no choice at all: then the default applies.

    Args:
        label: above the options.
        options: at least one.
        key: of the choice, in the address too.
        title: of each option, a function or a mapping; without it the option as a string.
        default: chosen at first; if None, the first option.
        hidden: do not show the label, for a control right below a heading.
        width: in pixels, where something stands behind it in a row: the browser keeps so much
            room before it knows the options. If None, that of the options.
    """
    options = list(options)
    first = options[0] if default is None else default
    picked = st.segmented_control(
        label,
        options,
        format_func=title.__getitem__ if isinstance(title, Mapping) else title,
        default=first,
        required=True,
        wrap=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed" if hidden else "visible",
        width=width or "content",
    )
    return first if picked is None else picked


def page_of(
    count: int,
    per_page: int,
    key: str,
    *,
    asked: int | None = None,
    turn: Callable[[int], None] | None = None,
) -> slice:
    """Let the visitor turn pages if there are several; returns the items on the current page.

    Args:
        count: how many items there are.
        per_page: how many of them fit on a page.
        key: of the control; a new key, or a new number of pages, starts at the first page.
        asked: the page to show, where the address decides and not the control.
        turn: called with the page that the visitor turns to.
    """
    pages, page = -(-count // per_page), 1
    if pages > 1:
        key = f"{key}_of_{pages}"
        if asked:
            st.session_state[key] = min(asked, pages)
        changed = (lambda: turn(st.session_state[key])) if turn else None
        page = st.pagination(pages, key=key, on_change=changed)
    return slice((page - 1) * per_page, page * per_page)


@st.fragment  # choosing another tab does not rerun the rest of the page
def show_parts(parts: Mapping[str, Callable[[], None]], *, key: str) -> None:
    """One tab per part; only the open one does any work.

    Args:
        parts: by title, the function that shows a part.
        key: of the tabs, in the address too.
    """
    tabs = st.tabs(list(parts), key=key, bind="query-params")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show()
