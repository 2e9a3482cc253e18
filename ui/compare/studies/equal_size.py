"""The page Compare: the same comparison at equal size, from the experiment "equal_size"."""

from collections.abc import Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.experiment_sentences import (
    equal_size_headline,
    equal_size_sentences,
    updates_sentence,
)
from mnist_models.evidence.experiments import Evidence
from mnist_models.evidence.networks.equal_size import (
    EqualPair,
    equal_pairs,
    pair_rows,
    size_rows,
    variants_of,
)
from mnist_models.formatting import (
    bytes_text,
    change_text,
    count_text,
    number_writer,
    percent_text,
)
from mnist_models.text import t, translated
from ui.shared.experiments import say_it_is_the_same_for_all, shipped
from ui.widgets.charts import NEUTRAL, Layered, legend_on_top, show_chart, version_of
from ui.widgets.contender_style import COLOURS, MARKS, SECOND_OF_ITS_KIND
from ui.widgets.tables import Column, offer_table, show_table

# The ten in two ways to sample: neither colour is that of the single model.
_RANGE = {
    "color": [COLOURS["multi"], SECOND_OF_ITS_KIND["multi"]],
    "shape": [shape for shape, *_ in MARKS],
}
_PAIRS = {
    "equal": Column(t("equal")),
    "learned": Column(t("each of the ten learns from")),
    "one": Column(t("single model"), percent_text),
    "ten": Column(t("ten"), percent_text),
    "difference": Column(t("ten − single"), change_text),
    "smallest": Column(t("smallest"), change_text),
    "largest": Column(t("largest"), change_text),
}
_SIZES = {
    "networks": Column(t("networks")),
    "accuracy": Column(t("test accuracy"), percent_text),
    "lowest": Column(t("lowest"), percent_text),
    "highest": Column(t("highest"), percent_text),
    "parameters": Column(t("parameters"), count_text),
    "distinct_rows": Column(t("different pictures per network"), count_text),
    "rows_per_epoch": Column(t("pictures per epoch"), count_text),
    "cpu_seconds": Column(t("processor seconds"), number_writer(".1f")),
    "bytes": Column(t("file"), bytes_text),
    "milliseconds": Column(t("ms per picture"), number_writer(".3f")),
}
_ABOUT_PAIRS = t(
    "Medians over the seeds; ten − single is taken seed by seed, in percentage points, with its "
    "median, smallest and largest value. If it is positive, the ten read more."
)
_ABOUT_SIZES = t(
    "Test accuracy: median, lowest and highest over the seeds. All other figures are medians. "
    "Pictures per epoch: those that all networks together learn from in one pass. Processor "
    "seconds: for training. Seconds and milliseconds were measured on one core of one machine: "
    "their ratios say more than the numbers themselves."
)


def show_equal_size(_: Duel) -> None:
    """What remains of the difference at equal hidden units and at equal parameters."""
    if not (found := shipped("equal_size")):
        return
    say_it_is_the_same_for_all()
    pairs = list(equal_pairs(variants_of(found["runs"])))
    st.markdown(f"**{equal_size_headline(pairs)}**")
    show_chart(
        lambda: difference_dots(pairs),
        *("equal_size", version_of(found["runs"])),
        text=t("How much more the ten read than the single model of equal size, a dot per seed"),
    )
    st.caption(
        t(
            "Right of the grey line the ten read more; a dot per seed. Each of them learns from "
            "all pictures, or from a 1:1 undersample: the pictures of its own digit and as many "
            "drawn from the others."
        )
    )
    offer_table(
        t("Details: how it was measured, and all figures"),
        lambda: pd.DataFrame(pair_rows(pairs)),
        key="equal_size_table",
        file_name="equal_size.csv",
        alt=t("The single model and ten binary models with equal hidden units or equal parameters"),
        columns=_PAIRS,
        about=translated(_ABOUT_PAIRS),
        more=partial(_show_details, found, pairs),
    )


def difference_dots(pairs: Sequence[EqualPair]) -> Layered:
    """How much more the ten read, in points: a dot per seed, a row for each thing that is equal."""
    frame = pd.DataFrame(
        [
            (pair.equal, pair.learned, seed["seed"], 100 * difference)
            for pair in pairs
            for seed, difference in zip(pair.single, pair.differences, strict=True)
        ],
        columns=["equal", "learned", "seed", "points"],
    )
    learned = list(dict.fromkeys(frame["learned"]))
    legend = legend_on_top(symbolOpacity=1)
    channels = {name: alt.Scale(domain=learned, range=values) for name, values in _RANGE.items()}
    dots = (
        alt.Chart(frame)
        .mark_point(filled=True, size=80, opacity=0.8)
        .encode(
            y=alt.Y("equal:N", sort=None, title=None, axis=alt.Axis(ticks=False, labelLimit=160)),
            yOffset=alt.YOffset("learned:N", sort=learned),
            x=alt.X("points:Q", title=t("ten − single, points")),
            color=alt.Color("learned:N", scale=channels["color"], legend=legend),
            shape=alt.Shape("learned:N", scale=channels["shape"], legend=legend),
            tooltip=[
                alt.Tooltip("equal", title=t("equal")),
                alt.Tooltip("learned", title=t("each of the ten learns from")),
                alt.Tooltip("seed", title=t("seed")),
                alt.Tooltip("points", format="+.2f", title=t("points")),
            ],
        )
    )
    zero = alt.Chart(pd.DataFrame({"points": [0]})).mark_rule(color=NEUTRAL).encode(x="points:Q")
    return alt.layer(zero, dots).properties(height=alt.Step(20))


def _show_details(found: Evidence, pairs: Sequence[EqualPair]) -> None:
    runs = found["runs"]
    for sentence in equal_size_sentences(pairs):
        st.markdown(sentence)
    st.markdown(updates_sentence(runs))
    st.markdown(
        t(
            "All were trained by the recipe *reference*, a named set of settings, for {epochs} "
            "epochs, with one thing changed at a time: the number of hidden units, or whether each "
            "of the ten learns from all pictures or from an undersample. Each variant was trained "
            "with {seeds} seeds and scored on MNIST's test pictures. Made with `{command}`.",
            epochs=found["epochs"],
            seeds=len({entry["seed"] for entry in runs}),
            command=found["command"],
        )
    )
    show_table(
        pd.DataFrame(size_rows(variants_of(runs))),
        file_name="sizes.csv",
        alt=t("Parameters, pictures, seconds, size and time per picture of each variant"),
        columns=_SIZES,
    )
    st.caption(translated(_ABOUT_SIZES))
