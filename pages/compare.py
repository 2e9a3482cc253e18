"""Compare: the figures of both approaches side by side."""

import pandas as pd
import streamlit as st

from mnist_models.evaluation import Metrics
from mnist_models.recipes import TITLES, Approach
from ui.charts import binary_dots, recall_bars
from ui.loading import current_run
from ui.page import begin
from ui.versus import choose_duel
from ui.words import accuracy_text, data_text, verdict_sentence

begin("Compare")
run = current_run()
test: dict[Approach, Metrics] = {a: run.metrics(a) for a in run.approaches}
train: dict[Approach, Metrics] = {a: run.metrics(a, "train") for a in run.approaches}
published = run.published
entries = run.manifest["approaches"]

st.markdown(f"##### {verdict_sentence(choose_duel())}")
st.caption(
    f"Run *{run.label}*, judged on {data_text(run)} that training never saw. Accuracy is the share "
    "of pictures read correctly; in brackets its 95 % Wilson interval, the range in which the "
    "true share plausibly lies."
)

for column, (approach, metrics) in zip(st.columns(len(test)), test.items(), strict=True):
    with column, st.container(key=f"{approach}_accuracy", border=True):
        st.metric(
            f"{TITLES[approach]}: test accuracy", f"{metrics.accuracy:.2%}".replace("%", " %")
        )
        st.caption(accuracy_text(metrics))

st.subheader("Overall", anchor=False)
overall = pd.DataFrame(
    [
        {
            "approach": TITLES[a],
            "test accuracy": test[a].accuracy,
            "published test": published.test.get(a) if published else None,
            "train accuracy": train[a].accuracy,
            "published train": published.train.get(a) if published else None,
            "train − test": train[a].accuracy - test[a].accuracy,
        }
        for a in test
    ]
).dropna(axis="columns", how="all")  # nothing was published for some recipes
four_digits = st.column_config.NumberColumn(format="%.4f")
st.dataframe(
    overall,
    hide_index=True,
    column_config={c: four_digits for c in overall.columns if c != "approach"},
    alt="Accuracy of both approaches on test and training pictures, beside the published figures",
)
source = f"Published: {published.source}. " if published else ""
st.caption(f"{source}A wide gap between train and test is a sign of overfitting.")

st.subheader("Digit by digit", anchor=False)
st.caption(
    "Of the test pictures of a digit, the share that each approach reads correctly (recall)."
)
st.altair_chart(
    recall_bars(test, run.classes),
    alt="Per-class test accuracy of both approaches with 95 % Wilson intervals",
)
with st.expander("As a table, with precision and F1"):
    st.caption(
        "Precision: of the answers “3”, the share that are a 3. Recall: of the 3s, the share "
        "that are answered “3”. F1 is their harmonic mean. Click a heading to sort."
    )
    columns = {"class": [str(c) for c in run.classes]}
    for a, metrics in test.items():
        columns |= {
            f"{TITLES[a]} {name}": getattr(metrics, name) for name in ("recall", "precision", "f1")
        }
    per_class = pd.DataFrame(columns)
    st.dataframe(
        per_class,
        hide_index=True,
        column_config={c: four_digits for c in per_class.columns if c != "class"},
        alt="Recall, precision and F1 of both approaches per digit",
    )

binary = test["multi"].binary if "multi" in test else None
if binary:
    st.subheader("The ten binary models, one by one", anchor=False)
    st.caption(
        "Balanced accuracy: how often a model is right when half of the pictures show its digit "
        "and half do not. 50 % is guessing. Calculated over all test pictures, each side counting "
        "half."
    )
    theirs = published.binary_test if published else ()
    st.altair_chart(
        binary_dots(binary.balanced_accuracy, theirs, run.classes),
        alt="Balanced test accuracy of each binary model beside the published figure",
    )
    with st.expander("As a table, with recall and false alarms"):
        members = pd.DataFrame(
            {
                "digit": [str(c) for c in run.classes],
                "balanced accuracy": binary.balanced_accuracy,
                "published": pd.Series(theirs, dtype=float).reindex(range(len(run.classes))),
                "recall": binary.recall,
                "false alarms": binary.false_alarm_rate,
            }
        )
        st.caption(
            "False alarms: of the pictures of other digits, the share that the model claims."
        )
        st.dataframe(
            members,
            hide_index=True,
            column_config={c: four_digits for c in members.columns if c != "digit"},
            alt="Balanced accuracy, recall and false alarms of each binary model",
        )

st.subheader("What it costs", anchor=False)
cost = pd.DataFrame(
    [
        {
            "approach": TITLES[a],
            "networks": entries[a]["members"],
            "parameters": entries[a]["parameters"],
            "distinct training rows": entries[a]["distinct_rows"],
            "rows per epoch": sum(entries[a]["rows"]),
            "training seconds": entries[a]["seconds"],
            "file, kB": run.manifest["files"].get(f"{a}.npz", {}).get("bytes", 0) // 1000,
        }
        for a in test
    ]
)
st.dataframe(
    cost,
    hide_index=True,
    column_config={
        "parameters": st.column_config.NumberColumn(format="localized"),
        "distinct training rows": st.column_config.NumberColumn(format="localized"),
        "rows per epoch": st.column_config.NumberColumn(format="localized"),
        "training seconds": st.column_config.NumberColumn(format="%.1f"),
        "file, kB": st.column_config.NumberColumn(format="localized"),
    },
    alt="Parameters, training rows, seconds and file size of both approaches",
)
st.caption(
    "Seconds on the machine that trained this run, all ten binary models together in one program; "
    "another machine takes another time."
)
