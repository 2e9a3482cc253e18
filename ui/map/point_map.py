"""Maps of the test pictures, a point each, drawn by the browser.

Points have the colour of their digit, which is written at their centre too, and mistakes a ring.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_models.text import t
from ui.live.scripts import component_script, scripts
from ui.map.map_files import script_address
from ui.widgets.theme import ink, paper

# Ten that people with any colour vision tell apart, with a digit at each centre besides; source:
# Petroff 2021, https://arxiv.org/abs/2107.02270.
COLOURS = (
    *("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"),
    *("#a96b59", "#e76300", "#b9ac70", "#717581", "#92d3e8"),
)
NEAREST = 5  # test pictures that are named beside a drawing
MAX_CORNERS = 32  # of a line around points

_MODULES = ("networks", "channel")  # of ui/live/, that it computes with

_mount = st.components.v2.component(
    "point_map",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=component_script(Path(__file__).with_suffix(".js")),
    isolate_styles=False,  # so that the text has the page's font and colour
)


@dataclass(frozen=True)
class PointMap:
    """The map of one approach.

    Attributes:
        key: of its approach or contender, for its colour.
        title: above it.
        file: the address of `map_files.map_address`.
        network: the address of its networks, which place a drawing while it is drawn; None where
            the browser cannot have them.
        place: (C,) of the picture that the server has read, if there is one.
    """

    key: str
    title: str
    file: str
    network: str | None = None
    place: list[float] | None = None


def show_maps(
    maps: Sequence[PointMap],
    classes: Sequence[Any],
    *,
    key: str,
    alt: str,
    lit: Sequence[int] | None = None,
    choose: Callable[[list[tuple[int, int]]], None] | None = None,
    pictures: Mapping[int, str] | None = None,
) -> None:
    """Draw maps beside each other.

    Args:
        maps: what to draw; at least one.
        classes: (K,) labels.
        key: of the component in the session state.
        alt: what a map shows, for those who cannot see it.
        lit: the numbers of the test pictures to light up; None for all alike.
        choose: called with the corners of a line that the visitor draws around points, see
            `Embedding.within`; without it none can be drawn.
        pictures: the addresses of some test pictures by number. If given, a drawing is shown as a
            point as well, beside the test pictures nearest to it.
    """
    is_for_drawing = pictures is not None

    def chose() -> None:
        corners = corners_of(st.session_state[key].lasso)
        if choose and corners:
            choose(corners)

    _mount(
        key=key,
        data={
            "content": _content(maps, alt, with_nearest=is_for_drawing),
            "maps": [{"file": m.file, "network": m.network, "place": m.place} for m in maps],
            "scripts": [*map(scripts().get, _MODULES), script_address()],
            "classes": [str(label) for label in classes],
            "colours": COLOURS,
            "ink": ink(),
            "paper": paper(),
            "lit": None if lit is None else list(lit),
            "corners": MAX_CORNERS if choose else 0,
            "pictures": {str(row): url for row, url in (pictures or {}).items()},
            "failed": t("The map could not be loaded. Reload the page to try again."),
            "spoken": t(
                "Nearest to your drawing, {name}: {digits}.", name="{name}", digits="{digits}"
            ),
            "names": [m.title for m in maps],
        },
        on_lasso_change=chose,
    )


def corners_of(sent: object) -> list[tuple[int, int]]:
    """The corners of a line that a browser sends, two numbers each; none if it is no such thing."""
    if not isinstance(sent, list) or not 6 <= len(sent) <= 2 * MAX_CORNERS or len(sent) % 2:
        return []
    if not all(isinstance(number, int) and abs(number) <= 128 for number in sent):
        return []
    return list(zip(sent[::2], sent[1::2], strict=True))


def _content(maps: Sequence[PointMap], alt: str, *, with_nearest: bool) -> str:
    """The maps before they are drawn, as HTML."""
    near = "<span><img alt='' hidden><b></b></span>" * NEAREST
    about = html.escape(t("The five test pictures nearest to your drawing"))
    row = f"<div class='near' role=img aria-label='{about}'>{near}</div>" if with_nearest else ""
    figures = "".join(
        f"<figure class='{html.escape(m.key)}'><figcaption>{html.escape(m.title)}</figcaption>"
        f"<div class='stage' role=img aria-label='{html.escape(alt)}'>"
        f"<canvas class='dots'></canvas><canvas class='marks'></canvas></div>{row}</figure>"
        for m in maps
    )
    return f"<div class='point-maps'>{figures}<p class='spoken' aria-live=polite></p></div>"
