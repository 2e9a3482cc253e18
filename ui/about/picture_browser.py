"""Pictures of digits and of their numbers, as HTML, and how many there are as Altair charts.

HTML and not SVG, because `st.html` removes SVG. Digits stay light on black, as MNIST has them.
"""

import html
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_models.pictures import Grey
from ui.widgets.cells import show_cells
from ui.widgets.charts import NEUTRAL, Layered
from ui.widgets.images import picture_url

COLUMNS, PER_PAGE = 8, 32  # of a grid: eight across a phone are still as large as a fingertip

_PAGE = "_data_page"


def browse(images: Grey, labels: NDArray, rows: NDArray, chosen: int) -> None:
    """Pages of small pictures; a click at one puts its row number into the state as `picture`.

    Args:
        images: (n, 28, 28).
        labels: (n,) their digits.
        rows: which of them to show.
        chosen: the row with a frame around it.
    """
    last = (len(rows) - 1) // PER_PAGE
    page = min(st.session_state.get(_PAGE, 0), last)
    shown = rows[page * PER_PAGE : (page + 1) * PER_PAGE]

    def choose(place: int) -> None:
        st.session_state["picture"] = int(shown[place])

    show_cells(
        picture_grid(images[shown], labels[shown], shown),
        len(shown),
        key="grid",
        columns=COLUMNS,
        chosen=next(iter(np.flatnonzero(shown == chosen).tolist()), None),
        choose=choose,
        hint="Point at a picture for its label, click it to see it larger.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous", disabled=page == 0, on_click=_turn_to, args=(page - 1,))
        st.button("Next", disabled=page == last, on_click=_turn_to, args=(page + 1,))
        start = page * PER_PAGE
        st.caption(f"{start + 1:,} to {start + len(shown):,} of {len(rows):,}")


def picture_grid(images: Grey, labels: NDArray, rows: NDArray) -> str:
    """Small pictures with their row numbers as HTML, each a button that counts from 0.

    Args:
        images: (n, 28, 28).
        labels: (n,) their digits.
        rows: (n,) their numbers.
    """
    cells = (
        f"<button value={place} data-facts='Picture {row:,}: a {label}'>"
        f"<img src='{picture_url(image)}' alt='Picture of a {label}, number'>{row:,}</button>"
        for place, (image, label, row) in enumerate(zip(images, labels, rows, strict=True))
    )
    return f"<div class='p-grid'>{''.join(cells)}</div>"


def count_bars(counts: pd.Series) -> Layered:
    """How many pictures there are of each digit, as bars with their numbers."""
    bars = alt.Chart(pd.DataFrame({"digit": range(len(counts)), "pictures": counts})).encode(
        x=alt.X("digit:O", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("pictures:Q", title=None),
        tooltip=["digit", alt.Tooltip("pictures", format=",")],
    )
    numbers = bars.mark_text(dy=-7, fontSize=10, color=NEUTRAL).encode(
        text=alt.Text("pictures:Q", format=",")
    )
    return alt.layer(bars.mark_bar(color=NEUTRAL), numbers).properties(height=220)


def numbers_table(picture: Grey, *, scaled: bool) -> str:
    """The 28 × 28 numbers as HTML, each on the grey that it stands for.

    Lines of text, with an element for each number that is not 0: a table of 784 cells takes a
    browser as long as the rest of the page.

    Args:
        picture: (28, 28) grey levels 0-255.
        scaled: divide them by 255 and show two decimals.
    """
    head = "<b>" + "".join(map(_placed, ("", *range(len(picture))))) + "</b>"
    lines = (
        f"<b>{_placed(r)}</b><span>" + "".join(_number(int(v), scaled) for v in row) + "</span>"
        for r, row in enumerate(picture)
    )
    return (
        "<div class='d-scroll' tabindex=0 role=region aria-label='28 × 28 numbers'>"
        f"<pre class='d-numbers'>{head}\n" + "\n".join(lines) + "</pre></div>"
    )


def one_hot_boxes(label: int, classes: Sequence[Any]) -> str:
    """A label as K boxes, a 1 in the box of its class and 0 in all others, as HTML."""
    boxes = "".join(
        f"<div class='{'on' if c == label else 'off'}'>{html.escape(str(c))}"
        f"<b><span>{int(c == label)}</span></b></div>"
        for c in classes
    )
    return f"<div class='d-hot'>{boxes}</div>"


def row_strip(picture: Grey) -> str:
    """A picture's rows laid end to end as one strip of grey levels, as HTML."""
    url = picture_url(picture.reshape(1, -1))
    return f"<img class='d-strip' src='{url}' alt='The 784 grey levels as one strip'>"


def row_excerpt(row: NDArray) -> str:
    """The beginning, the first ink and the end of a row of 784 numbers, with their positions."""
    ink = min(int((row > 0).argmax()), len(row) - 8)
    pieces = [slice(0, 8), slice(ink, ink + 8), slice(len(row) - 8, len(row))]
    return "\n".join(
        f"{piece.start:3} … {piece.stop - 1:3}:  " + "  ".join(f"{v:.3f}" for v in row[piece])
        for piece in pieces
    )


def _turn_to(page: int) -> None:
    st.session_state[_PAGE] = page


def _number(value: int, scaled: bool) -> str:
    text = str(value // 255 if scaled else value)
    if scaled and 0 < value < 255:
        text = f"{value / 255:.2f}"
    if not value:
        return _placed(text)
    ink = "#fff" if value < 118 else "#000"
    return f"<i style='background:rgb({value},{value},{value});color:{ink}'>{_placed(text)}</i>"


def _placed(number: int | str) -> str:
    """In five characters, as wide as style.css expects each number to be."""
    return f"{number:>4} "
