"""A training that is running or has just ended, in the sidebar."""

import streamlit as st

from mnist_models.formatting import duration_text
from mnist_models.jobs.process import Job, cancel_job, current_job
from mnist_models.learning.approaches import TITLES
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import RunError
from ui.shared.current_run import choose_run, chosen_run_name
from ui.shared.permission import attempt, may_retrain

_STAGES = {
    "starting": "Starting",
    "loading": "Loading the data",
    "importing": "Starting TensorFlow",
    "training": "Training",
    "refitting": "Training once more, with the held-out pictures",
    "scoring": "Scoring on the training and test pictures",
    "publishing": "Publishing",
}
# How often who watches looks again; to draw the curves anew takes a browser longer than the rest.
_EVERY_S, _CURVES_EVERY_S = 2.0, 5.0
_SEEN = "_job_seen"  # the job whose end this visitor has dismissed
_BEFORE = "_job_before"  # the run that was looked at while it trained


def watch_job(visit_began: float) -> bool:
    """Draw the training that is running, or how the last one ended; returns whether one runs.

    Args:
        visit_began: what ended before that is no news, in seconds since the epoch.
    """
    job = current_job()
    if job is None:
        return False
    if job.running or _is_news(job, visit_began):
        with st.container(key="train_progress"):
            st.fragment(_draw_job, run_every=_EVERY_S if job.running else None)(job.running)
            if job.running:
                st.fragment(_draw_curves, run_every=_CURVES_EVERY_S)()
    return job.running


def _draw_job(was_running: bool) -> None:
    job = current_job()
    if job is None:
        return
    if was_running and not job.running:
        st.rerun()  # the whole page: the new run is there to choose, and nothing polls any more
    if job.running:
        _draw_running(job)
    else:
        _draw_ended(job)


def _draw_running(job: Job) -> None:
    st.session_state[_BEFORE] = _shown_run()
    outlook = job.outlook()
    left = outlook.seconds_left
    st.markdown(f"**Training {job.title}**")
    text = _STAGES.get(job.latest.stage, job.latest.stage)
    if job.epoch and job.latest.approach:
        text = f"{TITLES[job.latest.approach]}, epoch {job.epoch} of {job.epochs_wanted}"
    st.progress(outlook.share, text=f"{text} …")
    st.caption(
        f"About {duration_text(left)} left" if left is not None else "Time left: unknown yet"
    )
    with st.container(key="cancel_training"):
        pressed = may_retrain() and st.button("Cancel", icon=":material/stop:", width="stretch")
    if pressed and attempt(cancel_job):
        st.toast("Cancelling …")


def _draw_curves() -> None:
    job = current_job()
    if job and job.running and job.epochs:
        from ui.sidebar.live_curves import (
            show_live_curves,  # charts take a second to import, once needed
        )

        show_live_curves(job.epochs)


def _draw_ended(job: Job) -> None:
    event = job.latest
    if event.stage in ("done", "found"):
        st.success(event.message, icon=":material/check_circle:")
        _draw_what_changed(event.run)
        _draw_what_to_do(event.run, job)
    elif event.stage == "cancelled":
        st.info(event.message, icon=":material/stop_circle:")
    else:
        st.error(event.message, icon=":material/error:")
    if st.button("Close", width="stretch", key="close_job"):
        _dismiss(job)


def _draw_what_changed(name: str) -> None:
    """Accuracy before and after, where both runs were judged on the same pictures."""
    from mnist_models.comparison.sentences import change_sentence  # not for a first visit

    try:
        new, old = load_run(name), load_run(st.session_state.get(_BEFORE) or name)
    except RunError:
        return
    for approach in new.approaches:
        comparable = old.name != new.name and old.test_set == new.test_set
        both = comparable and approach in old.approaches
        st.caption(change_sentence(approach, new, old if both else None))


def _draw_what_to_do(name: str, job: Job) -> None:
    if st.button("Look at it", type="primary", width="stretch", key="look_at_new_run"):
        choose_run(name)
        _dismiss(job)
    if not may_retrain():
        return
    with st.container(horizontal=True, gap="xsmall"):
        shown = st.button("Make it the default", key="activate_new_run")
        thrown_away = st.button("Throw it away", key="delete_new_run")
    if shown and attempt(lambda: activate(name)):
        choose_run(name)
        _dismiss(job)
    if thrown_away and attempt(lambda: delete_run(name)):
        _dismiss(job)


def _shown_run() -> str:
    try:
        return chosen_run_name()
    except RunError:
        return ""


def _dismiss(job: Job) -> None:
    st.session_state[_SEEN] = (job.pid, job.started)
    st.rerun()


def _is_news(job: Job, visit_began: float) -> bool:
    """Whether this visitor should see how the last job ended: once, and not days later."""
    if st.session_state.get(_SEEN) == (job.pid, job.started):
        return False
    return visit_began <= job.ended
