"""How confusion matrices are shown: the options, in the address so that a link shares them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.comparison.mistakes import order_by_confusion
from ui.widgets.controls import pick

Unit = Literal["Counts", "Row %", "Column %"]
Order = Literal["Digit", "Confusion"]
Cell = tuple[str, str]  # true class, answer

_ABOUT_UNIT: dict[Unit, str] = {
    "Counts": "Numbers count pictures.",
    "Row %": "Row %: of the pictures of a digit, the share with each answer.",
    "Column %": "Column %: of the pictures with an answer, the share that show each digit.",
}
_ABOUT_ORDER: dict[Order, str] = {
    "Digit": "",
    "Confusion": "Digits often taken for each other stand side by side.",
}
_ABOUT_DIAGONAL = {
    False: "Only mistakes are coloured, and fill the scale.",
    True: "Right answers are coloured too, on the same scale.",
}


@dataclass(frozen=True)
class View:
    """How matrices are shown.

    Attributes:
        unit: what the numbers are. A row percentage is of a class' pictures, a column percentage
            of the pictures with that answer.
        diagonal: colour the right answers as well, and let them count for the scale.
        order: of the classes, as positions; their own where it is empty.
        chosen: the cell with a frame around it.
    """

    unit: Unit = "Counts"
    diagonal: bool = False
    order: tuple[int, ...] = ()
    chosen: Cell | None = None


def choose_view(matrices: Sequence[NDArray]) -> tuple[View, bool]:
    """Draw the options with a line that explains them.

    Args:
        matrices: (K, K) counts each; their mistakes together decide the order by confusion.

    Returns:
        The view, and whether the difference is asked for instead of both matrices.
    """
    with st.container(key="options", horizontal=True, vertical_alignment="bottom"):
        shown = pick("Matrices", ("Both", "Difference"), "matrices")
        unit: Unit = pick("Numbers", get_args(Unit), "unit")
        sort: Order = pick("In the order of", get_args(Order), "order")
        diagonal = st.toggle("Colour the diagonal", key="diagonal", bind="query-params")
    st.caption(
        f"Rows are true digits, columns answers. {_ABOUT_UNIT[unit]} {_ABOUT_DIAGONAL[diagonal]} "
        f"{_ABOUT_ORDER[sort]} Click a cell to see its pictures."
    )
    order = order_by_confusion(np.sum(matrices, axis=0)) if sort == "Confusion" else ()
    return View(unit, diagonal, tuple(map(int, order))), shown == "Difference"
