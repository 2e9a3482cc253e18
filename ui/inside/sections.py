"""The choice of what to see of the inside; nothing is computed until something is chosen."""

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.runs.run import Run
from mnist_models.text import t, translated
from ui.inside.hidden_units import show_hidden_units
from ui.inside.robustness import show_robustness
from ui.map.drawing_map import show_drawing_map
from ui.widgets.controls import pick_any

# By title, what shows a section: it is given the run, and the picture that both have read, (28, 28)
# uint8, or None while there is none.
SECTIONS: Mapping[str, Callable[[Run, NDArray[np.uint8] | None], None]] = {
    t("Hidden units"): show_hidden_units,
    t("Map"): show_drawing_map,
    t("Break it"): show_robustness,
}


def show_inside(run: Run, image: NDArray[np.uint8] | None) -> None:
    """The choice, and the section that is chosen; at first none is.

    Nothing of a run that has neither of the two.

    Args:
        run: whose networks are looked into.
        image: (28, 28) that they have read; None while there is none.
    """
    if not run.pair:
        return
    with st.container(key="inside"):
        sections = {translated(title): show for title, show in SECTIONS.items()}
        chosen = pick_any(t("See inside"), sections, "see_inside")
        if chosen is not None:
            sections[chosen](run, image)
