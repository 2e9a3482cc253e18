"""Which pixels spoke for an answer and which against it, as pictures."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.robustness.attribution import explain
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t, translated
from ui.live.relevance import AGAINST, FOR, MEANING

_FORMULA = (
    r"$x_i \cdot \partial(\text{logit}_\text{answer} - \text{logit}_\text{runner-up}) "
    r"/ \partial{x_i}$"
)
_METHOD = t(
    "Each pixel's value is its grey level times the gradient by which it moves the answer's lead, "
    "{formula}. In the multi-model the two logits come from two networks, each of which was asked "
    "about its own digit. The strongest pixel of each picture has the full colour.",
    formula=_FORMULA,
)


def show_attribution(run: Run, image: NDArray[np.uint8] | None) -> None:
    """One picture per approach, computed only while the visitor has it open; none of no image."""
    if image is None or not run.pair:
        return
    section = st.expander(
        t("Why these answers?"), icon=":material/search:", key="why", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        st.markdown(translated(MEANING))
        for approach, column in zip(run.pair, st.columns(2, wrap=False), strict=False):
            with column:
                _show_reason(run, approach, image)
        st.caption(translated(_METHOD))


def _show_reason(run: Run, approach: Approach, image: NDArray[np.uint8]) -> None:
    try:
        reason = explain(run.stack(approach), image)
    except RunError:
        return  # the verdicts have said so
    answer, runner_up = (run.classes[k] for k in (reason.answer, reason.runner_up))
    text = t(
        "{approach}: {answer}, not {runner_up}",
        approach=TITLES[approach],
        answer=answer,
        runner_up=runner_up,
    )
    st.image(tint(image, reason.relevance), text, "stretch", output_format="PNG", alt=text)


def tint(image: NDArray[np.uint8], relevance: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The ink, white where the relevance is 0 and coloured by its sign and size.

    Args:
        image: (28, 28) grey levels.
        relevance: (28, 28); the colour is full where its distance from 0 is largest.

    Returns:
        (28, 28, 3) uint8.
    """
    strength = np.abs(relevance) / max(float(np.abs(relevance).max()), 1e-12)
    colour = np.where(relevance[..., np.newaxis] > 0, FOR, AGAINST)
    mixed = 255 + strength[..., np.newaxis] * (colour - 255)
    return np.rint(mixed * (image[..., np.newaxis] / 255)).astype(np.uint8)
