"""The page Compare: from one network to ten, from the experiment "ladder"."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.networks.ladder import CHANGES, TITLES, Rung, ladder_rows, rungs_of
from mnist_models.evidence.networks.ladder_sentences import (
    cause_sentences,
    ladder_headline,
    strong_sentence,
)
from mnist_models.formatting import (
    bytes_text,
    change_text,
    count_text,
    number_writer,
    p_value_cell,
    percent_text,
    points_text,
)
from mnist_models.text import Texts, t, translated
from ui.shared.experiments import say_it_is_the_same_for_all, shipped
from ui.widgets.charts import SHARE, Layered, legend_on_top, share_axis, show_chart, version_of
from ui.widgets.contender_style import COLOURS, MARKS, SECOND_OF_ITS_KIND
from ui.widgets.controls import pick
from ui.widgets.tables import Column, offer_table

_EQUAL = Texts(
    {
        "width": t("networks of 128 units each"),
        "parameters": t("the parameters of one network"),
        "strong": t("the recipe strong"),
    }
)
_COLUMNS = {
    "networks": Column(t("networks")),
    "accuracy": Column(t("test accuracy"), percent_text),
    "difference": Column(t("beside the rung before"), change_text),
    "p": Column(t("largest p"), p_value_cell),
    "changes": Column(t("what changes")),
    "low": Column(t("interval from"), percent_text),
    "high": Column(t("interval to"), percent_text),
    "lowest": Column(t("lowest seed"), percent_text),
    "highest": Column(t("highest seed"), percent_text),
    "calibration_error": Column(t("calibration error, points"), points_text),
    "letters": Column(t("letters refused"), percent_text),
    "scribbles": Column(t("scribbles refused"), percent_text),
    "noise": Column(t("noise refused"), percent_text),
    "cpu_seconds": Column(t("processor seconds"), number_writer(".0f")),
    "newcomer": Column(t("seconds for one more class"), number_writer(".1f")),
    "parameters": Column(t("parameters"), count_text),
    "bytes": Column(t("file"), bytes_text),
    "milliseconds": Column(t("ms per picture"), number_writer(".2f")),
}
_ABOUT = t(
    "Medians over the seeds; the interval is Wilson's, at 95 %, of the median accuracy. Beside the "
    "rung before: the median of the differences, seed by seed, and the largest p value of "
    "McNemar's tests. Calibration error: how far the probability of an answer is from how often it "
    "is right. Refused: letters, scribbles and noise whose largest probability is below the "
    "threshold that refuses one in a hundred test digits. One more class: the time for the "
    "networks that it needs anew."
)
_SOURCES = t(
    "Others have asked before: [Rifkin and Klautau](https://www.jmlr.org/papers/v5/rifkin04a.html) "
    "find one-vs-rest as accurate as any other scheme if its networks are well tuned, [Dietterich "
    "and Bakiri](https://arxiv.org/abs/cs/9501101) that codes mend mistakes, [Padhy et "
    "al.](https://arxiv.org/abs/2007.05134) that yes-or-no losses doubt better what was never "
    "seen, and [Li et al.](https://arxiv.org/abs/2003.02309) why one-vs-rest needs hard negatives."
)
_RANGE = {
    "color": [COLOURS["multi"], SECOND_OF_ITS_KIND["multi"]],
    "shape": [shape for shape, *_ in MARKS],
}


def show_ladder(_: Duel) -> None:
    """From one network to ten, one change at a time, and which of them makes the difference."""
    if not (found := shipped("ladder")):
        return
    say_it_is_the_same_for_all()
    ladders = {equal: rungs for equal in _EQUAL if (rungs := rungs_of(found, equal))}
    st.markdown(f"**{ladder_headline(ladders)}**")
    drawn = {equal: rungs for equal, rungs in ladders.items() if equal != "strong"}
    show_chart(
        lambda: ladder_dots(drawn),
        *("ladder", version_of(found["runs"])),
        text=t("Test accuracy from one network to ten, a dot per seed"),
    )
    st.caption(t("From top to bottom each rung changes one thing. A dot per seed."))
    changes = (
        t("**{networks}**: {change}", networks=TITLES[rung.key], change=CHANGES[rung.key])
        for rung in drawn.get("width", [])
    )
    st.caption("\n".join(f"1. {text}" for text in changes))
    if strong := strong_sentence(ladders.get("strong", [])):
        st.markdown(strong)
    asked = pick(t("Equal"), list(ladders), "ladder", title=_EQUAL)
    offer_table(
        t("Details: all figures, and how they were measured"),
        lambda: pd.DataFrame(ladder_rows(ladders[asked]), columns=list(_COLUMNS)),
        key="ladder_table",
        file_name=f"ladder_{asked}.csv",
        alt=t("What each way to put networks together reads, refuses and costs"),
        columns=_COLUMNS,
        about=translated(_ABOUT),
        more=lambda: _show_details(found, ladders),
    )


def ladder_dots(ladders: dict[str, list[Rung]]) -> Layered:
    """Test accuracy: a dot per seed, a row per rung, a line through the medians."""
    frame = pd.DataFrame(
        [
            (
                place,
                TITLES[rung.key],
                _EQUAL[equal],
                seed,
                run["test_accuracy"],
                rung.accuracy.median,
            )
            for equal, rungs in ladders.items()
            for place, rung in enumerate(rungs)
            for seed, run in rung.runs.items()
        ],
        columns=["place", "rung", "equal", "seed", "accuracy", "median"],
    )
    names = [_EQUAL[equal] for equal in ladders]
    scales = {name: alt.Scale(domain=names, range=values) for name, values in _RANGE.items()}
    legend, free = legend_on_top(symbolOpacity=1), alt.Scale(zero=False)
    base = alt.Chart(frame).encode(
        y=alt.Y("rung:N", sort=list(TITLES.values()), title=None, axis=alt.Axis(labelLimit=160)),
        color=alt.Color("equal:N", scale=scales["color"], legend=legend),
    )
    lines = base.mark_line(strokeWidth=1.5, opacity=0.6).encode(
        x=alt.X("median:Q", scale=free), order="place:Q", detail="equal:N"
    )
    dots = base.mark_point(filled=True, size=70, opacity=0.8).encode(
        x=alt.X("accuracy:Q", scale=free, axis=share_axis(), title=t("test accuracy")),
        shape=alt.Shape("equal:N", scale=scales["shape"], legend=legend),
        tooltip=[
            alt.Tooltip("rung", title=t("networks")),
            alt.Tooltip("equal", title=t("equal")),
            alt.Tooltip("seed", title=t("seed")),
            alt.Tooltip("accuracy", format=SHARE, title=t("test accuracy")),
        ],
    )
    return alt.layer(lines, dots).properties(height=alt.Step(30))


def _show_details(found: Evidence, ladders: dict[str, list[Rung]]) -> None:
    for equal, rungs in ladders.items():
        if told := cause_sentences(rungs):
            st.markdown(f"**{_EQUAL[equal]}**")
            st.markdown("\n".join(f"* {sentence}" for sentence in told))
    seeds: Sequence[int] = sorted({entry["seed"] for entry in found["runs"]})
    st.markdown(
        t(
            "The recipe *reference*, on all of MNIST's training pictures, with {count} seed; the "
            "networks are 128 units wide, or so narrow that all together have as many parameters "
            "as the single model. Nothing is chosen by these scores. Made with `{command}`.",
            "The recipe *reference*, on all of MNIST's training pictures, with {count} seeds; the "
            "networks are 128 units wide, or so narrow that all together have as many parameters "
            "as the single model. Nothing is chosen by these scores. Made with `{command}`.",
            count=len([seed for seed in seeds if seed < 3]),
            command=found["command"],
        )
    )
    st.caption(translated(_SOURCES))
