"""Confusion matrices side by side, and the pictures behind each of their cells."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.metrics.scores import largest_confusions
from mnist_models.text import t, translated
from ui.confusion.display_options import Shown, View, choose_view
from ui.confusion.map_view import show_map_of
from ui.confusion.matrices import (
    Heatmap,
    confusion_heatmap,
    difference_heatmap,
    full_colour,
    in_unit,
    show_heatmap,
)
from ui.confusion.selection import (
    Matrix,
    Selection,
    choose_cell,
    choose_pictures,
    mark_cell,
    show_asked,
)
from ui.widgets.contender_style import Looks, looks
from ui.widgets.tables import offer_csv, offer_table

_Counts = tuple[np.ndarray, np.ndarray]  # (K, K) each


@st.fragment  # a click on a cell runs this again and leaves the sidebar alone
def explore(duel: Duel) -> None:
    """Both confusion matrices or their difference, and the pictures behind one of the cells."""
    pair, counts = looks(duel), _counts(duel)
    view, shown = choose_view(counts)
    matrices = st.container()
    with st.container(key="mistakes"):
        st.header(t("The pictures behind the numbers"), anchor=False)
        selection = choose_pictures(duel)  # before the matrices, which frame the cell
        with matrices:
            _SHOW[shown](duel, counts, view, selection)
        show_asked(duel)
        by_name = {look.name: c.tolist() for look, c in zip(pair, counts, strict=True)}
        offer_table(
            t("The most frequent mistakes"),
            lambda: pd.DataFrame(largest_confusions(by_name, duel.classes)),
            key="mistakes_table",
            file_name="mistakes.csv",
            alt=t("The pairs of digits that both contenders together confuse most often"),
            more=partial(_offer_matrices, pair, counts, duel.classes),
        )


def show_matrices(duel: Duel) -> None:
    """Both confusion matrices alone, as counts; a click on a cell asks for its pictures."""
    counts = _counts(duel)
    _show_both(duel, counts, View(), Selection(None))


def _counts(duel: Duel) -> _Counts:
    first, second = (np.array(look.contender.metrics.confusion) for look in looks(duel))
    return first, second


def _show_matrix(
    duel: Duel,
    name: Matrix,
    draw: Callable[[View], Heatmap],
    view: View,
    selection: Selection,
    alt: str,
    *,
    opens: bool = True,
) -> None:
    view = replace(view, chosen=selection.cell_of(name))
    choose = partial(choose_cell, duel, name) if opens else partial(mark_cell, name)
    more = {} if opens else {"hint": translated(_LIGHTS), "shows": f"map_{name}"}
    show_heatmap(draw(view), view, key=f"matrix_{name}", alt=alt, choose=choose, **more)


def _show_both(
    duel: Duel, counts: _Counts, view: View, selection: Selection, *, maps: bool = False
) -> None:
    pair = looks(duel)
    full = full_colour([in_unit(c, view.unit) for c in counts], diagonal=view.diagonal)
    names = get_args(Matrix)[:2]
    rows = (st.columns(2) for _ in pair) if maps else ((column, None) for column in st.columns(2))
    for (column, beside), name, look, confusion in zip(rows, names, pair, counts, strict=True):
        with column, st.container(key=f"confusion_{look.key}"):
            wrong = int(confusion.sum() - confusion.trace())
            st.header(
                t(
                    "{name}: {count:,} mistake",
                    "{name}: {count:,} mistakes",
                    name=look.name,
                    count=wrong,
                ),
                anchor=False,
            )
            draw = partial(confusion_heatmap, confusion, duel.classes, full)
            alt = t("Confusion matrix: {name}", name=look.name)
            _show_matrix(duel, name, draw, view, selection, alt, opens=not maps)
        if beside:
            with beside:
                show_map_of(duel, name, look, selection)


def _show_difference(duel: Duel, counts: _Counts, view: View, selection: Selection) -> None:
    pair = looks(duel)
    values = in_unit(counts[0], view.unit) - in_unit(counts[1], view.unit)
    full = full_colour([values], diagonal=view.diagonal)
    first, second = (look.name for look in pair)
    with st.container(key="confusion_difference", width=720):
        st.header(t("{first} minus {second}", first=first, second=second), anchor=False)
        st.caption(
            t(
                "**+** more pictures for {first}, **−** more for {second}, each in its own colour. "
                "Off the diagonal these are mistakes, so fewer are better.",
                first=first,
                second=second,
            )
        )
        draw = partial(difference_heatmap, *counts, duel.classes, full, pair)
        alt = t("Difference between the two confusion matrices")
        _show_matrix(duel, "difference", draw, view, selection, alt)


_SHOW: dict[Shown, Callable[[Duel, _Counts, View, Selection], None]] = {
    "both": _show_both,
    "difference": _show_difference,
    "map": partial(_show_both, maps=True),
}
_LIGHTS = t("Point at a cell to see its counts and shares here, click it to light up its pictures.")


def _offer_matrices(pair: Looks, counts: _Counts, classes: list[Any]) -> None:
    for name, look, confusion in zip(get_args(Matrix)[:2], pair, counts, strict=True):
        offer_csv(
            partial(_matrix_table, confusion, classes),
            file_name=f"confusion_{name}.csv",
            title=t("Save the whole matrix: {name}", name=look.name),
        )


def _matrix_table(confusion: np.ndarray, classes: list[Any]) -> pd.DataFrame:
    table = pd.DataFrame(confusion, columns=[t("answer {label}", label=each) for each in classes])
    table.insert(0, t("true"), classes)
    return table
