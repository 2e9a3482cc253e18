"""The colours of pages and charts can be read and told apart, in both themes and by everybody."""

import tomllib
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_models.learning.approaches import PAIR
from mnist_models.settings import PROJECT
from ui.confusion.colours import linear, luminance, mix
from ui.confusion.matrices import MISTAKE, RIGHT
from ui.widgets.charts import NEUTRAL
from ui.widgets.contender_style import COLOURS, SECOND_OF_ITS_KIND
from ui.widgets.theme import INK, PAPER

TEXT, GRAPHIC = 4.5, 3.0  # the least contrasts that WCAG 2.2 asks for at level AA
CHOSEN, HOVERED = 0.1, 0.2  # of the primary colour: behind a chosen segment, and one pointed at
FADED = 0.6  # of the text's colour: Streamlit's captions, keys and placeholders
CONFIG = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
SERIES = {*COLOURS.values(), *SECOND_OF_ITS_KIND.values(), NEUTRAL}

# What people with each kind of colour blindness see; source: Machado, Oliveira and Fernandes 2009.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
}  # fmt: skip


def contrast(first: str, second: str) -> float:
    """Of two colours, from 1 to 21; source: WCAG 2.2."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_what_python_colours_by_is_what_the_pages_have() -> None:
    assert {theme: CONFIG[theme]["backgroundColor"] for theme in PAPER} == PAPER
    assert {theme: CONFIG[theme]["textColor"] for theme in INK} == INK


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("paper", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_of_every_kind_can_be_read(theme: str, paper: str) -> None:
    colours = CONFIG[theme]
    background, primary = colours[paper], colours["primaryColor"]
    assert contrast(mix(colours["textColor"], background, FADED), background) >= TEXT
    assert contrast(colours["linkColor"], background) >= TEXT
    for share in (0, CHOSEN, HOVERED):
        assert contrast(primary, mix(primary, background, share)) >= TEXT


def test_the_text_of_a_primary_button_can_be_read() -> None:
    assert contrast("#ffffff", CONFIG["light"]["primaryColor"]) >= TEXT
    assert contrast(INK["light"], CONFIG["dark"]["primaryColor"]) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", sorted({*SERIES, RIGHT, MISTAKE}))
def test_what_charts_are_drawn_with_stands_out_from_the_page(theme: str, colour: str) -> None:
    assert contrast(colour, PAPER[theme]) >= GRAPHIC


@pytest.mark.parametrize("sight", BLINDNESS)
def test_what_stands_side_by_side_differs_for_those_who_see_fewer_colours(sight: str) -> None:
    pairs = [
        *((COLOURS[approach], second) for approach, second in SECOND_OF_ITS_KIND.items()),
        *combinations(("#000000", NEUTRAL, *(COLOURS[approach] for approach in PAIR)), 2),
        (RIGHT, MISTAKE),
    ]
    for first, second in pairs:
        assert np.linalg.norm(_seen(first, sight) - _seen(second, sight)) > 30


@pytest.mark.parametrize("sight", BLINDNESS)
def test_any_two_approaches_differ_in_colour(sight: str) -> None:
    """A little less than what stands side by side often: their shapes differ as well."""
    for first, second in combinations(COLOURS.values(), 2):
        assert np.linalg.norm(_seen(first, sight) - _seen(second, sight)) > 25


def _seen(colour: str, sight: str) -> NDArray[np.float64]:
    """(3,) CIELAB coordinates under D65, in which a just noticeable difference is about 2.3."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    light = (BLINDNESS[sight] @ linear(colour)).clip(0, 1)
    x, y, z = to_xyz @ light / to_xyz.sum(axis=1)
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])
