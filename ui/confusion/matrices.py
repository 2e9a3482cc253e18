"""Confusion matrices, and the difference of two, as tables whose cells can be clicked.

Rows are true classes, columns answers. The colours of cells and numbers are worked out here: so
every number stands out from its cell, on a light page and on a dark one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ui.confusion.colours import ink_on, mix, paper
from ui.confusion.display_options import Cell, Unit, View
from ui.widgets.cells import show_cells
from ui.widgets.charts import NEUTRAL
from ui.widgets.contender_style import Looks

RIGHT, MISTAKE = "#2f7fc1", "#c2410c"
_FAINTEST = 0.1  # of a colour in a cell that is not empty


@dataclass(frozen=True)
class Shown:
    """A cell as it is shown.

    Attributes:
        true, answer: names of the classes.
        fill, ink: its colour and that of its text, "#rrggbb".
        text: the number in it, nothing for 0.
        facts: everything about it, for who points at it.
    """

    true: str
    answer: str
    fill: str
    ink: str
    text: str
    facts: str

    @property
    def spoken(self) -> str:
        """For those who cannot see where it is."""
        return f"{self.true} answered {self.answer}: {self.text or 0}"


Heatmap = Sequence[Shown]  # (K · K,), row by row in the order of the classes


def in_unit(confusion: ArrayLike, unit: Unit) -> NDArray:
    """The (K, K) counts, or percentages of their rows or columns; 0 where there is nothing."""
    counts = np.asarray(confusion)
    if unit == "Counts":
        return counts
    axis = 1 if unit == "Row %" else 0
    return 100 * counts / counts.sum(axis=axis, keepdims=True).clip(1)


def full_colour(matrices: Sequence[ArrayLike], *, diagonal: bool = False) -> float:
    """The value with the full colour, the same for all of these (K, K) matrices: the largest.

    Without the diagonal the largest mistake, so that the mistakes fill the scale.
    """
    arrays = [np.abs(np.asarray(m, dtype=float)) for m in matrices]
    if not diagonal:
        arrays = [a - np.diag(a.diagonal()) for a in arrays]
    return max((float(a.max()) for a in arrays), default=0.0)


def confusion_heatmap(
    confusion: ArrayLike, classes: Sequence[Any], full: float, view: View | None = None
) -> Heatmap:
    """A confusion matrix; mistakes are red and right answers blue, so that both can be read.

    Args:
        confusion: (K, K) counts.
        classes: (K,) labels.
        full: the value with the full colour, see `full_colour`.
        view: how to show it.
    """
    view = view or View()
    counts = np.asarray(confusion)
    colours = np.where(np.eye(len(counts), dtype=bool), RIGHT, MISTAKE)
    facts = {
        "{:,} pictures": counts,
        "{:.2f} % of the row": in_unit(counts, "Row %"),
        "{:.2f} % of the column": in_unit(counts, "Column %"),
    }
    return _heatmap(in_unit(counts, view.unit), colours, facts, classes, full, view)


def difference_heatmap(
    first: ArrayLike,
    second: ArrayLike,
    classes: Sequence[Any],
    full: float,
    pair: Looks,
    view: View | None = None,
) -> Heatmap:
    """First minus second, cell by cell, in the colour of the one with more; 0 has none.

    Args:
        first, second: (K, K) counts of the two contenders.
        classes: (K,) labels.
        full: the distance from 0 with the full colour, see `full_colour`.
        pair: the looks of the two.
        view: how to show it.
    """
    view = view or View()
    # Where both count the same, their shares may still differ in the third place.
    values = (in_unit(first, view.unit) - in_unit(second, view.unit)).round(2)
    colours = np.where(values > 0, pair[0].colour, pair[1].colour)
    facts = {
        f"{look.name} {{:,}}": np.asarray(counts)
        for look, counts in zip(pair, (first, second), strict=True)
    }
    return _heatmap(values, colours, facts, classes, full, view, signed=True)


def show_heatmap(
    cells: Heatmap, view: View, *, key: str, alt: str, choose: Callable[[Cell], None] | None = None
) -> None:
    """Draw a matrix.

    Args:
        cells: see `confusion_heatmap`.
        view: how to show it.
        key: of its widget.
        alt: what it is, for those who cannot see it.
        choose: called with a cell that was clicked; without it none can be.
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
        hint=_HINT,
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
    head = "".join(f"<th scope=col>{name}</th>" for name in names)
    rows = "".join(
        f"{_SIDE.format(side) if not i else ''}<th scope=row>{name}</th>"
        + "".join(_as_html(cells, side * k + j, tag) for j in order)
        + "</tr><tr>"
        for i, (name, k) in enumerate(zip(names, order, strict=True))
    )
    return (
        f"<table class=m-table style='--columns:{side}' aria-label='{escape(alt)}'>"
        f"<colgroup>{'<col>' * (side + 2)}</colgroup>"
        f"<thead><tr><td rowspan=2 colspan=2></td><th scope=colgroup colspan={side}>answer</th>"
        f"</tr><tr>{head}</tr></thead><tbody><tr>{rows.removesuffix('<tr>')}</tbody></table>"
    )


_SIDE = "<th scope=rowgroup rowspan={}><span>true digit</span></th>"
_HINT = "Point at a cell: its counts and shares stand here."


def _as_html(cells: Heatmap, number: int, tag: str) -> str:
    cell = cells[number]
    return (
        f"<td><{tag} value={number} style='background:{cell.fill};color:{cell.ink}' "
        f"aria-label='{escape(cell.spoken)}' data-facts='{escape(cell.facts)}'>"
        f"{cell.text}</{tag}></td>"
    )


def _side(cells: Heatmap) -> int:
    return math.isqrt(len(cells))


def _heatmap(
    values: NDArray,
    colours: NDArray,
    facts: dict[str, NDArray],
    classes: Sequence[Any],
    full: float,
    view: View,
    *,
    signed: bool = False,
) -> Heatmap:
    labels = [str(label) for label in classes]
    cells = zip(
        product(labels, repeat=2),
        _fills(values, colours, full, diagonal=view.diagonal),
        values.ravel(),
        *(fact.ravel() for fact in facts.values()),
        strict=True,
    )
    return [
        Shown(
            true,
            answer,
            fill,
            ink_on(fill),
            _number(value, view.unit, signed=signed),
            f"{true} answered {answer}: "
            + ", ".join(name.format(fact) for name, fact in zip(facts, each, strict=True)),
        )
        for (true, answer), fill, value, *each in cells
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
    if value == 0:
        return ""
    size = abs(value)
    if unit == "Counts":
        text = f"{size:.0f}"
    elif size < 0.095:
        text = f"{size:.2f}".lstrip("0")  # of 10,000 pictures one or two, and narrow cells
    else:
        text = f"{min(size, 99.9):.1f}" if size < 100 else "100"  # no rounded certainty
    sign = "" if not signed else "+" if value > 0 else "−"
    return sign + text
