"""The page Training: how a run learned, epoch by epoch."""

from functools import partial
from typing import Any

import streamlit as st

from mnist_models.formatting import percent_text
from mnist_models.learning.approaches import TITLES
from mnist_models.runs.run import Run, RunError
from mnist_models.text import paragraph, t
from ui.confusion.display_options import View
from ui.confusion.matrices import confusion_heatmap, full_colour, show_heatmap
from ui.training.learning_curves import (
    History,
    Panel,
    accuracy_panels,
    confusions,
    loss_panels,
    validation_text,
)
from ui.training.live_view import FIGURES
from ui.widgets.charts import show_chart
from ui.widgets.controls import pick


def show_epochs(run: Run) -> None:
    """Accuracy and loss over the epochs."""
    st.header(t("Epoch by epoch"), anchor=False)
    st.caption(paragraph(t("Run *{label}*.", label=run.label), validation_text(run)))
    history = _history(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        figure = pick(t("Figure"), FIGURES, "curve", title=FIGURES, width=147)
        each_member = "multi" in history and st.toggle(
            t("Each binary model separately"), key="each_member", width=214
        )
    sampling = run.manifest["recipe"]["sampling"]
    panels = accuracy_panels(history, sampling) if figure == "accuracy" else loss_panels(history)
    _show_panels(run, panels, each_member=each_member)


def show_mistakes(run: Run) -> None:
    """The confusion matrices after any of the epochs."""
    st.header(t("The mistakes, epoch by epoch"), anchor=False)
    _scrub(_history(run), run.classes)


def _history(run: Run) -> History:
    """What the run recorded of each approach; empty, after an error message, if it is damaged."""
    try:
        # Two beside each other; of a run with none of the pair, what it has.
        return {a: run.history[a] for a in run.pair or run.approaches[:2] if a in run.history}
    except RunError as error:
        st.error(error.text, icon=":material/error:")
        return {}


def _show_panels(run: Run, panels: list[Panel], *, each_member: bool) -> None:
    for column, panel in zip(st.columns(2, gap="medium"), panels, strict=False):
        with column:
            st.markdown(f"**{panel.title}**")
            show_chart(
                partial(panel.chart, run.classes if each_member else None),
                *("epochs", run.version, panel.title, str(each_member)),
                text=panel.spoken,
            )
            st.caption(panel.about)


@st.fragment
def _scrub(history: History, classes: list[Any]) -> None:
    if not (matrices := confusions(history)):
        st.info(
            t(
                "This run held no pictures out while it learned, so its mistakes are not known "
                "epoch by epoch. Choose another run in the sidebar, for instance *reference*."
            )
        )
        return
    st.caption(
        t(
            "These are held-out pictures. Rows are true digits, columns are answers. Mistakes are "
            "red, on one scale."
        )
    )
    last = max(map(len, matrices.values()))
    epoch = st.slider(t("Epoch"), 1, last, last, key="epoch") if last > 1 else 1
    full = full_colour([m for each in matrices.values() for m in each])
    for column, (approach, each) in zip(st.columns(len(matrices)), matrices.items(), strict=True):
        shown = min(epoch, len(each))  # one approach may have stopped earlier
        accuracy = history[approach]["val_accuracy"][shown - 1]
        with column, st.container(key=f"epoch_{approach}"):
            title = t(
                "{approach}, epoch {epoch}: validation accuracy",
                approach=TITLES[approach],
                epoch=shown,
            )
            st.metric(title, percent_text(accuracy))
            show_heatmap(
                confusion_heatmap(each[shown - 1], classes, full),
                View(),
                key=f"epoch_matrix_{approach}",
                alt=t("Validation confusion matrix: {approach}", approach=TITLES[approach]),
            )
