"""What the two approaches say to one picture."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.evaluation import YES
from mnist_models.recipes import APPROACHES, TITLES, Approach
from mnist_models.runs import Run, RunError
from ui.charts import probability_bars
from ui.words import listing, share_text

_NOTHING = "–"


def show_verdicts(run: Run, image: NDArray[np.uint8] | None, truth: int | None = None) -> None:
    """Both verdicts, whether they agree, and the probabilities behind them.

    Args:
        run: whose models answer.
        image: (28, 28) as the models see it, or None while there is nothing to read.
        truth: the digit that it shows, where that is known.
    """
    probas = {} if image is None else _probas(run, image)
    for column, approach in zip(st.columns(2, wrap=False), APPROACHES, strict=True):
        with column, st.container(key=f"{approach}_verdict", border=True):
            proba = probas.get(approach)
            answer = _NOTHING if proba is None else str(run.classes[int(proba.argmax())])
            st.metric(TITLES[approach], answer)
            st.caption(_detail(approach, proba, run.classes))
    with st.container(key="agreement"):
        if image is None:
            st.info(
                "Nothing drawn yet. Draw a digit in the black square with the mouse or a finger; "
                "both answer at the end of each stroke.",
                icon=":material/draw:",
            )
        else:
            _show_agreement(probas, run.classes, truth)
    if probas:
        st.altair_chart(
            probability_bars(probas, run.classes),
            alt="Ten probabilities of each approach: " + _spoken(probas, run.classes),
        )


def _probas(run: Run, image: NDArray[np.uint8]) -> dict[Approach, NDArray]:
    probas: dict[Approach, NDArray] = {}
    for approach in run.approaches:
        try:
            probas[approach] = run.stack(approach).predict_proba(image[np.newaxis])[0]
        except RunError as error:
            st.warning(str(error), icon=":material/warning:")
    return probas


def _detail(approach: Approach, proba: NDArray | None, classes: list[Any]) -> str:
    if proba is None:
        many = len(classes)
        return f"one network, {many} outputs" if approach == "single" else f"{many} networks"
    if approach == "single":
        return f"probability {share_text(proba.max())}"
    accepting = [str(label) for label, p in zip(classes, proba, strict=True) if p >= YES]
    if not accepting:
        return f"none of {len(classes)} says yes"
    verb = "says" if len(accepting) == 1 else "say"
    return f"{len(accepting)} of {len(classes)} {verb} yes: {listing(accepting)}"


def _show_agreement(probas: dict[Approach, NDArray], classes: list[Any], truth: int | None) -> None:
    if len(probas) < len(APPROACHES):
        return
    single, multi = (str(classes[int(probas[a].argmax())]) for a in APPROACHES)
    if probas["multi"].max() < YES:
        st.warning(
            f"None of the {len(classes)} binary models says yes: to them this is none of their "
            f"digits. {multi} comes closest, with {share_text(probas['multi'].max())}. The single "
            f"model has to choose one and says {single}.",
            icon=":material/help:",
        )
    elif single == multi:
        wrong = truth is not None and single != str(truth)
        tell = st.error if wrong else st.success
        right = "" if truth is None else ", which is wrong" if wrong else ", which is right"
        tell(f"Both read a {single}{right}.", icon=":material/check_circle:")
    else:
        st.warning(
            f"They disagree: the single model reads a {single}, the {len(classes)} models a "
            f"{multi}.",
            icon=":material/compare_arrows:",
        )


def _spoken(probas: dict[Approach, NDArray], classes: list[Any]) -> str:
    return "; ".join(
        f"{TITLES[a]} "
        + ", ".join(f"{label} {p:.0%}" for label, p in zip(classes, proba, strict=True))
        for a, proba in probas.items()
    )
