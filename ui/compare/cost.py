"""The page Compare: what both contenders cost, in pictures seen, seconds, size and time."""

import time
from statistics import median

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.tables import accuracy_row, cost_row
from mnist_models.evidence.experiments import load_evidence
from mnist_models.pictures import SIDE
from mnist_models.runs.run import RunError
from mnist_models.text import paragraph, t
from ui.widgets.contender_style import Look, Looks, looks
from ui.widgets.tables import COUNT, FOUR_DIGITS, show_table

_ABOUT_ACCURACY = t(
    "From and to: the 95 % Wilson interval of the test accuracy. Seeds: the median and range of "
    "trainings with other random numbers, where these were measured. A wide gap between train and "
    "test accuracy is a sign of overfitting."
)
_ABOUT_COST = t(
    "Rows per epoch: the training pictures that all networks together learn from in one pass. "
    "Training seconds: for all networks at once, on the machine that trained the run; another "
    "machine takes a different time."
)
_ABOUT_TAUGHT = t(
    "For a run that was taught in a lesson, training seconds are those of the lesson and of all "
    "that its networks had learned before it; rows are those of their first training."
)
_ABOUT_LESSON_ALONE = t(
    "For a run that was taught in a lesson, rows and seconds are those of the lesson: its networks "
    "learned the rest earlier, in another run."
)
_CALLS = 30


def show_cost(duel: Duel) -> None:
    """Train and test accuracy in full, then what each contender took and takes."""
    pair = looks(duel)
    seeds = load_evidence("seeds")
    accuracies = pd.DataFrame([accuracy_row(look.name, look.contender, seeds) for look in pair])
    accuracies = accuracies.dropna(axis="columns", how="all")  # what was published for neither
    show_table(
        accuracies,
        file_name="accuracies.csv",
        alt=t("Accuracy of both contenders on test and training pictures, and as published"),
        columns=dict.fromkeys(accuracies.columns[1:], FOUR_DIGITS),
    )
    st.caption(_ABOUT_ACCURACY)
    costs = pd.DataFrame([cost_row(look.name, look.contender) for look in pair])
    show_table(
        costs,
        file_name="costs.csv",
        alt=t("Networks, parameters, training rows, seconds and file size of both contenders"),
        columns={
            **dict.fromkeys(costs.columns[1:], COUNT),
            t("training seconds"): st.column_config.NumberColumn(format="%.1f"),
        },
    )
    st.caption(paragraph(_ABOUT_COST, *dict.fromkeys(_about_lesson(look) for look in pair)))
    if st.button(t("Time one picture on this server"), key="time_picture"):
        st.markdown(_timing(pair))


def _about_lesson(look: Look) -> str:
    """What the costs of a run that was taught count; runs that were kept earlier count less."""
    lesson = look.contender.run.manifest.get("lesson")
    if lesson is None:
        return ""
    return _ABOUT_TAUGHT if "seconds" in lesson else _ABOUT_LESSON_ALONE


def _timing(pair: Looks) -> str:
    """How long each contender takes for one picture, here and now; or why that is unknown."""
    try:
        first, second = (_milliseconds(look.contender) for look in pair)
    except RunError as error:
        return error.text
    return t(
        "One picture takes {first:.2f} ms ({first_name}) and {second:.2f} ms ({second_name}): the "
        "median of {calls} calls, on a server that may be doing other work.",
        first=first,
        second=second,
        first_name=pair[0].name,
        second_name=pair[1].name,
        calls=_CALLS,
    )


def _milliseconds(contender: Contender) -> float:
    stack = contender.run.stack(contender.approach)
    picture = np.zeros((1, SIDE, SIDE), np.uint8)
    times = []
    for _ in range(_CALLS):
        started = time.perf_counter()
        stack.predict_proba(picture)
        times.append(time.perf_counter() - started)
    return 1000 * median(times)
