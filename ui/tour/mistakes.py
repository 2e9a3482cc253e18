"""Widgets of the tour about where both go wrong; a click opens the pictures above the step."""

from typing import get_args

import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel, contenders_of
from mnist_models.data.mnist import find_mnist
from mnist_models.errors import ExpectedError
from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.compare.studies.you_against import play
from ui.confusion.explorer import show_matrices
from ui.confusion.map_view import show_map_of
from ui.confusion.selection import Matrix, Selection, choose_outcome, show_asked
from ui.widgets.contender_style import looks

_PAGE = "tour"


def duel_of(run: Run) -> Duel | None:
    """Both approaches of a run; None where it has one, or its scores are damaged."""
    try:
        return Duel.of(*_two(run)) if len(run.pair) > 1 else None
    except ExpectedError:
        return None


def _two(run: Run) -> tuple[Contender, Contender]:
    first, second, *_ = contenders_of(run)
    return first, second


def show_matrix(run: Run) -> None:
    """Both confusion matrices."""
    if duel := _duel_or_sentence(run):
        st.caption(
            t("Rows are true digits, columns are answers. Click a cell to see its pictures.")
            if find_mnist()
            else t(
                "Rows are true digits, columns are answers. MNIST's pictures are not on this "
                "server."
            )
        )
        show_matrices(duel)


def show_maps_of_both(run: Run) -> None:
    """Both maps of the test pictures; a line around points opens theirs."""
    if duel := _duel_or_sentence(run):
        names = get_args(Matrix)[:2]
        for column, name, look in zip(st.columns(2), names, looks(duel), strict=True):
            with column:
                show_map_of(duel, name, look, Selection(None))


def offer_doubtful(run: Run) -> None:
    """A button that opens the pictures that both misread, the surest mistakes first.

    Not there where MNIST is not: without the pictures there is nothing to look at.
    """
    if find_mnist() is None:
        return
    if duel := _duel_or_sentence(run):
        st.button(
            t(
                "Show the picture that both misread",
                "Show the {count:,} pictures that both misread",
                count=duel.paired.both_wrong,
            ),
            icon=":material/search:",
            key="tour_both_wrong",
            on_click=choose_outcome,
            args=(duel, "both_wrong"),
            disabled=not duel.paired.both_wrong,
        )


def show_you_against(run: Run) -> None:
    """The game: hard pictures that the visitor reads before both do."""
    if duel := duel_of(run):
        play(duel)


def show_pictures_asked_for(run: Run) -> None:
    """The pictures that the address asks for, if it does."""
    if "pictures" in st.query_params and (duel := duel_of(run)):
        show_asked(duel, _PAGE)


def _duel_or_sentence(run: Run) -> Duel | None:
    duel = duel_of(run)
    if duel is None:
        st.info(
            t("The run {run} has one approach here. Choose another in the sidebar.", run=run.label),
            icon=":material/info:",
        )
    return duel
