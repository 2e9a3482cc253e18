"""The canvas of the page Draw, and what to try while nothing is drawn there."""

from functools import cache

import streamlit as st

from mnist_models.pictures import Grey
from mnist_models.preprocessing.rasterise import rasterise, read_paths, render
from mnist_models.runs.run import Run
from mnist_models.text import paragraph, t, translated
from ui.draw.canvas import CANVAS_SIDE, PEN_WIDTH, given_to_canvas, put_on_canvas, stroke
from ui.draw.numbers.number_canvas import (
    BY_KEYBOARD,
    answer_text,
    from_number_canvas,
    is_for_numbers,
    offer_number_canvas,
)
from ui.draw.sources import Answer, Subject, from_canvas
from ui.live.preview import show_preview
from ui.shared.navigation import page_path
from ui.widgets.images import picture_url

_PLACE = "draw"
_THUMBNAIL = 56  # pixels
_HINT = t("Draw a digit in the black square with the mouse or a finger.")
# Of our own making, as SVG writes paths: what people write and MNIST does not show, what lies
# between two digits, and what is none.
_FIRST_DRAWINGS = {
    t("A 7 with a bar"): ("M 75 65 L 205 65 Q 160 140 130 225", "M 95 145 L 200 145"),
    t("Half 4, half 9"): (
        "M 137 56 Q 95 60 92 110 Q 92 150 140 150 Q 180 150 184 110",
        "M 186 56 L 180 230",
    ),
    t("A star"): ("M 140 45 L 200 225 L 50 112 L 230 112 L 80 225 L 140 45",),
}


def from_own_canvas(run: Run, answer: Answer) -> Subject:
    """The visitor's drawing on this page, be it of a digit or of a number.

    Args:
        run: its networks answer in the browser, too, while somebody draws.
        answer: see `from_canvas`.
    """
    if is_for_numbers():
        return from_number_canvas(run, answer)
    return from_canvas(
        _PLACE,
        paragraph(_HINT, answer_text(run), BY_KEYBOARD),
        translated(BY_KEYBOARD),
        answer=answer,
        draw_below=lambda image: show_preview(run, given_to_canvas(_PLACE), CANVAS_SIDE, image),
        draw_beside=offer_number_canvas,
    )


def offer_first_drawings() -> None:
    """What to try while nothing is drawn: the tour, and a few drawings."""
    st.page_link(
        page_path("tour"),
        label=t("New here? Take the tour, a few short steps."),
        icon=":material/explore:",
    )
    offer_drawings(_PLACE)


def offer_drawings(place: str) -> None:
    """A button for each; a tap puts it on the canvas of this place."""
    st.markdown(t("Or try one of these:"))
    with st.container(key="first_drawings", horizontal=True, gap="xsmall"):
        for number, (title, paths) in enumerate(_FIRST_DRAWINGS.items()):
            st.button(
                f"![]({_thumbnail(paths)}) {translated(title)}",
                key=f"first_drawing_{number}",
                on_click=put_on_canvas,
                args=(place, [stroke(path) for path in paths]),
            )


@cache
def example_picture() -> Grey:
    """(28, 28) of the first of them, as the models see it."""
    paths = next(iter(_FIRST_DRAWINGS.values()))
    return rasterise(read_paths([stroke(path) for path in paths], CANVAS_SIDE))


@cache
def _thumbnail(paths: tuple[str, ...]) -> str:
    strokes = read_paths([stroke(path) for path in paths], CANVAS_SIDE)
    pen = PEN_WIDTH * _THUMBNAIL / CANVAS_SIDE
    return picture_url(render(strokes, box=CANVAS_SIDE, canvas=_THUMBNAIL, pen=pen))
