"""How two contenders are told apart, the same in every chart, table and sentence of a page.

The single model is blue and the multi-model orange everywhere, and each other approach has its
colour; if both contenders are of the same approach, the second has another. Shapes and dashes tell
them apart as well, so that nobody depends on the colours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.text import t
from ui.widgets.charts import DASHED, SOLID, legend_on_top

# Any two of them can be told apart by colour-blind people, and have a contrast of at least 3:1 on
# the light and on the dark background.
COLOURS: dict[Approach, str] = {
    "single": "#2f7fc1",
    "multi": "#d9731a",
    "sigmoids": "#9669ff",
    "committee": "#c30f5a",
    "pairs": "#8700ff",
    "codes": "#f05a5a",
}
# At least 3:1 on the light and on the dark page, and distinct from the approach's own colour with
# red-green blindness too. Not green: that says "known to be right".
SECOND_OF_ITS_KIND: dict[Approach, str] = {
    "single": "#a67c00",
    "multi": "#8f62c9",
    **dict.fromkeys(("sigmoids", "committee", "pairs"), "#a67c00"),
    "codes": "#8f62c9",
}
# The nearest text colours that Streamlit offers.
TINTS = {
    COLOURS["single"]: "blue",
    COLOURS["multi"]: "orange",
    COLOURS["sigmoids"]: "violet",
    COLOURS["committee"]: "red",
    COLOURS["pairs"]: "violet",
    COLOURS["codes"]: "red",
    SECOND_OF_ITS_KIND["single"]: "yellow",
    SECOND_OF_ITS_KIND["multi"]: "violet",
}
# Shape, its sign in text, and dash.
MARKS = (("circle", "●", SOLID), ("diamond", "◆", DASHED))


@dataclass(frozen=True)
class Look:
    """What a contender is called on a page, and how it is drawn.

    Attributes:
        name: differs from the other's; the run is named only if there are two.
        key: of its own boxes, which style.css colours.
        colour, shape, dash: of its points and lines.
        sign: the shape as a character.
    """

    contender: Contender
    name: str
    key: str
    colour: str
    shape: str
    sign: str
    dash: list[float]

    @property
    def tint(self) -> str:
        """The name of the text colour in Streamlit's Markdown."""
        return TINTS[self.colour]

    @property
    def version(self) -> str:
        """Identifies everything shown of the contender: the key of what is cached about it."""
        return f"{self.contender.key} {self.contender.run.version} {self.name}"


Looks = tuple[Look, Look]


def looks(duel: Duel) -> Looks:
    """The looks of the first and the second contender."""
    both = (duel.first, duel.second)
    first, second = (
        Look(contender, name, contender.approach, COLOURS[contender.approach], *marks)
        for contender, name, marks in zip(both, _names(duel), MARKS, strict=True)
    )
    if first.key == second.key:
        colour = SECOND_OF_ITS_KIND[duel.second.approach]
        second = replace(second, key=f"second_{second.key}", colour=colour)
    return first, second


def encoding(pair: Sequence[Look], field: str) -> dict[str, Any]:
    """Colour, shape and dash for a field with the names; colour and shape share one legend.

    Args:
        pair: the looks of those that are drawn.
        field: of the data, holds the names.
    """

    def scale(of: Callable[[Look], str | list[float]]) -> alt.Scale:
        return alt.Scale(domain=[look.name for look in pair], range=[of(look) for look in pair])

    name, legend = f"{field}:N", legend_on_top(symbolSize=120, symbolStrokeWidth=0)
    return {
        "color": alt.Color(name, scale=scale(lambda look: look.colour), legend=legend),
        "shape": alt.Shape(name, scale=scale(lambda look: look.shape), legend=legend),
        "strokeDash": alt.StrokeDash(name, scale=scale(lambda look: look.dash), legend=None),
    }


def _names(duel: Duel) -> tuple[str, str]:
    first, second = duel.first, duel.second
    if first.key == second.key:
        return TITLES[first.approach], t("{approach} again", approach=TITLES[second.approach])
    if first.run.name == second.run.name:
        return TITLES[first.approach], TITLES[second.approach]
    return first.title, second.title
