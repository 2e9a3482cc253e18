"""Confusion: which digits each approach takes for which."""

import pandas as pd
import streamlit as st

from mnist_models.evaluation import Metrics, largest_confusions
from mnist_models.recipes import TITLES, Approach
from ui.charts import confusion_heatmap, largest_mistake
from ui.loading import current_run
from ui.page import begin
from ui.words import data_text

begin("Confusion", "Which digits does each approach take for which?")
run = current_run()
test: dict[Approach, Metrics] = {a: run.metrics(a) for a in run.approaches}
matrices = [metrics.confusion for metrics in test.values()]

percent = (
    st.segmented_control(
        "Show",
        ("Counts", "Row percentages"),
        default="Counts",
        required=True,
        help="Row percentages: of the pictures of a digit, the share that gets each answer.",
    )
    == "Row percentages"
)
st.caption(
    f"Run *{run.label}* on {data_text(run)}. Each row is a true digit, each column an answer. "
    "Blue cells are right, red cells are mistakes, on the same scale in both matrices."
)

scale = largest_mistake(matrices, percent=percent)
for column, (approach, metrics) in zip(st.columns(len(test)), test.items(), strict=True):
    with column, st.container(key=f"confusion_{approach}"):
        wrong = metrics.rows - metrics.right
        st.subheader(f"{TITLES[approach]}: {wrong:,} mistakes", anchor=False)
        st.altair_chart(
            confusion_heatmap(
                metrics.confusion, run.classes, percent=percent, largest_mistake=scale
            ),
            alt=f"Confusion matrix of the {TITLES[approach].lower()}",
        )

st.subheader("The most frequent mistakes", anchor=False)
with st.container(key="mistakes"):
    rows = largest_confusions({TITLES[a]: m.confusion for a, m in test.items()}, run.classes)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        alt="The pairs of digits that are confused most often, for both approaches",
    )
