"""Confusion matrices, and the difference of two, as charts whose cells can be clicked.

Rows are true classes, columns answers. The colours of cells and numbers are worked out here and
not by the chart: so every number stands out from its cell, on a light page and on a dark one.

The charts are Vega-Lite as `st.vega_lite_chart` takes it: a page of matrices is drawn with every
click, and checking the same through Altair takes thirty times as long.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ui.charts import NEUTRAL
from ui.colours import ink_on, mix, paper
from ui.looks import Looks
from ui.view import Cell, Unit, View

Chart = dict[str, Any]

CELLS = "cells"  # the name of a chart's data, a row per cell
RIGHT, MISTAKE = "#2f7fc1", "#c2410c"
_FAINTEST = 0.1  # of a colour in a cell that is not empty


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
) -> Chart:
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
        "pictures": counts,
        "% of the row": in_unit(counts, "Row %").round(2),
        "% of the column": in_unit(counts, "Column %").round(2),
    }
    return _heatmap(in_unit(counts, view.unit), colours, facts, classes, full, view)


def difference_heatmap(
    first: ArrayLike,
    second: ArrayLike,
    classes: Sequence[Any],
    full: float,
    pair: Looks,
    view: View | None = None,
) -> Chart:
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
    facts = {pair[0].name: np.asarray(first), pair[1].name: np.asarray(second)}
    return _heatmap(values, colours, facts, classes, full, view, signed=True)


def _heatmap(
    values: NDArray,
    colours: NDArray,
    facts: dict[str, NDArray],
    classes: Sequence[Any],
    full: float,
    view: View,
    *,
    signed: bool = False,
) -> Chart:
    labels = [str(label) for label in classes]
    fills = _fills(values, colours, full, diagonal=view.diagonal)
    texts = [_number(value, view.unit, signed=signed) for value in values.ravel()]
    frame = pd.DataFrame(
        {
            "true": np.repeat(labels, len(labels)),
            "answer": np.tile(labels, len(labels)),
            "fill": fills,
            "ink": [ink_on(fill) for fill in fills],
            "text": texts,
            "spoken": [
                f"{true} answered {answer}: {text or 0}"
                for (true, answer), text in zip(product(labels, repeat=2), texts, strict=True)
            ],
            **{f"fact{i}": fact.ravel() for i, fact in enumerate(facts.values())},
        }
    )
    tooltips = {f"fact{i}": name for i, name in enumerate(facts)}
    tooltips = {"true": "true digit", "answer": "answer", **tooltips}
    return _chart(frame, tooltips, [labels[k] for k in view.order] or labels, view)


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


def _chart(frame: pd.DataFrame, tooltips: dict[str, str], order: list[str], view: View) -> Chart:
    cursor = "pointer" if view.clickable else "default"
    axis = {"labelAngle": 0, "orient": "top"}
    cells: Chart = {
        "mark": {"type": "rect", "cursor": cursor},
        "encoding": {
            "color": _as_it_is("fill"),
            "description": {"field": "spoken"},
            "tooltip": [{"field": f, "title": t} for f, t in tooltips.items()],
        },
    }
    numbers: Chart = {
        "mark": {"type": "text", "fontSize": {"expr": "size"}, "cursor": cursor, "aria": False},
        "encoding": {"text": {"field": "text"}, "color": _as_it_is("ink")},
    }
    layers = [cells, numbers]
    if view.clickable:
        pick = {"type": "point", "fields": ["true", "answer"], "toggle": False}
        layers = [{**cells, "params": [{"name": "cell", "select": pick}]}, numbers]
    if view.chosen:
        layers.append(_frame_around(view.chosen))
    return {
        "data": {"name": CELLS},
        "datasets": {CELLS: frame},
        "height": {"step": 34},
        "params": [{"name": "size", "expr": "min(13, bandwidth('x') / 2.7)"}],
        "encoding": {
            "x": {"field": "answer", "type": "nominal", "sort": order, "axis": axis},
            "y": {"field": "true", "type": "nominal", "sort": order, "title": "true digit"},
        },
        "layer": layers,
    }


def _as_it_is(field: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "scale": None}


def _frame_around(cell: Cell) -> Chart:
    here = [{"field": f, "equal": v} for f, v in zip(("true", "answer"), cell, strict=True)]
    stroke = {"stroke": ink_on(paper()), "strokeWidth": 3, "fillOpacity": 0, "aria": False}
    return {"transform": [{"filter": {"and": here}}], "mark": {"type": "rect", **stroke}}


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
