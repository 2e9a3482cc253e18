"""Compare: which of two contenders reads more, and the evidence for it."""

import streamlit as st

from mnist_models.contenders import Duel
from mnist_models.evidence import load_evidence
from mnist_models.words import judged_text, verdict_sentence
from ui.answer import show_accuracies, show_paired
from ui.calibration import show_probabilities
from ui.cost import show_cost
from ui.fairness import show_fairness
from ui.members import show_members
from ui.no_digit import show_no_digit
from ui.page import begin
from ui.per_class import show_classes
from ui.reports import offer_reports
from ui.versus import choose_duel

EVIDENCE = {
    "Digit by digit": show_classes,
    "The ten, one by one": show_members,
    "Probabilities": show_probabilities,
    "Not a digit": show_no_digit,
    "Equal size": show_fairness,
    "Cost": show_cost,
}


@st.fragment
def show_evidence(duel: Duel) -> None:
    """One tab for each kind of evidence; only the open one does any work."""
    tabs = st.tabs(list(EVIDENCE), key="evidence", bind="query-params")
    for tab, show in zip(tabs, EVIDENCE.values(), strict=True):
        if tab.open:
            with tab:
                show(duel)


begin("Compare")
answer = st.container()
duel = choose_duel()
answer.markdown(f"##### {verdict_sentence(duel)}")
show_accuracies(duel, load_evidence("seeds"))
st.caption(judged_text(duel))
show_paired(duel)
show_evidence(duel)
offer_reports(duel)
