"""The section on Draw: the drawing as a point among the test pictures, and those nearest to it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.data.mnist import find_mnist
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.pictures import Grey
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t
from ui.live.networks import networks_of
from ui.map.availability import map_or_reason
from ui.map.point_map import NEAREST, PointMap, show_maps
from ui.shared.current_run import pictures
from ui.widgets.images import picture_url

# The browser's picture differs from the server's by a hair, and so may its neighbours.
_READY = 3 * NEAREST  # pictures that are sent along


def show_drawing_map(run: Run, image: NDArray[np.uint8] | None) -> None:
    """Both maps with the drawing in them.

    Args:
        run: whose hidden layers are looked at.
        image: (28, 28) that both have read; None while there is none.
    """
    found = {approach: map_or_reason(run, approach) for approach in run.pair}
    for reason in {reason: None for _, reason in found.values() if reason}:
        st.info(reason, icon=":material/scatter_plot:")
    shown = [approach for approach, (_, reason) in found.items() if not reason]
    if not shown:
        return
    st.caption(
        t(
            "Each point is a test picture by what the last hidden layer says of it, in the colour "
            "of its digit; a ring marks a mistake. The map shows two of {count} components; the "
            "five pictures nearest to your drawing are sought in all.",
            count=len(run.embeddings[shown[0]].steps),
        )
    )
    places = _places(run, shown, image)
    near = [run.embeddings[a].nearest(place, _READY) for a, place in places.items()]
    images = _test_pictures(run) if near else None
    networks = networks_of(run)
    show_maps(
        [PointMap(a, TITLES[a], found[a][0], networks.get(a), places.get(a)) for a in shown],
        run.classes,
        key="drawing_map",
        alt=t("The test pictures as points, and your drawing among them"),
        pictures={}
        if images is None
        else {int(row): picture_url(images[row]) for row in np.unique(near)},
    )


def _places(
    run: Run, approaches: list[Approach], image: NDArray[np.uint8] | None
) -> dict[Approach, list[float]]:
    """Where the server's picture is, by approach; empty while there is none."""
    places: dict[Approach, list[float]] = {}
    for approach in approaches if image is not None else ():
        try:
            stack = run.stack(approach)
        except RunError:  # the verdicts report it
            continue
        placed = run.embeddings[approach].place(stack, np.asarray(image)[np.newaxis])
        places[approach] = placed[0].tolist()
    return places


def _test_pictures(run: Run) -> Grey | None:
    """The test pictures of the run, (n, 28, 28); None where they are not on this machine."""
    if run.test_set == "mnist" and find_mnist() is None:
        return None
    dataset = pictures(run.test_set)
    is_same = np.array_equal(dataset.y_test, run.test_scores["labels"])
    return dataset.x_test if is_same else None
