"""You against the models: twenty hard test pictures, read by the visitor first.

A part of Compare, and of any page that calls `play`. Its pictures are MNIST's: the offline sample
has 8 × 8 pixels of other people's digits, on which a person would only play against the pixels.
"""

from typing import Any

import numpy as np
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.data.label_errors import RATERS, doubted_rows
from mnist_models.data.mnist import find_mnist
from mnist_models.evidence.experiments import Evidence
from mnist_models.formatting import percent_text, score_text, share_text
from mnist_models.metrics.significance import wilson_interval
from mnist_models.pictures import Images
from mnist_models.text import Text, paragraph, t, translated
from ui.compare.studies.reading_scores import answers_table, right_answers, score_sentences
from ui.shared.experiments import shipped
from ui.shared.picture_cards import find_pictures, show_cards
from ui.widgets.contender_style import Look, looks
from ui.widgets.tables import offer_table

_GIVEN = "_read_by_you"  # in the session state: what the visitor said, in order
_TOLD = "_you_were_told"  # whether the last answer is being looked at
_LARGE = 224  # pixels: eight per pixel of MNIST
_DIGIT = 57  # pixels: five in a row on a phone
_ROW = 5 * _DIGIT + 4 * 8

_ON_OTHERS = t(
    "The twenty pictures are MNIST's, and these two were judged on others. Choose runs on MNIST "
    "above, and play against them."
)
_NO_PICTURES = t("To play, the pictures have to be here: then you read them before the models do.")


@st.fragment  # an answer draws no more than this anew
def play(duel: Duel) -> None:
    """Show a picture, take the visitor's answer, then tell the models'; at the end the scores.

    What was answered is kept in the session alone.

    Args:
        duel: the two to play against.
    """
    if not (found := shipped("hard_pictures")):
        return
    rows: list[int] = found["pictures"]
    if duel.first.run.test_set != "mnist" or len(duel.labels) != found["of"]:
        st.info(translated(_ON_OTHERS), icon=":material/rule:")
        return
    if find_mnist() is None:
        st.markdown(translated(_NO_PICTURES))
    images = find_pictures(duel, "you_against")
    if images is None:
        return
    given = [label for label in st.session_state.get(_GIVEN, []) if label in duel.classes]
    with st.container(key="you_against"):
        if st.session_state.get(_TOLD) and given:
            _tell(duel, rows, given, images)
        elif len(given) < len(rows):
            _ask(duel, found, given, images)
        else:
            _show_scores(duel, rows, given, images)


def _ask(duel: Duel, found: Evidence, given: list[Any], images: Images) -> None:
    rows = found["pictures"]
    if not given:
        st.markdown(about_text(found))
    with _beside_picture(rows, len(given), images):
        st.markdown(f"**{t('Which digit is this?')}**")
        with st.container(key="you_digits", horizontal=True, gap="xsmall", width=_ROW):
            for label in duel.classes:
                said = str(label)
                st.button(
                    said,
                    key=f"you_say_{said}",
                    width=_DIGIT,
                    on_click=_answer,
                    args=(label,),
                    shortcut=said if len(said) == 1 and said.isdecimal() else None,
                )
        st.caption(t("Click one, or press its key. The models' answers come after yours."))


def _answer(label: Any) -> None:
    st.session_state[_GIVEN] = [*st.session_state.get(_GIVEN, []), label]
    st.session_state[_TOLD] = True


def _tell(duel: Duel, rows: list[int], given: list[Any], images: Images) -> None:
    place = len(given) - 1
    row, true = rows[place], duel.labels[rows[place]]
    with _beside_picture(rows, place, images):
        st.markdown(
            t(
                "MNIST says **{true}**, you said **{answer}** {sign}.",
                true=true,
                answer=given[-1],
                sign=_sign(given[-1] == true),
            )
        )
        for look in looks(duel):
            st.markdown(_said(look, duel, row))
        if row in doubted_rows(duel.first.run.test_set, len(duel.labels)):
            st.info(
                t(
                    "People doubt this label: of {raters} who looked, no majority chose it. So it "
                    "may be MNIST that is wrong.",
                    raters=RATERS,
                ),
                icon=":material/groups:",
            )
        st.caption(_so_far(duel, rows, given))
        last = len(given) == len(rows)
        st.button(
            t("Show the scores") if last else t("Next picture"),
            key="you_next",
            type="primary",
            on_click=_go_on,
            shortcut="Enter",
        )


