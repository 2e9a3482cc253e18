"""Training: how a run learned, beside what others published, and what helps it or harms it."""

import streamlit as st

from mnist_models.runs import Run
from ui.drawings import show_drawings
from ui.epochs import show_epochs, show_mistakes
from ui.loading import current_run
from ui.overfitting import show_overfitting
from ui.page import begin
from ui.published import show_published
from ui.sampling import show_sampling

PARTS = {
    "Epoch by epoch": show_epochs,
    "Mistakes": show_mistakes,
    "Published and ours": show_published,
    "Overfitting": show_overfitting,
    "Sampling": show_sampling,
    "Drawings": show_drawings,
}


@st.fragment
def show_parts(run: Run) -> None:
    """One tab for each part; only the open one does any work."""
    tabs = st.tabs(list(PARTS), key="part", bind="query-params")
    for tab, show in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                show(run)


begin("Training", "How the networks learn, and what helps them.")
show_parts(current_run())
