"""Controls that pages share: a choice among a few options, tabs, and paging."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from mnist_models.text import Text, in_english, translated

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
    """Let the visitor choose; the address holds the title of the choice, in English.

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
    write = title.__getitem__ if isinstance(title, Mapping) else title or str_of
    names = {option: in_english(write(option)) for option in options}
    first = options[0] if default is None else default
    st.session_state[key] = chosen = _asked(key, names, first)
    st.segmented_control(
        label,
        options,
        format_func=lambda option: translated(write(option)),
        required=True,
        wrap=True,
        key=key,
        on_change=_to_address,
        args=(key, names, first),
        label_visibility="collapsed" if hidden else "visible",
        width=width or "content",
    )
    return chosen


def pick_any(label: str, options: Iterable[str], key: str) -> str | None:
    """Let the visitor choose one of these texts or none, as at first; the address holds it."""
    names: dict[str | None, str] = {translated(option): in_english(option) for option in options}
    st.session_state[key] = chosen = _asked(key, names, None)
    st.segmented_control(
        label, list(names), key=key, wrap=True, on_change=_to_address, args=(key, names, None)
    )
    return chosen


def str_of(option: object) -> str:
    """What an option without a title is called."""
    return option if isinstance(option, Text) else str(option)


def _asked(key: str, names: Mapping[T, str], first: T) -> T:
    """The option that the address names; the first if it names none."""
    asked = st.query_params.get(key)
    return next((option for option, name in names.items() if name == asked), first)


def _to_address(key: str, names: Mapping[T, str], first: T) -> None:
    """Have the address name what was chosen, so that it can be shared and Back undoes it."""
    chosen = st.session_state[key]
    if chosen is None or chosen == first:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = names[chosen]


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
    titles = list(parts)
    for tab, show in zip(open_tabs(titles, key), parts.values(), strict=True):
        if tab.open:
            with tab:
                show()


def open_tabs(titles: Iterable[str], key: str) -> list[TabContainer]:
    """Tabs whose open one the address names, in English; only that one need do any work."""
    names = {translated(title): in_english(title) for title in titles}
    first = next(iter(names))
    st.session_state[key] = _asked(key, names, first)
    return list(st.tabs(list(names), key=key, on_change=_to_address, args=(key, names, first)))
