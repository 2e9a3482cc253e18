"""The page Compare: who gives way first to disturbances, from the experiment "robustness"."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.evidence.robustness import (
    accuracy_rows,
    first_rows,
    first_sentence,
    measured_run,
    none_when_misread_sentence,
    smallest_change_sentence,
)
from mnist_models.formatting import count_text, number_writer, p_value_cell, percent_text
from mnist_models.learning.approaches import Approach
from mnist_models.robustness.perturbations import PERTURBATIONS
from mnist_models.text import in_english, paragraph, t, translated
from ui.shared.experiments import shipped
from ui.shared.navigation import page_path
from ui.widgets.charts import HEIGHT, SHARE, Layered, share_axis, show_chart, version_of
from ui.widgets.contender_style import Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.tables import Column, offer_table, show_frame

Measured = dict[str, tuple[Entry, Approach]]  # of a contender, by its name

_ACCURACY = {
    "contender": Column(t("contender")),
    "disturbance": Column(t("disturbance")),
    "strength": Column(t("strength"), number_writer("g")),
    "right": Column(t("read rightly"), percent_text),
    "low": Column(t("interval from"), percent_text),
    "high": Column(t("interval to"), percent_text),
    "sure": Column(t("misread with a yes"), percent_text),
}
_FIRST = {
    "way": Column(t("disturbed by")),
    "single": Column(t("single model first"), count_text),
    "multi": Column(t("multi-model first"), count_text),
    "together": Column(t("both at once"), count_text),
    "neither": Column(t("neither"), count_text),
    "p": Column(t("p"), p_value_cell),
}


def show_robustness(duel: Duel) -> None:
    """How many disturbed digits each contender reads, and which gives way first."""
    if not (found := shipped("robustness")):
        return
    pair = looks(duel)
    measured: Measured = {}
    for look in pair:
        run, approach = look.contender.run, look.contender.approach
        entry = measured_run(found, approach, run.weights_hash(approach))
        if entry:
            measured[look.name] = entry, approach
        else:
            st.info(
                t(
                    "{name}: not measured. Only shipped runs with both approaches were disturbed.",
                    name=look.name,
                )
            )
    if not measured:
        return
    if both := _both_of_one_run(measured):
        st.markdown(f"**{first_sentence(both)}**")
        st.markdown(paragraph(smallest_change_sentence(both), none_when_misread_sentence(both)))
    name = pick(
        t("Disturbance"),
        PERTURBATIONS,
        "disturbance",
        title={name: each.title for name, each in PERTURBATIONS.items()},
    )
    rows = accuracy_rows(measured)
    show_chart(
        lambda: accuracy_lines(rows, pair, name),
        *("robustness", pair[0].version, pair[1].version, name, version_of(rows)),
        text=t(
            "How many pictures each contender reads rightly, by strength. Disturbance: {name}.",
            name=PERTURBATIONS[name].title,
        ),
    )
    st.caption(_about(found, both))
    if both:
        show_frame(
            pd.DataFrame(first_rows(both)),
            alt=t("Which approach gives way first, by what disturbs the pictures"),
            columns=_FIRST,
        )
    st.page_link(
        page_path("draw"),
        label=t("Try to break your own digit"),
        icon=":material/arrow_forward:",
        query_params={"see_inside": in_english(t("Break it"))},
    )
    offer_table(
        t("As a table"),
        lambda: pd.DataFrame(rows).drop(columns="name"),
        key="robustness_table",
        file_name="robustness.csv",
        alt=t("How many disturbed pictures each contender reads rightly"),
        columns=_ACCURACY,
        about=t(
            "Misread with a yes: the digit that is read is a wrong one and its probability reaches "
            "one half."
        ),
    )


def _both_of_one_run(measured: Measured) -> Entry | None:
    """What was measured of the run whose two approaches are compared; None if they are not."""
    entries = [entry for entry, _ in measured.values()]
    approaches = {approach for _, approach in measured.values()}
    return entries[0] if len(approaches) == 2 and entries[0] is entries[1] else None


def _about(found: Evidence, both: Entry | None) -> str:
    return paragraph(
        t(
            "{count:,} pictures of MNIST's test set, drawn by a seed; the vertical lines are 95 % "
            "Wilson intervals.",
            count=found["pictures"],
        ),
        t(
            "Which gives way first is counted on the {count:,} that both read rightly undisturbed, "
            "and judged by exact McNemar tests, at 5 % for all of them together (Bonferroni). The "
            "change is the smallest that gradient steps find (DeepFool), with the 95 % interval of "
            "its median.",
            count=both["both_right"],
        )
        if both
        else "",
        t(
            "Nothing was chosen by these figures. Made with `{command}`.",
            command=found["command"],
        ),
    )


def accuracy_lines(rows: list[dict[str, Any]], pair: Looks, name: str) -> Layered:
    """The share that each contender reads rightly, by strength, with Wilson intervals."""
    frame = pd.DataFrame([row for row in rows if row["name"] == name]).drop(columns="name")
    channels = encoding(
        [look for look in pair if look.name in set(frame["contender"])], "contender"
    )
    share = alt.Scale(domain=[0, 1])
    ends = alt.Scale(domain=[PERTURBATIONS[name].low, PERTURBATIONS[name].high], nice=False)
    base = alt.Chart(frame).encode(
        x=alt.X("strength:Q", scale=ends, title=translated(PERTURBATIONS[name].unit)),
        color=channels["color"],
    )
    lines = base.mark_line().encode(
        y=alt.Y(
            "right:Q", scale=share, axis=share_axis(), title=translated(_ACCURACY["right"].title)
        ),
        strokeDash=channels["strokeDash"],
    )
    spans = base.mark_rule().encode(y=alt.Y("low:Q", scale=share), y2="high:Q")
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=alt.Y("right:Q", scale=share),
        shape=channels["shape"],
        tooltip=[
            alt.Tooltip("contender:N", title=translated(_ACCURACY["contender"].title)),
            alt.Tooltip("strength:Q", title=translated(_ACCURACY["strength"].title)),
            *(
                alt.Tooltip(column, format=SHARE, title=translated(_ACCURACY[column].title))
                for column in ("right", "low", "high")
            ),
        ],
    )
    return alt.layer(spans, lines, dots).properties(height=HEIGHT)
