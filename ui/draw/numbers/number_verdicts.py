"""What the two approaches read where there are several digits."""

from collections.abc import Sequence

import streamlit as st

from mnist_models.drawings.number import NO_DIGIT
from mnist_models.formatting import listing, share_text
from mnist_models.learning.approaches import Approach
from mnist_models.runs.run import Run
from mnist_models.text import Text, paragraph, t
from ui.draw.numbers.digit_cards import open_digit, show_cards
from ui.draw.numbers.number_correction import offer_number_correction
from ui.draw.numbers.reading import Reading
from ui.draw.sources import LARGE, Subject, show_model_input
from ui.draw.verdicts import show_verdicts
from ui.widgets.answers import DIFFERENT, EQUAL, Answer, show_answer, show_beside

_SHORT = 6  # digits: two such numbers fit beside each other on a phone


def answer_number(run: Run, reading: Reading) -> Subject:
    """The number, its digits, and the one that is open; returns that one, or nothing to explain.

    Args:
        run: whose reading it is.
        reading: of at least two digits.
    """
    show_number(reading, len(run.classes))
    if not reading.numbers:
        return Subject()
    show_cards(reading)
    digit = open_digit(reading)
    if digit is None or digit.image is None:
        offer_number_correction(run, reading)
        return Subject(reading=reading)
    with st.container(key="digit"):
        show_model_input(digit.image, LARGE)
        show_verdicts(run, digit.image, steps=digit.steps, prefix="digit_")
    return digit


def show_number(reading: Reading, classes: int) -> None:
    """Both numbers and what may be said of them.

    Args:
        reading: of at least two digits.
        classes: how many networks the multi-model has.
    """
    for why in reading.missing:
        st.warning(why, icon=":material/warning:")
    if not reading.numbers:
        return
    answers = [_answer(reading, approach, classes) for approach in reading.numbers]
    with st.container(key="number"):
        if max(map(len, reading.texts.values())) <= _SHORT:
            show_beside(answers, EQUAL if len({*reading.texts.values()}) == 1 else DIFFERENT)
        else:  # above each other, so that they can be compared
            for answer in answers:
                show_answer(answer)
    with st.container(key="agreement"):
        _show_finding(reading, classes)


def _answer(reading: Reading, approach: Approach, classes: int) -> Answer:
    number = reading.numbers[approach]
    doubted = any(
        place.judgement.doubts(approach) and number.accepted[place.digits[approach]]
        for place in reading.places
        if approach in place.digits
    )
    return Answer(approach, reading.texts[approach], _detail(reading, approach, classes), doubted)


def _detail(reading: Reading, approach: Approach, classes: int) -> Text:
    if approach != "multi":
        least = share_text(reading.numbers[approach].proba.max(axis=1).min())
        return t("the least probability of a digit: {share}", share=least)
    if count := reading.texts[approach].count(NO_DIGIT):
        return t("none says yes to {count} digit", "none says yes to {count} digits", count=count)
    return t("one of {networks} says yes to each digit", networks=classes)


def _show_finding(reading: Reading, classes: int) -> None:
    """Green is for what is known to be right, and nobody knows that here."""
    differ = _numbers(reading, "disagreement")
    none = _numbers(reading, "none")
    unsure = [
        str(k)
        for k, place in enumerate(reading.places, 1)
        if place.judgement.unsure and place.judgement.finding != "none"
    ]
    doubts = [_which_unsure(unsure), _which_dots(_numbers(reading, "dot"))]
    is_doubted, doubts = any(doubts), [*doubts, _cut_off(reading)]
    texts = reading.texts
    if differ and len({*texts.values()}) == 1:
        same = t(
            "Both read {label}, but they cut what touches in different places.",
            label=texts["single"],
        )
        st.warning(paragraph(same, *doubts), icon=":material/compare_arrows:")
    elif differ:
        they_disagree = t(
            "They disagree: the single model reads {single}, the {networks} models read {multi}.",
            **texts,
            networks=classes,
        )
        said = paragraph(they_disagree, _which_differ(differ), _cuts(reading), *doubts)
        st.warning(said, icon=":material/compare_arrows:")
    elif none:
        st.warning(paragraph(_which_none(none, classes), *doubts), icon=":material/help:")
    elif len(texts) == 1:
        if any(doubts):
            st.warning(paragraph(*doubts), icon=":material/help:")
    elif is_doubted:
        perhaps = t(
            "Perhaps {label}: that is what both read, but not with certainty.",
            label=texts["single"],
        )
        st.warning(paragraph(perhaps, *doubts), icon=":material/help:")
    elif any(doubts):
        both = t("Both read {label}.", label=texts["single"])
        st.warning(paragraph(both, *doubts), icon=":material/equal:")
    else:
        st.info(t("Both read {label}.", label=texts["single"]), icon=":material/equal:")


def _numbers(reading: Reading, finding: str) -> list[str]:
    """Which digits, from 1."""
    return [str(k) for k, p in enumerate(reading.places, 1) if p.judgement.finding == finding]


def _which_differ(digits: Sequence[str]) -> Text:
    return t(
        "They differ at place {which}.",
        "They differ at the places {which}.",
        count=len(digits),
        which=listing(digits),
    )


def _which_none(digits: Sequence[str], networks: int) -> Text:
    return t(
        "None of the {networks} binary models says yes at place {which}.",
        "None of the {networks} binary models says yes at the places {which}.",
        count=len(digits),
        networks=networks,
        which=listing(digits),
    )


def _which_unsure(digits: Sequence[str]) -> Text | str:
    if not digits:
        return ""
    return t(
        "The answer at place {which} is unsure.",
        "The answers at the places {which} are unsure.",
        count=len(digits),
        which=listing(digits),
    )


def _which_dots(digits: Sequence[str]) -> Text | str:
    if not digits:
        return ""
    return t(
        "At place {which} there is too little to read: a dot or a blot, and no line.",
        "At the places {which} there is too little to read: dots or blots, and no lines.",
        count=len(digits),
        which=listing(digits),
    )


def _cuts(reading: Reading) -> Text | str:
    if all(len(place.digits) == len(reading.numbers) for place in reading.places):
        return ""
    return t("They cut what touches in different places.")


def _cut_off(reading: Reading) -> Text | str:
    cut = [
        str(k)
        for k, place in enumerate(reading.places, 1)
        if any(reading.numbers[a].cut_off[digit] for a, digit in place.digits.items())
    ]
    if not cut:
        return ""
    return t(
        "At place {which} the ink touches the edge of the picture and may be cut off there: show "
        "it whole.",
        "At the places {which} the ink touches the edge of the picture and may be cut off there: "
        "show it whole.",
        count=len(cut),
        which=listing(cut),
    )
