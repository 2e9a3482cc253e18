"""Training: how a run learned, beside what others published, and what helps it or harms it."""

from typing import Any

import pandas as pd
import streamlit as st

from mnist_models import evidence
from mnist_models.recipes import TITLES
from mnist_models.runs import RunError
from mnist_models.sampling import STRATEGIES
from ui import curves, measured
from ui.drawings import show_drawings
from ui.loading import current_run
from ui.matrices import confusion_heatmap, full_colour
from ui.page import begin

RANGES = "Each figure is the median over the seeds, in brackets their range. Gap: train − test."


def show_panels(panels: list[curves.Panel], *, each_member: bool) -> None:
    for column, panel in zip(st.columns(2, gap="medium"), panels, strict=False):
        with column:
            st.markdown(f"**{panel.title}**")
            st.altair_chart(panel.chart(run.classes if each_member else None), alt=panel.spoken)
            st.caption(panel.about)


def show_table(rows: list[dict[str, str]], alt: str) -> None:
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt=alt)


@st.fragment
def scrub(history: curves.History, classes: list[Any]) -> None:
    if not (matrices := curves.confusions(history)):
        st.info("This run has no confusion matrices of its epochs.")
        return
    last = max(map(len, matrices.values()))
    epoch = st.slider("Epoch", 1, last, last, key="epoch") if last > 1 else 1
    full = full_colour([m for each in matrices.values() for m in each])
    for column, (approach, each) in zip(st.columns(len(matrices)), matrices.items(), strict=True):
        shown = min(epoch, len(each))  # one approach may have stopped earlier
        accuracy = history[approach]["val_accuracy"][shown - 1]
        with column, st.container(key=f"epoch_{approach}"):
            st.metric(f"{TITLES[approach]}, epoch {shown}: validation accuracy", f"{accuracy:.4f}")
            st.vega_lite_chart(
                confusion_heatmap(each[shown - 1], classes, full),
                alt=f"Validation confusion matrix of the {TITLES[approach].lower()}",
            )


def show_overfitting(found: evidence.Evidence) -> None:
    st.caption(measured.ABOUT_OVERFITTING.format_map(found))
    st.markdown("**Remedy 1, more data:** the same network on more and more pictures")
    st.altair_chart(
        measured.learning_size(found["rows"]), alt="Train and test accuracy by pictures"
    )
    st.caption("A dot per seed, lines through their medians. The grey gap is overfitting.")
    st.markdown("**Remedy 2, dropout:** a share of the hidden units is silenced in each step")
    charts = measured.dropout_charts(found["dropout"])
    for column, (dropout, chart) in zip(st.columns(len(charts)), charts.items(), strict=True):
        with column:
            st.markdown(f"Dropout {dropout}")
            st.altair_chart(chart, alt=f"Accuracy per epoch with dropout {dropout}")
    st.caption(
        "Solid: training accuracy, measured with units silenced. Dashed: validation accuracy, with "
        f"all units, as both accuracies in the table, after training. {RANGES}"
    )
    show_table(evidence.gap_by_dropout(found["dropout"]), "Accuracy and gap with each dropout")


@st.fragment
def show_sampling(found: evidence.Evidence) -> None:
    runs, rows = found["runs"], evidence.table_by_strategy(found["runs"])
    names = [row["strategy"] for row in rows]
    show_table(rows, "What each sampling strategy does")
    st.caption(f"{RANGES} {measured.ABOUT_SAMPLING}")
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Test accuracy, a dot per seed**")
        st.altair_chart(measured.strategy_dots(runs, names), alt="Test accuracy per strategy")
        st.markdown("\n".join(f"* *{n}*: {STRATEGIES[n].summary}" for n in names))
    with right:
        st.markdown("**Are the probabilities right?**")
        name = st.selectbox("Sampling strategy", names, key="strategy")
        bins = evidence.reliability_bins(runs, name)
        st.altair_chart(measured.reliability_diagram(bins), alt=f"Reliability diagram of {name}")
        st.caption(evidence.calibration_sentence(runs, name))


begin("Training", "How the networks learn, and what helps them.")
run = current_run()
history: curves.History = {}
try:
    history = {a: run.history[a] for a in run.approaches if a in run.history}
except RunError as error:
    st.error(str(error), icon=":material/error:")

st.subheader("Epoch by epoch", anchor=False)
st.caption(f"Run *{run.label}*. {curves.validation_text(run)}")
each_member = "multi" in history and st.toggle("Each binary model by itself", key="each_member")
accuracy_panels = curves.accuracy_panels(history, run.manifest["recipe"]["sampling"])
for panels in (accuracy_panels, curves.loss_panels(history)):
    show_panels(panels, each_member=each_member)

st.subheader("The mistakes, epoch by epoch", anchor=False)
st.caption("Held-out pictures: rows are true digits, columns answers, mistakes red on one scale.")
scrub(history, run.classes)

st.subheader("Published and ours", anchor=False)
show_table(evidence.published_rows(), "Published test accuracy beside ours")
st.caption(curves.ABOUT_PUBLISHED)

for title, name, show in (
    ("Overfitting and its two remedies", "overfitting", show_overfitting),
    ("What sampling does to the ten binary models", "sampling", show_sampling),
    ("Drawings by people, pen by pen", "drawing", show_drawings),
):
    st.subheader(title, anchor=False)
    if found := evidence.load_evidence(name):
        show(found)
    else:
        st.info(f"Not measured, or damaged. Make it with: `{evidence.command(name)}`")