def _go_on() -> None:
    st.session_state[_TOLD] = False


def _begin_again() -> None:
    st.session_state.pop(_GIVEN, None)
    st.session_state.pop(_TOLD, None)


def _beside_picture(rows: list[int], place: int, images: Images) -> Any:
    """Draw how far it is and the picture; returns the place beside it, on a phone below."""
    told = t("Picture {number} of {count}", number=place + 1, count=len(rows))
    st.progress(place / len(rows), text=told)
    left, right = st.columns((2, 3), gap="medium")
    with left, st.container(key="you_picture", height=_LARGE + 2, border=False):
        alt = t("A handwritten digit to read: test picture {number}", number=rows[place])
        st.image(images[rows[place]], width=_LARGE, output_format="PNG", alt=alt)
    return right


def _said(look: Look, duel: Duel, row: int) -> str:
    answer, true = look.contender.answers[row], duel.labels[row]
    share = share_text(look.contender.proba[row].max())
    said = t("{name}: **{answer}** {sign} {share}", name=look.name, answer=answer,
             sign=_sign(answer == true), share=share)  # fmt: skip
    return f":{look.tint}[{look.sign}] {said}"


def _sign(right: bool) -> str:
    return "✓" if right else "✗"


def _so_far(duel: Duel, rows: list[int], given: list[Any]) -> Text:
    you, first, second = right_answers(duel, rows, given)
    pair = looks(duel)
    return t(
        "Right so far, of {count}: you {yours}, {first_name} {first}, {second_name} {second}.",
        count=len(given),
        yours=int(you.sum()),
        first_name=pair[0].name,
        first=int(first.sum()),
        second_name=pair[1].name,
        second=int(second.sum()),
    )


def about_text(found: Evidence) -> Text:
    """What is played, and by which rule the pictures were chosen."""
    return paragraph(
        t(
            "You read {count} of MNIST's {of:,} test pictures, each before the models do.",
            count=len(found["pictures"]),
            of=found["of"],
        ),
        t(
            "They are those on which both approaches of {runs} shipped runs hesitate most; of some "
            "people doubt the label. No label and no mistake had a part in the choice: "
            "`{command}`.",
            runs=len(found["runs"]),
            command=found["command"],
        ),
    )


def _show_scores(duel: Duel, rows: list[int], given: list[Any], images: Images) -> None:
    right = right_answers(duel, rows, given)
    pair = looks(duel)
    names = [t("You"), *(look.name for look in pair)]
    with st.container(key="you_scores", horizontal=True, gap="small"):
        for name, each in zip(names, right, strict=True):
            count = int(each.sum())
            with st.container(border=True, width=210):
                st.metric(name, f"{count} / {len(each)}")
                interval = wilson_interval(count, len(each))
                st.caption(score_text(count, len(each), interval, digits=0))
    clear = ~np.isin(rows, doubted_rows(duel.first.run.test_set, len(duel.labels)))
    chance, *told = score_sentences([look.name for look in pair], right, clear)
    st.markdown(f"**{chance}**")
    st.markdown("\n".join(f"* {sentence}" for sentence in told))
    st.caption(
        t(
            "These pictures are where networks hesitate, which favours you. Of all {rows:,} test "
            "pictures {first_name} reads {first}, {second_name} {second}. In brackets 95 % "
            "Wilson intervals.",
            rows=len(duel.labels),
            first_name=pair[0].name,
            first=percent_text(duel.right[0].mean()),
            second_name=pair[1].name,
            second=percent_text(duel.right[1].mean()),
        )
    )
    st.button(t("Play again"), key="you_again", icon=":material/replay:", on_click=_begin_again)
    offer_table(
        t("All answers"),
        lambda: answers_table(duel, rows, given),
        key="you_table",
        file_name="you_against.csv",
        alt=t("What you and the models said to each picture"),
    )
    show_cards(duel, np.array(rows), images, page="compare", key="you")
