"""How many pictures there are of each digit."""

from functools import partial

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.data.dataset import Dataset
from ui.widgets.charts import NEUTRAL, Layered, show_chart, version_of
from ui.widgets.tables import offer_table


def show_counts(data: Dataset, label: int) -> None:
    """Pictures per digit, and what a digit's binary model sees of them.

    Args:
        data: whose labels are counted.
        label: the digit.
    """
    labels = {"training": data.y_train, "test": data.y_test}
    counts = pd.DataFrame({name: np.bincount(y, minlength=10) for name, y in labels.items()})
    of_training = counts["training"]
    yes, total = of_training[label], of_training.sum()
    st.markdown(
        f"Not quite equally many: {of_training.min():,} to {of_training.max():,} for training. Far "
        f"less equal is what a binary model sees: for the {label}, **{yes:,} pictures say yes and "
        f"{total - yes:,} say no**. That makes the ten models harder to train well."
    )
    for column, name in zip(st.columns(2), counts, strict=True):
        with column:
            st.caption(f"{counts[name].sum():,} {name} pictures")
            show_chart(
                partial(count_bars, counts[name]),
                *("counts", version_of(counts[name].tolist())),
                text=f"{name} pictures per digit, see the table",
            )
    offer_table(
        "As a table",
        lambda: counts.rename_axis("digit").reset_index(),
        key="counts_table",
        file_name="counts.csv",
        alt="Pictures per digit for training and test",
    )


def count_bars(counts: pd.Series) -> Layered:
    """How many pictures there are of each digit, as bars with their numbers."""
    bars = alt.Chart(pd.DataFrame({"digit": range(len(counts)), "pictures": counts})).encode(
        x=alt.X("digit:O", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("pictures:Q", title=None),
        tooltip=["digit", alt.Tooltip("pictures", format=",")],
    )
    numbers = bars.mark_text(dy=-7, fontSize=10, color=NEUTRAL).encode(
        text=alt.Text("pictures:Q", format=",")
    )
    return alt.layer(bars.mark_bar(color=NEUTRAL), numbers).properties(height=220)
