"""Both approaches explained: asked the same, looked into, and what each is said to be good for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.metrics.scores import YES
from mnist_models.pictures import Grey
from mnist_models.runs.run import Run, RunError
from ui.about.diagrams import (
    activation_curves,
    approach_diagram,
    example_drawing,
    layer_table,
    sampling_bars,
    steps_to_mnist,
)
from ui.shared.navigation import page_path
from ui.widgets.charts import show_chart
from ui.widgets.controls import pick

_TYPICAL_LEAK = 0.1  # to draw a LeakyReLU for runs that have none


@st.fragment  # another digit runs this again and leaves the rest of the page alone
def show_example(run: Run, data: Dataset) -> None:
    """What each approach makes of a test picture, and how few pictures say yes to its digit.

    Args:
        run: whose networks are asked.
        data: whose test pictures are offered.
    """
    labels = data.y_test.astype(str)
    shown = [c for c in run.classes if str(c) in labels]  # names, where a class was added
    of_the_sample = ", of the offline sample" if data.name == "sample" else ""
    title = f"A test picture of the digit{of_the_sample}"
    digit = pick(title, shown, "example", default=shown[3])
    for column, approach in zip(st.columns(2, gap="large"), APPROACHES, strict=True):
        with column:
            _show_approach(run, approach, data.x_test[labels == str(digit)][0], digit)
    _show_sampling(run, digit)


def _show_sampling(run: Run, digit: Any) -> None:
    st.subheader("Few say yes, many say no", anchor=False)
    training, member = run.metrics(run.approaches[0], "train"), run.classes.index(digit)
    yes = sum(training.confusion[member])
    no = training.rows - yes
    st.markdown(
        f"“Is it a {digit}?” Of the training pictures, {yes:,} say yes and {no:,} say no. A "
        f"network that always says no would be right {100 * no / training.rows:.0f} % of the time, "
        "and useless. So both sides are made the same size:"
    )
    show_chart(
        lambda: sampling_bars(yes, no),
        *("sampling", str(yes), str(no)),
        text=f"{yes} yes and {no} no, before and after under- and oversampling",
    )
    st.markdown(
        "**Undersampling** throws rows away and can leave too little to learn from. "
        "**Oversampling** repeats rows and so overfits easily."
    )
    strategy = STRATEGIES.get(run.manifest["recipe"]["sampling"])
    learned = run.manifest["approaches"].get("multi", {}).get("rows", [])
    if strategy and len(learned) == len(run.classes):  # not where one was taught later
        st.caption(
            f"The network for {digit} of the run *{run.label}* learned from "
            f"{learned[member]:,} rows: {strategy.summary}."
        )


def _show_approach(run: Run, approach: Approach, image: Grey, digit: Any) -> None:
    st.markdown(f"**{TITLES[approach]}**")
    try:
        stack = run.stack(approach)
    except RunError as error:
        st.info(str(error), icon=":material/info:")
        return
    proba = stack.predict_proba(image[np.newaxis])[0]
    with st.container(key=f"diagram_{approach}"):
        st.html(approach_diagram(approach, image, proba, run.classes, stack.layers))
    why = "what one digit gains, the others lose."
    if approach == "multi":
        yes = int((proba >= YES).sum())
        say = "says" if yes == 1 else "say"
        why = f"separate answers, and {yes} of them {say} yes ({YES} or more)."
    answer = run.classes[proba.argmax()]
    right = "" if answer == digit else ", which is wrong"
    st.markdown(f"The largest says **{answer}**{right}. Together they are {proba.sum():.2f}: {why}")


def show_inside(run: Run) -> None:
    """The layers of each approach, and what happens in them."""
    recipe = run.manifest["recipe"]
    dropouts = recipe["dropout"]
    if not isinstance(dropouts, list):
        dropouts = [dropouts] * len(recipe["hidden"])
    for column, approach in zip(st.columns(2, gap="large"), run.approaches, strict=False):
        with column:
            _show_layers(run, approach, dropouts)
    st.caption(
        "A dense layer has a weight per input and unit, and a bias per unit; the others have none."
    )
    leak = recipe["negative_slope"] or _TYPICAL_LEAK
    with st.container(width=560):
        show_chart(
            lambda: activation_curves(leak),
            *("activation", str(leak)),
            text="ReLU, LeakyReLU and the sigmoid as curves",
        )
    st.markdown(
        "**ReLU** lets through what is above zero, and nothing below. **LeakyReLU** has a slope of "
        f"{leak} below zero, not 0. The **sigmoid** turns any number into a probability of yes. "
        "**Softmax** turns the outputs of one network into shares of 1. **Dropout** silences a "
        "random share of the hidden units in each training step, here "
        f"{100 * max(dropouts):.0f} %, so that no unit is relied on too much; the trained network "
        "uses all of them."
    )


def _show_layers(run: Run, approach: Approach, dropouts: Sequence[float]) -> None:
    slope = run.manifest["recipe"]["negative_slope"]
    entry, one = run.manifest["approaches"][approach], approach == "single"
    members, total = entry["members"], entry["parameters"]
    st.markdown(f"**{TITLES[approach]}**" + ("" if one else ", each of its networks"))
    table = layer_table(entry["layers"], "Softmax" if one else "Sigmoid", slope, dropouts)
    with st.container(key=f"layers_{approach}"):
        st.table(
            table.assign(parameters=table["parameters"].map("{:,}".format)),
            border="horizontal",
            hide_index=True,
            alt=f"Layers of the {TITLES[approach].lower()}, shapes and parameters",
        )
    networks = "" if one else f"{members} networks × {total // members:,} = "
    st.markdown(f"Parameters: {networks}**{total:,}**")


def show_claims() -> None:
    """What each approach is said to be good for, with the pages that test it."""
    st.markdown("Two claims of the project that this one follows, for you to test.")
    single, multi = st.columns(2)
    with single, st.container(border=True, height="stretch"):
        st.markdown(
            "The **single model** is easy to design and to train, but a new class means training "
            "everything again."
        )
        st.page_link(
            page_path("compare"), label="See what each costs", icon=":material/arrow_forward:"
        )
    with multi, st.container(border=True, height="stretch"):
        st.markdown(
            "The **multi-model** takes a new class by training one small network, but is harder to "
            "train well, because each network sees few yes among many no."
        )
        st.page_link(
            page_path("confusion"),
            label="See the mistakes of each",
            icon=":material/arrow_forward:",
        )


def show_preparation() -> None:
    """From a drawing to a picture as MNIST has them, step by step."""
    st.markdown(
        "The networks know digits only as MNIST prepared them, so a drawing is prepared too."
    )
    with st.container(key="drawing_steps"):
        st.html(steps_to_mnist(example_drawing()))
    st.page_link(page_path("draw"), label="Draw a digit", icon=":material/draw:")
