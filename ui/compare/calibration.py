"""The page Compare: how far the probabilities can be trusted, and how many models say yes."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.sentences import calibration_sentence, yes_sentence
from mnist_models.comparison.tables import yes_rows
from mnist_models.formatting import listing, percent_text
from mnist_models.metrics.calibration import (
    Reliability,
    member_reliability,
    top_label_reliability,
    yes_groups,
)
from mnist_models.text import Text, paragraph, t, translated
from ui.widgets.charts import Layered, reliability_chart, show_chart
from ui.widgets.contender_style import Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.tables import Column, show_table


@dataclass(frozen=True)
class CalibrationQuestion:
    """What a probability claims to be the probability of.

    Attributes:
        title: the question.
        about: explains it in a few sentences.
        measure: answers it from (n, K) probabilities, (n,) labels and the K classes.
    """

    title: Text
    about: Text
    measure: Callable[[NDArray, NDArray, ArrayLike], Reliability]


QUESTIONS = {
    "answer": CalibrationQuestion(
        t("Is the answer right?"),
        t(
            "One probability per picture, that of the answer: are 90 % of the answers given with "
            "a probability of 90 % right? A single model's probabilities promise that; a "
            "multi-model's largest one promises no more than “this is my digit”."
        ),
        top_label_reliability,
    ),
    "digit": CalibrationQuestion(
        t("Is it this digit?"),
        t(
            "Every probability of every picture: are 90 % of the digits given a probability of "
            "90 % the right one? This is what a multi-model's probabilities promise. Nine in ten "
            "answers are an easy “no”, so compare this error only with others of its kind."
        ),
        member_reliability,
    ),
}
_ABOUT = t(
    "On the grey line a model is right as often as it says; below it, it is overconfident. Each "
    "dot stands for the probabilities in a tenth of the range; its line is a 95 % Wilson interval. "
    "Expected calibration error: the distance from the grey line, averaged over all answers."
)
_YES_COLUMNS = {
    "name": Column(t("multi-model")),
    "yes": Column(t("say yes")),
    "pictures": Column(t("pictures")),
    "share": Column(t("share of all"), percent_text),
    "right": Column(t("read correctly")),
    "accuracy": Column(t("accuracy"), percent_text),
}
_ABOUT_YES = t(
    "A binary model says yes from a probability of one half. Where none does, the multi-model says "
    "“none of mine”; where several do, they contradict each other. Either way, the largest "
    "probability decides the answer."
)


def show_probabilities(duel: Duel) -> None:
    """The reliability diagram of both contenders, and how many of the binary models say yes."""
    st.markdown(t("**Can the probabilities be taken at face value?**"))
    asked = pick(
        t("Question"), QUESTIONS, "question", title=lambda key: QUESTIONS[key].title, hidden=True
    )
    pair = looks(duel)
    found = {
        look.name: _reliability(
            look.contender.run.version, look.contender.approach, asked, look.contender
        )
        for look in pair
    }
    errors = calibration_sentence(found)
    st.markdown(errors)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            lambda: contenders_chart(found, pair),
            *("reliability", pair[0].version, pair[1].version, asked),
            text=paragraph(
                t("Reliability diagram of {names}.", names=listing(list(found))), errors
            ),
        )
    with right:
        st.caption(translated(QUESTIONS[asked].about))
        st.caption(translated(_ABOUT))
    show_yes(pair)


def show_yes(pair: Looks) -> None:
    """How often none, one or several of a multi-model's binary models say yes."""
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
    st.markdown(t("**How many of the binary models say yes?**"))
    for name, each in groups.items():
        st.markdown(yes_sentence(name, each))
    show_table(
        pd.DataFrame(yes_rows(groups)),
        file_name="yes.csv",
        alt=t("For how many pictures none, one and several binary models say yes"),
        columns=_YES_COLUMNS,
    )
    st.caption(translated(_ABOUT_YES))


def contenders_chart(found: dict[str, Reliability], pair: Looks) -> Layered:
    """The reliability diagram in ten bins, with a line for each contender."""
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
        whose_title=t("contender"),
        titles=(t("predicted probability"), t("observed share")),
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
