"""The results of a lesson: a sentence, a picture, a table, and what can be done with them."""

import io
import json
import zipfile
from dataclasses import asdict
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.experiment_sentences import seconds_vary_sentence
from mnist_models.comparison.lesson_results import (
    compared_steps,
    distinct_steps,
    lesson_rows,
    lost,
    margin,
    way_title,
)
from mnist_models.comparison.lesson_sentences import (
    chance_sentence,
    figures_text,
    merged_sentence,
    new_class_sentence,
    outcome_sentence,
)
from mnist_models.evidence.experiments import load_evidence
from mnist_models.formatting import percent_text, rounded_text
from mnist_models.incremental.lesson import Lesson, State
from mnist_models.incremental.lessons import forget_lesson
from mnist_models.incremental.methods import WAYS
from mnist_models.learning.approaches import NAMES, PAIR, Approach
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.text import Text, paragraph, t, translated
from ui.new_class.kept_runs import offer_to_keep
from ui.shared.visitor import visitor
from ui.widgets.charts import HEIGHT, NEUTRAL, Layered, show_chart, version_of
from ui.widgets.contender_style import COLOURS, MARKS, TINTS
from ui.widgets.tables import Column, Columns, offer_table

_MARKS = dict(zip(PAIR, MARKS, strict=True))
_MANY = 100  # pictures; of fewer, the count is shown and not the share
_TICKS = (-10, -1, 0, 1, 10, 100)  # percentage points


def show_results(lesson: Lesson, state: State) -> None:
    """How a lesson ended, and what each way that was taught cost and forgot."""
    if state.latest.stage == "cancelled":
        st.info(translated(state.latest.message), icon=":material/stop_circle:")
    elif state.latest.stage == "failed":
        st.error(translated(state.latest.message), icon=":material/error:")
    elif state.kept and state.latest.message:
        st.info(translated(state.latest.message), icon=":material/bookmark:")
    if not state.steps:
        return
    st.header(outcome_sentence(lesson, state), anchor=False)
    st.markdown(new_class_sentence(lesson, state))
    weighed = all(step.weights for step in state.steps)  # not in older lessons
    if state.before and weighed and len(distinct_steps(state.steps)) > 1:
        _show_picture(lesson, state)
    offer_table(
        t("What each way cost and achieved, as a table"),
        lambda: pd.DataFrame(lesson_rows(lesson, state)).dropna(axis="columns", how="all"),
        key="lesson_table",
        file_name="new_class.csv",
        alt=t("What each way to teach cost and achieved"),
        columns=_columns(lesson, state),
        more=_explain_table,
    )
    st.caption(paragraph(_about(state), merged_sentence(state)))


def _show_picture(lesson: Lesson, state: State) -> None:
    """Cost against forgetting, and under it what the numbers of the marks mean."""
    steps, compared = distinct_steps(state.steps), compared_steps(state).values()
    marks = pd.DataFrame(
        {
            "number": f"{number}",
            "approach": WAYS[step.way].approach,
            "way": way_title(step.way, lesson),
            "work": step.work / 1e9,
            "lost": 100 * lost(step, state),
            "seconds": step.seconds,
        }
        for number, step in enumerate(steps, 1)
    )
    told = [
        t(
            "{sign} **{number}** {approach}, {way}: {figures}",
            sign=_sign(WAYS[step.way].approach),
            number=number,
            approach=NAMES[WAYS[step.way].approach],
            way=f"**{title}**" if step in compared else title,
            figures=figures_text(step, state),
        )
        for number, (step, title) in enumerate(zip(steps, marks["way"], strict=True), 1)
    ]
    show_chart(
        lambda: cost_chart(marks, 100 * margin(state)),
        *("lesson", version_of([marks.to_dict(), margin(state)])),
        text=t("What each way cost, and what was forgotten: the list has the figures"),
    )
    st.markdown("  \n".join(told))
    st.caption(
        paragraph(
            t("Best is at the bottom left: little work, and nothing forgotten."),
            t("Work is how many weights were adjusted, again for each picture looked at."),
            t("The sentence above compares what stands in bold."),
            chance_sentence(state),
        )
    )


