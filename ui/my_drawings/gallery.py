"""The drawings that were kept, as cards, and how many of them each approach reads."""

from collections.abc import Sequence

import streamlit as st

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.readings import Reading
from mnist_models.drawings.store import Store
from mnist_models.formatting import percent_text, score_text
from mnist_models.learning.approaches import TITLES
from mnist_models.metrics.significance import wilson_interval
from ui.widgets.controls import page_of

DRAWINGS_PER_PAGE = 24


def choose_drawings(drawings: list[Drawing]) -> list[Drawing]:
    """The visitor's own, with those of others unless a switch says no; a switch only if needed."""
    mine = [drawing for drawing in drawings if drawing.mine]
    if len(mine) < len(drawings) and not st.toggle("Also those of others", True, key="others"):
        return mine
    return drawings


def show_accuracy(readings: Sequence[Reading]) -> None:
    """A figure for each approach that has answered, with counts and interval.

    Args:
        readings: at least one.
    """
    whose = "my handwriting" if all(r.drawing.mine for r in readings) else "these drawings"
    for column, approach in zip(st.columns(2), readings[0].answers, strict=False):
        right = sum(reading.right(approach) for reading in readings)
        then = [r.drawing for r in readings if approach in r.drawing.answers]
        right_then = sum(drawing.answers[approach] == drawing.label for drawing in then)
        with column, st.container(key=f"{approach}_accuracy", border=True):
            share = percent_text(right / len(readings), 0)
            st.metric(f"{TITLES[approach]}: accuracy on {whose}", share)
            interval = wilson_interval(right, len(readings))
            score = score_text(right, len(readings), interval, digits=0)
            st.caption(f"{score}; when drawn {right_then} of {len(then)}")
    if readings[0].answers:
        st.caption(
            "In brackets the 95 % Wilson interval. It holds for drawings like these: who keeps "
            "only what was misread gets too low a figure, so keep what was read correctly as well."
        )


def show_cards(readings: Sequence[Reading], store: Store) -> None:
    """The drawings page by page, each with its answers and, if it is the visitor's, Delete.

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
    st.image(drawing.image, width=84, output_format="PNG", alt=f"A drawn {drawing.label}")
    st.markdown(f"It was a **{drawing.label}**")
    for approach, answer in reading.answers.items():
        st.caption(f"{TITLES[approach]}: {answer} {'✓' if reading.right(approach) else '✗'}")
    if drawing.mine and st.button("Delete", key=f"delete_{drawing.number}"):
        store.forget(drawing.digest)
        st.rerun()
