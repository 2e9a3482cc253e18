"""What a network sees of a picture: its numbers in a table and in a row, and its label one-hot.

HTML and not SVG, because `st.html` removes SVG.
"""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.learning.inputs import as_rows
from mnist_models.pictures import Grey
from mnist_models.text import t
from ui.widgets.images import picture_url


def show_numbers(picture: Grey) -> None:
    """The 28 × 28 numbers of a picture, as stored or scaled."""
    scaled = st.toggle(t("Scaled to 0 … 1"), key="scaled")
    st.markdown(
        t(
            "After scaling: divided by 255, here rounded to two decimals. Small numbers make "
            "training stable."
        )
        if scaled
        else t("As stored: grey levels from 0 (no ink) to 255 (the strongest ink).")
    )
    with st.container(key="data_numbers"):
        st.html(numbers_table(picture, scaled=scaled))


def show_input(picture: Grey, label: int) -> None:
    """The 784 numbers that a network gets for a picture, and what it should answer."""
    st.markdown(
        t(
            "The 28 rows of the scaled picture laid end to end: **784 numbers**, shape `(784,)`. A "
            "fully connected network is not told which of them were neighbours."
        )
    )
    st.html(row_strip(picture))
    with st.container(key="data_row"):
        # Wrapped: what scrolls sideways in Streamlit's box cannot be reached by keyboard.
        st.code(row_excerpt(as_rows(picture[np.newaxis])[0]), language=None, wrap_lines=True)
    st.markdown(
        t(
            "The label is the number **{label}**. *One-hot*, it is ten numbers with a single 1: "
            "what the ten outputs of the single model should say. Of the ten binary models, the "
            "one for {label} is taught the 1, and each of the others its 0.",
            label=label,
        )
    )
    with st.container(key="data_one_hot"):
        st.html(one_hot_boxes(label, range(10)))


def numbers_table(picture: Grey, *, scaled: bool) -> str:
    """The 28 × 28 numbers as HTML, each on the grey that it stands for.

    Lines of text, with an element only for each number that is not 0: a table of 784 cells takes a
    browser as long as the rest of the page.

    Args:
        picture: (28, 28) grey levels 0-255.
        scaled: divide them by 255 and show two decimals.
    """
    head = "<b>" + "".join(map(_placed, ("", *range(len(picture))))) + "</b>"
    middle = _placed(_middle_of_the_ink(picture))
    head = head.replace(middle, f"<u>{middle}</u>")  # where style.css begins to scroll
    lines = (
        f"<b>{_placed(r)}</b><span>" + "".join(_number(int(v), scaled) for v in row) + "</span>"
        for r, row in enumerate(picture)
    )
    label = html.escape(t("28 × 28 numbers"))
    more = html.escape(t("There is more on both sides: swipe or scroll sideways."))
    return (
        f"<div class='d-wide'><p>{more}</p>"
        f"<div class='d-scroll' tabindex=0 role=region aria-label='{label}'>"
        f"<pre class='d-numbers'>{head}\n" + "\n".join(lines) + "</pre></div></div>"
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
    alt = html.escape(t("The 784 grey levels as one strip"))
    return f"<img class='d-strip' src='{url}' alt='{alt}'>"


def row_excerpt(row: NDArray) -> str:
    """The beginning, the first ink and the end of a row of 784 numbers, with their positions."""
    ink = min(int((row > 0).argmax()), len(row) - 8)
    pieces = [slice(0, 8), slice(ink, ink + 8), slice(len(row) - 8, len(row))]
    return "\n".join(
        f"{piece.start:3} … {piece.stop - 1:3}:  " + "  ".join(f"{v:.3f}" for v in row[piece])
        for piece in pieces
    )


def _middle_of_the_ink(picture: Grey) -> int:
    columns = np.flatnonzero(picture.any(axis=0))
    return int(columns.mean().round()) if len(columns) else picture.shape[1] // 2


def _number(value: int, scaled: bool) -> str:
    text = str(value // 255 if scaled else value)
    if scaled and 0 < value < 255:
        text = f"{value / 255:.2f}"
    if not value:
        return _placed(text)
    ink = "#fff" if value < 118 else "#000"
    return f"<i style='background:rgb({value},{value},{value});color:{ink}'>{_placed(text)}</i>"


def _placed(number: int | str) -> str:
    """Padded to five characters, the width that style.css expects."""
    return f"{number:>4} "
