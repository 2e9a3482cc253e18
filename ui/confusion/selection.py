"""Which test pictures a visitor selects: a cell of a matrix, or who is right; in the address."""

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
from mnist_models.formatting import count_text
from mnist_models.runs.run import RunError
from ui.confusion.display_options import Cell
from ui.shared.picture_cards import show_digits
from ui.widgets.contender_style import Look, Looks, looks

Matrix = Literal["first", "second", "difference"]

_KEYS = ("pictures", "true", "answer")  # of the widgets, and in the address


@dataclass(frozen=True)
class Selection:
    """What is selected.

    Attributes:
        about: a matrix or an outcome; None until somebody chooses.
        cell: of the matrix; None where it is not chosen yet, and for an outcome.
    """

    about: Matrix | Outcome | None
    cell: Cell | None = None

    def cell_of(self, matrix: Matrix) -> Cell | None:
        """The cell of this matrix, if it is the one that is selected."""
        return self.cell if self.about == matrix else None


def choose_cell(matrix: Matrix, cell: Cell) -> None:
    """Ask for the pictures of a cell; for callbacks, before the widgets are drawn again."""
    for key, value in zip(_KEYS, (matrix, *cell), strict=True):
        st.session_state[key] = value


def choose_pictures(duel: Duel) -> Selection:
    """Draw the choice, which says the same as a click at a cell, and more."""
    titles = _titles(looks(duel))
    with st.container(key="ask", horizontal=True):
        about = st.selectbox(
            "Pictures of",
            titles,
            index=None,
            format_func=titles.__getitem__,
            placeholder="Click a cell above, or choose",
            key=_KEYS[0],
            bind="query-params",
            width=320,
        )
        of_a_cell = about is None or about in get_args(Matrix)
        # Drawn also where they do not matter: Streamlit writes what a click chose into the address
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
            for title, key in zip(("True digit", "Answer"), _KEYS[1:], strict=True)
        )
    return Selection(about, (true, answer) if of_a_cell and true and answer else None)


def show_selected(duel: Duel, selection: Selection) -> None:
    """The selected pictures; nothing while the selection is not complete."""
    try:
        if found := _find(duel, selection):
            show_digits(duel, found[0], key="asked", caption=found[1])
    except RunError as error:
        st.error(str(error), icon=":material/error:")


def _find(duel: Duel, selection: Selection) -> tuple[PictureRows, str] | None:
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


def _titles(pair: Looks) -> dict[Matrix | Outcome, str]:
    first, second = (look.name for look in pair)
    return {
        "first": f"{first}: one cell",
        "second": f"{second}: one cell",
        "difference": "Difference: one cell",
        "only_first": f"Only right: {first}",
        "only_second": f"Only right: {second}",
        "both_wrong": "Both wrong",
    }


def _cell(duel: Duel, look: Look, true: Any, answer: Any) -> tuple[PictureRows, str]:
    rows = cell_rows(duel, look.contender, true, answer)
    what = f"{_pictures(rows)} of a {true}, answered {answer}"
    return rows, f"**{look.name}: {what}**, {_first(right=true == answer)} first."


def _difference(duel: Duel, pair: Looks, true: Any, answer: Any) -> tuple[PictureRows, str]:
    rows = differing_rows(duel, true, answer)
    first, second = (int((look.contender.answers[rows] == answer).sum()) for look in pair)
    difference = f"{first - second:+}".replace("-", "−")
    return rows, (
        f"**{_pictures(rows)} of a {true} that only one of the two answers {answer}**: "
        f"{pair[0].name} {first}, {pair[1].name} {second}, a difference of {difference}; "
        f"{_first(right=true == answer)} first."
    )


def _outcome(duel: Duel, pair: Looks, outcome: Outcome) -> tuple[PictureRows, str]:
    rows = outcome_rows(duel, outcome)
    only = {"only_first": pair[0].name, "only_second": pair[1].name}
    who = f"only one reads correctly, {only[outcome]}" if outcome in only else "both misread"
    return rows, f"**{_pictures(rows)} that {who}**; {_first(right=False)} first."


def _pictures(rows: PictureRows) -> str:
    return count_text(len(rows), "picture")


def _first(*, right: bool) -> str:
    return "the least sure answer" if right else "the surest mistake"
