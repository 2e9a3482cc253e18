"""Both approaches explained: what they answer, how they are built, and their claimed strengths."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from mnist_models.data.dataset import Dataset
from mnist_models.formatting import percent_text
from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.metrics.scores import YES
from mnist_models.pictures import Grey
from mnist_models.runs.run import Run, RunError
from mnist_models.text import paragraph, t
from ui.about.diagrams import (
    activation_curves,
    approach_diagram,
    example_drawing,
    layer_table,
    sampling_bars,
    steps_to_mnist,
)
from ui.about.example_picture import choose_example
from ui.shared.navigation import page_path
from ui.widgets.charts import show_chart
from ui.widgets.controls import pick

_TYPICAL_LEAK = 0.1  # the slope of the LeakyReLU that is drawn for runs without one


@st.fragment  # choosing another digit does not rerun the rest of the page
def show_example(run: Run, data: Dataset) -> None:
    """What each approach answers for a training picture, and how few pictures are of its digit.

    Args:
        run: whose networks answer.
        data: whose training pictures are offered.
    """
    labels = set(map(str, np.unique(data.y_train)))
    shown = [c for c in run.classes if str(c) in labels]  # an added class is a name
    title = t("A training picture of the digit")
    if data.name == "sample":
        title = t("A training picture of the digit, from the offline sample")
    digit = pick(title, shown, "example", default=shown[3])
    picture, reason = choose_example(run, data, digit)
    if reason:
        st.caption(reason)
    if not run.pair:
        st.info(
            t(
                "The run {run} has neither of the two. Choose another run to see both at work.",
                run=run.label,
            ),
            icon=":material/info:",
        )
    for column, approach in zip(st.columns(2, gap="large"), PAIR if run.pair else (), strict=False):
        with column:
            _show_approach(run, approach, picture, digit)
    _show_sampling(run, digit)


def _show_sampling(run: Run, digit: Any) -> None:
    st.header(t("Yes is rare, no is common"), anchor=False)
    training, member = run.metrics(run.approaches[0], "train"), run.classes.index(digit)
    yes = sum(training.confusion[member])
    no = training.rows - yes
    st.markdown(
        t(
            "“Is it {digit}?” The answer is yes for {yes:,} of the training pictures and no for "
            "{no:,}. A network that always says no would be right {share} of the time, and "
            "useless. So both sides are made the same size:",
            digit=digit,
            yes=yes,
            no=no,
            share=percent_text(no / training.rows, 0),
        )
    )
    show_chart(
        lambda: sampling_bars(yes, no),
        *("sampling", str(yes), str(no)),
        text=t(
            "{yes:,} yes and {no:,} no, before and after under- and oversampling", yes=yes, no=no
        ),
    )
    st.markdown(
        t(
            "**Undersampling** throws rows away and can leave too little to learn from. "
            "**Oversampling** repeats rows and so overfits easily."
        )
    )
    strategy = STRATEGIES.get(run.manifest["recipe"]["sampling"])
    learned = run.manifest["approaches"].get("multi", {}).get("rows", [])
    if strategy and len(learned) == len(run.classes):  # not if a class was added later
        st.caption(
            t(
                "The network for {digit} in the run *{run}* learned from {count:,} row: "
                "{sampling}.",
                "The network for {digit} in the run *{run}* learned from {count:,} rows: "
                "{sampling}.",
                digit=digit,
                run=run.label,
                count=learned[member],
                sampling=strategy.summary,
            )
        )


def _show_approach(run: Run, approach: Approach, image: Grey, digit: Any) -> None:
    st.markdown(f"**{TITLES[approach]}**")
    try:
        stack = run.stack(approach)
    except RunError as error:
        st.info(error.text, icon=":material/info:")
        return
    proba = stack.predict_proba(image[np.newaxis])[0]
    room = 30 * len(run.classes)  # pixels, kept until the browser has what it draws the rows with
    with st.container(key=f"diagram_{approach}", height=room, border=False):
        st.html(approach_diagram(approach, image, proba, run.classes, stack.layers))
    answer = run.classes[proba.argmax()]
    largest = t("The largest output says **{answer}**, which is wrong.", answer=answer)
    if answer == digit:
        largest = t("The largest output says **{answer}**.", answer=answer)
    total = t(
        "The outputs add up to {total:.2f}: what one digit gains, the others lose.",
        total=proba.sum(),
    )
    if approach == "multi":
        total = t(
            "The outputs add up to {total:.2f}: the answers are separate, and {count} of them "
            "says yes ({threshold} or more).",
            "The outputs add up to {total:.2f}: the answers are separate, and {count} of them "
            "say yes ({threshold} or more).",
            total=proba.sum(),
            count=int((proba >= YES).sum()),
            threshold=YES,
        )
    st.markdown(paragraph(largest, total))


def show_inside(run: Run) -> None:
    """The layers of each approach, and what they do."""
    recipe = run.manifest["recipe"]
    dropouts = recipe["dropout"]
    if not isinstance(dropouts, list):
        dropouts = [dropouts] * len(recipe["hidden"])
    for column, approach in zip(st.columns(2, gap="large"), run.pair, strict=False):
        with column:
            _show_layers(run, approach, dropouts)
    st.caption(
        t(
            "A dense layer has a weight per input and unit, and a bias per unit; the other layers "
            "have no parameters."
        )
    )
    leak = recipe["negative_slope"] or _TYPICAL_LEAK
    with st.container(width=560):
        show_chart(
            lambda: activation_curves(leak),
            *("activation", str(leak)),
            text=t("ReLU, LeakyReLU and the sigmoid as curves"),
        )
    st.markdown(
        t(
            "**ReLU** passes on what is above zero, and nothing below. **LeakyReLU** has a slope "
            "of {slope} below zero instead of 0. The **sigmoid** turns any number into a "
            "probability of yes. **Softmax** turns the outputs of one network into probabilities "
            "that add up to 1. **Dropout** silences a random share of the hidden units in each "
            "training step, here {share}, so that the network does not rely too much on any one of "
            "them; the trained network uses them all.",
            slope=leak,
            share=percent_text(max(dropouts), 0),
        )
    )


def _show_layers(run: Run, approach: Approach, dropouts: Sequence[float]) -> None:
    slope = run.manifest["recipe"]["negative_slope"]
    entry, one = run.manifest["approaches"][approach], approach == "single"
    members, total = entry["members"], entry["parameters"]
    output = t("Softmax") if one else t("Sigmoid")
    alt = t("Layers of the single model, shapes and parameters")
    count = t("Parameters: **{total:,}**", total=total)
    if one:
        st.markdown(f"**{TITLES[approach]}**")
    else:
        st.markdown(t("**{approach}**, each of its networks", approach=TITLES[approach]))
        alt = t("Layers of each network of the multi-model, shapes and parameters")
        count = t(
            "Parameters: {networks} networks × {each:,} = **{total:,}**",
            networks=members,
            each=total // members,
            total=total,
        )
    table = layer_table(entry["layers"], output, slope, dropouts)
    with st.container(key=f"layers_{approach}"):
        st.table(table, border="horizontal", hide_index=True, alt=alt)
    st.markdown(count)


def show_claims() -> None:
    """The claimed strengths of each approach, with the pages that test them."""
    st.markdown(t("The project that this one follows makes two claims. Test them yourself."))
    single, multi = st.columns(2)
    with single, st.container(border=True, height="stretch"):
        st.markdown(
            t(
                "The **single model** is easy to design and to train, but a new class means "
                "training everything again."
            )
        )
        st.page_link(
            page_path("compare"), label=t("See what each costs"), icon=":material/arrow_forward:"
        )
    with multi, st.container(border=True, height="stretch"):
        st.markdown(
            t(
                "The **multi-model** learns a new class by training one small network, but it is "
                "harder to train well, because each network sees few positive examples among many "
                "negative ones."
            )
        )
        st.page_link(
            page_path("confusion"),
            label=t("See the mistakes of each"),
            icon=":material/arrow_forward:",
        )


def show_preparation() -> None:
    """From a drawing to a picture like those in MNIST, step by step."""
    st.markdown(
        t(
            "The networks only know digits prepared as in MNIST, so a drawing is prepared in the "
            "same way."
        )
    )
    with st.container(key="drawing_steps"):
        st.html(steps_to_mnist(example_drawing()))
    st.page_link(page_path("draw"), label=t("Draw a digit"), icon=":material/draw:")
