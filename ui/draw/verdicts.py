"""What the two approaches say about one picture."""

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
from mnist_models.text import Text, paragraph, t

_NOTHING, _NO_DIGIT = "–", "?"
_RIGHT = ":material/check_circle:"

Probas = dict[Approach, NDArray]  # (K,) for each approach that could be asked


class Answering(Protocol):
    """What can be asked: a run, or what a visitor has taught."""

    @property
    def approaches(self) -> Sequence[Approach]:
        """The approaches it has."""

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the outputs."""

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach; RunError if they are not available."""


def show_verdicts(
    run: Answering, image: NDArray[np.uint8] | None, truth: int | None = None, hint: str = ""
) -> None:
    """Both verdicts, whether they agree, and the probabilities behind them.

    Args:
        run: its models answer.
        image: (28, 28) as the models see it, or None while there is nothing to read.
        truth: the digit that it shows, if that is known.
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
            st.warning(error.text, icon=":material/warning:")
    return probas


def _show_verdict(approach: Approach, proba: NDArray | None, classes: list[Any]) -> None:
    with st.container(key=f"{approach}_verdict", border=True):
        st.metric(TITLES[approach], _answer(approach, proba, classes))
        st.caption(_detail(approach, proba, classes))


def _answer(approach: Approach, proba: NDArray | None, classes: list[Any]) -> str:
    if proba is None:
        return _NOTHING
    if approach == "multi" and not _accepting(proba, classes):
        return _NO_DIGIT
    return str(classes[int(proba.argmax())])


def _detail(approach: Approach, proba: NDArray | None, classes: list[Any]) -> Text:
    if approach == "multi":
        return _detail_of_multi(proba, classes)
    if proba is None:
        return t("one network, {outputs} outputs", outputs=len(classes))
    return t("probability {share}", share=share_text(proba.max()))


def _detail_of_multi(proba: NDArray | None, classes: list[Any]) -> Text:
    if proba is None:
        return t("{networks} networks", networks=len(classes))
    accepting = _accepting(proba, classes)
    if not accepting:
        return t("none says yes: **not one of my digits**")
    if len(accepting) == len(classes):
        return t("all {networks} say yes", networks=len(classes))
    values = {
        "count": len(classes) - len(accepting),  # of those that say no
        "networks": len(classes),
        "labels": listing(accepting),
    }
    if len(accepting) == 1:
        return t(
            "{count} of {networks} says no, only {labels} says yes",
            "{count} of {networks} say no, only {labels} says yes",
            **values,
        )
    if len(accepting) == 2:
        return t(
            "{count} of {networks} says no, {labels} both say yes",
            "{count} of {networks} say no, {labels} both say yes",
            **values,
        )
    return t(
        "{count} of {networks} says no, {labels} say yes",
        "{count} of {networks} say no, {labels} say yes",
        **values,
    )


def _accepting(proba: NDArray, classes: list[Any]) -> list[str]:
    return [str(label) for label, p in zip(classes, proba, strict=True) if p >= YES]


def _sign(probas: Probas, classes: list[Any]) -> str:
    """ "=" or "≠" between the verdicts, so that nobody has to rely on colours."""
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
        none = t(
            "None of the {networks} binary models says yes: this is not one of their digits.",
            networks=len(classes),
        )
        share = share_text(probas["multi"].max())
        closest = t("{label} comes closest, with {share}.", label=multi, share=share)
        forced = t("The single model has to choose and says {label}.", label=single)
        st.warning(paragraph(none, closest, forced), icon=":material/help:")
    elif sign == "≠":
        st.warning(
            t(
                "They disagree: the single model reads {single}, the {networks} models read "
                "{multi}.",
                single=single,
                networks=len(classes),
                multi=multi,
            ),
            icon=":material/compare_arrows:",
        )
    elif truth is None:
        # They agree, and may both be wrong: green is for what is known to be right.
        st.info(t("Both read {label}.", label=single), icon=":material/equal:")
    elif single == str(truth):
        st.success(t("Both read {label}, which is right.", label=single), icon=_RIGHT)
    else:
        wrong = t("Both read {label}, which is wrong.", label=single)
        st.error(wrong, icon=":material/cancel:")


def probability_bars(probas: Probas, classes: list[Any]) -> str:
    """The K probabilities of each approach as aligned bars on one scale from 0 to 1, as HTML.

    Not a chart: it is drawn after every stroke, and a chart takes ten times as long.
    """
    rows = "".join(
        f"<div class='label'>{html.escape(str(label))}</div><div class='bars'>"
        + "".join(_bar(a, proba[k], k == proba.argmax()) for a, proba in probas.items())
        + "</div>"
        for k, label in enumerate(classes)
    )
    keys = "".join(f"<span class='{a}'>{TITLES[a]}</span>" for a in probas)
    yes = t("{threshold:g}: from here on, a binary model says yes", threshold=YES)
    middle = f"<span>{yes}</span>" if "multi" in probas else ""
    return (
        f"<div class='v-bars' role=img aria-label='{html.escape(_spoken(probas, classes))}'>"
        f"<div class='keys'>{keys}</div>{rows}"
        f"<div class='scale'><span>0</span>{middle}<span>1</span></div></div>"
    )


def _bar(approach: Approach, p: float, won: bool) -> str:
    number = "&lt; 1 %" if p < 0.01 else "&gt; 99 %" if p > 0.99 else f"{p * 100:.0f} %"
    return (
        f"<div class='{approach}{' won' if won else ''}'><i style='width:{p:.2%}'></i>"
        f"<span>{number}</span></div>"
    )


def _spoken(probas: Probas, classes: list[Any]) -> Text:
    """The bars for those who cannot see them, a sentence per approach."""
    sentences = []
    for approach, proba in probas.items():
        values = (f"{label} {p:.0%}" for label, p in zip(classes, proba, strict=True))
        sentences.append(
            t(
                "Probabilities of the classes, {approach}: {values}.",
                approach=TITLES[approach],
                values=", ".join(values),
            )
        )
    return paragraph(*sentences)
