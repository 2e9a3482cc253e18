"""The page Compare: the same comparison at equal size, from the experiment "equal_size"."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.experiment_sentences import equal_size_sentences, updates_sentence
from mnist_models.evidence.equal_size import (
    ACCURACIES,
    SIZES,
    SPREAD,
    equal_pairs,
    pair_rows,
    size_rows,
    title_of,
    variants_of,
)
from mnist_models.evidence.experiments import Entry
from mnist_models.learning.approaches import APPROACHES, TITLES
from mnist_models.text import t
from ui.shared.experiments import shipped
from ui.widgets.charts import Layered, dots_per_seed, legend_on_top, show_chart, version_of
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import COUNT, FOUR_DIGITS, show_table

_ABOUT_PAIRS = t(
    "One and ten: median test accuracies. Difference: ten − one with the same seed, with its "
    "median, smallest and largest value. If it is positive, the ten read more."
)
_ABOUT_SIZES = t(
    "Test accuracy: median, lowest and highest over the seeds. All other figures are medians. "
    "Rows per epoch: the pictures that all networks together learn from in one pass. Processor "
    "seconds: for training. Seconds and milliseconds were measured on one core of one machine: "
    "their ratios say more than the numbers themselves."
)


def show_equal_size(_: Duel) -> None:
    """What remains of the difference at equal hidden units and at equal parameters."""
    if not (found := shipped("equal_size")):
        return
    runs, variants = found["runs"], variants_of(found["runs"])
    pairs = list(equal_pairs(variants))
    for sentence in equal_size_sentences(pairs):
        st.markdown(sentence)
    st.caption(updates_sentence(runs))
    show_chart(
        lambda: accuracy_dots(runs),
        *("equal_size", version_of(runs)),
        text=t("Test accuracy of each variant, a dot per seed"),
    )
    st.caption(
        t(
            "The reference recipe for {epochs} epochs, with one thing changed at a time: the "
            "number of hidden units, or whether each of the ten learns from all pictures or from "
            "a 1:1 undersample. Each variant was trained with {seeds} seeds and scored on MNIST's "
            "test pictures: a dot per seed, a line at the median. Made with `{command}`.",
            epochs=found["epochs"],
            seeds=len({entry["seed"] for entry in runs}),
            command=found["command"],
        )
    )
    show_table(
        pd.DataFrame(pair_rows(pairs)),
        file_name="equal_size.csv",
        alt=t("The single model and ten binary models with equal hidden units or equal parameters"),
        columns=dict.fromkeys(ACCURACIES, FOUR_DIGITS),
    )
    st.caption(_ABOUT_PAIRS)
    st.markdown(t("**What each variant costs**"))
    show_table(
        pd.DataFrame(size_rows(variants)),
        file_name="sizes.csv",
        alt=t("Parameters, rows, seconds, size and time per picture of each variant"),
        columns={
            **dict.fromkeys(SPREAD, FOUR_DIGITS),
            **dict.fromkeys(SIZES, COUNT),
            t("processor seconds"): st.column_config.NumberColumn(format="%.1f"),
            t("ms per picture"): st.column_config.NumberColumn(format="%.3f"),
        },
    )
    st.caption(_ABOUT_SIZES)


def accuracy_dots(runs: Sequence[Entry]) -> Layered:
    """Test accuracy per variant: a dot per seed, a line at their median."""
    networks = t("networks")
    frame = pd.DataFrame(
        [(title_of(e), TITLES[e["approach"]], e["seed"], e["test_accuracy"]) for e in runs],
        columns=[networks, "approach", "seed", "accuracy"],
    )
    colours = alt.Scale(
        domain=[TITLES[a] for a in APPROACHES], range=[COLOURS[a] for a in APPROACHES]
    )
    color = alt.Color("approach:N", scale=colours, legend=legend_on_top(symbolOpacity=1))
    return dots_per_seed(frame, networks, color, t("test accuracy"))
