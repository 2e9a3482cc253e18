"""Cells with numbers or pictures that can be chosen by pointer, finger or keyboard.

A component of ours and not a chart: a browser draws a table sooner than a chart of as many cells,
and the Tab and arrow keys and screen readers know their way in it.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "cells",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # style.css says how cells look
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
) -> None:
    """Draw cells, and call back with the one that a visitor chooses.

    Args:
        content: HTML, its cells in reading order: a <button> whose value is a number from 0 up for
            each that can be chosen. What `data-facts` says of a cell is shown below them all while
            somebody points at it. Whoever writes it escapes what is not ours.
        count: of the cells.
        key: of the cells in the session's state.
        columns: how many cells are side by side.
        chosen: the one with a frame around it.
        choose: called with the number of a cell, before the page is drawn again.
        hint: stands in the place of the facts until there are some.
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
        },
        on_cell_change=chose,
    )


def number_of(sent: object, count: int) -> int | None:
    """The number of the cell that a browser says was chosen; None where there is no such cell."""
    numbers = {str(number): number for number in range(count)}
    return numbers.get(sent) if isinstance(sent, str) else None
