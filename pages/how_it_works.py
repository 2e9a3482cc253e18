"""How it works: both approaches in pictures, and in the figures of the run that is looked at."""

import numpy as np
import streamlit as st

from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.metrics.scores import YES
from mnist_models.runs.run import RunError
from ui.about.diagrams import (
    activation_curves,
    approach_diagram,
    example_drawing,
    layer_table,
    sampling_bars,
    steps_to_mnist,
)
from ui.shared.current_run import current_run, pictures
from ui.shared.navigation import begin, page_path
from ui.widgets.charts import show_chart
from ui.widgets.controls import pick, show_parts

TYPICAL_LEAK = 0.1  # to draw a LeakyReLU for runs that have none


def show_approach(approach: Approach, image: np.ndarray, digit: int) -> None:
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


def show_layers(approach: Approach) -> None:
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


@st.fragment  # another digit runs this again and leaves the rest of the page alone
def show_example() -> None:
    labels = data.y_test.astype(str)
    shown = [c for c in run.classes if str(c) in labels]  # names, where a class was added
    of_the_sample = ", of the offline sample" if data.name == "sample" else ""
    title = f"A test picture of the digit{of_the_sample}"
    digit = pick(title, shown, "example", default=shown[3])
    for column, approach in zip(st.columns(2, gap="large"), APPROACHES, strict=True):
        with column:
            show_approach(approach, data.x_test[labels == str(digit)][0], digit)

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
    strategy = STRATEGIES.get(recipe["sampling"])
    learned = run.manifest["approaches"].get("multi", {}).get("rows", [])
    if strategy and len(learned) == len(run.classes):  # not where one was taught later
        st.caption(
            f"The network for {digit} of the run *{run.label}* learned from "
            f"{learned[member]:,} rows: {strategy.summary}."
        )


def show_inside() -> None:
    for column, approach in zip(st.columns(2, gap="large"), run.approaches, strict=False):
        with column:
            show_layers(approach)
    st.caption(
        "A dense layer has a weight per input and unit, and a bias per unit; the others have none."
    )
    leak = slope or TYPICAL_LEAK
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


def show_claims() -> None:
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
    st.markdown(
        "The networks know digits only as MNIST prepared them, so a drawing is prepared too."
    )
    with st.container(key="drawing_steps"):
        st.html(steps_to_mnist(example_drawing()))
    st.page_link(page_path("draw"), label="Draw a digit", icon=":material/draw:")


begin(
    "How it works",
    "One network that chooses among ten digits, or ten networks that know one digit each: which "
    "reads better, and what does each cost?",
)
run = current_run()
data = pictures()
recipe = run.manifest["recipe"]
slope, dropouts = recipe["negative_slope"], recipe["dropout"]
if not isinstance(dropouts, list):
    dropouts = [dropouts] * len(recipe["hidden"])
show_parts(
    {
        "Two ways to read a digit": show_example,
        "Inside a network": show_inside,
        "What each is said to be good for": show_claims,
        "From your drawing to an MNIST picture": show_preparation,
    },
    key="topic",
)
