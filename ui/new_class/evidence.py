"""The shipped experiment on teaching new classes: what they cost, and what they do to accuracy."""

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.experiment_sentences import new_class_headline, new_class_text
from mnist_models.evidence.new_class_costs import (
    by_examples,
    growth,
    new_class_costs,
    table_by_digit,
    table_by_way,
)
from mnist_models.formatting import count_text
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import TITLES
from ui.shared.experiments import shipped
from ui.widgets.charts import DASHED, SOLID, line_legend, show_chart, version_of, zoomed
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import show_table

_NAME = "new_class"
_HEIGHT = 360
_CLASSES = alt.X("classes:O", axis=alt.Axis(labelAngle=0)).title("digits known")
_LINE_OF_WAY: dict[Way, tuple[str, list[float]]] = {  # what is drawn besides the approach's colour
    "member": ("Multi-model, one member", DASHED),
    "mended": ("Multi-model, and those it confuses", SOLID),
    "together": ("Single model, on with old and new", DASHED),
    "again": ("Single model, everything again", SOLID),
}


def show_evidence() -> None:
    """What was measured, or the command that measures it."""
    found = shipped(_NAME)
    if found is None:
        return
    _show_answer(found)
    _show_growth(found)
    _show_examples(found)
    _show_drawings(found)


def _show_answer(found: dict) -> None:
    costs = new_class_costs(found["left_out"])
    st.markdown(f"##### {new_class_headline(costs)}")
    st.markdown(new_class_text(costs))
    show_table(
        pd.DataFrame(table_by_way(found["left_out"])).replace({"approach": TITLES}),
        file_name="left_out.csv",
        alt="Per way to teach a left-out digit its cost and the accuracies",
    )
    threads = found["threads"]
    st.caption(
        "Each digit left out of MNIST in turn, three seeds: the median and the range. What begins "
        "from nothing learns by the reference's recipe, 10 epochs of everything; what goes on "
        "learns for 3, from at most 2,000 pictures of each digit. Accuracy on MNIST's test "
        "pictures; seconds of training on "
        f"{count_text(threads, 'thread')}, without imports."
    )


def _show_growth(found: dict) -> None:
    st.subheader("From two digits to ten", anchor=False)
    frame = _named(growth(found["growing"]))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Seconds, all steps so far**")
        show_chart(
            lambda: _lines(frame, _CLASSES, alt.Y("seconds:Q").title("seconds")),
            *("growth seconds", version_of(found["growing"])),
            text="Seconds of training by the number of digits, summed over the steps",
        )
    with right:
        st.markdown("**Accuracy on the digits known so far**")
        scale = zoomed(frame["accuracy"])
        show_chart(
            lambda: _lines(frame, _CLASSES, alt.Y("accuracy:Q", scale=scale)),
            *("growth accuracy", version_of(found["growing"])),
            text="Accuracy by the number of digits",
        )
    st.caption(
        "Medians of three seeds. A multi-model that grows by one member each time never shows an "
        "old member the later digits, and its mistakes add up."
    )


def _show_examples(found: dict) -> None:
    st.subheader("How many examples it takes", anchor=False)
    frame = _named(by_examples(found["examples"]))
    show_chart(
        lambda: _lines(
            frame,
            alt.X(
                "examples:Q",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(values=sorted(set(frame["examples"])), grid=False),
            ).title("pictures of the new digit"),
            alt.Y("new:Q", scale=alt.Scale(domain=[0, 1])).title("recall of the new digit"),
        ),
        *("examples", version_of(found["examples"])),
        text="Recall of the new digit by the number of examples it was learned from",
    )
    st.caption(
        "Medians over the ten digits, each left out once. Few examples are widened by small "
        "distortions, and the new class is favoured: besides, up to 0.6 % of the old pictures that "
        "the networks know may be taken for it."
    )


def _show_drawings(found: dict) -> None:
    st.subheader("Ten drawings by five people, read as others draw", anchor=False)
    lessons = len({e["lesson"] for e in found["drawings"]})
    show_table(
        pd.DataFrame(table_by_digit(found["drawings"])),
        file_name="ten_drawings.csv",
        alt="Per digit the recall of other people's drawings and what was lost on the others",
    )
    st.caption(
        "Two pen drawings by each of five people teach a digit that was left out; measured on all "
        f"drawings of it by the other 25, {lessons} times with other teachers: the median and the "
        "range. Member: one new binary network. Mended: those it confuses as well. Single: the "
        "single model, on with old and new. Lost: accuracy on MNIST's pictures of the other nine."
    )


def _named(rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.assign(way=frame["way"].map(lambda way: _LINE_OF_WAY[way][0]))


def _lines(frame: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.LayerChart:
    """A line per way, blue or orange by its approach, solid or dashed."""
    ways = [way for way, (title, _) in _LINE_OF_WAY.items() if title in set(frame["way"])]
    titles = [_LINE_OF_WAY[way][0] for way in ways]
    colours = [COLOURS[WAYS[way].approach] for way in ways]
    legend = line_legend(symbolStrokeWidth=2.5)
    dashes = alt.Scale(domain=titles, range=[_LINE_OF_WAY[way][1] for way in ways])
    base = alt.Chart(frame).encode(
        x=x,
        y=y,
        color=alt.Color("way:N", scale=alt.Scale(domain=titles, range=colours), legend=legend),
        strokeDash=alt.StrokeDash("way:N", scale=dashes, legend=legend),
        tooltip=list(frame.columns),
    )
    points = base.mark_point(filled=True, size=45)
    return (base.mark_line(strokeWidth=2.5) + points).properties(height=_HEIGHT)
