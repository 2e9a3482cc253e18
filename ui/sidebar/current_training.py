"""The trainings that a visitor sees: the one that runs or ended last, and their own."""

import time
from typing import cast

import streamlit as st

from mnist_models.formatting import semicolons
from mnist_models.jobs.executor import executor, latest_job
from mnist_models.jobs.job import Fitting, Job, mark_of
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.pipeline.request import TRAINING
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import RunError
from mnist_models.text import Text, Texts, t
from ui.shared.current_run import chosen_run_name
from ui.shared.visitor import known_visitor, owns

EVERY_S = 2.0  # how often a page looks again
CURVES_EVERY_S = 5.0  # drawing them takes a browser longer than the rest
_STAGES = Texts(
    {
        "starting": t("Starting …"),
        "loading": t("Loading the data …"),
        "importing": t("Starting TensorFlow …"),
        "scoring": t("Scoring on the training and test pictures …"),
        "publishing": t("Publishing …"),
    }
)
_VISIT_BEGAN = "_visit_began"  # what ended before that is no news
_LATEST, _OWN = "_job_latest", "_job_own"  # as they were found at the beginning of this run
_ORDERED = "_job_ordered"  # the training that this visitor asked for
_SEEN = "_jobs_seen"  # those whose end this visitor has dismissed
_BEFORE = "_job_before"  # a training, and the run that was looked at meanwhile


def look_up_trainings() -> None:
    """Find them, once for all that is drawn; `ui.frame.run_app` calls it for every page."""
    st.session_state.setdefault(_VISIT_BEGAN, time.time())
    st.session_state[_LATEST] = latest = latest_job(TRAINING, begun=True)
    st.session_state[_OWN] = _find_own(latest)
    if latest and latest.is_unfinished:
        st.session_state[_BEFORE] = (latest.id, _chosen_run())


def _find_own(latest: Job | None) -> Job | None:
    ordered = st.session_state.get(_ORDERED)
    if not ordered and (who := known_visitor()):  # perhaps before a reload, or in another tab
        return latest_job(TRAINING, mark_of(who))
    if latest and latest.id == ordered:
        return latest
    return executor().follow(ordered) if ordered else None


def latest_training() -> Job | None:
    """The one that runs, whoever started it; else the one that ended last."""
    return st.session_state.get(_LATEST)


def own_training() -> Job | None:
    """The one that this visitor ordered last, be it waiting, running or over."""
    return st.session_state.get(_OWN)


def ended_training() -> Job | None:
    """The one whose end this visitor should see; another's may have begun since theirs ended."""
    jobs = own_training(), latest_training()
    return next((job for job in jobs if job and _is_news(job)), None)


def ordered_training() -> str | None:
    """The id of the one that this visitor ordered last, even where nothing is left of it."""
    return st.session_state.get(_ORDERED)


def remember_order(job_id: str) -> None:
    """Show this visitor the training that they ordered, or that another had ordered before."""
    st.session_state[_ORDERED] = job_id


def run_before(job: Job) -> str | None:
    """The name of the run that this visitor looked at while it trained, or looks at now."""
    seen, name = st.session_state.get(_BEFORE, ("", None))
    return name if seen == job.id else _chosen_run()


def dismiss(job: Job) -> None:
    """Show this visitor no more how it ended."""
    st.session_state.setdefault(_SEEN, set()).add(job.id)
    st.rerun()


def is_own(job: Job) -> bool:
    """Whether this visitor ordered it, and so may cancel it; the site's owner may from a shell."""
    return owns(job.order.owner)


def stage_text(job: Job) -> Text:
    """What a training that runs is doing."""
    if fits := [_fit_text(job, fit) for fit in job.fits]:
        return t("{approaches} …", approaches=semicolons(fits))
    return _STAGES.get(job.latest.stage, _STAGES["starting"])


def _fit_text(job: Job, fit: Fitting) -> Text:
    fields = {
        "approach": TITLES[cast(Approach, fit.part)],
        "epoch": fit.epoch,
        "epochs": job.order.epochs,
    }
    if job.order.fits == 1:
        return t("{approach}, epoch {epoch} of {epochs}", **fields)
    number = 2 if fit.again else 1
    return t("{approach}, pass {n} of 2, epoch {epoch} of {epochs}", n=number, **fields)


def _is_news(job: Job) -> bool:
    """Whether this visitor should see how a job has ended: once, and not days later."""
    if job.is_unfinished or job.id in st.session_state.get(_SEEN, ()):
        return False
    if st.session_state[_VISIT_BEGAN] > job.progress.changed:
        return False
    return not job.latest.run or job.latest.run in run_names()  # or thrown away meanwhile


def _chosen_run() -> str | None:
    try:
        return chosen_run_name()
    except RunError:
        return None
