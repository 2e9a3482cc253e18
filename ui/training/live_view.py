"""The page Training: the training that runs, large enough to project, and how it has ended."""

from typing import Any

import streamlit as st

from mnist_models.formatting import percent_text
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Job
from mnist_models.jobs.progress import is_second_pass
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.text import Text, Texts, paragraph, t
from ui.sidebar.current_training import (
    CURVES_EVERY_S,
    EVERY_S,
    ended_training,
    is_own,
    latest_training,
)
from ui.sidebar.training_end import draw_end
from ui.sidebar.training_progress import draw_cancel, draw_progress
from ui.widgets.controls import pick

_HEIGHT = 300  # of a curve, in pixels: all fits a screen of 1280 × 900
FIGURES = Texts({"accuracy": t("Accuracy"), "loss": t("Loss")})
_MEANS: Texts[Approach] = Texts(
    {
        "single": t("Solid: the training pictures. Dashed: pictures that were held out."),
        "multi": t(
            "Solid: each model's own question, yes or no, mean of the ten. Dashed: all ten "
            "together, on the pictures that were held out."
        ),
    }
)
_ALL_TOGETHER = t(
    "Solid: what each network is asked, mean over them. Dashed: all together, on the pictures that "
    "were held out."
)
_BESIDE = 3  # charts


def show_live_training() -> None:
    """Both approaches' curves side by side while a training runs; nothing where there is none."""
    job, ended = latest_training(), ended_training()
    if job and job.is_unfinished:
        with st.container(key="live_training", border=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.header(t("Training {title}", title=job.order.title), anchor=False)
                if is_own(job):
                    draw_cancel(job, key="cancel_live", width="content")
            st.fragment(_draw_running, run_every=EVERY_S)(job.id)
            st.fragment(_draw_curves, run_every=CURVES_EVERY_S)(job.id)
    if ended:
        with st.container(key="live_end", border=True):
            draw_end(ended, "_page")


def _draw_running(job_id: str) -> None:
    job = executor().follow(job_id)
    if job is None or not job.is_unfinished:
        st.rerun()  # the whole page: it says how it has ended
    draw_progress(job)


def _draw_curves(job_id: str) -> None:
    job = executor().follow(job_id)
    if job is None or not job.is_unfinished:
        return  # what says how far it is draws the page again
    figure = pick(t("Figure"), FIGURES, "live_figure", title=FIGURES, hidden=True)
    trained = [approach for approach in APPROACHES if approach in job.order.phases]
    for start in range(0, len(trained), _BESIDE):
        columns = st.columns(min(len(trained), _BESIDE), gap="medium")
        for column, approach in zip(columns, trained[start:], strict=False):
            with column, st.container(key=f"live_{approach}", gap="xsmall"):
                _draw_approach(job, approach, figure)


def _draw_approach(job: Job, approach: Approach, figure: str) -> None:
    st.markdown(f"**{TITLES[approach]}**")
    epochs = [e for e in job.epochs if e["approach"] == approach]
    if not epochs:
        st.caption(t("It has not begun yet."))
        return
    from ui.sidebar.live_curves import show_live_chart  # charts take a second to import

    st.caption(_latest_text(epochs[-1]))
    show_live_chart(job, figure, [approach], _HEIGHT)
    again = any(is_second_pass(e["stage"]) for e in epochs)
    st.caption(
        paragraph(_MEANS.get(approach, _ALL_TOGETHER), t("Faint: the first pass.") if again else "")
    )


def _latest_text(epoch: dict[str, Any]) -> Text:
    """The figures of the last epoch."""
    fields = {"epoch": epoch["epoch"], "training": percent_text(epoch["accuracy"])}
    if is_second_pass(epoch["stage"]):
        return t("Second pass, epoch {epoch}: training {training}.", **fields)
    if "val_accuracy" not in epoch:
        return t("Epoch {epoch}: training {training}.", **fields)
    return t(
        "Epoch {epoch}: training {training}, held out {held_out}.",
        held_out=percent_text(epoch["val_accuracy"]),
        **fields,
    )
