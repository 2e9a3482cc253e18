"""What the two approaches say about one picture."""

import html
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.comparison.judgement import Judgement, judge
from mnist_models.formatting import listing, share_text
from mnist_models.learning.approaches import APPROACHES, NAMES, PAIR, TITLES, Approach
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import YES
from mnist_models.preprocessing.rasterise import Drawn
from mnist_models.preprocessing.to_mnist import Steps
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Text, paragraph, t, translated
from ui.widgets.answers import DIFFERENT, DOUBT, EQUAL, NOTHING, Answer, show_beside

_DIGITS = set("0123456789")
_SIGNS = {"agreement": EQUAL, "disagreement": DIFFERENT, "alone": ""}  # else DOUBT

Probas = dict[Approach, NDArray]  # (K,) for each approach that could be asked


class Answering(Protocol):
    """What can be asked: a run, or what a visitor has taught."""

    @property
    def pair(self) -> Sequence[Approach]:
        """Which of the two approaches it has."""

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the outputs."""

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach; RunError if they are not available."""


def asked_of(run: Answering) -> Sequence[Approach]:
    """Who answers: those of the pair that a run has, or whatever else it has if it has neither."""
    return run.pair or (run.approaches if isinstance(run, Run) else ())


def show_verdicts(
    run: Answering,
    image: NDArray[np.uint8] | None,
    truth: int | None = None,
    hint: str = "",
    steps: Drawn | Steps | None = None,
    prefix: str = "",
) -> None:
    """Both verdicts, what may be said of them, and the probabilities behind them.

    Args:
        run: its models answer.
        image: (28, 28) as the models see it, or None while there is nothing to read.
        truth: the digit that it shows, if that is known.
        hint: what to do while there is nothing to read.
        steps: how it was made, if it was made of a drawing or a picture.
        prefix: of the keys, for a second pair of verdicts on the page.
    """
    probas = {} if image is None else _probas(run, image)
    judgement = None
    if not run.pair:
        st.caption(
            t(
                "This run has neither of the two that are compared here. What answers is its "
                "{names}.",
                names=listing([NAMES[approach] for approach in asked_of(run)]),
            )
        )
    if probas:
        # A symbol that somebody taught may be a dot, or of several shapes.
        seen = steps if _DIGITS.issuperset(map(str, run.classes)) else None
        judgement = judge(
            probas, is_dot=bool(seen and seen.is_dot), shapes=seen.shapes if seen else 1
        )
    sign = "" if judgement is None else _SIGNS.get(judgement.finding, DOUBT)
    answers = [
        _answer(a, probas.get(a), run.classes, judgement)
        for a in (PAIR if run.pair else asked_of(run))
    ]
    show_beside(answers, sign, prefix)
    with st.container(key=f"{prefix}agreement"):
        if image is None:
            st.info(hint, icon=":material/draw:")
        elif judgement is not None:
            _show_finding(judgement, probas, run.classes, truth)
    if probas:
        st.html(probability_bars(probas, run.classes))


def _probas(run: Answering, image: NDArray[np.uint8]) -> Probas:
    probas: Probas = {}
    for approach in asked_of(run):
        try:
            probas[approach] = run.stack(approach).predict_proba(image[np.newaxis])[0]
        except RunError as error:
            st.warning(error.text, icon=":material/warning:")
    return probas


def _answer(
    approach: Approach, proba: NDArray | None, classes: list[Any], judgement: Judgement | None
) -> Answer:
    detail = _detail(approach, proba, classes)
    if proba is None or judgement is None:
        return Answer(approach, NOTHING, detail)
    is_none = approach == "multi" and not _accepting(proba, classes)
    text = DOUBT if is_none else str(classes[int(proba.argmax())])
    return Answer(approach, text, detail, judgement.doubts(approach))


def _detail(approach: Approach, proba: NDArray | None, classes: list[Any]) -> str:
    if approach == "multi":
        return _detail_of_multi(proba, classes)
    if proba is None and approach not in PAIR:
        return translated(APPROACHES[approach].summary)
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


def _show_finding(
    judgement: Judgement, probas: Probas, classes: list[Any], truth: int | None
) -> None:
    """Each finding has sentences of its own. Green is for what is known to be right."""
    answers = {a: str(classes[int(proba.argmax())]) for a, proba in probas.items()}
    doubts = [_doubt(a, probas[a], classes) for a in judgement.unsure]
    again = t("Try it again, larger and clearer.") if doubts and truth is None else ""
    if judgement.finding == "dot":
        st.warning(
            paragraph(
                t("This is too little to read: a dot or a blot, and no line."),
                t("Show one digit that fills most of the picture."),
            ),
            icon=":material/fiber_manual_record:",
        )
    elif judgement.finding == "several":
        st.warning(
            paragraph(
                t(
                    "There are {shapes} separate shapes here, and only one digit is read at a "
                    "time: the answers take them for one.",
                    shapes=judgement.shapes,
                ),
                t("Draw one digit alone, or press *Number* on the page Draw to write several."),
            ),
            icon=":material/select_all:",
        )
    elif judgement.finding == "none":
        larger = t("If it is a digit, draw it larger and clearer.") if truth is None else ""
        said = paragraph(_no_digit(probas, answers, classes), larger)
        st.warning(said, icon=":material/help:")
    elif judgement.finding == "disagreement":
        they_disagree = t(
            "They disagree: the single model reads {single}, the {networks} models read {multi}.",
            **answers,
            networks=len(classes),
        )
        st.warning(paragraph(they_disagree, *doubts, again), icon=":material/compare_arrows:")
    elif judgement.finding == "agreement":
        _show_agreement(answers["single"], truth, [*doubts, again])
    elif doubts:
        st.warning(paragraph(*doubts, again), icon=":material/help:")


def _show_agreement(label: str, truth: int | None, doubts: Sequence[str]) -> None:
    if truth is None and any(doubts):
        perhaps = t("Perhaps {label}: that is what both read, but not with certainty.", label=label)
        st.warning(paragraph(perhaps, *doubts), icon=":material/help:")
    elif truth is None:
        st.info(t("Both read {label}.", label=label), icon=":material/equal:")
    elif label == str(truth):
        right = t("Both read {label}, which is right.", label=label)
        st.success(paragraph(right, *doubts), icon=":material/check_circle:")
    else:
        wrong = t("Both read {label}, which is wrong.", label=label)
        st.error(paragraph(wrong, *doubts), icon=":material/cancel:")


def _no_digit(probas: Probas, answers: dict[Approach, str], classes: list[Any]) -> Text:
    none = t(
        "None of the {networks} binary models says yes: this is not one of their digits.",
        networks=len(classes),
    )
    share = share_text(probas["multi"].max())
    closest = t("{label} comes closest, with {share}.", label=answers["multi"], share=share)
    forced = ""
    if "single" in answers:
        forced = t("The single model has to choose and says {label}.", label=answers["single"])
    return paragraph(none, closest, forced)


def _doubt(approach: Approach, proba: NDArray, classes: list[Any]) -> Text:
    """Between which two an approach wavers."""
    first, second = (int(k) for k in (-proba).argsort(kind="stable")[:2])
    values = {
        "first": classes[first],
        "second": classes[second],
        "p": share_text(proba[first]),
        "q": share_text(proba[second]),
    }
    if approach == "single":
        return t("The single model is unsure: {first} has {p}, {second} has {q}.", **values)
    return t(
        "The {networks} models are unsure: {first} has {p}, {second} has {q}.",
        networks=len(classes),
        **values,
    )


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
