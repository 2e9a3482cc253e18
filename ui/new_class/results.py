"""The results of a lesson: a sentence, a table, and what can be done with them."""

import io
import json
import zipfile
from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mnist_models.comparison.lesson_results import (
    cost_sentence,
    lesson_rows,
    loss_sentence,
    new_sentence,
)
from mnist_models.incremental.lesson import Lesson, State
from mnist_models.incremental.lessons import forget_lesson
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.text import Text, paragraph, t
from ui.new_class.kept_runs import offer_to_keep
from ui.shared.visitor import visitor
from ui.widgets.tables import COUNT, show_table

_COLUMNS: dict[str, Any] = {
    t("seconds"): st.column_config.NumberColumn(format="%.2f"),
    t("pictures looked at"): COUNT,
}


def show_results(lesson: Lesson, state: State) -> None:
    """How a lesson ended, and a row per way that was taught."""
    if state.latest.stage == "cancelled":
        st.info(state.latest.message, icon=":material/stop_circle:")
    elif state.latest.stage == "failed":
        st.error(state.latest.message, icon=":material/error:")
    if not state.steps:
        return
    st.header(cost_sentence(lesson, state.steps), anchor=False)
    st.markdown(paragraph(new_sentence(lesson, state), loss_sentence(state)))
    show_table(
        pd.DataFrame(lesson_rows(lesson, state)),
        file_name="new_class.csv",
        alt=t("What each way to teach cost and achieved"),
        columns=_COLUMNS,
    )
    st.caption(_about(lesson, state))


def offer_files_and_end(lesson: Lesson, state: State) -> None:
    """Download what was learned, keep it as a run, or throw it away."""
    with st.container(key="lesson_actions", horizontal=True):
        if state.steps:
            st.download_button(
                t("Download"),
                partial(as_zip, lesson, state),
                "new_class.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                help=t("The networks as arrays (.npz), and the figures as JSON."),
            )
            offer_to_keep(state)
        st.button(
            t("Throw away") if state.steps else t("Back"),
            icon=":material/delete:" if state.steps else ":material/arrow_back:",
            key="forget_lesson",
            on_click=forget_lesson,
            args=(visitor(),),
        )
    if state.steps and lesson.kind == "new":
        st.caption(t("If you throw it away, your examples stay."))


def as_zip(lesson: Lesson, state: State) -> bytes:
    """The networks of every way that was taught, and `results.json`.

    Args:
        lesson: what was taught.
        state: its results.
    """
    results = {"lesson": asdict(lesson), "results": state.figures()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # not compressed: the arrays already are
        for step in state.steps:
            path = state.job.folder / f"{step.way}.npz"
            if path.is_file():  # or else it was thrown away in another browser tab
                archive.write(path, path.name)
        archive.writestr("results.json", json.dumps(results, indent=2))
    return file.getvalue()


def _about(lesson: Lesson, state: State) -> Text:
    data = DATASET_TITLES.get(state.rehearsed, state.rehearsed)
    learned = t(
        "Learned from {count:,} example; tested on {tested:,} pictures of {data}.",
        "Learned from {count:,} examples; tested on {tested:,} pictures of {data}.",
        count=state.learned,
        tested=state.tested,
        data=data,
    )
    if lesson.kind == "left out":
        recall = t(
            "Recall: on {pictures:,} test pictures of {data}.", pictures=state.kept_back, data=data
        )
    elif state.kept_back:
        recall = t(
            "Recall: on {count:,} drawing held back from learning.",
            "Recall: on {count:,} drawings held back from learning.",
            count=state.kept_back,
        )
    else:
        recall = t("No recall: with fewer than 5 examples, none is held back for testing.")
    alarms = t("False alarms: the member of another class that most often says yes to it.")
    return paragraph(learned, recall, alarms)
