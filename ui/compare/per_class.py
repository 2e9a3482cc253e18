"""The page Compare: where the two contenders differ, digit by digit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.sentences import difference_sentence
from mnist_models.formatting import change_text, percent_text
from mnist_models.metrics.scores import Metrics
from mnist_models.metrics.significance import wilson_interval
from mnist_models.text import Text, Texts, paragraph, t, translated
from ui.widgets.charts import SHARE, Layered, share_axis, show_chart, zoomed
from ui.widgets.contender_style import Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.tables import Column, offer_table

Interval = Sequence[float]

_PLACES = ("first", "second")
_ORDERS = Texts({"digit": t("By digit"), "difference": t("Largest difference first")})


@dataclass(frozen=True)
class Figure:
    """Something measured of each class.

    Attributes:
        title: what it is called.
        name: the same within a sentence.
        about: explains it in a sentence or two.
        values: (K,) of a contender's metrics.
        intervals: (K, 2) their 95 % intervals, where there are any.
    """

    title: Text
    name: Text
    about: Text
    values: Callable[[Metrics], list[float]]
    intervals: Callable[[Metrics], Sequence[Interval]] | None = None


def _precision_intervals(metrics: Metrics) -> list[Interval]:
    answers = [sum(column) for column in zip(*metrics.confusion, strict=True)]
    return [wilson_interval(metrics.confusion[k][k], n) for k, n in enumerate(answers)]


FIGURES = {
    "recall": Figure(
        *(t("Recall"), t("recall")),
        t("Recall, the accuracy on one digit: the share of pictures of a 3 that are read as 3."),
        lambda metrics: metrics.recall,
        lambda metrics: metrics.recall_interval,
    ),
    "precision": Figure(
        *(t("Precision"), t("precision")),
        t("Precision: the share of the answers “3” whose picture does show a 3."),
        lambda metrics: metrics.precision,
        _precision_intervals,
    ),
    "f1": Figure(
        *(t("F1"), t("F1")),
        t(
            "F1: the harmonic mean of recall and precision, low if either is low. There is no "
            "simple interval for it."
        ),
        lambda metrics: metrics.f1,
    ),
}
_ABOUT_INTERVALS = t(
    "The lines are 95 % Wilson intervals, each for one digit by itself: where they overlap a lot, "
    "chance alone could explain the difference."
)


def show_classes(duel: Duel) -> None:
    """Chart and table of one figure per class, both contenders side by side."""
    with st.container(horizontal=True):
        key = pick(t("Figure"), FIGURES, "figure", title=lambda key: FIGURES[key].title, width=205)
        order = pick(t("Order"), _ORDERS, "sort", title=_ORDERS)
    figure, pair = FIGURES[key], looks(duel)
    table = class_table(duel, figure)
    places = table["digit"] if order == "difference" else [str(label) for label in duel.classes]
    most = table.iloc[0]
    st.markdown(difference_sentence(most["digit"], most["first"], most["second"], figure.name))
    show_chart(
        lambda: class_dots(table, pair, translated(figure.name), list(places)),
        *("classes", pair[0].version, pair[1].version, key, order),
        text=t(
            "{figure} of {first} and {second} for each digit",
            figure=figure.title,
            first=pair[0].name,
            second=pair[1].name,
        ),
    )
    st.caption(paragraph(figure.about, _ABOUT_INTERVALS if figure.intervals else ""))
    offer_table(
        t("As a table, largest differences first"),
        lambda: table,
        key="classes_table",
        file_name=f"{key}.csv",
        alt=t(
            "{figure} of both contenders for each digit, largest differences first",
            figure=figure.title,
        ),
        columns=_columns(pair),
    )


def class_table(duel: Duel, figure: Figure) -> pd.DataFrame:
    """A row per class, largest differences first.

    Returns:
        The columns "digit", "first", "second", "difference" (first − second) and, where there are
        intervals, "first_low", "first_high", "second_low" and "second_high".
    """
    both = {"first": duel.first.metrics, "second": duel.second.metrics}
    columns = {place: figure.values(metrics) for place, metrics in both.items()}
    table = pd.DataFrame({"digit": [str(c) for c in duel.classes], **columns})
    table["difference"] = table["first"] - table["second"]
    if figure.intervals:
        for place, metrics in both.items():
            lows, highs = zip(*figure.intervals(metrics), strict=True)
            table[f"{place}_low"], table[f"{place}_high"] = lows, highs
    return table.sort_values("difference", key=lambda d: -d.abs(), kind="stable", ignore_index=True)


def _columns(pair: Looks) -> dict[str, Column]:
    columns = {
        "digit": Column(t("digit")),
        "difference": Column(t("difference"), change_text),
    }
    for place, look in zip(_PLACES, pair, strict=True):
        columns[place] = Column(look.name, percent_text)
        columns[f"{place}_low"] = Column(t("{name} from", name=look.name), percent_text)
        columns[f"{place}_high"] = Column(t("{name} to", name=look.name), percent_text)
    return columns


def class_dots(table: pd.DataFrame, pair: Looks, name: str, order: list[str]) -> Layered:
    """The table of the classes as a chart, with the intervals as lines.

    Args:
        table: see `class_table`.
        pair: the looks of the two.
        name: of the figure, on its axis.
        order: of the classes, from left to right.
    """
    frame = pd.concat(
        pd.DataFrame(
            {
                "digit": table["digit"],
                "contender": look.name,
                "value": table[place],
                "low": table.get(f"{place}_low", table[place]),
                "high": table.get(f"{place}_high", table[place]),
            }
        )
        for place, look in zip(_PLACES, pair, strict=True)
    )
    scale = zoomed(frame["low"])
    base = alt.Chart(frame).encode(
        x=alt.X("digit:N", sort=order, axis=alt.Axis(labelAngle=0), title=t("digit")),
        xOffset=alt.XOffset("contender:N", sort=[look.name for look in pair]),
        tooltip=[
            alt.Tooltip("contender", title=t("contender")),
            alt.Tooltip("digit", title=t("digit")),
            alt.Tooltip("value", format=SHARE, title=name),
            alt.Tooltip("low", format=SHARE, title=t("interval from")),
            alt.Tooltip("high", format=SHARE, title=t("interval to")),
        ],
    )
    channel = encoding(pair, "contender")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("value:Q", title=name, scale=scale, axis=share_axis()),
        color=channel["color"],
        shape=channel["shape"],
    )
    spans = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("low:Q", scale=scale), y2="high:Q", color=channel["color"]
    )
    return alt.layer(spans, dots).properties(height=320)
