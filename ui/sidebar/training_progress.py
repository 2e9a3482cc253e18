"""A training that is running or has just ended, in the sidebar."""

from typing import cast

import streamlit as st

from mnist_models.formatting import duration_text
from mnist_models.jobs.executor import executor, latest_job
from mnist_models.jobs.job import Job, mark_of
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.pipeline.request import TRAINING
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import RunError
from mnist_models.text import Text, t
from ui.shared.current_run import choose_run, chosen_run_name
from ui.shared.permission import attempt, may_retrain
from ui.shared.visitor import known_visitor, owns
from ui.shared.waiting import wait_text
from ui.sidebar.run_choice import ask_whether_to_activate

_STAGES = {
    "starting": t("Starting …"),
    "loading": t("Loading the data …"),
    "importing": t("Starting TensorFlow …"),
    "scoring": t("Scoring on the training and test pictures …"),
    "publishing": t("Publishing …"),
}
# How often the page looks again; drawing the curves takes a browser longer than the rest.
EVERY_S, _CURVES_EVERY_S = 2.0, 5.0
_ORDERED = "_job_ordered"  # the training that this visitor asked for
_SEEN = "_jobs_seen"  # those whose end this visitor has dismissed
_WAITED = "_job_waited"  # the job that this visitor has seen waiting
_BEFORE = "_job_before"  # the run that was looked at while it trained


def watch_trainings(visit_began: float) -> bool:
    """Draw the training that runs, or how the last one ended, and the visitor's own that waits.

    Args:
        visit_began: what ended before that is no news, in seconds since the epoch.

    Returns:
        Whether one of the visitor's own runs or waits.
    """
    job = latest_job(TRAINING, begun=True)
    if job and job.is_unfinished:
        with st.container(key="train_progress"):
            st.fragment(_draw_running, run_every=EVERY_S)(job.id)
            st.fragment(_draw_curves, run_every=_CURVES_EVERY_S)(job.id)
    own = _own_training()
    if own and own.place == "waiting":
        with st.container(key="train_waiting"):
            st.fragment(_draw_waiting, run_every=EVERY_S)(own.id)
    # Another's may have begun before the visitor saw how their own has ended.
    ended = [each for each in (own, job) if each and is_news(each, visit_began)]
    if ended:
        with st.container(key="train_ended" if job and job.is_unfinished else "train_progress"):
            _draw_ended(ended[0])
    return own is not None and own.is_unfinished


def _own_training() -> Job | None:
    """The training that this visitor ordered last; where it was lost, that is said once."""
    ordered = st.session_state.get(_ORDERED)
    if not ordered and (who := known_visitor()):  # perhaps before a reload, or in another tab
        own = latest_job(TRAINING, mark_of(who))
    else:
        own = executor().follow(ordered) if ordered else None
    if ordered and own is None and ordered == st.session_state.pop(_WAITED, None):
        st.warning(t("Your training waits no more. Start it again."), icon=":material/warning:")
    return own


def remember_order(job_id: str) -> None:
    """Show this visitor the training that they ordered, or that another had ordered before."""
    st.session_state[_ORDERED] = job_id


def _draw_waiting(job_id: str) -> None:
    job = executor().follow(job_id)
    if job is None or job.place != "waiting":
        st.rerun()  # the whole page: it has its turn
    st.session_state[_WAITED] = job_id
    st.markdown(t("**Waiting: {title}**", title=job.order.title))
    st.caption(wait_text(job))
    if _is_own(job) and st.button(
        t("Cancel"), key="cancel_waiting", icon=":material/stop:", width="stretch"
    ):
        executor().cancel(job_id)
        st.rerun()


def _draw_running(job_id: str) -> None:
    job = executor().follow(job_id)
    if job is None or not job.is_unfinished:
        st.rerun()  # the whole page: the new run is there to choose, and nothing polls any more
    st.session_state[_BEFORE] = _shown_run()
    outlook = job.outlook()
    left = outlook.seconds_left
    st.markdown(t("**Training {title}**", title=job.order.title))
    st.progress(outlook.share, text=stage_text(job))
    st.caption(
        t("Time left: unknown yet")
        if left is None
        else t("About {duration} left", duration=duration_text(left))
    )
    if _is_second_pass(job):
        st.caption(t("The second pass learns from the held-out pictures, too. It is what is kept."))
    if not _is_own(job):
        st.caption(t("Somebody else started it."))
        return
    with st.container(key="cancel_training"):
        pressed = st.button(t("Cancel"), icon=":material/stop:", width="stretch")
    if pressed:
        executor().cancel(job.id)
        st.toast(t("Cancelling …"))


def _is_own(job: Job) -> bool:
    """Whether this visitor ordered it, and so may cancel it; the site's owner may from a shell."""
    return owns(job.order.owner)


def _is_second_pass(job: Job) -> bool:
    """Whether an approach is trained once more, after the held-out pictures have judged it."""
    return job.latest.stage == "refitting"


def stage_text(job: Job) -> Text:
    """What a training that runs is doing."""
    if job.epoch and job.latest.part:
        fields = {
            "approach": TITLES[cast(Approach, job.latest.part)],
            "epoch": job.epoch,
            "epochs": job.order.epochs,
        }
        if job.order.fits == 1:
            return t("{approach}, epoch {epoch} of {epochs} …", **fields)
        number = 2 if _is_second_pass(job) else 1
        return t("{approach}, pass {n} of 2, epoch {epoch} of {epochs} …", n=number, **fields)
    return _STAGES.get(job.latest.stage, _STAGES["starting"])


def _draw_curves(job_id: str) -> None:
    job = executor().follow(job_id)
    if job and job.place == "running" and job.epochs:
        # Charts take a second to import, once needed.
        from ui.sidebar.live_curves import show_live_curves

        show_live_curves(job.epochs)


def _draw_ended(job: Job) -> None:
    event = job.latest
    if event.stage in ("done", "found"):
        st.info(event.message, icon=":material/flag:")
        _draw_what_changed(event.run)
        _draw_what_to_do(event.run, job)
    elif event.stage == "cancelled":
        st.info(event.message, icon=":material/stop_circle:")
    else:
        st.error(event.message, icon=":material/error:")
    if st.button(t("Close"), width="stretch", key=f"close_{job.id}"):
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
    if st.button(t("Look at it"), type="primary", width="stretch", key="look_at_new_run"):
        choose_run(name)
        _dismiss(job)
    if not may_retrain():
        return
    with st.container(horizontal=True, gap="xsmall"):
        shown = ask_whether_to_activate(name, key="activate_new_run")
        thrown_away = st.button(t("Throw it away"), key="delete_new_run")
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
    st.session_state.setdefault(_SEEN, set()).add(job.id)
    st.rerun()


def is_news(job: Job, visit_began: float) -> bool:
    """Whether this visitor should see how a job has ended: once, and not days later."""
    if job.is_unfinished or job.id in st.session_state.get(_SEEN, ()):
        return False
    return visit_began <= job.progress.changed
