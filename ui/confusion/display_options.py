"""How confusion matrices are shown: the options, held in the address so that links share them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.comparison.mistakes import order_by_confusion
from mnist_models.text import Texts, paragraph, t, translated
from ui.widgets.controls import pick

Shown = Literal["both", "difference", "map"]
Unit = Literal["count", "row", "column"]
Order = Literal["digit", "confusion"]
Cell = tuple[str, str]  # true class, answer

_SHOWN: Texts[Shown] = Texts({"both": t("Both"), "difference": t("Difference"), "map": t("Map")})
_UNITS: Texts[Unit] = Texts({"count": t("Counts"), "row": t("Row %"), "column": t("Column %")})
_ORDERS: Texts[Order] = Texts({"digit": t("Digit"), "confusion": t("Confusion")})
_ABOUT_UNIT: Texts[Unit] = Texts(
    {
        "count": t("The numbers count pictures."),
        "row": t("Row %: of the pictures of a digit, the share with each answer."),
        "column": t(
            "Column %: of the pictures with the same answer, the share that show each digit."
        ),
    }
)
_ABOUT_DIAGONAL = Texts(
    {
        False: t("Only mistakes are coloured: the largest one has the full colour."),
        True: t("Right answers are coloured too, on the same scale."),
    }
)
_ABOUT_MAP = t(
    "Click a cell to light up its pictures on the maps; *Show the pictures* opens them. A line "
    "that you draw around points opens theirs."
)


@dataclass(frozen=True)
class View:
    """How matrices are shown.

    Attributes:
        unit: what the numbers are: counts, percentages of the pictures of a class (rows), or of
            the pictures with the same answer (columns).
        diagonal: colour the right answers too, and include them in the scale.
        order: of the classes, as positions; if empty, their own order.
        chosen: the cell with a frame around it.
    """

    unit: Unit = "count"
    diagonal: bool = False
    order: tuple[int, ...] = ()
    chosen: Cell | None = None


def choose_view(matrices: Sequence[NDArray]) -> tuple[View, Shown]:
    """Draw the options with a line that explains them.

    Args:
        matrices: (K, K) counts each; the order by confusion follows from the sum of their mistakes.

    Returns:
        The view, and what to show: both matrices, their difference, or both with their maps.
    """
    with st.container(key="options", horizontal=True, vertical_alignment="bottom"):
        shown = pick(t("Matrices"), _SHOWN, "matrices", title=_SHOWN, width=216)
        unit = pick(t("Unit"), _UNITS, "unit", title=_UNITS, width=243)
        sort = pick(t("Order by"), _ORDERS, "order", title=_ORDERS, width=156)
        diagonal = st.toggle(
            t("Colour the diagonal"), key="diagonal", bind="query-params", width=157
        )
    by_confusion = sort == "confusion"
    st.caption(
        paragraph(
            t("Rows are true digits, columns are answers."),
            _ABOUT_UNIT[unit],
            _ABOUT_DIAGONAL[diagonal],
            t("Digits that are often confused stand side by side.") if by_confusion else "",
            translated(_ABOUT_MAP) if shown == "map" else t("Click a cell to see its pictures."),
        )
    )
    order = order_by_confusion(np.sum(matrices, axis=0)) if by_confusion else ()
    return View(unit, diagonal, tuple(map(int, order))), shown
