"""The page Compare: what happens at 252 classes, from the experiment "characters"."""

from collections.abc import Callable
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.evidence.characters.additions import added, addition_rows
from mnist_models.evidence.characters.findings import (
    best_sentence,
    characters_headline,
    promise_sentence,
)
from mnist_models.evidence.characters.power_law import FARTHEST, LAW_FROM, law_rows
from mnist_models.evidence.characters.trainings import CONTENDERS, training_rows
from mnist_models.evidence.experiments import Evidence
from mnist_models.formatting import (
    bytes_text,
    count_text,
    duration_text,
    milliseconds_text,
    number_writer,
    percent_text,
    points_text,
    seconds_text,
)
from mnist_models.text import paragraph, t, translated
from ui.shared.experiments import say_it_is_the_same_for_all, shipped
from ui.widgets.charts import (
    DASHED,
    DOTTED,
    HEIGHT,
    SHARE,
    SOLID,
    Layered,
    legend_on_top,
    share_axis,
    show_chart,
    version_of,
)
from ui.widgets.contender_style import COLOURS, SECOND_OF_ITS_KIND
from ui.widgets.tables import Column, offer_table, show_frame

Rows = list[dict[str, Any]]

# The approach gives the colour, as everywhere; dashes and shapes tell its variants apart.
_LOOKS = {
    "single.all": (COLOURS["single"], SOLID, "circle"),
    "committee.all": (SECOND_OF_ITS_KIND["single"], DASHED, "square"),
    "sigmoids.all": (COLOURS["single"], DOTTED, "triangle-up"),
    "multi.hard": (COLOURS["multi"], SOLID, "diamond"),
    "multi.fresh": (COLOURS["multi"], DOTTED, "cross"),
}
_LEGEND = legend_on_top(symbolSize=120, symbolStrokeWidth=0)  # one for colours and shapes
_HEIGHT = HEIGHT + 100  # the legend has five lines
_TRAININGS = {
    "contender": Column(t("contender")),
    "classes": Column(t("classes"), count_text),
    "recall": Column(t("recall"), percent_text),
    "low": Column(t("interval from"), percent_text),
    "high": Column(t("interval to"), percent_text),
    "seconds": Column(t("seconds"), seconds_text),
    "cpu_seconds": Column(t("processor seconds"), seconds_text),
    "rows": Column(t("pictures looked at"), count_text),
    "members": Column(t("networks"), count_text),
    "bytes": Column(t("size"), bytes_text),
    "milliseconds": Column(t("time per picture"), milliseconds_text),
}
_ADDITIONS = {
    "way": Column(t("way")),
    "seconds": Column(t("seconds"), seconds_text),
    "cpu_seconds": Column(t("processor seconds"), seconds_text),
    "share": Column(t("share of everything"), partial(percent_text, digits=1)),
    "rows": Column(t("pictures looked at"), count_text),
    "changed": Column(t("networks trained"), number_writer(".1f")),
    "recall": Column(t("recall of the new classes"), partial(percent_text, digits=0)),
    "again": Column(t("if trained with everything"), partial(percent_text, digits=0)),
    "near": Column(t("not 5 points worse"), count_text),
    "lost": Column(t("points that others lose"), points_text),
    "most": Column(t("at most"), points_text),
}
_LAW = {
    "contender": Column(t("contender")),
    "exponent": Column(t("exponent"), number_writer(".2f")),
    "low": Column(t("interval from"), number_writer(".2f")),
    "high": Column(t("interval to"), number_writer(".2f")),
    "far": Column(t("at 10,000 classes"), duration_text),
    "far_low": Column(t("from"), duration_text),
    "far_high": Column(t("to"), duration_text),
}


def show_characters(_: Duel) -> None:
    """Accuracy and cost from ten classes to 252, and what one class more costs."""
    if found := shipped("characters"):
        say_it_is_the_same_for_all()
        show_many_classes(found)


def show_many_classes(found: Evidence) -> None:
    """What of it was measured.

    Args:
        found: the experiment "characters".
    """
    st.markdown(f"**{characters_headline(found)}**")
    st.markdown(paragraph(best_sentence(found), promise_sentence(found)))
    rows = training_rows(found)
    most = max(row["classes"] for row in rows)
    show_frame(
        pd.DataFrame([row for row in rows if row["classes"] == most]).drop(
            columns=["key", "classes", "rows"]
        ),
        alt=t("Recall and cost of each contender with {count} classes", count=most),
        columns=_TRAININGS,
    )
    if len({row["classes"] for row in rows}) > 1:
        _show_growth(rows)
    st.caption(_about(found))
    if added(found):
        st.markdown(t("What one class more costs"))
        show_frame(
            pd.DataFrame(addition_rows(found)).drop(columns="classes", errors="ignore"),
            alt=t("What adding a class costs in each way, and what it does to recall"),
            columns=_ADDITIONS,
        )
        st.caption(_about_additions(found))
    if laws := law_rows(found):
        st.markdown(t("How the cost grows"))
        show_frame(pd.DataFrame(laws), alt=t("The exponent of each contender's cost"), columns=_LAW)
        st.caption(_about_law())
    offer_table(
        t("As a table"),
        lambda: pd.DataFrame(rows).drop(columns="key"),
        key="characters_table",
        file_name="characters.csv",
        alt=t("Recall and cost of each training"),
        columns=_TRAININGS,
    )


