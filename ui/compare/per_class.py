"""The page Compare, digit by digit: where the two contenders differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.sentences import difference_sentence
from mnist_models.metrics.scores import Metrics
from mnist_models.metrics.significance import wilson_interval
from ui.widgets.charts import Layered, show_chart, zoomed
from ui.widgets.contender_style import Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.tables import FOUR_DIGITS, offer_table

Interval = Sequence[float]

_ORDERS = ("By digit", "Largest difference first")


@dataclass(frozen=True)
class Figure:
    """Something measured of each class.

    Attributes:
        about: explains it in a sentence.
        values: (K,) of a contender's metrics.
        intervals: (K, 2) their 95 % intervals, where there are any.
    """

    about: str
    values: Callable[[Metrics], list[float]]
    intervals: Callable[[Metrics], Sequence[Interval]] | None = None


def _precision_intervals(metrics: Metrics) -> list[Interval]:
    answers = [sum(column) for column in zip(*metrics.confusion, strict=True)]
    return [wilson_interval(metrics.confusion[k][k], n) for k, n in enumerate(answers)]


FIGURES = {
    "Recall": Figure(
        "Recall, the accuracy on one digit: of the pictures of a 3, the share that are answered "
        "“3”.",
        lambda metrics: metrics.recall,
        lambda metrics: metrics.recall_interval,
    ),
    "Precision": Figure(
        "Precision: of the answers “3”, the share that are a 3.",
        lambda metrics: metrics.precision,
        _precision_intervals,
    ),
    "F1": Figure(
        "F1: the harmonic mean of recall and precision, low where either is low. No simple "
        "interval belongs to it.",
        lambda metrics: metrics.f1,
    ),
}
_ABOUT_INTERVALS = (
    "The lines are 95 % Wilson intervals, each for one digit by itself: where they overlap widely, "
    "chance alone could explain the difference."
)


def show_classes(duel: Duel) -> None:
    """Chart and table of one figure per class, both contenders side by side."""
    with st.container(horizontal=True):
        name = pick("Figure", FIGURES, "figure", default="Recall")
        order = pick("Order", _ORDERS, "sort")
    figure, pair = FIGURES[name], looks(duel)
    table = class_table(duel, figure)
    places = table["digit"] if order == _ORDERS[1] else [str(label) for label in duel.classes]
    label, first, second = table.iloc[0, :3]
    st.markdown(difference_sentence(label, first, second, _in_a_sentence(name)))
    show_chart(
        lambda: class_dots(table, pair, name, list(places)),
        *("classes", pair[0].version, pair[1].version, name, order),
        text=f"{name} of {pair[0].name} and {pair[1].name} for each digit",
    )
    st.caption(f"{figure.about} {_ABOUT_INTERVALS if figure.intervals else ''}")
    offer_table(
        "As a table, largest differences first",
        lambda: table,
        key="classes_table",
        file_name=f"{name.lower()}.csv",
        alt=f"{name} of both contenders for each digit, the largest differences first",
        columns=dict.fromkeys(table.columns[1:], FOUR_DIGITS),
    )


def class_table(duel: Duel, figure: Figure) -> pd.DataFrame:
    """A row per class, the largest differences first.

    Returns:
        The columns "digit", both names, "difference" (first − second) and, where there are
        intervals, per name "… from" and "… to".
    """
    pair = looks(duel)
    columns = {look.name: figure.values(look.contender.metrics) for look in pair}
    table = pd.DataFrame({"digit": [str(c) for c in duel.classes], **columns})
    table["difference"] = table[pair[0].name] - table[pair[1].name]
    if figure.intervals:
        for look in pair:
            lows, highs = zip(*figure.intervals(look.contender.metrics), strict=True)
            table[f"{look.name} from"], table[f"{look.name} to"] = lows, highs
    return table.sort_values("difference", key=lambda d: -d.abs(), kind="stable", ignore_index=True)


def class_dots(table: pd.DataFrame, pair: Looks, name: str, order: list[str]) -> Layered:
    """The table of the classes as a chart, its intervals as lines.

    Args:
        table: see `class_table`.
        pair: whose looks.
        name: of the figure.
        order: of the classes, from left to right.
    """
    frame = pd.concat(
        pd.DataFrame(
            {
                "digit": table["digit"],
                "contender": look.name,
                "value": table[look.name],
                "low": table.get(f"{look.name} from", table[look.name]),
                "high": table.get(f"{look.name} to", table[look.name]),
            }
        )
        for look in pair
    )
    scale = zoomed(frame["low"])
    base = alt.Chart(frame).encode(
        x=alt.X("digit:N", sort=order, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("contender:N", sort=[look.name for look in pair]),
        tooltip=["contender", "digit", *(alt.Tooltip(c, format=".4f") for c in _SPAN)],
    )
    channel = encoding(pair, "contender")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("value:Q", title=_in_a_sentence(name), scale=scale),
        color=channel["color"],
        shape=channel["shape"],
    )
    spans = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("low:Q", scale=scale), y2="high:Q", color=channel["color"]
    )
    return alt.layer(spans, dots).properties(height=320)


_SPAN = ("value", "low", "high")


def _in_a_sentence(name: str) -> str:
    return name if name.isupper() else name.lower()