def cost_chart(marks: pd.DataFrame, chance: float) -> Layered:
    """What was forgotten against what it cost, a numbered mark per way.

    Args:
        marks: a row per way with the columns "number", "approach", "way", "work" in billions,
            "lost" in percentage points, and "seconds".
        chance: percentage points up to which a loss cannot be told from chance.
    """
    lowest = 1.3 * min(-chance, marks["lost"].min())
    highest = max(1.0, 1.3 * chance, 1.3 * marks["lost"].max())
    y_scale = alt.Scale(type="symlog", domain=[lowest, highest], nice=False)
    y_axis = alt.Axis(
        values=[tick for tick in _TICKS if lowest <= tick <= highest],
        labelOverlap=False,
        format="~g",
        title=t("forgotten, in percentage points"),
    )
    base = alt.Chart(marks).encode(
        x=alt.X(
            "work:Q",
            scale=alt.Scale(type="log", padding=30),
            axis=alt.Axis(tickCount=4, grid=False, format=",~g"),
            title=t("work, in billions of weights adjusted"),
        ),
        y=alt.Y("lost:Q", scale=y_scale, axis=y_axis),
    )
    domain = list(PAIR)
    colours = alt.Scale(domain=domain, range=[COLOURS[approach] for approach in domain])
    shapes = alt.Scale(domain=domain, range=[_MARKS[approach][0] for approach in domain])
    dots = base.mark_point(filled=True, size=160, opacity=1).encode(
        color=alt.Color("approach:N", scale=colours, legend=None),
        shape=alt.Shape("approach:N", scale=shapes, legend=None),
        tooltip=[
            alt.Tooltip("way", title=t("way")),
            alt.Tooltip("work", format=",.2~f", title=t("work in billions")),
            alt.Tooltip("lost", format=".1f", title=t("points forgotten")),
            alt.Tooltip("seconds", format=".1f", title=t("seconds, this time")),
        ],
    )
    numbers = base.mark_text(dx=13, fontSize=14, fontWeight="bold").encode(text="number")
    band = (
        alt.Chart(pd.DataFrame({"low": [-chance], "high": [chance]}))
        .mark_rect(color=NEUTRAL, opacity=0.18)
        .encode(y=alt.Y("low:Q", scale=y_scale), y2="high:Q")
    )
    return alt.layer(band, dots, numbers).properties(height=HEIGHT)


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


def _sign(approach: Approach) -> str:
    """The mark of an approach in Markdown."""
    _, sign, _ = _MARKS[approach]
    return f":{TINTS[COLOURS[approach]]}[{sign}]"


def _columns(lesson: Lesson, state: State) -> Columns:
    old = t("all classes") if lesson.kind == "mend" else t("old classes")
    recall = t("recall on {label}", label=lesson.label)

    def read(share: float) -> str:
        if state.kept_back >= _MANY:
            return percent_text(share)
        right = round(share * state.kept_back)
        return t("{right} of {total}", right=right, total=state.kept_back)

    return {
        "approach": Column(t("approach")),
        "way": Column(t("way")),
        "seconds": Column(t("seconds")),
        "work": Column(t("work in billions"), rounded_text),
        "old_before": Column(t("{what}, before", what=old), percent_text),
        "old": Column(old, percent_text),
        "new_before": Column(t("{what}, before", what=recall), read),
        "new": Column(recall, read),
        "false_alarms": Column(t("false alarms"), partial(percent_text, digits=0)),
        "alarmed": Column(t("by the member")),
        "rows": Column(t("pictures looked at")),
    }


def _explain_table() -> None:
    found = load_evidence("new_class")
    st.caption(
        paragraph(
            t("Recall is how much of the new class is read correctly."),
            t("False alarms: the member of another class that most often says yes to it."),
            t("Pictures are counted again in each round of training, and by each member."),
            seconds_vary_sentence(found["left_out"]) if found else "",
        )
    )


def _about(state: State) -> Text:
    data = DATASET_TITLES.get(state.rehearsed, state.rehearsed)
    return t(
        "Learned from {count:,} example; what was known before is tested on {tested:,} pictures of "
        "{data}.",
        "Learned from {count:,} examples; what was known before is tested on {tested:,} pictures "
        "of {data}.",
        count=state.learned,
        tested=state.tested,
        data=data,
    )
