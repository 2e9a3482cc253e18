"""The kept drawings as cards, and how many of them each approach reads correctly."""

from collections.abc import Sequence

import streamlit as st

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.readings import Reading
from mnist_models.drawings.store import Store
from mnist_models.formatting import percent_text, score_text
from mnist_models.learning.approaches import TITLES
from mnist_models.metrics.significance import wilson_interval
from mnist_models.text import t
from ui.widgets.controls import page_of

DRAWINGS_PER_PAGE = 24


def choose_drawings(drawings: list[Drawing]) -> list[Drawing]:
    """The visitor's own, and other people's unless a switch, shown if there are any, says no."""
    mine = [drawing for drawing in drawings if drawing.mine]
    if len(mine) < len(drawings) and not st.toggle(t("Include other people's"), True, key="others"):
        return mine
    return drawings


def show_accuracy(readings: Sequence[Reading]) -> None:
    """A figure for each approach that has answered, with counts and an interval.

    Args:
        readings: at least one.
    """
    mine = all(reading.drawing.mine for reading in readings)
    for column, approach in zip(st.columns(2), readings[0].answers, strict=False):
        right = sum(reading.right(approach) for reading in readings)
        then = [r.drawing for r in readings if approach in r.drawing.answers]
        right_then = sum(drawing.answers[approach] == drawing.label for drawing in then)
        with column, st.container(key=f"{approach}_accuracy", border=True):
            share = percent_text(right / len(readings), 0)
            title = TITLES[approach]
            if mine:
                st.metric(t("{approach}: accuracy on my handwriting", approach=title), share)
            else:
                st.metric(t("{approach}: accuracy on these drawings", approach=title), share)
            interval = wilson_interval(right, len(readings))
            score = score_text(right, len(readings), interval, digits=0)
            st.caption(
                t(
                    "{score}; when drawn: {right:,} of {drawn:,}",
                    score=score,
                    right=right_then,
                    drawn=len(then),
                )
            )
    if readings[0].answers:
        st.caption(
            t(
                "The figures in brackets are the 95 % Wilson interval. It holds for drawings like "
                "these: keeping only misread ones makes the accuracy too low, so keep what was "
                "read correctly as well."
            )
        )


def show_cards(readings: Sequence[Reading], store: Store) -> None:
    """The drawings page by page, each with the answers and, if it is the visitor's, Delete.

    Raises:
        CorrectionError: one could not be deleted.
    """
    shown = page_of(len(readings), DRAWINGS_PER_PAGE, "page")
    with st.container(key="cards", horizontal=True):
        for reading in readings[shown]:
            with st.container(border=True, width=150, gap="xsmall"):
                _show_card(reading, store)


def _show_card(reading: Reading, store: Store) -> None:
    drawing = reading.drawing
    alt = t("A drawn {label}", label=drawing.label)
    st.image(drawing.image, width=84, output_format="PNG", alt=alt)
    st.markdown(t("It was **{label}**", label=drawing.label))
    for approach, answer in reading.answers.items():
        st.caption(f"{TITLES[approach]}: {answer} {'✓' if reading.right(approach) else '✗'}")
    if drawing.mine and st.button(t("Delete"), key=f"delete_{drawing.number}"):
        store.forget(drawing.digest)
        st.rerun()
