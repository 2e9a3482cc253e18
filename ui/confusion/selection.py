"""Which test pictures a visitor selects, by a cell of a matrix or by who is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import streamlit as st

from mnist_models.comparison.contenders import Duel, Outcome
from mnist_models.comparison.mistakes import cell_rows, differing_rows, line_rows, outcome_rows
from mnist_models.formatting import signed_text
from mnist_models.runs.run import RunError
from mnist_models.text import Text, t
from ui.confusion.display_options import Cell
from ui.map.point_map import corners_of
from ui.shared.navigation import is_short
from ui.shared.picture_cards import Found, ask_for, asked_for, show_pictures
from ui.widgets.contender_style import Look, Looks, looks

Matrix = Literal["first", "second", "difference"]

# In the address: "first.4.9", by the places of the classes, or an outcome, or "around_first.98.7…",
# a line around points by its corners.
_PARAMETER = "pictures"
_AROUND = {f"around_{name}": name for name in get_args(Matrix)[:2]}
_MOST = 200  # pictures inside a line
_SHIFT = 128  # addresses have no negative numbers


@dataclass(frozen=True)
class Selection:
    """What is selected.

    Attributes:
        about: a matrix or an outcome; None until somebody chooses.
        cell: of the matrix; None until one is chosen, and for an outcome.
        corners: of a line on the map beside this matrix, see `Embedding.within`.
    """

    about: Matrix | Outcome | None
    cell: Cell | None = None
    corners: tuple[tuple[int, int], ...] = ()

    def cell_of(self, matrix: Matrix) -> Cell | None:
        """The cell of this matrix, if it is the one that is selected."""
        return self.cell if self.about == matrix else None


def choose_cell(duel: Duel, matrix: Matrix, cell: Cell) -> None:
    """Ask for the pictures of a cell; for callbacks, before the page is drawn again."""
    _ask(duel, Selection(matrix, cell))


def mark_cell(matrix: Matrix, cell: Cell) -> None:
    """Select a cell, but do not ask for its pictures; for callbacks too."""
    st.session_state["pictures"] = matrix
    st.session_state["true"], st.session_state["answer"] = cell


def choose_line(matrix: Matrix, corners: Sequence[tuple[int, int]]) -> None:
    """Ask for the pictures inside a line on the map beside a matrix; for callbacks too."""
    numbers = (str(number + _SHIFT) for corner in corners for number in corner)
    ask_for(_PARAMETER, ".".join([f"around_{matrix}", *numbers]))


def rows_of(duel: Duel, selection: Selection) -> list[int] | None:
    """The numbers of the pictures that the address asks for, else of those that are selected.

    None if there is neither.

    Raises:
        RunError: a file of a run is damaged.
    """
    chosen = _asked(duel) or selection
    is_whole = chosen.cell or chosen.corners or chosen.about not in (None, *get_args(Matrix))
    return _find(duel, chosen).rows.tolist() if is_whole else None


def choose_pictures(duel: Duel) -> Selection:
    """Draw the choice, which can do what a click on a cell does, and more.

    It begins with what the address asks for, and after that stays as it was.
    """
    titles, names = _titles(looks(duel)), _names(duel)
    if (asked := _asked(duel)) and not asked.corners:
        st.session_state["pictures"] = asked.about
        if asked.cell:
            st.session_state["true"], st.session_state["answer"] = asked.cell
    with st.container(key="ask", horizontal=True, vertical_alignment="bottom"):
        about = st.selectbox(
            t("Pictures of"),
            titles,
            index=None,
            format_func=titles.__getitem__,
            placeholder=t("Click a cell above, or choose"),
            key="pictures",
            width=320,
        )
        is_outcome = about is not None and about not in get_args(Matrix)
        true, answer = (
            st.selectbox(
                title,
                names,
                index=None,
                placeholder="–",
                key=key,
                disabled=is_outcome,
                width=110,
            )
            for key, title in (("true", t("True digit")), ("answer", t("Answer")))
        )
        selection = Selection(about, (true, answer) if true and answer and not is_outcome else None)
        st.button(
            t("Show the pictures"),
            key="show_pictures",
            disabled=not (is_outcome or (about and selection.cell)),
            on_click=_ask,
            args=(duel, selection),
        )
    return selection


def choose_outcome(duel: Duel, outcome: Outcome) -> None:
    """Ask for the pictures that both, only one or none of them reads; for callbacks too."""
    _ask(duel, Selection(outcome))


def show_asked(duel: Duel, page: str = "confusion") -> None:
    """The pictures that the address asks for, above the page; nothing if it does not.

    Args:
        duel: whose pictures.
        page: that shows them, by the name of its script.
    """
    asked = _asked(duel)
    if asked is None:
        return
    try:
        found = _find(duel, asked)
        show_pictures(duel, found, page=page, parameter=_PARAMETER, key="asked")
    except RunError as error:
        st.error(error.text, icon=":material/error:")


def _ask(duel: Duel, selection: Selection) -> None:
    names = _names(duel)
    places = [str(names.index(name)) for name in selection.cell or ()]
    ask_for(_PARAMETER, ".".join([str(selection.about), *places]))


def _asked(duel: Duel) -> Selection | None:
    """What the address asks for; None if it asks for nothing that is there."""
    about, *places = asked_for(_PARAMETER)[0].split(".")
    if about in _AROUND and is_short(*places):
        return _line(duel, _AROUND[about], [int(place) - _SHIFT for place in places])
    if about not in _titles(looks(duel)) or not is_short(*places):
        return None
    names = _names(duel)
    match [int(place) for place in places]:
        case []:
            is_whole = about not in get_args(Matrix)
            return Selection(cast(Outcome, about)) if is_whole else None
        case [true, answer] if about in get_args(Matrix) and max(true, answer) < len(names):
            return Selection(cast(Matrix, about), (names[true], names[answer]))
    return None


def _line(duel: Duel, matrix: Matrix, numbers: list[int]) -> Selection | None:
    contender = duel.second if matrix == "second" else duel.first
    try:
        has_map = contender.approach in contender.run.embeddings
    except RunError:  # the page says so in its place
        has_map = False
    corners = corners_of(numbers)
    return Selection(matrix, corners=tuple(corners)) if has_map and corners else None


def _names(duel: Duel) -> list[str]:
    return [str(label) for label in duel.classes]


def _find(duel: Duel, asked: Selection) -> Found:
    pair = looks(duel)
    if asked.corners:
        return _inside(pair[asked.about == "second"], asked.corners)
    if asked.cell is None:
        return _outcome(duel, pair, cast(Outcome, asked.about))
    labels = dict(zip(_names(duel), duel.classes, strict=True))
    true, answer = (labels[name] for name in asked.cell)
    if asked.about == "difference":
        return _difference(duel, pair, true, answer)
    return _cell(duel, pair[asked.about == "second"], true, answer)


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


def _cell(duel: Duel, look: Look, true: Any, answer: Any) -> Found:
    rows, right = cell_rows(duel, look.contender, true, answer), true == answer
    fields = {"name": look.name, "count": len(rows), "true": true, "answer": answer}
    if right:
        title = t(
            "{name}: {count:,} picture of {true}, read correctly",
            "{name}: {count:,} pictures of {true}, read correctly",
            **fields,
        )
    else:
        title = t(
            "{name}: {count:,} picture of {true}, read as {answer}",
            "{name}: {count:,} pictures of {true}, read as {answer}",
            **fields,
        )
    return Found(title, rows, right)


def _inside(look: Look, corners: Sequence[tuple[int, int]]) -> Found:
    rows = line_rows(look.contender, corners)
    title = t(
        "{name}: {count:,} picture inside your line",
        "{name}: {count:,} pictures inside your line",
        name=look.name,
        count=len(rows),
    )
    more = t("Here are the {most} least sure of them.", most=_MOST) if len(rows) > _MOST else ""
    return Found(title, rows[:_MOST], right=True, more=more)


def _difference(duel: Duel, pair: Looks, true: Any, answer: Any) -> Found:
    rows = differing_rows(duel, true, answer)
    first, second = (int((look.contender.answers[rows] == answer).sum()) for look in pair)
    title = t(
        "{count:,} picture of {true} that only one of the two reads as {answer}",
        "{count:,} pictures of {true} that only one of the two reads as {answer}",
        count=len(rows),
        true=true,
        answer=answer,
    )
    counts = t(
        "{first_name} {first:,}, {second_name} {second:,}, a difference of {difference}.",
        first_name=pair[0].name,
        first=first,
        second_name=pair[1].name,
        second=second,
        difference=signed_text(first - second) if first != second else "0",
    )
    return Found(title, rows, right=true == answer, more=counts)


def _outcome(duel: Duel, pair: Looks, outcome: Outcome) -> Found:
    rows = outcome_rows(duel, outcome)
    if outcome == "both_wrong":
        title = t(
            "{count:,} picture that both misread",
            "{count:,} pictures that both misread",
            count=len(rows),
        )
    else:
        title = t(
            "{count:,} picture that only one reads correctly: {name}",
            "{count:,} pictures that only one reads correctly: {name}",
            count=len(rows),
            name=pair[outcome == "only_second"].name,
        )
    return Found(title, rows, right=False)
