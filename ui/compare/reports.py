"""The full report of a run, to take away."""

from functools import partial

import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.report import report_html


def offer_reports(duel: Duel) -> None:
    """A button per run that saves its report; it is made when somebody clicks."""
    runs = {contender.run.name: contender.run for contender in (duel.first, duel.second)}
    with st.container(key="reports", horizontal=True):
        for name, run in runs.items():
            st.download_button(
                f"Save all figures of {name} as one page",
                partial(report_html, run),
                file_name=f"report-{name}.html",
                mime="text/html",
                icon=":material/download:",
                on_click="ignore",
                key=f"report_{name}",
            )
