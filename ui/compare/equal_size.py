"""The page Compare, the same comparison at equal size: the shipped experiment "equal_size"."""

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
from ui.shared.experiments import shipped
from ui.widgets.charts import Layered, dots_per_seed, legend_on_top, show_chart, version_of
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import COUNT, FOUR_DIGITS, show_table

_ABOUT = (
    "The reference recipe for {epochs} epochs, with one thing changed at a time: the hidden units "
    "of the networks, and whether each of the ten learns from all pictures or from a 1:1 "
    "undersample. Each trained with {seeds} seeds and scored on MNIST's test pictures: a dot per "
    "seed, a line at the median. Made with `{command}`."
)
_ABOUT_PAIRS = (
    "Median test accuracies; difference: ten − one with the same seed, its median, smallest and "
    "largest value. Positive: the ten read more."
)
_ABOUT_SIZES = (
    "Test accuracy: median, lowest and highest over the seeds; medians of the rest. Rows per "
    "epoch: pictures that all networks together learn from in one pass. Processor seconds: of "
    "training. Seconds and milliseconds are those of the machine that measured, on one core: their "
    "ratios say more than they do."
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
        *("equal size", version_of(runs)),
        text="Test accuracy of each variant, a dot per seed",
    )
    st.caption(_ABOUT.format(**found, seeds=len({entry["seed"] for entry in runs})))
    show_table(
        pd.DataFrame(pair_rows(pairs)),
        file_name="equal_size.csv",
        alt="The single model and ten binary models at equal hidden units and equal parameters",
        columns=dict.fromkeys(ACCURACIES, FOUR_DIGITS),
    )
    st.caption(_ABOUT_PAIRS)
    st.markdown("**What each variant takes**")
    show_table(
        pd.DataFrame(size_rows(variants)),
        file_name="sizes.csv",
        alt="Parameters, rows, seconds, size and time per picture of each variant",
        columns={
            **dict.fromkeys(SPREAD, FOUR_DIGITS),
            **dict.fromkeys(SIZES, COUNT),
            "processor seconds": st.column_config.NumberColumn(format="%.1f"),
            "ms per picture": st.column_config.NumberColumn(format="%.3f"),
        },
    )
    st.caption(_ABOUT_SIZES)


def accuracy_dots(runs: Sequence[Entry]) -> Layered:
    """Test accuracy per variant: a dot per seed, a line at their median."""
    frame = pd.DataFrame(
        [(title_of(e), TITLES[e["approach"]], e["seed"], e["test_accuracy"]) for e in runs],
        columns=["networks", "approach", "seed", "accuracy"],
    )
    colours = alt.Scale(
        domain=[TITLES[a] for a in APPROACHES], range=[COLOURS[a] for a in APPROACHES]
    )
    color = alt.Color("approach:N", scale=colours, legend=legend_on_top(symbolOpacity=1))
    return dots_per_seed(frame, "networks", color, "test accuracy")
