"""The sidebar: which run is shown, and training a new one."""

import streamlit as st

from ui.shared.permission import draw_sign_in, may_retrain
from ui.shared.translation import offer_languages
from ui.sidebar.run_choice import draw_run_choice
from ui.sidebar.training_form import offer_retraining
from ui.sidebar.training_progress import watch_trainings


def draw_sidebar(*, curves: bool = True) -> None:
    """Draw the sidebar once; `ui.frame.run_app` calls it for every page.

    Args:
        curves: with small ones of a training that runs.
    """
    with st.sidebar:
        draw_run_choice()
        has_own = watch_trainings(curves=curves)
        if may_retrain() and not has_own:
            offer_retraining()
        draw_sign_in()
        offer_languages()
