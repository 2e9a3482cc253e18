"""Widgets of the tour in which both approaches answer: to drawings, and to what is no digit."""

import hashlib
import html

import numpy as np
import streamlit as st

from mnist_models.comparison.judgement import judge
from mnist_models.pictures import SIDE, Grey
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Texts, paragraph, t
from ui.draw.canvas import CANVAS_SIDE, given_to_canvas
from ui.draw.first_drawings import example_picture, offer_drawings
from ui.draw.sources import from_canvas
from ui.draw.verdicts import show_verdicts
from ui.live.preview import show_preview
from ui.shared.experiments import shipped
from ui.widgets.cells import show_cells
from ui.widgets.images import picture_url

_PLACE, _OTHER_PLACE = "tour", "tour_none"
_LATEST = "_tour_drawing"  # (28, 28) as the models saw it
_READ = "_tour_read"  # by what was read and by whom, whether both read the same
_MOST_READ = 1000
_CHOSEN = "_tour_no_digit"
_KINDS = Texts({"letters": t("A letter"), "scribbles": t("A scribble"), "noise": t("Noise")})
_IN_A_ROW = 8  # as `cells.css` has them


def show_canvas(run: Run) -> None:
    """The canvas with both verdicts, and drawings to begin with."""
    if (image := _draw(run, _PLACE)) is None:
        return
    st.session_state[_LATEST] = image
    _remember(run, image)


def show_empty_canvas(run: Run) -> None:
    """Another one, for what is no digit; it is not counted."""
    _draw(run, _OTHER_PLACE)


def _draw(run: Run, place: str) -> Grey | None:
    left, right = st.columns((2, 3))
    with left:
        subject = from_canvas(
            place,
            t("Draw in the black square with the mouse or a finger."),
            t("By keyboard, choose one of the drawings below instead."),
            draw_below=lambda image: show_preview(run, given_to_canvas(place), CANVAS_SIDE, image),
        )
    with right:
        show_verdicts(run, subject.image, hint=subject.hint, steps=subject.steps)
        if subject.image is None:
            offer_drawings(place)
    return subject.image


def latest_drawing() -> Grey:
    """(28, 28) of the visitor's latest drawing on the tour; before there is one, an example."""
    drawn = st.session_state.get(_LATEST)
    return example_picture() if drawn is None else drawn


def read_so_far(run: Run) -> list[bool]:
    """Whether both read the same, for each picture that the visitor has shown to this run."""
    read: dict[str, bool] = st.session_state.get(_READ, {})
    return [same for key, same in read.items() if key.startswith(run.version)]


def _remember(run: Run, image: Grey) -> None:
    try:
        probas = {a: run.stack(a).predict_proba(image[np.newaxis])[0] for a in run.pair}
    except RunError:  # the verdicts say so
        return
    read: dict[str, bool] = st.session_state.setdefault(_READ, {})
    if len(probas) == 2 and len(read) < _MOST_READ:
        key = run.version + hashlib.sha256(image.tobytes()).hexdigest()
        read[key] = judge(probas).finding == "agreement"


def show_no_digits(run: Run) -> None:
    """Letters, scribbles and noise to choose from, and what both say to the chosen one."""
    if not (found := shipped("no_digit")):
        return
    images = [_picture(example["picture"]) for example in found["examples"]]
    titles = [_KINDS[example["kind"]] for example in found["examples"]]
    chosen = min(int(st.session_state.get(_CHOSEN, 0)), len(images) - 1)

    def choose(number: int) -> None:
        st.session_state[_CHOSEN] = number

    left, right = st.columns((2, 3), gap="medium")
    with left:
        show_cells(
            _grid(images, titles),
            len(images),
            key="tour_no_digits",
            columns=_IN_A_ROW,
            chosen=chosen,
            choose=choose,
            hint=t("Choose a picture that shows no digit."),
        )
    with right, st.container(key="tour_none"):
        show_verdicts(run, images[chosen], prefix="none_")


def _picture(written: str) -> Grey:
    return np.frombuffer(bytes.fromhex(written), np.uint8).reshape(SIDE, SIDE)


def _grid(images: list[Grey], titles: list[str]) -> str:
    cells = []
    for place, (image, title) in enumerate(zip(images, titles, strict=True)):
        name = html.escape(
            paragraph(title, t("Picture {number} of {count}", number=place + 1, count=len(images)))
        )
        cells.append(
            f"<button value={place} aria-label='{name}' data-facts='{html.escape(title)}'>"
            f"<img src='{picture_url(image)}' alt=''></button>"
        )
    return f"<div class='p-grid t-grid'>{''.join(cells)}</div>"
