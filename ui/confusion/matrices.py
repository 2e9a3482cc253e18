"""Confusion matrices, and the difference of two, as tables whose cells can be clicked.

Rows are true classes, columns are answers. The colours of cells and numbers are worked out here,
so that every number stands out from its cell, on a light page and on a dark one.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.formatting import number_text
from mnist_models.text import Text, t, translated
from ui.confusion.colours import ink_on, mix
from ui.confusion.display_options import Cell, Unit, View
from ui.widgets.cells import show_cells
from ui.widgets.charts import NEUTRAL
from ui.widgets.contender_style import Looks
from ui.widgets.theme import paper

RIGHT, MISTAKE = "#2f7fc1", "#c2410c"
_FAINTEST = 0.1  # of a colour in a cell that is not empty


@dataclass(frozen=True)
class Shown:
    """A cell as it is shown.

    Attributes:
        true, answer: names of the classes.
        fill, ink: its colour and that of its text, "#rrggbb".
        text: the number in it, empty for 0.
        facts: everything about it, shown when somebody points at it.
    """

    true: str
    answer: str
    fill: str
    ink: str
    text: str
    facts: str

    @property
    def spoken(self) -> Text:
        """For those who cannot see where it is."""
        number = self.text or "0"
        return t(
            "{true} read as {answer}: {number}", true=self.true, answer=self.answer, number=number
        )


Heatmap = Sequence[Shown]  # (K · K,), row by row in the order of the classes


def in_unit(confusion: ArrayLike, unit: Unit) -> NDArray:
    """The (K, K) counts, or percentages of their rows or columns; 0 where there is nothing."""
    counts = np.asarray(confusion)
    if unit == "count":
        return counts
    axis = 1 if unit == "row" else 0
    return 100 * counts / counts.sum(axis=axis, keepdims=True).clip(1)


def full_colour(matrices: Sequence[ArrayLike], *, diagonal: bool = False) -> float:
    """The value with the full colour, the same for all of these (K, K) matrices: the largest.

    Without the diagonal it is the largest mistake, so that the mistakes fill the scale.
    """
    arrays = [np.abs(np.asarray(m, dtype=float)) for m in matrices]
    if not diagonal:
        arrays = [a - np.diag(a.diagonal()) for a in arrays]
    return max((float(a.max()) for a in arrays), default=0.0)


def confusion_heatmap(
    confusion: ArrayLike, classes: Sequence[Any], full: float, view: View | None = None
) -> Heatmap:
    """A confusion matrix; mistakes are red and right answers blue.

    Args:
        confusion: (K, K) counts.
        classes: (K,) labels.
        full: the value with the full colour, see `full_colour`.
        view: how to show it.
    """
    view = view or View()
    counts = np.asarray(confusion)
    colours = np.where(np.eye(len(counts), dtype=bool), RIGHT, MISTAKE)
    facts = [
        t(
            "{true} read as {answer}: {count:,} picture, {row:.2f} % of the row, {column:.2f} % of "
            "the column",
            "{true} read as {answer}: {count:,} pictures, {row:.2f} % of the row, {column:.2f} % "
            "of the column",
            true=true,
            answer=answer,
            count=count,
            row=row,
            column=column,
        )
        for (true, answer), count, row, column in _cells(
            classes, counts, in_unit(counts, "row"), in_unit(counts, "column")
        )
    ]
    return _heatmap(in_unit(counts, view.unit), colours, facts, classes, full, view)


def difference_heatmap(
    first: ArrayLike,
    second: ArrayLike,
    classes: Sequence[Any],
    full: float,
    pair: Looks,
    view: View | None = None,
) -> Heatmap:
    """First minus second, cell by cell, in the colour of whichever has more; 0 has none.

    Args:
        first, second: (K, K) counts of the two contenders.
        classes: (K,) labels.
        full: the distance from 0 with the full colour, see `full_colour`.
        pair: the looks of the two.
        view: how to show it.
    """
    view = view or View()
    # Where both have the same count, their shares may still differ in the third place.
    values = (in_unit(first, view.unit) - in_unit(second, view.unit)).round(2)
    colours = np.where(values > 0, pair[0].colour, pair[1].colour)
    facts = [
        t(
            "{true} read as {answer}: {first_name} {first:,}, {second_name} {second:,}",
            true=true,
            answer=answer,
            first_name=pair[0].name,
            second_name=pair[1].name,
            first=ours,
            second=theirs,
        )
        for (true, answer), ours, theirs in _cells(classes, np.asarray(first), np.asarray(second))
    ]
    return _heatmap(values, colours, facts, classes, full, view, signed=True)


_HINT = t("Point at a cell to see its counts and shares here, click it to see its pictures.")


def show_heatmap(
    cells: Heatmap,
    view: View,
    *,
    key: str,
    alt: str,
    choose: Callable[[Cell], None] | None = None,
    hint: str = "",
    shows: str = "",
) -> None:
    """Draw a matrix.

    Args:
        cells: see `confusion_heatmap`.
        view: how to show it.
        key: of its widget.
        alt: what it is, for those who cannot see it.
        choose: called with a cell that was clicked; without it no cell can be clicked.
        hint: below the matrix until a cell is pointed at; if empty, what a click does.
        shows: see `show_cells`.
    """
    chosen = (i for i, cell in enumerate(cells) if (cell.true, cell.answer) == view.chosen)

    def choose_number(number: int) -> None:
        if choose:
            choose((cells[number].true, cells[number].answer))

    side = _side(cells)
    show_cells(
        as_table(cells, view.order or range(side), alt, "button" if choose else "span"),
        len(cells),
        key=key,
        columns=side,
        chosen=next(chosen, None),
        choose=choose_number,
        hint=hint or translated(_HINT),
        shows=shows,
        height=2 * 24 + 35 * side + 48,  # the headings, the rows with their gaps, two lines below
    )


def as_table(cells: Heatmap, order: Sequence[int], alt: str, tag: str) -> str:
    """A matrix as an HTML table.

    Args:
        cells: its K · K cells.
        order: of the classes, as positions.
        alt: what it is, for those who cannot see it.
        tag: of what is in each cell.
    """
    side = _side(cells)
    names = [escape(cells[k].answer) for k in order]
    columns = "".join(f"<th scope=col>{name}</th>" for name in names)
    rows = "</tr><tr>".join(
        f"<th scope=row>{name}</th>" + "".join(_as_html(cells, side * k + j, tag) for j in order)
        for name, k in zip(names, order, strict=True)
    )
    above, beside = escape(t("answer")), escape(t("true digit"))
    return (
        f"<table class=m-table style='--columns:{side}' aria-label='{escape(alt)}'>"
        f"<colgroup>{'<col>' * (side + 2)}</colgroup>"
        f"<thead><tr><td rowspan=2 colspan=2></td><th scope=colgroup colspan={side}>{above}</th>"
        f"</tr><tr>{columns}</tr></thead>"
        f"<tbody><tr><th scope=rowgroup rowspan={side}><span>{beside}</span></th>{rows}</tr>"
        "</tbody></table>"
    )


def _as_html(cells: Heatmap, number: int, tag: str) -> str:
    cell = cells[number]
    # Who reads the table cell by cell hears its headings; only what can be pressed has a name.
    name = f"value={number} aria-label='{escape(cell.spoken)}' " if tag == "button" else ""
    return (
        f"<td><{tag} {name}style='background:{cell.fill};color:{cell.ink}' "
        f"data-facts='{escape(cell.facts)}'>{cell.text}</{tag}></td>"
    )


def _side(cells: Heatmap) -> int:
    return math.isqrt(len(cells))


def _cells(classes: Sequence[Any], *matrices: NDArray) -> Iterator[tuple[Any, ...]]:
    """Row by row per cell the pair of its true class and its answer, and its number in each."""
    pairs = product([str(label) for label in classes], repeat=2)
    return zip(pairs, *(matrix.ravel().tolist() for matrix in matrices), strict=True)


def _heatmap(
    values: NDArray,
    colours: NDArray,
    facts: Sequence[str],
    classes: Sequence[Any],
    full: float,
    view: View,
    *,
    signed: bool = False,
) -> Heatmap:
    fills = _fills(values, colours, full, diagonal=view.diagonal)
    return [
        Shown(true, answer, fill, ink_on(fill), _number(value, view.unit, signed=signed), about)
        for ((true, answer), value), fill, about in zip(
            _cells(classes, values), fills, facts, strict=True
        )
    ]


def _fills(values: NDArray, colours: NDArray, full: float, *, diagonal: bool) -> list[str]:
    background = paper()
    shares = (np.abs(values) / max(full, 1e-9)).clip(_FAINTEST, 1)
    plain = np.where(values == 0, 0.08, 0)  # shares of grey
    if not diagonal:
        np.fill_diagonal(plain, 0.25)
    cells = zip(*map(np.ravel, (plain, colours, shares)), strict=True)
    return [
        mix(NEUTRAL, background, grey) if grey else mix(colour, background, share)
        for grey, colour, share in cells
    ]


def _number(value: float, unit: Unit, *, signed: bool) -> str:
    sign = "+z" if signed else "z"
    if value == 0:
        return ""
    if unit == "count" or abs(value) >= 100:
        return number_text(value, f"{sign}.0f")
    if abs(value) < 0.095:  # one or two of 10,000 pictures; the cell is narrow
        return number_text(value, f"{sign}.2f").replace("0.", ".")
    return number_text(max(-99.9, min(value, 99.9)), f"{sign}.1f")  # no rounded certainty
