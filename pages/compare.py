"""Compare: which of two contenders reads more, and the evidence for it."""

from functools import partial

import streamlit as st

from mnist_models.comparison.sentences import judged_text, verdict_sentence
from mnist_models.evidence.experiments import load_evidence
from mnist_models.text import t
from ui.compare.approaches import offer_approaches
from ui.compare.binary_models import show_members
from ui.compare.calibration import show_probabilities
from ui.compare.cost import show_cost
from ui.compare.headline import offer_reports, show_accuracies, show_paired
from ui.compare.per_class import show_classes
from ui.compare.studies.characters import show_characters
from ui.compare.studies.equal_size import show_equal_size
from ui.compare.studies.label_errors import show_label_errors
from ui.compare.studies.ladder import show_ladder
from ui.compare.studies.numbers import show_numbers
from ui.compare.studies.rejection import show_no_digit
from ui.compare.studies.robustness import show_robustness
from ui.compare.studies.you_against import play
from ui.shared.current_duel import choose_duel
from ui.shared.navigation import begin
from ui.widgets.controls import show_parts

EVIDENCE = {
    t("Digit by digit"): show_classes,
    t("You against them"): play,
    t("The ten, one by one"): show_members,
    t("Probabilities"): show_probabilities,
    t("Not a digit"): show_no_digit,
    t("Robustness"): show_robustness,
    t("Equal size"): show_equal_size,
    t("From one to ten"): show_ladder,
    t("Numbers"): show_numbers,
    t("Wrong labels"): show_label_errors,
    t("252 classes"): show_characters,
    t("Cost"): show_cost,
}
# Parts that are there once they have been measured.
MEASURED = {t("Robustness"): "robustness", t("From one to ten"): "ladder", t("Numbers"): "numbers"}
MEASURED[t("252 classes")] = "characters"

begin(t("Compare"))
answer = st.container()
duel = choose_duel()
answer.header(verdict_sentence(duel), anchor=False)
show_accuracies(duel, load_evidence("seeds"))
st.caption(judged_text(duel))
show_paired(duel)
offer_approaches(duel)
for title, name in MEASURED.items():
    if not load_evidence(name):
        del EVIDENCE[title]
show_parts({title: partial(show, duel) for title, show in EVIDENCE.items()}, key="evidence")
offer_reports(duel)
