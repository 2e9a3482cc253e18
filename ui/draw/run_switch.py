"""What a run was taught, and a run beside it that was taught something else."""

import streamlit as st

from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run
from ui.shared.current_run import choose_run

_PENS, _MNIST = "pens", "strong"  # the same recipe, with pen digits and without


def offer_run_switch(run: Run) -> None:
    """Say what a visitor's models have learned from, and offer those that learned from the other.

    For the two shipped runs that differ in nothing else; the drawing stays where it is.
    """
    other = {_PENS: _MNIST, _MNIST: _PENS}.get(run.name)
    if other not in run_names():
        return
    with st.container(key="teaching", horizontal=True, vertical_alignment="center", gap="small"):
        if run.name == _PENS:
            st.caption(
                "These models learned from MNIST and from 30 people's pens. Hooked 9s, crossed 7s "
                "and 1s with a foot are what MNIST never shows.",
                width="stretch",
            )
            label = "Ask those that know MNIST only"
        else:
            st.caption("These models know MNIST only, as in most demos.", width="stretch")
            label = "Ask those that learned from pens too"
        if st.button(label, icon=":material/swap_horiz:", type="tertiary", key="other_teaching"):
            choose_run(other)
            st.rerun()