def _show_growth(rows: Rows) -> None:
    """Both charts by the number of classes."""
    texts: dict[Callable[[Rows], Layered], str] = {
        accuracy_by_classes: t("Recall of each contender, by the number of classes."),
        cost_by_classes: t("Processor seconds of each training, by the number of classes."),
    }
    for chart, text in texts.items():
        show_chart(partial(chart, rows), chart.__name__, version_of(rows), text=text)


def _about(found: Evidence) -> str:
    return paragraph(
        t(
            "The ten digits, then alphabet after alphabet of Omniglot. Of each class fifteen "
            "people drew a picture to learn from, and five others one to be judged by; settings "
            "were tried on three of the fifteen."
        ),
        t(
            "Recall is the mean over the classes, its interval that of 95 % by a bootstrap over "
            "people. One training each."
        ),
        t("Made with `{command}`.", command=found["command"]),
    )


def _about_additions(found: Evidence) -> str:
    return t(
        "The last {count} classes were added one after another to networks that knew the others. "
        "Of each class there are five pictures to judge by, so that the recall of a single class "
        "moves in steps of 20 points: only their mean says much. All figures are means over the "
        "additions; the share is that of the approach's own training of everything.",
        count=found["added_last"],
    )


def _about_law() -> str:
    return t(
        "Processor seconds = a × classes to the power of the exponent, fitted to the trainings "
        "of {least} classes and more. What it says of {far:,} classes is the cost alone, if each "
        "class has as many drawings, the networks stay as wide and all fits into memory. How much "
        "would still be read rightly, nobody has measured.",
        least=LAW_FROM,
        far=FARTHEST,
    )


def accuracy_by_classes(rows: Rows) -> Layered:
    """Recall with its interval, a line for each contender."""
    base, dots = _base(rows)
    scale = alt.Scale(domain=[min(0.5, *(row["low"] for row in rows)), 1])
    y = alt.Y("recall:Q", scale=scale, axis=share_axis(), title=translated(t("recall")))
    spans = base.mark_rule().encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    return alt.layer(
        spans, _dashed(base, rows).encode(y=y), dots.encode(y=y)
    ).properties(height=_HEIGHT)  # fmt: skip


def cost_by_classes(rows: Rows) -> Layered:
    """Processor seconds, a line for each contender; both axes are logarithms."""
    base, dots = _base(rows, log=True)
    y = alt.Y(
        "cpu_seconds:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format="~s"),
        title=translated(t("processor seconds")),
    )
    return alt.layer(_dashed(base, rows).encode(y=y), dots.encode(y=y)).properties(height=_HEIGHT)


def _base(rows: Rows, *, log: bool = False) -> tuple[alt.Chart, alt.Chart]:
    ends = [min(row["classes"] for row in rows), max(row["classes"] for row in rows)]
    scale = alt.Scale(type="log" if log else "linear", domain=ends, nice=False)
    base = alt.Chart(pd.DataFrame(rows).drop(columns="key")).encode(
        x=alt.X("classes:Q", scale=scale, title=translated(t("classes"))),
        color=alt.Color("contender:N", scale=_scale(rows, 0), legend=_LEGEND),
    )
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        shape=alt.Shape("contender:N", scale=_scale(rows, 2), legend=_LEGEND),
        tooltip=[
            alt.Tooltip("contender:N", title=translated(_TRAININGS["contender"].title)),
            alt.Tooltip("classes:Q", title=translated(_TRAININGS["classes"].title)),
            *(
                alt.Tooltip(column, format=SHARE, title=translated(_TRAININGS[column].title))
                for column in ("recall", "low", "high")
            ),
            alt.Tooltip(
                "cpu_seconds:Q", format=",.0f", title=translated(_TRAININGS["cpu_seconds"].title)
            ),
        ],
    )
    return base, dots


def _dashed(base: alt.Chart, rows: Rows) -> alt.Chart:
    return base.mark_line().encode(
        strokeDash=alt.StrokeDash("contender:N", scale=_scale(rows, 1), legend=None)
    )


def _scale(rows: Rows, part: int) -> alt.Scale:
    names = {row["key"]: row["contender"] for row in rows}
    known = [key for key in (".".join(key) for key in CONTENDERS) if key in names]
    return alt.Scale(
        domain=[names[key] for key in known], range=[_LOOKS[key][part] for key in known]
    )
