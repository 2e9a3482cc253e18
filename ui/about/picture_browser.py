"""Choosing a picture: by set, digit and number, or by clicking one in a grid.

Digits stay light on black, as in MNIST.
"""

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.pictures import Grey, Images
from mnist_models.text import Texts, t
from ui.widgets.cells import show_cells
from ui.widgets.controls import pick
from ui.widgets.images import picture_url

GRID_COLUMNS, GRID_PAGE = 8, 32  # of a grid: on a phone, eight in a row are still fingertip-sized

_LARGE = 280  # pixels: ten per pixel of MNIST
_GRID_HEIGHT = 320  # pixels: about what it takes on a desktop and on a phone

_PAGE = "_data_page"
_PARTS = Texts({"training": t("training"), "test": t("test")})
_DIGITS = Texts({"all": t("all")} | {str(digit): str(digit) for digit in range(10)})


def choose_picture(data: Dataset) -> tuple[Grey, int]:
    """Draw the choices, the grid and the enlarged picture.

    Returns:
        The picture (28, 28) and its label.
    """
    with st.container(key="data_choices", horizontal=True):
        part = pick(t("Pictures"), _PARTS, "set", title=_PARTS, width=136)
        # So wide that on a phone it has a row of its own, also before our style is there.
        digit = pick(t("Digit"), _DIGITS, "digit", title=_DIGITS, width=480)
    training = part == "training"
    images, labels = (data.x_train, data.y_train) if training else (data.x_test, data.y_test)
    rows = np.arange(len(labels)) if digit == "all" else np.flatnonzero(labels == int(digit))
    last = len(labels) - 1
    _begin_anew_after_a_change((part, digit), rows, last)
    left, right = st.columns((3, 2), gap="large")
    with right:
        number = st.number_input(
            t("Picture number, 0 to {last:,}", last=last),
            *(0, last),
            key="picture",
            bind="query-params",
        )
    with left, st.container(key="data_grid"):
        _browse(images, labels, rows, number)
    # On a phone below the grid, which would push it away if it came later.
    with right:
        picture, label = images[number], int(labels[number])
        alt = t("Picture {number}, digit {label}, enlarged", number=number, label=label)
        with st.container(key="data_picture", height=_LARGE, border=False):
            st.image(picture, width=_LARGE, output_format="PNG", alt=alt)
        st.markdown(t("Label: **{label}**", label=label))
    return picture, label


def _begin_anew_after_a_change(choice: tuple[str, str], rows: NDArray, last: int) -> None:
    """After another set or digit was chosen, show the first page and the first picture."""
    before = st.session_state.get("_data_choice", choice)
    st.session_state["_data_choice"] = choice
    if choice != before or st.session_state.get("picture", 0) > last:
        st.session_state["picture"] = int(rows[0])
        st.session_state[_PAGE] = 0


def _browse(images: Images, labels: NDArray, rows: NDArray, chosen: int) -> None:
    """Pages of small pictures; clicking one puts its row number into the state as `picture`.

    Args:
        images: (n, 28, 28).
        labels: (n,) their digits.
        rows: the rows to show.
        chosen: the row with a frame around it.
    """
    last = (len(rows) - 1) // GRID_PAGE
    page = min(st.session_state.get(_PAGE, 0), last)
    shown = rows[page * GRID_PAGE : (page + 1) * GRID_PAGE]

    def choose(place: int) -> None:
        st.session_state["picture"] = int(shown[place])

    show_cells(
        _picture_grid(images[shown], labels[shown], shown),
        len(shown),
        key="grid",
        columns=GRID_COLUMNS,
        chosen=next(iter(np.flatnonzero(shown == chosen).tolist()), None),
        choose=choose,
        height=_GRID_HEIGHT,
        hint=t("Point at a picture for its label, click it to see it larger."),
        shows="data_picture",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("Previous"), disabled=page == 0, on_click=_turn_to, args=(page - 1,))
        st.button(t("Next"), disabled=page == last, on_click=_turn_to, args=(page + 1,))
        start = page * GRID_PAGE
        st.caption(
            t(
                "{first:,} to {last:,} of {count:,}",
                first=start + 1,
                last=start + len(shown),
                count=len(rows),
            )
        )


def _picture_grid(images: Images, labels: NDArray, rows: NDArray) -> str:
    """Small pictures with their row numbers as HTML, each a button; their values count from 0.

    Args:
        images: (n, 28, 28).
        labels: (n,) their digits.
        rows: (n,) their numbers.
    """
    cells = []
    for place, (image, label, row) in enumerate(zip(images, labels, rows, strict=True)):
        facts = html.escape(t("Picture {number:,}: digit {label}", number=row, label=label))
        cells.append(
            f"<button value={place} data-facts='{facts}' aria-label='{facts}'>"
            f"<img src='{picture_url(image)}' alt=''>{row:,}</button>"
        )
    return f"<div class='p-grid'>{''.join(cells)}</div>"


def _turn_to(page: int) -> None:
    st.session_state[_PAGE] = page
