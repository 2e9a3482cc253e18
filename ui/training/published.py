"""The page Training: published figures beside those of the runs here."""

import pandas as pd
import streamlit as st

from mnist_models.evidence.published import dense_rows, published_rows
from mnist_models.runs.run import Run
from mnist_models.text import t, translated
from ui.widgets.tables import Column, show_table

_ABOUT = t(
    "Test accuracy: the share of MNIST's 10,000 test pictures read correctly, with its 95 % Wilson "
    "interval in brackets: the range in which the true share plausibly lies. Train: the same on "
    "the training pictures. Difference: ours − published. *Not printed*: the source does not give "
    "this figure. Recipe: the named set of settings that a run was trained by, and what was "
    "changed in it."
)

_DENSE = {
    "name": Column(t("networks")),
    "networks": Column(t("how many")),
    "hidden": Column(t("hidden layers")),
    "error": Column(t("test error (95 % interval)")),
    "misread": Column(t("misread")),
    "source": Column(t("source")),
}
_ABOUT_DENSE = t(
    "All are dense: no convolution. The fewest mistakes come first; those from here are of runs in "
    "this demo, for which the test pictures have chosen nothing. How many: networks whose answers "
    "are put together. Misread: of MNIST's 10,000 test pictures."
)


def show_published(_: Run) -> None:
    """A row for each approach of each run on MNIST, then how well dense networks do at all."""
    st.header(t("Published and ours"), anchor=False)
    show_table(
        pd.DataFrame(published_rows()),
        file_name="published.csv",
        alt=t("Published test accuracy beside ours"),
    )
    st.caption(translated(_ABOUT))
    st.header(t("How far dense networks get"), anchor=False)
    show_table(
        pd.DataFrame(dense_rows()),
        file_name="dense_networks.csv",
        alt=t("Test errors of dense networks, published and ours"),
        columns=_DENSE,
    )
    st.caption(translated(_ABOUT_DENSE))
