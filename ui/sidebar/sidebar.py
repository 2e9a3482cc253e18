"""The sidebar: which run is shown, and training a new one."""

import time

import streamlit as st

from ui.shared.current_run import remember_choice
from ui.shared.permission import draw_sign_in, may_retrain
from ui.sidebar.run_choice import draw_run_choice
from ui.sidebar.training_form import offer_retraining
from ui.sidebar.training_progress import watch_trainings

VISIT_BEGAN = "_visit_began"


def draw_sidebar() -> None:
    """Draw the sidebar once; `ui.frame.run_app` calls it for every page."""
    st.session_state.setdefault(VISIT_BEGAN, time.time())
    remember_choice()
    with st.sidebar:
        draw_run_choice()
        has_own = watch_trainings(st.session_state[VISIT_BEGAN])
        if may_retrain() and not has_own:
            offer_retraining()
        draw_sign_in()
