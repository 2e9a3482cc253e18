"""New class: teach both approaches a new class, and see what it costs and what they forget."""

import streamlit as st

from mnist_models.text import t, translated
from ui.new_class.evidence import show_evidence
from ui.new_class.kept_runs import show_kept
from ui.new_class.lesson_kinds import show_kind
from ui.new_class.lesson_panel import PLACES
from ui.shared.current_run import current_run
from ui.shared.navigation import begin
from ui.shared.permission import may_retrain
from ui.widgets.controls import open_tabs

PROMISE = t(
    "The promise behind ten models: a new class costs one small training, while the single model "
    "must learn everything again. Try it."
)
CLOSED = t(
    "Teaching a class means training networks, and training is not open to you here. Results "
    "measured elsewhere are shown below."
)

begin(t("New class"), translated(PROMISE))
if may_retrain():
    run = current_run()
    *tabs, evidence = open_tabs([*PLACES.values(), t("Evidence")], "teach_what")
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
    st.info(translated(CLOSED), icon=":material/block:")
    show_evidence()
