"""Confusion: which digits each contender takes for which, and the pictures behind each number."""

import streamlit as st

from mnist_models.comparison.sentences import data_text
from ui.confusion.explorer import explore
from ui.shared.current_duel import choose_duel
from ui.shared.navigation import begin

begin("Confusion", "Which digits are taken for which, and what do these pictures look like?")
duel = choose_duel()
runs = " and ".join(f"*{run.label}*" for run in dict.fromkeys((duel.first.run, duel.second.run)))
st.caption(f"Run {runs}, judged on {data_text(duel.first.run)} that training never saw.")
explore(duel)
