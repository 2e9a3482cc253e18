"""Confusion: which digits each contender mistakes for which, and the pictures behind a number."""

import streamlit as st

from mnist_models.comparison.sentences import data_text
from mnist_models.formatting import listing
from mnist_models.text import t
from ui.confusion.explorer import explore
from ui.shared.current_duel import choose_duel
from ui.shared.navigation import begin

begin(
    t("Confusion"),
    t("Which digits are mistaken for which, and what do these pictures look like?"),
)
duel = choose_duel()
runs = list(dict.fromkeys((duel.first.run, duel.second.run)))
st.caption(
    t(
        "Run {runs}, judged on {pictures} that training never saw.",
        "Runs {runs}, judged on {pictures} that training never saw.",
        count=len(runs),
        runs=listing([f"*{run.label}*" for run in runs]),
        pictures=data_text(duel.first.run),
    )
)
explore(duel)
