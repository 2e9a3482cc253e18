"""The shipped experiment on new classes: what they cost, and how they change the accuracy."""

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.experiment_sentences import new_class_headline, new_class_text
from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.networks.new_class_costs import (
    by_examples,
    growth,
    new_class_costs,
    table_by_digit,
    table_by_way,
)
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.text import Texts, paragraph, t
from ui.shared.experiments import shipped
from ui.widgets.charts import (
    DASHED,
    SHARE,
    SOLID,
    line_legend,
    share_axis,
    show_chart,
    version_of,
    zoomed,
)
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import show_table

_NAME = "new_class"
_HEIGHT = 360
_LINES = Texts(
    {
        "member": t("Multi-model, one member"),
        "mended": t("Multi-model, with those it confuses"),
        "together": t("Single model, continued on old and new"),
        "again": t("Single model, everything again"),
    }
)
_DASHES: dict[Way, list[float]] = {  # besides the colour
    "member": DASHED,
    "mended": SOLID,
    "together": DASHED,
    "again": SOLID,
}
_TITLES = Texts(
    {  # of the columns, on axes and in tooltips
        "way": t("way"),
        "classes": t("digits known"),
        "seconds": t("seconds"),
        "rows": t("pictures looked at"),
        "accuracy": t("accuracy"),
        "examples": t("pictures of the new digit"),
        "new": t("recall of the new digit"),
        "old": t("accuracy on the old digits"),
    }
)
_SHARES = ("accuracy", "new", "old")


def show_evidence() -> None:
    """What was measured, or the command that measures it."""
    found = shipped(_NAME)
    if found is None:
        return
    _show_answer(found)
    _show_growth(found)
    _show_examples(found)
    _show_drawings(found)


def _show_answer(found: Evidence) -> None:
    costs = new_class_costs(found["left_out"])
    st.header(new_class_headline(costs), anchor=False)
    st.markdown(new_class_text(costs))
    show_costs(found)


def show_costs(found: Evidence) -> None:
    """What a digit that was left out cost each approach, and what they read then, as a table.

    Args:
        found: the experiment "new_class".
    """
    show_table(
        pd.DataFrame(table_by_way(found["left_out"])),
        file_name="left_out.csv",
        alt=t("The cost and the accuracies of each way to teach a digit that was left out"),
    )
    st.caption(
        paragraph(
            t(
                "Each digit was left out of MNIST in turn, with three seeds: the table shows the "
                "median and the range."
            ),
            t(
                "Networks trained from scratch follow the recipe *reference*, a named set of "
                "settings, for 10 epochs on everything; those that continue train for 3 epochs, on "
                "at most 2,000 pictures of each digit."
            ),
            t("Accuracy is measured on MNIST's test pictures."),
            t(
                "Seconds are for training on {count} thread, without imports.",
                "Seconds are for training on {count} threads, without imports.",
                count=found["threads"],
            ),
        )
    )


def _show_growth(found: dict) -> None:
    st.header(t("From two digits to ten"), anchor=False)
    frame = _named(growth(found["growing"]))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(t("**Seconds, summed over the steps so far**"))
        show_chart(
            lambda: _lines(frame, _classes_axis(), alt.Y("seconds:Q", title=_TITLES["seconds"])),
            *("growth_seconds", version_of(found["growing"])),
            text=t("Seconds of training by the number of digits, summed over the steps"),
        )
    with right:
        st.markdown(t("**Accuracy on the digits known so far**"))
        scale = zoomed(frame["accuracy"])
        show_chart(
            lambda: _lines(
                frame,
                _classes_axis(),
                alt.Y("accuracy:Q", scale=scale, axis=share_axis(), title=_TITLES["accuracy"]),
            ),
            *("growth_accuracy", version_of(found["growing"])),
            text=t("Accuracy by the number of digits"),
        )
    st.caption(
        t(
            "Medians over three seeds. In a multi-model that grows by one member at a time, old "
            "members never see the later digits, and the mistakes add up."
        )
    )


def _show_examples(found: dict) -> None:
    st.header(t("How many examples it takes"), anchor=False)
    frame = _named(by_examples(found["examples"]))
    show_chart(
        lambda: _lines(
            frame,
            alt.X(
                "examples:Q",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(values=sorted(set(frame["examples"])), grid=False),
                title=_TITLES["examples"],
            ),
            alt.Y("new:Q", scale=alt.Scale(domain=[0, 1]), axis=share_axis(), title=_TITLES["new"]),
        ),
        *("examples", version_of(found["examples"])),
        text=t("Recall of the new digit by the number of examples it was learned from"),
    )
    st.caption(
        t(
            "Medians over the ten digits, each left out once. Small distortions turn a few "
            "examples into many, and the new class is favoured: up to 0.6 % of the old training "
            "pictures may additionally be taken for it."
        )
    )


def _show_drawings(found: dict) -> None:
    st.header(t("Ten drawings by five people, tested on other people's"), anchor=False)
    lessons = len({e["lesson"] for e in found["drawings"]})
    show_table(
        pd.DataFrame(table_by_digit(found["drawings"])),
        file_name="ten_drawings.csv",
        alt=t("For each digit, the recall on other people's drawings and the accuracy lost"),
    )
    st.caption(
        paragraph(
            t("Two pen drawings by each of five people teach a digit that was left out."),
            t(
                "Recall is measured on all drawings of it by the other 25 people, {lessons} times "
                "with other teachers: the table shows the median and the range.",
                lessons=lessons,
            ),
            t("Member: one new binary network."),
            t("Mended: also those that it confuses."),
            t("Single: the single model, continued on old and new."),
            t("Points lost: accuracy on MNIST's pictures of the other nine digits."),
        )
    )


def _classes_axis() -> alt.X:
    return alt.X("classes:O", axis=alt.Axis(labelAngle=0), title=_TITLES["classes"])


def _named(rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.assign(way=frame["way"].map(_LINES))


def _lines(frame: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.LayerChart:
    """A line per way, blue or orange by its approach, solid or dashed."""
    ways = [way for way in _DASHES if _LINES[way] in set(frame["way"])]
    titles = [_LINES[way] for way in ways]
    colours = [COLOURS[WAYS[way].approach] for way in ways]
    legend = line_legend(symbolStrokeWidth=2.5)
    dashes = alt.Scale(domain=titles, range=[_DASHES[way] for way in ways])
    base = alt.Chart(frame).encode(
        x=x,
        y=y,
        color=alt.Color("way:N", scale=alt.Scale(domain=titles, range=colours), legend=legend),
        strokeDash=alt.StrokeDash("way:N", scale=dashes, legend=legend),
        tooltip=[
            alt.Tooltip(column, title=_TITLES[column], format=SHARE if column in _SHARES else "")
            for column in frame.columns
        ],
    )
    points = base.mark_point(filled=True, size=45)
    return (base.mark_line(strokeWidth=2.5) + points).properties(height=_HEIGHT)
