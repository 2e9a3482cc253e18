"""The page Training, what others published beside what the runs here came to."""

import pandas as pd
import streamlit as st

from mnist_models.evidence.published import published_rows
from mnist_models.runs.run import Run
from ui.widgets.tables import show_table

_ABOUT = (
    "Test accuracy: the share of MNIST's 10,000 test pictures read correctly; in brackets its 95 % "
    "Wilson interval, the range in which the true share plausibly lies. Train: the same on the "
    "training pictures. Difference: ours − published. *Not printed*: the source has no such figure."
)


def show_published(_: Run) -> None:
    """A row for each approach of each run on MNIST."""
    st.subheader("Published and ours", anchor=False)
    show_table(
        pd.DataFrame(published_rows()),
        file_name="published.csv",
        alt="Published test accuracy beside ours",
    )
    st.caption(_ABOUT)
