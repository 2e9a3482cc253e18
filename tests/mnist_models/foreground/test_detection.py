"""What lies around a digit, and the light on it, changes no answer."""

import contextlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_models import load_run
from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.foreground.detection import find_ink
from mnist_models.foreground.paper import BlankDrawing
from mnist_models.pictures import Grey, Images
from mnist_models.preprocessing.to_mnist import to_mnist
from mnist_models.segmentation.find_digits import find_digits
from tests.helpers.cost import assert_cheap, measures_memory
from tests.helpers.paper import COSTLY, PAGES, SIDE, Paint, costly_file, ink_of_digit, page

ROOT = Path(__file__).resolve().parents[3]

MEMORY = 60_000_000  # bytes that finding the ink of any picture may add,
SECONDS = 2  # and of the processor

untimed = settings(deadline=None)  # a busy machine is no failure


@pytest.fixture(scope="module")
def inks(pen_digits_file: Path) -> list[Paint]:
    """Of digits by thirty writers, what the page is painted with."""
    return [ink_of_digit(digit) for digit in load_pen_digits()[::370]]


def answers(images: Images) -> np.ndarray:
    run = load_run("reference")
    return np.stack([run.single.predict(images), run.multi.predict(images)])


@pytest.fixture(scope="module")
def plain(inks: list[Paint]) -> Images:
    return np.stack([to_mnist(np.rint(255 * ink).astype(np.uint8)) for ink in inks])


@pytest.mark.parametrize("kind", PAGES)
def test_paper_and_light_change_no_answer(kind: str, inks: list[Paint], plain: Images) -> None:
    seen = np.stack([to_mnist(PAGES[kind](ink)) for ink in inks])
    same = answers(seen) == answers(plain)
    assert same.mean() >= 0.9, kind
    assert np.abs(seen.astype(int) - plain).mean() < 12


def test_rows_of_digits_on_ruled_paper_stay_and_the_lines_go(inks: list[Paint]) -> None:
    small = [ink[::3, ::3] for ink in inks[:21]]
    written = np.concatenate([np.concatenate(small[row : row + 7], axis=1) for row in (0, 7, 14)])
    lines = np.zeros_like(written)
    lines[20::31] = 0.4
    found = find_ink(page(np.maximum(written, lines))) > 0.3
    sure = written > 0.6
    assert found[sure].mean() > 0.95
    assert np.count_nonzero(found & (written < 0.05)) < 0.05 * np.count_nonzero(sure)


@pytest.mark.parametrize("squares", [23, 31, 40, 61])
def test_rows_of_digits_on_squared_paper_stay_in_uneven_light(
    squares: int, inks: list[Paint]
) -> None:
    """Where the light is least, a line stands out by 15 grey levels; many digits lie along one."""
    small = [ink[60:220:2, 60:220:2] for ink in inks[:21]]
    rows = [np.concatenate(small[first : first + 7], axis=1) for first in (0, 7, 14)]
    written = np.pad(np.concatenate([np.pad(row, ((0, 50), (0, 0))) for row in rows]), 60)
    lines = np.zeros_like(written)
    lines[9::squares] = lines[:, 9::squares] = 0.18
    y, x = np.indices(written.shape) / np.array(written.shape)[:, None, None]
    light = (0.55 + 0.5 * x) * (1 - 0.2 * y)
    picture = page(np.maximum(written, lines), light)
    found = find_ink(picture) > 0.3
    sure = written > 0.6
    assert found[sure].mean() > 0.98
    assert np.count_nonzero(found & (written < 0.05)) < 0.02 * np.count_nonzero(sure)
    digits = find_digits(picture)
    assert digits.lines.tolist() == [line for line in range(3) for _ in range(7)]


@pytest.mark.parametrize("least", [0.2, 0.25])
def test_a_digit_written_with_uneven_pressure_stays_whole(least: float, inks: list[Paint]) -> None:
    """For longer than the pen is wide it is fainter than a line on the paper would be."""
    y, x = np.indices((SIDE, SIDE)) / SIDE
    pressure = (1 + least) / 2 + (1 - least) / 2 * np.sin(15 * (x + 0.6 * y))
    for ink in inks:
        found = find_ink(page(ink * pressure)) > 0
        assert found[ink > 0.9].mean() > 0.97


