"""The digit to mend, and the visitor's kept drawings to mend it with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_models.drawings.readings import Reading, read
from mnist_models.errors import ExpectedError
from mnist_models.pictures import Images
from mnist_models.runs.run import Run
from mnist_models.settings import keeps_drawings
from mnist_models.text import Text, t, translated
from ui.my_drawings.session import own_drawings
from ui.shared.navigation import page_path

FEWEST = 2
_MOST_MENDED = 3  # members besides that of the digit
_HOW = t(
    "You have not kept {fewest} drawings of the same digit yet. Draw one on the page Draw and say "
    "which digit it was. Do so again when it is misread, then come back.",
    fewest=FEWEST,
)


@dataclass(frozen=True, eq=False)
class MisreadDigit:
    """A digit and the visitor's drawings of it.

    Attributes:
        label: the digit.
        images: (n, 28, 28) uint8, at least `FEWEST`.
        misread: how many of them at least one approach misreads.
        taken_for: what the multi-model takes them for, the most frequent first.
    """

    label: str
    images: Images
    misread: int
    taken_for: tuple[str, ...]


def misread_digits(readings: Sequence[Reading]) -> list[MisreadDigit]:
    """The digits with enough drawings, the most misread first."""
    found = []
    for label in sorted({reading.drawing.label for reading in readings}):
        own = [reading for reading in readings if reading.drawing.label == label]
        if len(own) >= FEWEST:
            wrong = Counter(  # empty if the run has no multi-model
                r.answers["multi"] for r in own if "multi" in r.answers and not r.right("multi")
            )
            found.append(
                MisreadDigit(
                    label,
                    np.stack([reading.drawing.image for reading in own]),
                    sum(reading.misread for reading in own),
                    tuple(answer for answer, _ in wrong.most_common(_MOST_MENDED)),
                )
            )
    return sorted(found, key=lambda digit: -digit.misread)


def choose_misread_digit(run: Run) -> MisreadDigit | None:
    """Let the visitor choose a digit; if there are too few drawings, say how to get them."""
    try:
        found = misread_digits(_readings(run))
    except ExpectedError as error:
        st.error(error.text, icon=":material/error:")
        return None
    if not found:
        st.info(translated(_HOW) if keeps_drawings() else t("This site keeps no drawings."))
        st.page_link(page_path("draw"), label=t("Draw a digit"), icon=":material/arrow_forward:")
        return None
    by_label = {digit.label: digit for digit in found}
    label = st.selectbox(
        t("The digit to mend"),
        list(by_label),
        format_func=lambda name: _title(by_label[name]),
        key=f"mend_{run.name}",
    )
    return by_label[label]


def _readings(run: Run) -> list[Reading]:
    """How the run reads this visitor's drawings of digits that it knows."""
    classes = set(map(str, run.classes))
    drawings = [drawing for drawing in own_drawings() if drawing.label in classes]
    if not drawings:  # no need to read the weights
        return []
    return read(drawings, {approach: run.stack(approach) for approach in run.pair})


def _title(digit: MisreadDigit) -> Text:
    return t(
        "{label}: {misread:,} of {drawings:,} drawings misread",
        label=digit.label,
        misread=digit.misread,
        drawings=len(digit.images),
    )
