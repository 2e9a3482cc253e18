"""The page Training: published figures beside those of the runs here."""

import pandas as pd
import streamlit as st

from mnist_models.evidence.published import published_rows
from mnist_models.runs.run import Run
from mnist_models.text import t, translated
from ui.widgets.tables import show_table

_ABOUT = t(
    "Test accuracy: the share of MNIST's 10,000 test pictures read correctly, with its 95 % Wilson "
    "interval in brackets: the range in which the true share plausibly lies. Train: the same on "
    "the training pictures. Difference: ours − published. *Not printed*: the source does not give "
    "this figure. Recipe: the named set of settings that a run was trained by, and what was "
    "changed in it."
)


def show_published(_: Run) -> None:
    """A row for each approach of each run on MNIST."""
    st.header(t("Published and ours"), anchor=False)
    show_table(
        pd.DataFrame(published_rows()),
        file_name="published.csv",
        alt=t("Published test accuracy beside ours"),
    )
    st.caption(translated(_ABOUT))
