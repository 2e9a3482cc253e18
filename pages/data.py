"""Data: what a picture is, number by number, and how many pictures there are of each digit."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.data.mnist import find_mnist
from mnist_models.learning.stack import as_rows
from ui.about.picture_browser import (
    browse,
    count_bars,
    numbers_table,
    one_hot_boxes,
    row_excerpt,
    row_strip,
)
from ui.shared.current_run import pictures
from ui.shared.mnist_download import offer_download
from ui.shared.navigation import begin
from ui.widgets.charts import show_chart, version_of
from ui.widgets.controls import pick, show_parts
from ui.widgets.tables import offer_table

DIGITS = range(10)
SOURCES = {
    "mnist": "The digits are **MNIST**'s: written by census employees and high-school students, "
    "prepared by Yann LeCun, Corinna Cortes and Christopher Burges "
    "([CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/)).",
    "sample": "The digits are the **offline sample, not MNIST**: scikit-learn's 1,797 digits "
    "(8 × 8, other writers), brought to MNIST's shape; by Ethem Alpaydin and Cenk Kaynak, UCI "
    "Machine Learning Repository ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).",
}


def begin_anew_after_a_change(choice: tuple[str, str], rows: np.ndarray, last: int) -> None:
    """Show the first page and the first picture of another set or digit."""
    before = st.session_state.get("_data_choice", choice)
    st.session_state["_data_choice"] = choice
    if choice != before or st.session_state.get("picture", 0) > last:
        st.session_state["picture"] = int(rows[0])
        st.session_state["_data_page"] = 0


def show_numbers() -> None:
    scaled = st.toggle("Scaled to 0 … 1", key="scaled")
    st.markdown(
        "After scaling: divided by 255, here rounded to two places. Small numbers make training "
        "steady."
        if scaled
        else "As stored: grey levels from 0, no ink, to 255, the strongest ink."
    )
    with st.container(key="data_numbers"):
        st.html(numbers_table(picture, scaled=scaled))


def show_input() -> None:
    st.markdown(
        "The 28 rows of the scaled picture laid end to end: **784 numbers**, shape `(784,)`. A "
        "fully connected network is not told which of them were neighbours."
    )
    st.html(row_strip(picture))
    with st.container(key="data_row"):
        st.code(row_excerpt(as_rows(picture[np.newaxis])[0]), language=None)
    st.markdown(
        f"The label is the number **{label}**. *One-hot*, it is ten numbers with a single 1: what "
        f"the ten outputs of the single model should say. Of the ten binary models, that for "
        f"{label} is taught the 1, and each of the others its 0."
    )
    with st.container(key="data_one_hot"):
        st.html(one_hot_boxes(label, DIGITS))


def show_counts() -> None:
    counts = pd.DataFrame({name: np.bincount(y, minlength=10) for name, (_, y) in sets.items()})
    of_training = counts["training"]
    yes, total = of_training[label], of_training.sum()
    st.markdown(
        f"Not quite equally many: {of_training.min():,} to {of_training.max():,} for training. Far "
        f"less equal is what a binary model sees: for the {label}, **{yes:,} pictures say yes and "
        f"{total - yes:,} say no**. That makes the ten models harder to train well."
    )
    for column, name in zip(st.columns(2), counts, strict=True):
        with column:
            st.caption(f"{counts[name].sum():,} {name} pictures")
            show_chart(
                partial(count_bars, counts[name]),
                *("counts", version_of(counts[name].tolist())),
                text=f"{name} pictures per digit, see the table",
            )
    offer_table(
        "As a table",
        lambda: counts.rename_axis("digit").reset_index(),
        key="counts_table",
        file_name="counts.csv",
        alt="Pictures per digit for training and test",
    )


begin("Data", "A picture is 28 × 28 numbers, and a label that says which digit it shows.")
if find_mnist() is None:
    offer_download()
data = pictures()
st.caption(SOURCES[data.name])

with st.container(horizontal=True):
    part = pick("Pictures", ("training", "test"), "set")
    digit = pick("Digit", ("all", *map(str, DIGITS)), "digit")
sets = {"training": (data.x_train, data.y_train), "test": (data.x_test, data.y_test)}
images, labels = sets[part]
rows = np.arange(len(labels)) if digit == "all" else np.flatnonzero(labels == int(digit))
last = len(labels) - 1
begin_anew_after_a_change((part, digit), rows, last)

left, right = st.columns((3, 2), gap="large")
with right:
    number = st.number_input(
        f"Picture number, 0 to {last:,}", 0, last, key="picture", bind="query-params"
    )
    picture, label = images[number], int(labels[number])
    with st.container(key="data_picture"):
        st.image(
            picture, width=336, output_format="PNG", alt=f"Picture {number}, a {label}, enlarged"
        )
    st.markdown(f"Label: **{label}**")
with left, st.container(key="data_grid"):
    browse(images, labels, rows, number)

show_parts(
    {
        "The picture as numbers": show_numbers,
        "What the network gets": show_input,
        "How many of each digit": show_counts,
    },
    key="about",
)
