"""What both approaches say, each in its frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_models.learning.approaches import TITLES, Approach

NOTHING = "–"  # in the place of an answer that there is not
DOUBT = "?"  # in the place of an answer where there is none, and behind one that is unsure
EQUAL, DIFFERENT = "=", "≠"


@dataclass(frozen=True)
class Answer:
    """What one approach says, in a few characters.

    Attributes:
        approach: whose it is.
        text: the digit or the number, or `DOUBT` or `NOTHING` in its place.
        detail: a line below it.
        doubted: whether it is not to be relied on.
    """

    approach: Approach
    text: str
    detail: str
    doubted: bool = False


def show_answer(answer: Answer, prefix: str = "") -> None:
    """An answer in its frame.

    Args:
        answer: of one approach.
        prefix: of the key, for a second one of the approach on the page.
    """
    with st.container(key=f"{prefix}{answer.approach}_verdict", border=True):
        st.metric(
            TITLES[answer.approach],
            answer.text,
            DOUBT if answer.doubted and answer.text != DOUBT else None,  # style.css has it beside
            delta_color="off",
            delta_arrow="off",
        )
        st.caption(answer.detail)


def show_beside(answers: Sequence[Answer], sign: str, prefix: str = "") -> None:
    """Answers beside each other with a sign between them, so that nobody has to rely on colours.

    Args:
        answers: of one approach or two.
        sign: how they compare.
        prefix: as for `show_answer`.
    """
    with st.container(key=f"{prefix}verdicts", horizontal=True, wrap=False, gap="xsmall"):
        for number, answer in enumerate(answers):
            if number:
                with st.container(key=f"{prefix}agreement_sign", width="content"):
                    st.markdown(sign)
            show_answer(answer, prefix)
