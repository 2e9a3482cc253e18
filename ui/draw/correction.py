""" "It was …": the visitor says which digit a drawing shows, and it is kept."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import as_png
from mnist_models.drawings.store import Store
from mnist_models.errors import ExpectedError
from mnist_models.learning.approaches import Approach
from mnist_models.pictures import Grey
from mnist_models.runs.run import Run, RunError
from mnist_models.settings import keeps_drawings
from mnist_models.text import t
from ui.my_drawings.session import open_store
from ui.shared.navigation import page_path
from ui.shared.visitor import known_visitor, meet_browser

_ERROR = "_correction_error"
_LABEL = "correct_label"


def offer_correction(run: Run, *, image: Grey | None, drawing: NDArray[np.uint8] | None) -> None:
    """A choice of the classes; a tap keeps the drawing under it.

    Nothing if the site keeps none, or there is none.

    Args:
        run: its classes are offered, and its answers are kept with the drawing.
        image: (28, 28), what the models see.
        drawing: (H, W), (H, W, 3) or (H, W, 4) uint8, what the visitor drew.
    """
    if image is None or drawing is None or not keeps_drawings():
        return
    digest = digest_of(drawing)

    def keep(label: str) -> None:
        keep_drawings([kept_drawing(run, label, image, drawing)])

    with st.container(key="correct", gap="xsmall"):
        kept = labels_of([digest]).get(digest)
        _ask([str(label) for label in run.classes], kept, keep)
        if not show_error():
            if kept is None:
                st.caption(t("Tap it even if both are right: your accuracy needs those as well."))
            else:
                show_kept(kept, [digest])
    meet_browser("correction", before_making=True)


def digest_of(drawing: NDArray[np.uint8]) -> str:
    """The same for the same drawing."""
    return hashlib.sha256(drawing.tobytes()).hexdigest()


def kept_drawing(run: Run, label: str, image: Grey, drawing: NDArray[np.uint8]) -> Drawing:
    """A drawing with its label and what a run answers to it."""
    answers = _answers(run, image)
    digest, picture = digest_of(drawing), as_png(drawing)
    return Drawing(digest, label, image, picture, answers, run.name, run.version)


def keep_drawings(drawings: Sequence[Drawing], *, instead_of: Sequence[str] = ()) -> None:
    """Keep all of them, or as many as can be, instead of others by their digests; for callbacks."""

    def add(store: Store) -> None:
        for digest in instead_of:
            store.forget(digest)
        for drawing in drawings:
            store.add(drawing)

    _change(add, to_keep=True)


def labels_of(digests: Sequence[str]) -> dict[str, str]:
    """The labels of those of these drawings that this visitor has kept."""
    if known_visitor() is None:
        return {}
    try:
        return open_store().labels_of(digests)
    except ExpectedError as error:
        st.session_state[_ERROR] = error.text
        return {}


def show_error() -> bool:
    """Say what went wrong when something was kept or looked up; returns whether anything has."""
    error = st.session_state.pop(_ERROR, None)
    if error:
        st.error(error, icon=":material/error:")
    return bool(error)


def show_kept(label: str, digests: Sequence[str]) -> None:
    """What drawings are kept as, with a way to take it back."""

    def forget(store: Store) -> None:
        for digest in digests:
            store.forget(digest)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("Kept as **{label}**.", label=label), width="content")
        st.button(
            t("Do not keep"),
            icon=":material/close:",
            key="undo_correction",
            on_click=_change,
            args=(forget,),
        )
        st.page_link(page_path("my_drawings"), label=t("My drawings"), icon=":material/gesture:")


def _ask(labels: Sequence[str], kept: str | None, keep: Callable[[str], None]) -> None:
    """One choice, not a button each: a stroke waits for whatever is drawn anew with it."""
    st.session_state[_LABEL] = kept if kept in labels else None

    def take() -> None:
        if label := st.session_state[_LABEL]:  # a second tap on the same changes nothing
            keep(label)

    st.segmented_control(t("It was …"), labels, key=_LABEL, on_change=take, wrap=True)


def _change(change: Callable[[Store], None], *, to_keep: bool = False) -> None:
    try:
        change(open_store(to_keep=to_keep))
    except ExpectedError as error:
        st.session_state[_ERROR] = error.text


def _answers(run: Run, image: Grey) -> dict[Approach, str]:
    answers: dict[Approach, str] = {}
    for approach in run.pair_with_weights:
        with contextlib.suppress(RunError):  # damaged: the page has said so
            answers[approach] = str(run.stack(approach).predict(image[np.newaxis])[0])
    return answers
