"""Confusion: which digits each contender takes for which, and the pictures behind each number."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.sentences import data_text
from mnist_models.metrics.scores import largest_confusions
from ui.confusion.display_options import View, choose_view
from ui.confusion.matrices import (
    Heatmap,
    confusion_heatmap,
    difference_heatmap,
    full_colour,
    in_unit,
    show_heatmap,
)
from ui.confusion.selection import Matrix, Question, ask, choose_cell, show_answer
from ui.shared.current_duel import choose_duel
from ui.shared.navigation import begin
from ui.widgets.contender_style import Looks, looks
from ui.widgets.tables import offer_csv, offer_table

Counts = tuple[np.ndarray, np.ndarray]  # (K, K) each


def show_matrix(
    name: Matrix, draw: Callable[[View], Heatmap], view: View, question: Question, alt: str
) -> None:
    view = replace(view, chosen=question.cell_of(name))
    show_heatmap(draw(view), view, key=f"matrix_{name}", alt=alt, choose=partial(choose_cell, name))


def show_both(pair: Looks, counts: Counts, classes: list[Any], view: View, asked: Question) -> None:
    full = full_colour([in_unit(c, view.unit) for c in counts], diagonal=view.diagonal)
    names = get_args(Matrix)[:2]
    for column, name, look, confusion in zip(st.columns(2), names, pair, counts, strict=True):
        with column, st.container(key=f"confusion_{look.key}"):
            wrong = confusion.sum() - confusion.trace()
            st.subheader(f"{look.name}: {wrong:,} mistakes", anchor=False)
            draw = partial(confusion_heatmap, confusion, classes, full)
            alt = f"Confusion matrix of the {look.name.lower()}"
            show_matrix(name, draw, view, asked, alt)


def show_difference(
    pair: Looks, counts: Counts, classes: list[Any], view: View, asked: Question
) -> None:
    values = in_unit(counts[0], view.unit) - in_unit(counts[1], view.unit)
    full = full_colour([values], diagonal=view.diagonal)
    first, second = (look.name for look in pair)
    with st.container(key="confusion_difference", width=720):
        st.subheader(f"{first} minus {second}", anchor=False)
        st.caption(
            f"**+** more pictures for: {first}; **−** more for: {second}; each in its colour. Off "
            "the diagonal these are mistakes, and fewer are better."
        )
        draw = partial(difference_heatmap, *counts, classes, full, pair)
        alt = "Difference of the two confusion matrices"
        show_matrix("difference", draw, view, asked, alt)


def offer_matrices(pair: Looks, counts: Counts, classes: list[Any]) -> None:
    for name, look, confusion in zip(get_args(Matrix)[:2], pair, counts, strict=True):
        offer_csv(
            partial(matrix_table, confusion, classes),
            file_name=f"confusion_{name}.csv",
            title=f"Save the whole matrix: {look.name}",
        )


def matrix_table(confusion: np.ndarray, classes: list[Any]) -> pd.DataFrame:
    table = pd.DataFrame(confusion, columns=[f"answer {label}" for label in classes])
    table.insert(0, "true", classes)
    return table


@st.fragment  # a click at a cell runs this again and leaves the sidebar alone
def explore(duel: Duel) -> None:
    pair = looks(duel)
    first, second = (np.array(look.contender.metrics.confusion) for look in pair)
    counts = first, second
    view, difference = choose_view(counts)
    matrices = st.container()
    with st.container(key="mistakes"):
        st.subheader("The pictures behind the numbers", anchor=False)
        asked = ask(duel)  # before the matrices, which frame the cell
        with matrices:
            (show_difference if difference else show_both)(pair, counts, duel.classes, view, asked)
        show_answer(duel, asked)
        by_name = {look.name: c.tolist() for look, c in zip(pair, counts, strict=True)}
        offer_table(
            "The most frequent mistakes",
            lambda: pd.DataFrame(largest_confusions(by_name, duel.classes)),
            key="mistakes_table",
            file_name="mistakes.csv",
            alt="The pairs of digits that are confused most often, for both",
            more=partial(offer_matrices, pair, counts, duel.classes),
        )


begin("Confusion", "Which digits are taken for which, and what do these pictures look like?")
duel = choose_duel()
runs = " and ".join(f"*{run.label}*" for run in dict.fromkeys((duel.first.run, duel.second.run)))
st.caption(f"Run {runs}, judged on {data_text(duel.first.run)} that training never saw.")
explore(duel)
