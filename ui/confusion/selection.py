"""Which test pictures a visitor selects, by a cell of a matrix or by who is right."""

from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import streamlit as st

from mnist_models.comparison.contenders import Duel, Outcome
from mnist_models.comparison.mistakes import (
    PictureRows,
    cell_rows,
    differing_rows,
    outcome_rows,
)
from mnist_models.formatting import signed_text
from mnist_models.runs.run import RunError
from mnist_models.text import Text, paragraph, t
from ui.confusion.display_options import Cell
from ui.shared.picture_cards import show_digits
from ui.widgets.contender_style import Look, Looks, looks

Matrix = Literal["first", "second", "difference"]

_KEYS = ("pictures", "true", "answer")  # of the widgets, and in the address
_LEAST_CONFIDENT = t("The least confident answers come first.")
_MOST_CONFIDENT = t("The most confident mistakes come first.")


@dataclass(frozen=True)
class Selection:
    """What is selected.

    Attributes:
        about: a matrix or an outcome; None until somebody chooses.
        cell: of the matrix; None until one is chosen, and for an outcome.
    """

    about: Matrix | Outcome | None
    cell: Cell | None = None

    def cell_of(self, matrix: Matrix) -> Cell | None:
        """The cell of this matrix, if it is the one that is selected."""
        return self.cell if self.about == matrix else None


def choose_cell(matrix: Matrix, cell: Cell) -> None:
    """Select the pictures of a cell; for callbacks, before the widgets are drawn again."""
    for key, value in zip(_KEYS, (matrix, *cell), strict=True):
        st.session_state[key] = value


def choose_pictures(duel: Duel) -> Selection:
    """Draw the choice, which can do what a click on a cell does, and more."""
    titles = _titles(looks(duel))
    with st.container(key="ask", horizontal=True):
        about = st.selectbox(
            t("Pictures of"),
            titles,
            index=None,
            format_func=titles.__getitem__,
            placeholder=t("Click a cell above, or choose"),
            key=_KEYS[0],
            bind="query-params",
            width=320,
        )
        of_a_cell = about is None or about in get_args(Matrix)
        # Drawn even where they do not matter: Streamlit writes what a click chose into the address
        # only if the widget was there before.
        true, answer = (
            st.selectbox(
                title,
                [str(label) for label in duel.classes],
                index=None,
                placeholder="–",
                key=key,
                bind="query-params",
                disabled=not of_a_cell,
                width=110,
            )
            for title, key in zip((t("True digit"), t("Answer")), _KEYS[1:], strict=True)
        )
    return Selection(about, (true, answer) if of_a_cell and true and answer else None)


def show_selected(duel: Duel, selection: Selection) -> None:
    """The selected pictures; nothing until the selection is complete."""
    try:
        if found := _find(duel, selection):
            show_digits(duel, found[0], key="asked", caption=found[1])
    except RunError as error:
        st.error(error.text, icon=":material/error:")


def _find(duel: Duel, selection: Selection) -> tuple[PictureRows, Text] | None:
    """The pictures and what they have in common."""
    if selection.about is None:
        return None
    pair = looks(duel)
    if selection.about not in get_args(Matrix):
        return _outcome(duel, pair, cast(Outcome, selection.about))
    if selection.cell is None:
        return None
    labels = {str(label): label for label in duel.classes}
    true, answer = (labels[name] for name in selection.cell)
    if selection.about == "difference":
        return _difference(duel, pair, true, answer)
    return _cell(duel, pair[selection.about == "second"], true, answer)


def _titles(pair: Looks) -> dict[Matrix | Outcome, Text]:
    first, second = (look.name for look in pair)
    return {
        "first": t("{name}: one cell", name=first),
        "second": t("{name}: one cell", name=second),
        "difference": t("Difference: one cell"),
        "only_first": t("Only right: {name}", name=first),
        "only_second": t("Only right: {name}", name=second),
        "both_wrong": t("Both wrong"),
    }


def _cell(duel: Duel, look: Look, true: Any, answer: Any) -> tuple[PictureRows, Text]:
    rows = cell_rows(duel, look.contender, true, answer)
    if true == answer:
        read = t(
            "**{name}: {count:,} picture of {true}, read correctly.**",
            "**{name}: {count:,} pictures of {true}, read correctly.**",
            name=look.name,
            count=len(rows),
            true=true,
        )
        return rows, paragraph(read, _LEAST_CONFIDENT)
    misread = t(
        "**{name}: {count:,} picture of {true}, read as {answer}.**",
        "**{name}: {count:,} pictures of {true}, read as {answer}.**",
        name=look.name,
        count=len(rows),
        true=true,
        answer=answer,
    )
    return rows, paragraph(misread, _MOST_CONFIDENT)


def _difference(duel: Duel, pair: Looks, true: Any, answer: Any) -> tuple[PictureRows, Text]:
    rows = differing_rows(duel, true, answer)
    first, second = (int((look.contender.answers[rows] == answer).sum()) for look in pair)
    read = t(
        "**{count:,} picture of {true} that only one of the two reads as {answer}:** {first_name} "
        "{first:,}, {second_name} {second:,}, a difference of {difference}.",
        "**{count:,} pictures of {true} that only one of the two reads as {answer}:** {first_name} "
        "{first:,}, {second_name} {second:,}, a difference of {difference}.",
        count=len(rows),
        true=true,
        answer=answer,
        first_name=pair[0].name,
        second_name=pair[1].name,
        first=first,
        second=second,
        difference=signed_text(first - second),
    )
    return rows, paragraph(read, _LEAST_CONFIDENT if true == answer else _MOST_CONFIDENT)


def _outcome(duel: Duel, pair: Looks, outcome: Outcome) -> tuple[PictureRows, Text]:
    rows = outcome_rows(duel, outcome)
    if outcome == "both_wrong":
        read = t(
            "**{count:,} picture that both misread.**",
            "**{count:,} pictures that both misread.**",
            count=len(rows),
        )
    else:
        read = t(
            "**{count:,} picture that only one reads correctly: {name}.**",
            "**{count:,} pictures that only one reads correctly: {name}.**",
            count=len(rows),
            name=pair[outcome == "only_second"].name,
        )
    return rows, paragraph(read, _MOST_CONFIDENT)
