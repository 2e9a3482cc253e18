"""The page Compare: MNIST's test labels that people doubt, and what they do to the accuracies."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_models.comparison.contenders import Contender, Duel, contenders_of
from mnist_models.data.label_errors import RATERS, doubted_rows
from mnist_models.formatting import interval_text, percent_text, signed_text
from mnist_models.metrics.significance import wilson_interval
from mnist_models.text import Text, paragraph, t, translated
from ui.shared.picture_cards import find_pictures, show_cards
from ui.widgets.contender_style import looks
from ui.widgets.tables import Column, show_table

_NOT_THERE = t(
    "The labels that people doubt are known for MNIST's 10,000 test pictures, and these two were "
    "judged on others. Choose runs on MNIST above."
)
_ABOUT = t(
    "The accuracy with all labels and without the doubted ones, in brackets its 95 % Wilson "
    "interval. Differs: to how many of the doubted pictures the answer is not MNIST's label. That "
    "counts as a mistake, and may be none; an answer that agrees may repeat one. Which labels are "
    "doubted is from [a study of 2021](https://arxiv.org/abs/2103.14749); what else the five "
    "people said is not stored here."
)
_COLUMNS = {
    "contender": Column(t("contender")),
    "all": Column(t("with all labels")),
    "rest": Column(t("without the doubted")),
    "differs": Column(t("differs")),
}


def show_label_errors(duel: Duel) -> None:
    """The doubted pictures with both answers, and every approach's accuracy without them."""
    rows = doubted_rows(duel.first.run.test_set, len(duel.labels))
    if not len(rows):
        st.info(translated(_NOT_THERE), icon=":material/rule:")
        return
    st.markdown(f"**{doubt_sentence(len(rows), len(duel.labels))}**")
    st.markdown(effect_sentences(duel, rows))
    show_table(
        pd.DataFrame(label_rows(_all_of(duel), duel.labels, rows)),
        file_name="label_errors.csv",
        alt=t("Accuracies with all labels, and without those that people doubt"),
        columns=_COLUMNS,
    )
    st.caption(translated(_ABOUT))
    images = find_pictures(duel, "doubted")
    show_cards(duel, rows, images, page="compare", key="doubted")


def doubt_sentence(doubted: int, rows: int) -> Text:
    """What is known of these labels."""
    return t(
        "{doubted} of MNIST's {rows:,} test labels may be wrong: of {raters} people who looked, no "
        "majority chose the label.",
        doubted=doubted,
        rows=rows,
        raters=RATERS,
    )


def effect_sentences(duel: Duel, rows: NDArray[np.intp]) -> Text:
    """What leaving these pictures out does to each accuracy and to the difference of the two."""
    kept = ~np.isin(np.arange(len(duel.labels)), rows)
    told = [
        t(
            "{name}: {share} with all labels, {rest} without the doubted ones.",
            name=look.name,
            share=percent_text(right.mean()),
            rest=percent_text(right[kept].mean()),
        )
        for look, right in zip(looks(duel), duel.right, strict=True)
    ]
    first, second = duel.right
    return paragraph(
        *told, _lead_sentence(duel, _lead(first, second), _lead(first[kept], second[kept]))
    )


def _lead(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> int:
    return int(first.sum()) - int(second.sum())


def _lead_sentence(duel: Duel, lead: int, rest: int) -> Text:
    """What becomes of the first one's lead over the second."""
    if lead == rest:
        return t("How far the two are apart stays the same.")
    if lead * rest > 0:
        return t(
            "{name}: {lead:,} digits ahead with all labels, {rest:,} without the doubted ones.",
            name=looks(duel)[lead < 0].name,
            lead=abs(lead),
            rest=abs(rest),
        )
    first, second = (look.name for look in looks(duel))
    return t(
        "{first} less {second}: {lead} digits with all labels, {rest} without the doubted ones.",
        first=first,
        second=second,
        lead=signed_text(lead) if lead else "0",
        rest=signed_text(rest) if rest else "0",
    )


def label_rows(
    asked: list[Contender], labels: NDArray, rows: NDArray[np.intp]
) -> list[dict[str, Any]]:
    """Per contender its accuracy with `all` labels and with the `rest`, and on how many it differs.

    Args:
        asked: judged on the same test pictures.
        labels: (n,) of these.
        rows: the numbers of the doubted ones.
    """
    kept = ~np.isin(np.arange(len(labels)), rows)
    found = []
    for contender in asked:
        right = contender.answers == labels
        found.append(
            {
                "contender": contender.title,
                "all": _accuracy_text(right),
                "rest": _accuracy_text(right[kept]),
                "differs": t("{count} of {rows}", count=int((~right[rows]).sum()), rows=len(rows)),
            }
        )
    return found


def _accuracy_text(right: NDArray[np.bool_]) -> Text:
    return interval_text(float(right.mean()), wilson_interval(int(right.sum()), len(right)))


def _all_of(duel: Duel) -> list[Contender]:
    """Every approach of the two runs, which were judged on the same pictures."""
    runs = {contender.run.name: contender.run for contender in (duel.first, duel.second)}
    return [contender for run in runs.values() for contender in contenders_of(run)]
