"""Widgets of the tour about the 784 numbers of a picture; the picture is the visitor's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack, as_rows
from mnist_models.pictures import PIXELS
from mnist_models.runs.run import Run
from mnist_models.text import t
from ui.about.numbers import numbers_table, row_excerpt, row_strip
from ui.draw.verdicts import show_verdicts
from ui.tour.drawing import latest_drawing

_WIDTH = 196  # of a picture, in pixels: seven for each of its own


def show_numbers_of_drawing(run: Run) -> None:
    """The picture as the models see it, number by number."""
    del run
    with st.container(key="data_numbers"):
        st.html(numbers_table(latest_drawing(), scaled=False))


def show_row_of_drawing(run: Run) -> None:
    """Its rows laid end to end, as a network gets them."""
    del run
    picture = latest_drawing()
    st.html(row_strip(picture))
    with st.container(key="data_row"):
        st.code(row_excerpt(as_rows(picture[np.newaxis])[0]), language=None, wrap_lines=True)


def show_shuffled(run: Run) -> None:
    """The picture with its numbers in another order, as networks with that order read it."""
    order = np.random.default_rng(PIXELS).permutation(PIXELS)
    picture = latest_drawing()
    shuffled = picture.reshape(-1)[order].reshape(picture.shape)
    left, right = st.columns((2, 3), gap="medium")
    with left, st.container(horizontal=True, gap="small"):
        for each, alt in (
            (picture, t("The picture before")),
            (shuffled, t("The same numbers in another order")),
        ):
            st.image(each, width=_WIDTH // 2 + 28, output_format="PNG", alt=alt, caption=alt)
    with right:
        st.caption(
            t("The answers of both to the picture on the right, once they know the new order:")
        )
        show_verdicts(Reordered(run, order), shuffled, prefix="shuffled_")


@dataclass(frozen=True, eq=False)
class Reordered:
    """The networks of a run as they are for pictures whose pixels stand in another order.

    It is what training would have made of such pictures, had it begun with its weights in that
    order: to a fully connected layer no pixel has neighbours.

    Attributes:
        run: with the networks.
        order: (784,) which pixel comes at each place.
    """

    run: Run
    order: np.ndarray

    @property
    def pair(self) -> Sequence[Approach]:
        """Those of the run."""
        return self.run.pair

    @property
    def classes(self) -> list[Any]:
        """Those of the run."""
        return self.run.classes

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach, the rows of whose first layer stand in that order.

        Raises:
            RunError: they are not available.
        """
        stack = self.run.stack(approach)
        first, *rest = stack.weights
        return replace(stack, weights=(first[:, self.order], *rest))
