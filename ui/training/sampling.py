"""The page Training, what sampling does to the binary models: the shipped experiment "sampling"."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.experiment_sentences import correction_sentence
from mnist_models.evidence.training_studies import (
    reliability_bins,
    table_by_strategy,
)
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.runs.run import Run
from ui.shared.experiments import shipped
from ui.training.learning_curves import DASHED, LOOK, SOLID
from ui.training.overfitting import ABOUT_RANGES
from ui.widgets.charts import COLOURS, NEUTRAL, Layered, show_chart, version_of
from ui.widgets.tables import show_table

_ABOUT = (
    "Test accuracy: of all ten models together. Distinct rows: how many different pictures a "
    "binary model ever saw, mean of the ten. Seconds: of training, all ten at once, "
    "on a machine that did other work too: an order of magnitude and no more."
)


def show_sampling(_: Run) -> None:
    """What each sampling strategy does to accuracy and to the probabilities."""
    st.subheader("What sampling does to the ten binary models", anchor=False)
    if found := shipped("sampling"):
        _show_strategies(found["runs"])


def _show_strategies(runs: Sequence[dict[str, Any]]) -> None:
    rows = table_by_strategy(runs)
    names = [row["strategy"] for row in rows]
    show_table(pd.DataFrame(rows), file_name="sampling.csv", alt="What each sampling strategy does")
    st.caption(f"{ABOUT_RANGES} {_ABOUT}")
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Test accuracy, a dot per seed**")
        show_chart(
            lambda: strategy_dots(runs, names),
            *("strategies", version_of(runs)),
            text="Test accuracy per strategy",
        )
        st.markdown("\n".join(f"* *{n}*: {STRATEGIES[n].summary}" for n in names))
    with right:
        st.markdown("**Are the probabilities right?**")
        name = st.selectbox("Sampling strategy", names, key="strategy")
        bins = reliability_bins(runs, name)
        show_chart(
            lambda: reliability_diagram(bins),
            *("sampled reliability", version_of(bins)),
            text=f"Reliability diagram of {name}",
        )
        st.caption(correction_sentence(runs, name))


def strategy_dots(runs: Sequence[dict[str, Any]], names: Sequence[str]) -> Layered:
    """Test accuracy per sampling strategy: a dot per seed, a bar at their median."""
    keys = ["strategy", "seed", "test_accuracy"]
    base = alt.Chart(pd.DataFrame(runs)[keys]).encode(
        y=alt.Y("strategy:N", sort=list(names), title=None, axis=alt.Axis(ticks=False))
    )
    scale = alt.Scale(zero=False, padding=12)
    dots = base.mark_point(filled=True, size=80, opacity=0.8, color=COLOURS["multi"]).encode(
        x=alt.X("test_accuracy:Q", scale=scale, title="test accuracy, all ten digits"),
        tooltip=["strategy", "seed", alt.Tooltip("test_accuracy", format=".4f")],
    )
    ticks = base.mark_tick(color=NEUTRAL, thickness=2, size=22).encode(
        x=alt.X("median(test_accuracy):Q", scale=scale)
    )
    return alt.layer(ticks, dots).properties(height=alt.Step(38))


def reliability_diagram(bins: Sequence[dict[str, Any]]) -> Layered:
    """Probability against what came true; on the grey diagonal both are the same.

    Args:
        bins: see `experiments.reliability_bins`.
    """
    share = alt.Scale(domain=[0, 1])
    diagonal = (
        alt.Chart(pd.DataFrame({"predicted": [0, 1], "observed": [0, 1]}))
        .mark_line(color=NEUTRAL)
        .encode(x="predicted:Q", y="observed:Q")
    )
    base = alt.Chart(pd.DataFrame(bins)).encode(
        x=alt.X("predicted:Q", scale=share, title="probability of yes, as the models say it"),
        y=alt.Y("observed:Q", scale=share, title="share that is the digit"),
    )
    legend = alt.Legend(**LOOK, labelExpr="datum.label + ' the prior correction'")
    dashes = alt.Scale(domain=["before", "after"], range=[DASHED, SOLID])
    lines = base.mark_line(color=COLOURS["multi"]).encode(
        strokeDash=alt.StrokeDash("correction:N", scale=dashes, legend=legend)
    )
    shares = (alt.Tooltip(c, format=".3f") for c in ("predicted", "observed"))
    dots = base.mark_point(filled=True, size=60, opacity=1, color=COLOURS["multi"]).encode(
        detail="correction:N",
        tooltip=["correction", *shares, alt.Tooltip("answers", format=",")],
    )
    return alt.layer(diagonal, lines, dots).properties(height=340)
