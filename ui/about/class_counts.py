"""How many pictures there are of each digit."""

from functools import partial

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.data.dataset import Dataset
from mnist_models.text import t
from ui.widgets.charts import NEUTRAL, Layered, show_chart, version_of
from ui.widgets.tables import offer_table


def show_counts(data: Dataset, label: int) -> None:
    """Pictures per digit, and how few of them are of the digit that a binary model looks for.

    Args:
        data: whose labels are counted.
        label: the digit of the binary model.
    """
    training, test = (pd.Series(np.bincount(y, minlength=10)) for y in (data.y_train, data.y_test))
    yes, total = training[label], training.sum()
    st.markdown(
        t(
            "The digits are not quite equally frequent: there are {fewest:,} to {most:,} training "
            "pictures of each. What a binary model sees is far less balanced: for the {digit}, "
            "**the answer is yes for {yes:,} pictures and no for {no:,}**. That makes the ten "
            "models harder to train well.",
            fewest=training.min(),
            most=training.max(),
            digit=label,
            yes=yes,
            no=total - yes,
        )
    )
    left, right = st.columns(2)
    with left:
        st.caption(
            t("{count:,} training picture", "{count:,} training pictures", count=training.sum())
        )
        _show_bars(training, t("Training pictures per digit, see the table"))
    with right:
        st.caption(t("{count:,} test picture", "{count:,} test pictures", count=test.sum()))
        _show_bars(test, t("Test pictures per digit, see the table"))
    offer_table(
        t("As a table"),
        lambda: pd.DataFrame(
            {t("digit"): training.index, t("training"): training, t("test"): test}
        ),
        key="counts_table",
        file_name="counts.csv",
        alt=t("Pictures per digit for training and test"),
    )


def _show_bars(counts: pd.Series, text: str) -> None:
    version = version_of(counts.tolist())
    show_chart(partial(count_bars, counts), "counts", version, text=text)


def count_bars(counts: pd.Series) -> Layered:
    """The number of pictures of each digit, as labelled bars."""
    bars = alt.Chart(pd.DataFrame({"digit": range(len(counts)), "pictures": counts})).encode(
        x=alt.X("digit:O", title=t("digit"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("pictures:Q", title=None),
        tooltip=[
            alt.Tooltip("digit", title=t("digit")),
            alt.Tooltip("pictures", format=",", title=t("pictures")),
        ],
    )
    numbers = bars.mark_text(dy=-7, fontSize=10).encode(text=alt.Text("pictures:Q", format=","))
    return alt.layer(bars.mark_bar(color=NEUTRAL), numbers).properties(height=220)
