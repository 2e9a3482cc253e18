"""The picture of a number with a frame around each digit, which opens it."""

import html

from mnist_models.comparison.judgement import Place
from mnist_models.text import t
from ui.draw.numbers.opened_digit import open_or_close, opened
from ui.draw.numbers.reading import Reading
from ui.widgets.cells import show_cells


def show_picture(reading: Reading) -> None:
    """The picture with a frame around each digit, which opens it too."""
    height, width = reading.picture.shape[:2]
    frames = "".join(
        f"<i data-cell={k} class='{look_of(place)}' style='{_where(place, height, width)}'></i>"
        for k, place in _small_ones_last(reading.places)
    )
    alt = t("The picture, with a frame around each digit")
    show_cells(
        f"<div class='n-picture'><img src='{reading.url}' alt='{html.escape(alt)}'>{frames}</div>",
        len(reading.places),
        key="digit_frames",
        chosen=opened(reading),
        choose=open_or_close,
    )


def look_of(place: Place) -> str:
    """The class of what stands for a digit: "plain", "unsure" or "differs"."""
    if place.judgement.is_plain:
        return "plain"
    return "differs" if place.judgement.finding in ("disagreement", "none") else "unsure"


def _where(place: Place, height: int, width: int) -> str:
    top, left, bottom, right = place.box
    return (
        f"left:{left / width:.2%};top:{top / height:.2%};"
        f"width:{(right - left) / width:.2%};height:{(bottom - top) / height:.2%}"
    )


def _small_ones_last(places: list[Place]) -> list[tuple[int, Place]]:
    """So that a frame around several others does not cover them."""

    def area(numbered: tuple[int, Place]) -> int:
        top, left, bottom, right = numbered[1].box
        return (bottom - top) * (right - left)

    return sorted(enumerate(places), key=area, reverse=True)
