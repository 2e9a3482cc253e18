"""My drawings: what was drawn, what it truly was, and how well a run reads it."""

from functools import partial

import pandas as pd
import streamlit as st

from mnist_models.drawings.drawing import CorrectionError, Drawing
from mnist_models.drawings.files import as_npz, as_zip
from mnist_models.drawings.readings import mistakes_by_class, read
from mnist_models.drawings.store import Store
from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.settings import keeps_drawings, who_sees_drawings
from ui.my_drawings.gallery import show_accuracy, show_cards
from ui.my_drawings.session import has_kept, open_store
from ui.shared.current_run import cached_run, current_run
from ui.shared.navigation import begin, page_path

WHO_SEES_THEM = {
    "session": "Only you see these drawings, and only until you reload or close the page. After "
    "that they stay in this site's database, where no visitor sees them. Download what you want "
    "to keep, and delete what should not stay.",
    "everyone": "Everyone who opens this page sees all drawings. You can delete your own until you "
    "reload or close the page.",
}


def begin_with_a_drawing() -> None:
    st.info(
        "Nothing kept yet. Draw a digit, then tap what it was: it will be here.",
        icon=":material/draw:",
    )
    st.page_link(page_path("draw"), label="Draw a digit", icon=":material/arrow_forward:")


def choose_drawings(drawings: list[Drawing]) -> list[Drawing]:
    mine = [drawing for drawing in drawings if drawing.mine]
    if len(mine) < len(drawings) and not st.toggle("Also those of others", True, key="others"):
        return mine
    return drawings


def choose_reader() -> Run:
    here, names = current_run().name, run_names()
    name = st.selectbox("Read them with the run", names, names.index(here), key=f"reader_{here}")
    try:
        return cached_run(name)
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def sound_stacks(run: Run) -> dict[Approach, Stack]:
    stacks: dict[Approach, Stack] = {}
    for approach in run.approaches:
        try:
            stacks[approach] = run.stack(approach)
        except RunError as error:
            st.warning(str(error), icon=":material/warning:")
    return stacks


def show_readings(drawings: list[Drawing], run: Run, store: Store) -> None:
    classes = {str(label) for label in run.classes}
    known = [drawing for drawing in drawings if drawing.label in classes]
    if len(known) < len(drawings):
        unknown = len(drawings) - len(known)
        st.caption(f"{unknown} left out: the run {run.name} does not know what they show.")
    readings = read(known, sound_stacks(run))
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


def offer_files_and_deletion(drawings: list[Drawing], store: Store) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "As the models see them (.npz)", partial(as_npz, drawings), "drawings.npz",
            on_click="ignore", icon=":material/download:", key="download_npz",
        )  # fmt: skip
        st.download_button(
            "As drawn (.zip)", partial(as_zip, store), "drawings.zip",
            on_click="ignore", icon=":material/download:", key="download_zip",
        )  # fmt: skip
        if mine := sum(drawing.mine for drawing in drawings):
            with st.popover("Delete all …", icon=":material/delete:"):
                st.markdown(f"All {mine} that you drew? They cannot be brought back.")
                if st.button("Delete all", type="primary", key="delete_all"):
                    store.forget_all()
                    st.rerun()


begin("My drawings", "What was drawn, what it truly was, and how it is read.")
if not keeps_drawings():
    st.info("This site keeps no drawings.", icon=":material/block:")
    st.stop()
try:
    # Who has kept nothing in this visit owns nothing: the database need not be asked.
    store = open_store() if has_kept() or who_sees_drawings() == "everyone" else None
    drawings = store.drawings() if store else []
    if store and drawings:
        drawings = choose_drawings(drawings)
        st.caption(WHO_SEES_THEM[who_sees_drawings()])
        offer_files_and_deletion(drawings, store)
        show_readings(drawings, choose_reader(), store)
    else:
        begin_with_a_drawing()
except CorrectionError as error:
    st.error(str(error), icon=":material/error:")
