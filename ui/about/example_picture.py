"""The picture that How it works begins with: one for which ten separate answers do not add to 1."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import PAIR
from mnist_models.pictures import Grey, Images
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Text, Texts, paragraph, t

ASKED = 100  # training pictures of a digit
NEAR, FAR = 0.1, 0.2  # from 1: what counts as about 1, and what is plainly something else
_CHOSEN = Texts(
    {  # by whether its answers are far from 1, and whether any picture is read
        (True, True): t(
            "Here is the first for which they plainly do not, of those that every approach reads "
            "correctly."
        ),
        (False, True): t(
            "Here is the one that is farthest from it, of those that every approach reads "
            "correctly."
        ),
        (True, False): t("Here is the first for which they plainly do not."),
        (False, False): t("Here is the one that is farthest from it."),
    }
)


@dataclass(frozen=True)
class Example:
    """A training picture, and how usual its answers are.

    Attributes:
        row: its place among the training pictures of its digit.
        asked: how many of them the ten networks were asked about.
        near: for how many of those the ten answers add up to about 1.
        far: whether they plainly do not for this one.
        read: whether it was looked for among those that every approach reads correctly.
    """

    row: int
    asked: int
    near: int
    far: bool
    read: bool

    def about(self, digit: Any) -> Text:
        """By which rule it was chosen, and how usual the opposite is."""
        fields = {"near": self.near, "asked": self.asked, "digit": digit}
        fields |= {"low": 1 - NEAR, "high": 1 + NEAR}
        usual = t(
            "For {near} of the first {asked} training pictures of {digit}, the ten separate "
            "answers add up to about 1 ({low:.1f} to {high:.1f}).",
            **fields,
        )
        return paragraph(usual, _CHOSEN[self.far, self.read])


def choose_example(run: Run, data: Dataset, digit: Any) -> tuple[Grey, Text]:
    """A training picture (28, 28) of the digit, and why it is shown; empty without a multi-model.

    Of the first pictures that every approach of the run reads (of all of the first, where it reads
    none), it is the first whose ten answers add up to something else than 1; if there is none, the
    one that comes nearest to that.
    """
    images = data.x_train[np.flatnonzero(data.y_train == int(digit))[:ASKED]]
    example = _choose(run.version, data.name, str(digit), run, images)
    return images[example.row if example else 0], example.about(digit) if example else t("")


@st.cache_data(max_entries=64, show_spinner=False)
def _choose(
    version: str,  # noqa: ARG001 - with the next two the cache's key
    data: str,  # noqa: ARG001
    digit: str,
    _run: Run,
    _images: Images,
) -> Example | None:
    read = np.ones(len(_images), bool)
    sums = None
    for approach in PAIR:
        try:
            stack = _run.stack(approach)
        except RunError:  # which the diagram says
            continue
        proba = stack.predict_proba(_images)
        read &= stack.classes_[proba.argmax(axis=1)].astype(str) == digit
        if approach == "multi":
            sums = proba.sum(axis=1)
    if sums is None:
        return None
    away = np.abs(sums - 1)
    eligible = np.where(read if read.any() else True, away, -1.0)
    far = eligible > FAR
    row = far.argmax() if far.any() else eligible.argmax()
    near = int((away <= NEAR).sum())
    return Example(int(row), len(_images), near, bool(far.any()), bool(read.any()))
