"""A slim bar above every page, where the sidebar with the training is closed, as on a phone."""

import streamlit as st

from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Job
from mnist_models.text import t, translated
from ui.shared.navigation import page_path
from ui.sidebar.current_training import EVERY_S, ended_training, latest_training, stage_text
from ui.sidebar.training_end import draw_close, offer_comparison


def draw_bar() -> None:
    """How far the training that runs is, or that one has ended and where more is said of it."""
    job, ended = latest_training(), ended_training()
    if job and job.is_unfinished:
        with st.container(key="train_bar"):
            st.fragment(_draw_running, run_every=EVERY_S)(job.id)
    elif ended:
        with st.container(key="train_bar", gap="xsmall"):
            _draw_ended(ended)


def _draw_running(job_id: str) -> None:
    job = executor().follow(job_id)
    if job and job.is_unfinished:
        st.progress(job.outlook().share, text=stage_text(job))


def _draw_ended(job: Job) -> None:
    st.caption(translated(job.latest.message))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if job.latest.run:
            offer_comparison(job, "_bar")
        if st.button(t("See more"), key="more_of_training"):
            st.switch_page(page_path("training"))
        draw_close(job, "_bar", width="content")
