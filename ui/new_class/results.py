"""What a lesson brought: the sentence, the table, and what can be done with it."""

import io
import json
import zipfile
from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st

from mnist_models.comparison.lesson_results import (
    cost_sentence,
    lesson_rows,
    loss_sentence,
    new_sentence,
)
from mnist_models.formatting import count_text
from mnist_models.incremental.lesson import Lesson, State
from mnist_models.incremental.lessons import forget_lesson, lesson_folder
from mnist_models.learning.recipes import DATASET_TITLES
from ui.new_class.kept_runs import offer_to_keep
from ui.new_class.lesson_panel import visitor
from ui.widgets.tables import COUNT, show_table

_COLUMNS = {
    "seconds": st.column_config.NumberColumn(format="%.2f"),
    "pictures looked at": COUNT,
}


def show_results(lesson: Lesson, state: State) -> None:
    """How a lesson ended, and a row per way that was taught."""
    if state.stage == "cancelled":
        st.info(state.message, icon=":material/stop_circle:")
    elif state.stage == "failed":
        st.error(state.message, icon=":material/error:")
    if not state.steps:
        return
    st.markdown(f"##### {cost_sentence(lesson, state.steps)}")
    st.markdown(f"{new_sentence(lesson, state)} {loss_sentence(state)}")
    show_table(
        pd.DataFrame(lesson_rows(lesson, state)),
        file_name="new_class.csv",
        alt="What each way to teach cost and brought",
        columns=_COLUMNS,
    )
    st.caption(_about(lesson, state))


def offer_files_and_end(lesson: Lesson, state: State) -> None:
    """Take what was learned home, or throw it away."""
    with st.container(key="lesson_actions", horizontal=True):
        if state.steps:
            st.download_button(
                "Download",
                partial(as_zip, visitor(), lesson, state),
                "new_class.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                help="The networks as arrays (.npz), and the figures as JSON.",
            )
            offer_to_keep(state)
        st.button(
            "Throw away" if state.steps else "Back",
            icon=":material/delete:" if state.steps else ":material/arrow_back:",
            key="forget_lesson",
            on_click=forget_lesson,
            args=(visitor(),),
        )
    if state.steps and lesson.kind == "new":
        st.caption("Thrown away, it is forgotten; your examples stay.")


def as_zip(who: str, lesson: Lesson, state: State) -> bytes:
    """The networks of every way that was taught, and `results.json`.

    Args:
        who: the visitor whose lesson it is.
        lesson: what was taught.
        state: what came of it.
    """
    results = {"lesson": asdict(lesson), "results": state.to_json()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # not compressed: the arrays are
        for step in state.steps:
            path = lesson_folder(who) / f"{step.way}.npz"
            if path.is_file():  # else thrown away meanwhile, in another tab of the browser
                archive.write(path, path.name)
        archive.writestr("results.json", json.dumps(results, indent=2))
    return file.getvalue()


def _about(lesson: Lesson, state: State) -> str:
    title = DATASET_TITLES.get(state.rehearsed, state.rehearsed)
    if lesson.kind == "left out":
        kept_back = f"Recall: of {state.kept_back:,} test pictures of {title}."
    elif state.kept_back:
        many = count_text(state.kept_back, "drawing")
        kept_back = f"Recall: of {many} that nothing was learned from."
    else:
        kept_back = "No recall: with fewer than 5 examples all are learned from."
    return (
        f"Learned from {state.learned:,}; tested on {state.tested:,} pictures of {title}. "
        f"{kept_back} False alarms: the member of another class that most often says yes to it."
    )
