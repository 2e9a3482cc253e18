"""The sidebar: which run is shown, and training a new one."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.shared.permission import draw_sign_in, may_retrain
from ui.shared.translation import offer_languages
from ui.sharing.share_dialog import offer_to_share
from ui.sidebar.run_choice import draw_run_choice
from ui.sidebar.training_form import offer_retraining
from ui.sidebar.training_progress import watch_trainings


def draw_sidebar(page: StreamlitPage, *, curves: bool = True) -> None:
    """Draw the sidebar once; `ui.frame.run_app` calls it for every page.

    Args:
        page: beside it.
        curves: with small ones of a training that runs.
    """
    with st.sidebar:
        with st.container(key="run_panel"):
            draw_run_choice()
        has_own = watch_trainings(curves=curves)
        if may_retrain() and not has_own:
            with st.container(key="retrain_panel"):
                offer_retraining()
        draw_sign_in()
        offer_to_share(page)
        offer_languages()
