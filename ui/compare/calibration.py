"""The page Compare, what the probabilities are worth: calibration, and who says yes."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.sentences import calibration_sentence, yes_sentence
from mnist_models.comparison.tables import yes_rows
from mnist_models.metrics.calibration import (
    Reliability,
    member_reliability,
    top_label_reliability,
    yes_groups,
)
from ui.widgets.charts import Layered, reliability_chart, show_chart
from ui.widgets.contender_style import Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.tables import COUNT, FOUR_DIGITS, show_table


@dataclass(frozen=True)
class CalibrationQuestion:
    """Something that a probability can be taken at its word for.

    Attributes:
        about: what is asked, in a sentence or two.
        measure: answers it from (n, K) probabilities, (n,) labels and the K classes.
    """

    about: str
    measure: Callable[[NDArray, NDArray, ArrayLike], Reliability]


QUESTIONS = {
    "Is the answer right?": CalibrationQuestion(
        "One probability a picture, the one of the answer: of the answers held 90 % likely, are "
        "90 % right? A single model's probabilities promise that; a multi-model's largest one "
        "promises no more than “this is my digit”.",
        top_label_reliability,
    ),
    "Is it this digit?": CalibrationQuestion(
        "Every probability of every picture: of all digits held 90 % likely, are 90 % the right "
        "one? This is what a multi-model's probabilities promise. Nine in ten answers are an easy "
        "“no”: compare this error with its own kind only.",
        member_reliability,
    ),
}
_ABOUT = (
    "On the grey line probabilities keep their word; below it a model is too sure of itself. Each "
    "dot stands for the probabilities in a tenth of the range, its line is a 95 % Wilson interval. "
    "Expected calibration error: the distance from the grey line, averaged over all answers."
)
_ABOUT_YES = (
    "A binary model says yes from a probability of one half. Where none does, the multi-model says "
    "“none of mine”; where several do, they contradict each other. The largest probability is "
    "taken for the answer all the same."
)


def show_probabilities(duel: Duel) -> None:
    """The reliability diagram of both contenders, and how many of the binary models say yes."""
    st.markdown("**Do the probabilities keep their word?**")
    asked = pick("Question", QUESTIONS, "question", hidden=True)
    pair = looks(duel)
    found = {
        look.name: _reliability(
            look.contender.run.version, look.contender.approach, asked, look.contender
        )
        for look in pair
    }
    st.markdown(calibration_sentence(found))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            lambda: contenders_chart(found, pair),
            *("reliability", pair[0].version, pair[1].version, asked),
            text=f"Reliability diagram of {' and '.join(found)}. {calibration_sentence(found)}",
        )
    right.caption(f"{QUESTIONS[asked].about}\n\n{_ABOUT}")
    show_yes(pair)


def show_yes(pair: Looks) -> None:
    """How often none, one or several of a multi-model's members say yes."""
    groups = {
        look.name: yes_groups(
            look.contender.proba,
            look.contender.run.test_scores["labels"],
            look.contender.run.classes,
        )
        for look in pair
        if look.contender.approach == "multi"
    }
    if not groups:
        return
    st.markdown("**How many of the binary models say yes?**")
    st.markdown("  \n".join(yes_sentence(name, each) for name, each in groups.items()))
    show_table(
        pd.DataFrame(yes_rows(groups)),
        file_name="yes.csv",
        alt="For how many pictures none, one and several binary models say yes",
        columns={
            **dict.fromkeys(("share", "accuracy"), FOUR_DIGITS),
            **dict.fromkeys(("pictures", "read correctly"), COUNT),
        },
    )
    st.caption(_ABOUT_YES)


def contenders_chart(found: dict[str, Reliability], pair: Looks) -> Layered:
    """The reliability diagram in ten bins, a line for each contender by its name."""
    frame = pd.DataFrame(
        [
            (name, b.predicted, b.observed, *b.interval, b.answers)
            for name, each in found.items()
            for b in each.bins
        ],
        columns=["contender", "predicted", "observed", "low", "high", "answers"],
    )
    return reliability_chart(
        frame,
        *("contender", encoding(pair, "contender")),
        titles=("probability, as the model says it", "share that came true"),
        height=420,
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _reliability(
    version: str,  # noqa: ARG001 - it is the cache's key, with the next
    approach: str,  # noqa: ARG001
    question: str,
    _contender: Contender,
) -> Reliability:
    run = _contender.run
    return QUESTIONS[question].measure(_contender.proba, run.test_scores["labels"], run.classes)
