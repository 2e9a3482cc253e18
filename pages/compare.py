"""Compare: which of two contenders reads more, and the evidence for it."""

from functools import partial

import streamlit as st

from mnist_models.comparison.sentences import judged_text, verdict_sentence
from mnist_models.evidence.experiments import load_evidence
from ui.answer import show_accuracies, show_paired
from ui.calibration import show_probabilities
from ui.cost import show_cost
from ui.fairness import show_fairness
from ui.members import show_members
from ui.no_digit import show_no_digit
from ui.page import begin
from ui.parts import show_parts
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


begin("Compare")
answer = st.container()
duel = choose_duel()
answer.markdown(f"##### {verdict_sentence(duel)}")
show_accuracies(duel, load_evidence("seeds"))
st.caption(judged_text(duel))
show_paired(duel)
show_parts({title: partial(show, duel) for title, show in EVIDENCE.items()}, key="evidence")
offer_reports(duel)
