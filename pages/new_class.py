"""New class: teach both approaches something more, and see what it costs and what is forgotten."""

import streamlit as st

from ui.new_class.evidence import show_evidence
from ui.new_class.kept_runs import show_kept
from ui.new_class.lesson_kinds import show_kind
from ui.new_class.lesson_panel import PLACES
from ui.shared.current_run import current_run
from ui.shared.navigation import begin
from ui.shared.permission import may_retrain

PROMISE = (
    "The promise behind ten models: a new class costs one small training, while the single model "
    "must learn everything again. Try it."
)
CLOSED = (
    "Teaching trains networks, and training is not open to you here. What was measured elsewhere "
    "is below."
)

begin("New class", PROMISE)
if may_retrain():
    run = current_run()
    *tabs, evidence = st.tabs(
        [*PLACES.values(), "Evidence"], key="teach_what", bind="query-params"
    )  # only the open one does any work
    for kind, tab in zip(PLACES, tabs, strict=True):
        if tab.open:
            with tab:
                show_kind(kind, run)
    if evidence.open:
        with evidence:
            show_evidence()
    else:
        show_kept()
else:
    st.info(CLOSED, icon=":material/block:")
    show_evidence()
