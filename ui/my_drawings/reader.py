"""The run that reads the drawings, and what it makes of them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.readings import mistakes_by_class, read
from mnist_models.drawings.store import Store
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run, RunError
from ui.my_drawings.gallery import show_accuracy, show_cards
from ui.shared.current_run import cached_run, current_run, sound_stacks


def choose_reader() -> Run:
    """Any run, the visitor's to begin with; where it cannot be read, the page ends."""
    here = current_run().name
    names = list(dict.fromkeys([here, *run_names()]))  # one that was taught is in no list
    name = st.selectbox("Read them with the run", names, key=f"reader_{here}")
    try:
        return cached_run(name)
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def show_readings(drawings: Sequence[Drawing], run: Run, store: Store) -> None:
    """Accuracy, mistakes by class and a card per drawing, of those whose class the run knows.

    Raises:
        CorrectionError: one could not be deleted.
    """
    classes = {str(label) for label in run.classes}
    known = [drawing for drawing in drawings if drawing.label in classes]
    if len(known) < len(drawings):
        unknown = len(drawings) - len(known)
        st.caption(f"{unknown} left out: the run {run.name} does not know what they show.")
    readings = read(known, sound_stacks(run, run.approaches))
    if not readings:
        return
    show_accuracy(readings)
    wrong = [reading for reading in readings if reading.misread]
    if wrong:
        st.subheader("Which go wrong", anchor=False)
        st.caption("Digit by digit, what each approach takes the misread ones for.")
        table = pd.DataFrame(mistakes_by_class(readings, run.classes))
        st.dataframe(table, hide_index=True, alt="Per digit, what each approach takes it for")
    st.subheader("One by one", anchor=False)
    only_wrong = bool(wrong) and st.toggle(f"Only the {len(wrong)} misread", key="only_wrong")
    show_cards(wrong if only_wrong else readings, store)
