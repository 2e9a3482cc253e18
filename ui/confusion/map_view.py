"""The map beside a contender's matrix: test pictures as points, those that are chosen lit up."""

from functools import partial

import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.runs.run import RunError
from mnist_models.text import t
from ui.confusion.selection import Matrix, Selection, choose_line, rows_of
from ui.map.availability import map_or_reason
from ui.map.point_map import PointMap, show_maps
from ui.widgets.contender_style import Look


def show_map_of(duel: Duel, name: Matrix, look: Look, selection: Selection) -> None:
    """A contender's map, or a sentence that says why there is none.

    Args:
        duel: whose test pictures are lit up.
        name: of the matrix beside it.
        look: the contender's.
        selection: what to light up, unless the address asks for something.
    """
    run, approach = look.contender.run, look.contender.approach
    address, reason = map_or_reason(run, approach)
    if reason:
        st.info(reason, icon=":material/scatter_plot:")
        return
    try:
        lit = rows_of(duel, selection)
    except RunError:  # the page says so where the pictures would be
        lit = None
    with st.container(key=f"map_{name}"):
        show_maps(
            [PointMap(look.key, t("Map: {name}", name=look.name), address)],
            duel.classes,
            key=f"point_map_{name}",
            alt=t(
                "Each test picture as a point by what the last hidden layer says of it. The same "
                "pictures can be reached through the cells of the matrix."
            ),
            lit=lit,
            choose=partial(choose_line, name),
        )
