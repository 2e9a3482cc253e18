"""The widget of the tour that teaches both a symbol; where nobody may, what it cost elsewhere."""

import streamlit as st

from mnist_models.evidence.experiments import load_evidence
from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.compare.studies import characters
from ui.new_class.evidence import show_costs
from ui.new_class.lesson_kinds import show_kind
from ui.new_class.lesson_panel import my_lesson
from ui.shared.permission import may_retrain


def show_many_classes(_: Run) -> None:
    """What became of the promise with 252 classes, where it was measured."""
    if found := load_evidence("characters"):
        characters.show_many_classes(found)


def show_teaching(run: Run) -> None:
    """A symbol of the visitor's own, taught to both."""
    if may_retrain():
        if my_lesson() is None:
            st.markdown(t("Give your symbol a name, draw it five times or more, and teach it."))
        show_kind("new", run)
        return
    st.info(
        t("Teaching is not open to you here. This is what came of it when it was measured:"),
        icon=":material/block:",
    )
    if found := load_evidence("new_class"):
        show_costs(found)
