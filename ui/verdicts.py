"""What the two approaches say to one picture."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.evaluation import YES
from mnist_models.recipes import APPROACHES, TITLES, Approach
from mnist_models.runs import Run, RunError
from ui.charts import probability_bars
from ui.words import listing

_NOTHING = "–"


def show_verdicts(run: Run, image: NDArray[np.uint8] | None) -> None:
    """Both verdicts, whether they agree, and the probabilities behind them.

    Args:
        run: whose models answer.
        image: (28, 28) as the models see it, or None while there is nothing to read.
    """
    probas = {} if image is None else _probas(run, image)
    for column, approach in zip(st.columns(2, wrap=False), APPROACHES, strict=True):
        with column, st.container(key=f"{approach}_verdict", border=True):
            proba = probas.get(approach)
            answer = _NOTHING if proba is None else str(run.classes[int(proba.argmax())])
            st.metric(TITLES[approach], answer)
            st.caption(_detail(approach, proba, run.classes))
    with st.container(key="agreement"):
        _show_agreement(probas, run.classes)
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
        return "one network, ten outputs" if approach == "single" else "ten networks, one each"
    if approach == "single":
        return f"probability {proba.max():.1%}".replace("%", " %")
    accepting = [str(label) for label, p in zip(classes, proba, strict=True) if p >= YES]
    if not accepting:
        return f"none of {len(classes)} says yes"
    verb = "says" if len(accepting) == 1 else "say"
    return f"{len(accepting)} of {len(classes)} {verb} yes: {listing(accepting)}"


def _show_agreement(probas: dict[Approach, NDArray], classes: list[Any]) -> None:
    if len(probas) < len(APPROACHES):
        return
    single, multi = (str(classes[int(probas[a].argmax())]) for a in APPROACHES)
    if probas["multi"].max() < YES:
        st.warning(
            f"None of the ten binary models says yes. To them this is no digit; {multi} comes "
            f"closest, with {probas['multi'].max():.0%}. The single model has to choose one of "
            f"its ten and says {single}.",
            icon=":material/help:",
        )
    elif single == multi:
        st.success(f"Both read a {single}.", icon=":material/check_circle:")
    else:
        st.warning(
            f"They disagree: the single model reads a {single}, the ten models a {multi}.",
            icon=":material/compare_arrows:",
        )


def _spoken(probas: dict[Approach, NDArray], classes: list[Any]) -> str:
    return "; ".join(
        f"{TITLES[a]} "
        + ", ".join(f"{label} {p:.0%}" for label, p in zip(classes, proba, strict=True))
        for a, proba in probas.items()
    )
