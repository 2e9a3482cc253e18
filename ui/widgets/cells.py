"""Cells with numbers or pictures that can be chosen by mouse, touch or keyboard.

A component of our own instead of a chart: a browser draws a table faster than a chart with as many
cells, and it works with the Tab and arrow keys and with screen readers.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "cells",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # so that the text has the page's font and colour
)


def show_cells(
    content: str,
    count: int,
    *,
    key: str,
    columns: int = 1,
    chosen: int | None = None,
    choose: Callable[[int], None] | None = None,
    hint: str = "",
    height: int | None = None,
    shows: str = "",
) -> None:
    """Draw cells, and call back with the one that the visitor chooses.

    Args:
        content: HTML with the cells in reading order. A cell that can be chosen is a <button>;
            their values count up from 0. What else has the number of a cell as its `data-cell`
            chooses it too, by mouse or touch, and has the class "chosen" with it. The
            `data-facts` of a cell are shown below all cells while somebody points at it. The
            caller escapes all text from outside.
        count: how many cells there are.
        key: of the cells in the session state.
        columns: how many cells are side by side.
        chosen: the number of the cell with a frame around it.
        choose: called with the number of the chosen cell, before the page is drawn again.
        hint: shown in place of the facts until a cell is pointed at.
        height: in pixels: that much room is there before the browser draws the cells, so nothing
            below them jumps. On a screen where they need more, `ui/style.css` says how much; None
            for as much as they need, once they are drawn.
        shows: the key of the container on the page that shows the chosen one, and is scrolled into
            the window.
    """

    def chose() -> None:
        number = number_of(st.session_state[key].cell, count)
        if choose and number is not None:
            choose(number)

    _mount(
        key=key,
        data={
            "content": content,
            "columns": columns,
            "chosen": None if chosen is None else str(chosen),
            "hint": hint,
            "shows": shows,
        },
        height=height or "content",
        on_cell_change=chose,
    )


def number_of(sent: object, count: int) -> int | None:
    """The number of the cell that the browser reports as chosen; None if there is no such cell."""
    numbers = {str(number): number for number in range(count)}
    return numbers.get(sent) if isinstance(sent, str) else None
