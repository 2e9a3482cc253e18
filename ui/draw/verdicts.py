"""What the two approaches say to one picture."""

import html
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.formatting import listing, share_text
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import YES
from mnist_models.runs.run import RunError

_NOTHING = "–"

Probas = dict[Approach, NDArray]  # (K,) of each approach that could be asked


class Answering(Protocol):
    """What can be asked: a run, or what a visitor has taught."""

    @property
    def approaches(self) -> Sequence[Approach]:
        """Those it has."""

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the outputs."""

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach; RunError where they cannot be had."""


def show_verdicts(
    run: Answering, image: NDArray[np.uint8] | None, truth: int | None = None, hint: str = ""
) -> None:
    """Both verdicts, whether they agree, and the probabilities behind them.

    Args:
        run: whose models answer.
        image: (28, 28) as the models see it, or None while there is nothing to read.
        truth: the digit that it shows, where that is known.
        hint: what to do while there is nothing to read.
    """
    probas = {} if image is None else _probas(run, image)
    with st.container(key="verdicts", horizontal=True, wrap=False, gap="xsmall"):
        _show_verdict("single", probas.get("single"), run.classes)
        with st.container(key="agreement_sign", width="content"):
            st.markdown(_sign(probas, run.classes))
        _show_verdict("multi", probas.get("multi"), run.classes)
    with st.container(key="agreement"):
        if image is None:
            st.info(hint, icon=":material/draw:")
        elif len(probas) == len(APPROACHES):
            _show_agreement(probas, run.classes, truth)
    if probas:
        st.html(probability_bars(probas, run.classes))


def _probas(run: Answering, image: NDArray[np.uint8]) -> Probas:
    probas: Probas = {}
    for approach in run.approaches:
        try:
            probas[approach] = run.stack(approach).predict_proba(image[np.newaxis])[0]
        except RunError as error:
            st.warning(str(error), icon=":material/warning:")
    return probas


def _show_verdict(approach: Approach, proba: NDArray | None, classes: list[Any]) -> None:
    with st.container(key=f"{approach}_verdict", border=True):
        answer = _NOTHING if proba is None else str(classes[int(proba.argmax())])
        st.metric(TITLES[approach], answer)
        st.caption(_detail(approach, proba, classes))


def _detail(approach: Approach, proba: NDArray | None, classes: list[Any]) -> str:
    many = len(classes)
    if proba is None:
        return f"one network, {many} outputs" if approach == "single" else f"{many} networks"
    if approach == "single":
        return f"probability {share_text(proba.max())}"
    accepting = _accepting(proba, classes)
    if not accepting:
        return "none says yes: **not one of my digits**"
    if len(accepting) == 1:
        return f"{many - 1} of {many} say no, only {accepting[0]} says yes"
    if len(accepting) == many:
        return f"all {many} say yes"
    both = "both say yes" if len(accepting) == 2 else "say yes"
    verb = "says" if many - len(accepting) == 1 else "say"
    return f"{many - len(accepting)} of {many} {verb} no, {listing(accepting)} {both}"


def _accepting(proba: NDArray, classes: list[Any]) -> list[str]:
    return [str(label) for label, p in zip(classes, proba, strict=True) if p >= YES]


def _sign(probas: Probas, classes: list[Any]) -> str:
    """ "=" or "≠" between the verdicts, so that nobody needs colours to see it."""
    if len(probas) < len(APPROACHES):
        return ""
    if not _accepting(probas["multi"], classes):
        return "?"
    single, multi = (int(probas[a].argmax()) for a in APPROACHES)
    return "=" if single == multi else "≠"


def _show_agreement(probas: Probas, classes: list[Any], truth: int | None) -> None:
    single, multi = (str(classes[int(probas[a].argmax())]) for a in APPROACHES)
    sign = _sign(probas, classes)
    if sign == "?":
        st.warning(
            f"None of the {len(classes)} binary models says yes: to them this is none of their "
            f"digits. {multi} comes closest, with {share_text(probas['multi'].max())}. The single "
            f"model has to choose one and says {single}.",
            icon=":material/help:",
        )
    elif sign == "=":
        wrong = truth is not None and single != str(truth)
        tell = st.error if wrong else st.success
        right = "" if truth is None else ", which is wrong" if wrong else ", which is right"
        icon = ":material/cancel:" if wrong else ":material/check_circle:"
        tell(f"Both read a {single}{right}.", icon=icon)
    else:
        st.warning(
            f"They disagree: the single model reads a {single}, the {len(classes)} models a "
            f"{multi}.",
            icon=":material/compare_arrows:",
        )


def probability_bars(probas: Probas, classes: list[Any]) -> str:
    """The K probabilities of each approach as aligned bars on one scale from 0 to 1, as HTML.

    HTML and not a chart: it is drawn after every stroke, and a chart takes ten times as long.
    """
    rows = "".join(
        f"<div class='label'>{html.escape(str(label))}</div><div class='bars'>"
        + "".join(_bar(a, proba[k], k == proba.argmax()) for a, proba in probas.items())
        + "</div>"
        for k, label in enumerate(classes)
    )
    keys = "".join(f"<span class='{a}'>{TITLES[a]}</span>" for a in probas)
    yes = f"<span>{YES:g}: from here a binary model says yes</span>" if "multi" in probas else ""
    return (
        f"<div class='v-bars' role=img aria-label='{html.escape(_spoken(probas, classes))}'>"
        f"<div class='keys'>{keys}</div>{rows}"
        f"<div class='scale'><span>0</span>{yes}<span>1</span></div></div>"
    )


def _bar(approach: Approach, p: float, won: bool) -> str:
    number = "&lt; 1 %" if p < 0.01 else "&gt; 99 %" if p > 0.99 else f"{p * 100:.0f} %"
    return (
        f"<div class='{approach}{' won' if won else ''}'><i style='width:{p:.2%}'></i>"
        f"<span>{number}</span></div>"
    )


def _spoken(probas: Probas, classes: list[Any]) -> str:
    return f"{len(classes)} probabilities of each approach: " + "; ".join(
        f"{TITLES[a]} "
        + ", ".join(f"{label} {p:.0%}" for label, p in zip(classes, proba, strict=True))
        for a, proba in probas.items()
    )
