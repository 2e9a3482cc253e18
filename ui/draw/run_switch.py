"""What a run has learned from, and a second run that learned from something else."""

import streamlit as st

from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.shared.current_run import switch_run

_PENS, _MNIST = "pens", "strong"  # the same recipe, with pen digits and without


def offer_run_switch(run: Run) -> None:
    """Say what the visitor's models have learned from, and offer the run that has the other data.

    For the two shipped runs that differ in nothing else; the drawing stays.
    """
    other = {_PENS: _MNIST, _MNIST: _PENS}.get(run.name)
    if other is None or other not in run_names():
        return
    with st.container(key="teaching", horizontal=True, vertical_alignment="center", gap="small"):
        if run.name == _PENS:
            st.caption(
                t(
                    "These models learned from MNIST and from the pen digits of 30 people. MNIST "
                    "never shows hooked 9s, crossed 7s or 1s with a foot."
                ),
                width="stretch",
            )
            label = t("Ask the models that know only MNIST")
        else:
            st.caption(t("These models know only MNIST, as in most demos."), width="stretch")
            label = t("Ask the models that also learned from pen digits")
        if st.button(label, icon=":material/swap_horiz:", type="tertiary", key="other_teaching"):
            switch_run(other)
            st.rerun()
