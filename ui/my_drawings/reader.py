"""The run that reads the drawings, and what it reads."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.readings import mistakes_by_class, read
from mnist_models.drawings.store import Store
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.my_drawings.gallery import show_accuracy, show_cards
from ui.shared.current_run import cached_run, find_current_run, run_label, sound_stacks
from ui.widgets.tables import show_frame


def choose_reader() -> Run | None:
    """Any run, at first the visitor's current one; None without that, which the page says.

    Raises:
        RunError: it cannot be read.
    """
    if (current := find_current_run()) is None:
        return None
    here = current.name
    names = list(dict.fromkeys([here, *run_names()]))  # a run that was taught is not listed
    return cached_run(
        st.selectbox(
            t("Read them with the run"), names, format_func=run_label, key=f"reader_{here}"
        )
    )


def show_readings(drawings: Sequence[Drawing], run: Run, store: Store) -> None:
    """Accuracy, mistakes by class and a card per drawing, for the classes that the run knows.

    Raises:
        CorrectionError: one could not be deleted.
    """
    classes = {str(label) for label in run.classes}
    known = [drawing for drawing in drawings if drawing.label in classes]
    if len(known) < len(drawings):
        unknown = len(drawings) - len(known)
        st.caption(
            t(
                "{count} drawing is left out: the run {run} does not know its class.",
                "{count} drawings are left out: the run {run} does not know their classes.",
                count=unknown,
                run=run.label,
            )
        )
    readings = read(known, sound_stacks(run, run.pair))
    if not readings:
        return
    show_accuracy(readings)
    wrong = [reading for reading in readings if reading.misread]
    if wrong:
        st.header(t("Misread drawings"), anchor=False)
        st.caption(t("What each approach takes the misread drawings of each digit for."))
        table = pd.DataFrame(mistakes_by_class(readings, run.classes))
        alt = t("For each digit, what each approach takes it for")
        show_frame(table, alt=alt)
    st.header(t("One by one"), anchor=False)
    only_misread = t("Only misread drawings ({number:,})", number=len(wrong))
    only_wrong = bool(wrong) and st.toggle(only_misread, key="only_wrong")
    show_cards(wrong if only_wrong else readings, store)