SEVEN = np.zeros((SIDE, SIDE))
SEVEN[80:92, 90:190] = SEVEN[80:205, 178:190] = SEVEN[138:148, 150:205] = 1


@st.composite
def surroundings(draw: st.DrawFn) -> Grey:
    """A 7 moved, scaled, framed, on a faint gradient, inverted, with lines at the edges."""
    ink = np.roll(SEVEN, draw(st.tuples(st.integers(-40, 40), st.integers(-40, 40))), (0, 1))
    ink = ink.repeat(factor := draw(st.integers(1, 2)), axis=0).repeat(factor, axis=1)
    y, x = np.indices(ink.shape) / len(ink)
    across, down = draw(st.tuples(st.floats(-0.08, 0.08), st.floats(-0.08, 0.08)))
    for place in draw(st.lists(st.integers(0, 8), max_size=2)):
        ink[place] = ink[:, -1 - place] = draw(st.floats(0.3, 1))
    if frame := draw(st.integers(0, 4)):
        ink[3 : 3 + frame, 3:-3] = ink[-3 - frame : -3, 3:-3] = 1
        ink[3:-3, 3 : 3 + frame] = ink[3:-3, -3 - frame : -3] = 1
    picture = page(ink, 0.9 + across * x + down * y, noise=0)
    picture = np.pad(picture, draw(st.integers(0, 30)), mode="edge")
    return 255 - picture if draw(st.booleans()) else picture


def test_a_line_near_the_edge_of_a_sheet_that_lies_on_a_dark_table_is_no_ink() -> None:
    """It begins at the table and not at the picture's edge."""
    ink = np.roll(SEVEN, (-3, 32), (0, 1))
    ink[0] = ink[:, -1] = 1
    ink[3] = ink[:, -4] = 0.5
    picture = np.pad(page(ink, noise=0), 30, mode="edge")
    clear = to_mnist(np.rint(255 * SEVEN).astype(np.uint8))
    assert np.abs(to_mnist(picture).astype(int) - clear).mean() < 2


@untimed
@given(surroundings())
def test_what_surrounds_a_clear_digit_changes_no_more_than_rounding(picture: Grey) -> None:
    clear = to_mnist(np.rint(255 * SEVEN).astype(np.uint8))
    assert np.abs(to_mnist(picture).astype(int) - clear).mean() < 2


@untimed
@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)))
def test_whatever_the_picture_ink_is_between_0_and_1_or_there_is_none(grey: Grey) -> None:
    with contextlib.suppress(BlankDrawing):
        ink = find_ink(grey)
        assert ink.shape == grey.shape
        assert ink.min() >= 0
        assert ink.max() == 1


FIND_INK = """
    from mnist_models.foreground.detection import find_ink
    grey = np.load(files[0])
    find_ink(np.eye(64, dtype=np.uint8) * 255)
"""


@measures_memory
@pytest.mark.parametrize("kind", COSTLY)
def test_no_picture_takes_more_memory_or_time_than_it_may(kind: str, tmp_path: Path) -> None:
    file = costly_file(kind, tmp_path)
    assert_cheap(FIND_INK, "find_ink(grey)", file, memory=MEMORY, seconds=SECONDS)


def test_opencv_waits_for_the_first_picture() -> None:
    code = """
import sys
import numpy as np
import ui.draw.sources, ui.draw.canvas, mnist_models.segmentation.find_digits
from mnist_models import to_mnist
from mnist_models.preprocessing.rasterise import rasterise_steps, read_paths
path = {"path": [["M", 40, 40], ["Q", 60, 40, 200, 60], ["L", 90, 240]]}
rasterise_steps(read_paths([path], 280), 280)
assert "cv2" not in sys.modules
picture = np.zeros((280, 280), np.uint8)
picture[60:220, 130:150] = 255
to_mnist(picture)
assert "cv2" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
