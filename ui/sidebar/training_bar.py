"""A slim bar above every page on a phone, where the sidebar with the training is closed."""

import streamlit as st

from mnist_models.jobs.executor import executor, latest_job
from mnist_models.pipeline.request import TRAINING
from mnist_models.text import t
from ui.sidebar.training_progress import EVERY_S, is_news, stage_text


def draw_bar(visit_began: float) -> None:
    """How far the training that runs is, or that it has ended; wider screens do not show it.

    Args:
        visit_began: what ended before that is no news, in seconds since the epoch.
    """
    job = latest_job(TRAINING, begun=True)
    if job and (job.is_unfinished or is_news(job, visit_began)):
        with st.container(key="train_bar"):
            st.fragment(_draw, run_every=EVERY_S if job.is_unfinished else None)(job.id)


def _draw(job_id: str) -> None:
    job = executor().follow(job_id)
    if job and job.is_unfinished:
        st.progress(job.outlook().share, text=stage_text(job))
    elif job:
        st.caption(t("{message} Open the sidebar to see more.", message=job.latest.message))
