"""The page Training: what sampling does to the binary models, from the experiment "sampling"."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.experiment_sentences import correction_sentence
from mnist_models.evidence.experiments import Entry
from mnist_models.evidence.networks.training_studies import (
    reliability_bins,
    table_by_strategy,
)
from mnist_models.learning.sampling import SAMPLING_TITLES, STRATEGIES
from mnist_models.runs.run import Run
from mnist_models.text import Texts, paragraph, t, translated
from ui.shared.experiments import shipped
from ui.training.overfitting import ABOUT_RANGES, ACCURACY_COLUMNS
from ui.widgets.charts import (
    DASHED,
    NEUTRAL,
    SHARE,
    SOLID,
    Layered,
    line_legend,
    reliability_chart,
    share_axis,
    show_chart,
    version_of,
)
from ui.widgets.contender_style import COLOURS
from ui.widgets.tables import Column, show_table

_ABOUT = t(
    "Test accuracy: of all ten models together. Distinct rows: how many different pictures a "
    "binary model saw in all, mean of the ten. Seconds: for training all ten at once, on a machine "
    "that did other work too, so these are no more than an order of magnitude."
)
_COLUMNS = {
    "strategy": Column(t("strategy")),
    **ACCURACY_COLUMNS,
    "distinct_rows": Column(t("distinct rows")),
    "seconds": Column(t("seconds")),
}
_CORRECTIONS = Texts(
    {
        "before": t("before the prior correction"),
        "after": t("after the prior correction"),
    }
)


def show_sampling(_: Run) -> None:
    """What each sampling strategy does to accuracy and to the probabilities."""
    st.header(t("What sampling does to the ten binary models"), anchor=False)
    if found := shipped("sampling"):
        _show_strategies(found["runs"])


def _show_strategies(runs: Sequence[Entry]) -> None:
    rows = table_by_strategy(runs)
    names = [row["strategy"] for row in rows]
    st.markdown(strategy_list(names))
    show_table(
        pd.DataFrame([{**row, "strategy": SAMPLING_TITLES[row["strategy"]]} for row in rows]),
        file_name="sampling.csv",
        alt=t("What each sampling strategy does"),
        columns=_COLUMNS,
    )
    st.caption(paragraph(ABOUT_RANGES, _ABOUT))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(t("**Test accuracy, a dot per seed**"))
        show_chart(
            lambda: strategy_dots(runs),
            *("strategies", version_of(runs)),
            text=t("Test accuracy of each sampling strategy, a dot per seed"),
        )
    with right:
        st.markdown(t("**Are the probabilities right?**"))
        name = st.selectbox(
            t("Sampling strategy"), names, key="strategy", format_func=SAMPLING_TITLES.__getitem__
        )
        bins = reliability_bins(runs, name)
        show_chart(
            lambda: strategy_reliability(bins),
            *("sampled_reliability", version_of(bins)),
            text=t("Reliability diagram of the strategy {name}", name=SAMPLING_TITLES[name]),
        )
        st.caption(correction_sentence(runs, name))


def strategy_list(names: Sequence[str]) -> str:
    """What each of these strategies is, in Markdown."""
    return "\n".join(
        f"* *{SAMPLING_TITLES[name]}*: {translated(STRATEGIES[name].summary)}" for name in names
    )


def strategy_dots(runs: Sequence[Entry]) -> Layered:
    """Test accuracy per sampling strategy: a dot per seed, a bar at their median."""
    frame = pd.DataFrame(
        [(SAMPLING_TITLES[run["strategy"]], run["seed"], run["test_accuracy"]) for run in runs],
        columns=["strategy", "seed", "accuracy"],
    )
    order = list(dict.fromkeys(frame["strategy"]))
    base = alt.Chart(frame).encode(
        y=alt.Y("strategy:N", sort=order, title=None, axis=alt.Axis(ticks=False, labelLimit=220))
    )
    scale, title = alt.Scale(zero=False, padding=12), t("test accuracy, all ten digits")
    dots = base.mark_point(filled=True, size=80, opacity=0.8, color=COLOURS["multi"]).encode(
        x=alt.X("accuracy:Q", scale=scale, axis=share_axis(), title=title),
        tooltip=[
            alt.Tooltip("strategy", title=t("strategy")),
            alt.Tooltip("seed", title=t("seed")),
            alt.Tooltip("accuracy", format=SHARE, title=t("accuracy")),
        ],
    )
    bars = base.mark_tick(color=NEUTRAL, thickness=2, size=22).encode(
        x=alt.X("median(accuracy):Q", scale=scale)
    )
    return alt.layer(bars, dots).properties(height=alt.Step(38))


def strategy_reliability(bins: Sequence[dict[str, Any]]) -> Layered:
    """The reliability diagram of one strategy, before and after the prior correction.

    Args:
        bins: see `training_studies.reliability_bins`.
    """
    frame = pd.DataFrame({**row, "correction": _CORRECTIONS[row["correction"]]} for row in bins)
    dashes = alt.Scale(domain=list(_CORRECTIONS.values()), range=[DASHED, SOLID])
    stroke = alt.StrokeDash("correction:N", scale=dashes, legend=line_legend())
    return reliability_chart(
        frame,
        "correction",
        {
            "color": alt.value(COLOURS["multi"]),
            "shape": alt.value("circle"),
            "strokeDash": stroke,
        },
        titles=(t("predicted probability of yes"), t("observed share of yes")),
        height=340,
        whose_title=t("correction"),
    )
