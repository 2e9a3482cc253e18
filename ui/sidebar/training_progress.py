"""The training that runs, and the visitor's own that waits, in the sidebar."""

from typing import Literal

import streamlit as st

from mnist_models.formatting import duration_text
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Job, wait_text
from mnist_models.text import paragraph, t
from ui.sidebar.current_training import (
    CURVES_EVERY_S,
    EVERY_S,
    ended_training,
    is_own,
    latest_training,
    ordered_training,
    own_training,
    stage_text,
)
from ui.sidebar.training_end import draw_end

_WAITED = "_job_waited"  # the job that this visitor has seen waiting


def watch_trainings(*, curves: bool = True) -> bool:
    """Draw the training that runs, or how the last one ended, and the visitor's own that waits.

    Args:
        curves: draw small ones; not beside a page that has large ones.

    Returns:
        Whether one of the visitor's own runs or waits.
    """
    job, own = latest_training(), own_training()
    if job and job.is_unfinished:
        with st.container(key="train_progress"):
            st.fragment(_draw_running, run_every=EVERY_S)(job.id)
            if curves:
                st.fragment(_draw_curves, run_every=CURVES_EVERY_S)(job.id)
    _say_if_lost(own)
    if own and own.place == "waiting":
        with st.container(key="train_waiting"):
            st.fragment(_draw_waiting, run_every=EVERY_S)(own.id)
    if ended := ended_training():
        with st.container(key="train_ended" if job and job.is_unfinished else "train_progress"):
            draw_end(ended)
    return own is not None and own.is_unfinished


def _say_if_lost(own: Job | None) -> None:
    """Where the visitor's own is gone that was seen waiting, say so once."""
    ordered = ordered_training()
    if ordered and own is None and ordered == st.session_state.pop(_WAITED, None):
        st.warning(t("Your training waits no more. Start it again."), icon=":material/warning:")


def _draw_waiting(job_id: str) -> None:
    job = executor().follow(job_id)
    if job is None or job.place != "waiting":
        st.rerun()  # the whole page: it has its turn
    st.session_state[_WAITED] = job_id
    st.markdown(t("**Waiting: {title}**", title=job.order.title))
    st.caption(wait_text(job))
    if is_own(job) and st.button(
        t("Cancel"), key="cancel_waiting", icon=":material/stop:", width="stretch"
    ):
        executor().cancel(job_id)
        st.rerun()


def _draw_running(job_id: str) -> None:
    job = executor().follow(job_id)
    if job is None or not job.is_unfinished:
        st.rerun()  # the whole page: the new run is there to choose, and nothing polls any more
    st.markdown(t("**Training {title}**", title=job.order.title))
    draw_progress(job)
    if is_own(job):
        draw_cancel(job, key="cancel_training")


def draw_progress(job: Job) -> None:
    """A bar with what is being done, how long it will take, and whose it is."""
    if job.is_cancelled:
        st.markdown(t("Cancelling …"))
        return
    outlook = job.outlook()
    left = outlook.seconds_left
    st.progress(outlook.share, text=stage_text(job))
    st.caption(
        paragraph(
            t("Time left: unknown yet.")
            if left is None
            else t("About {duration} left.", duration=duration_text(left)),
            t("The second pass learns from the held-out pictures, too. It is what is kept.")
            if any(fit.again for fit in job.fits)
            else "",
            "" if is_own(job) else t("Somebody else started it."),
        )
    )


def draw_cancel(job: Job, *, key: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """A button that ends the visitor's own training, in a container with this key."""
    with st.container(key=key, width=width):
        pressed = st.button(
            t("Cancel"),
            icon=":material/stop:",
            width=width,
            key=f"{key}_button",
            disabled=job.is_cancelled,
        )
    if pressed:
        executor().cancel(job.id)
        st.toast(t("Cancelling …"))


def _draw_curves(job_id: str) -> None:
    job = executor().follow(job_id)
    if job and job.place == "running" and job.epochs:
        # Charts take a second to import, once needed.
        from ui.sidebar.live_curves import show_live_curves

        show_live_curves(job)
