"""Real pen strokes: read from a file or from their publishers' archive, and drawn."""

import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_models import to_mnist
from mnist_models.data import pen_digits
from mnist_models.data.download import DatasetError
from mnist_models.data.pen_digits import (
    COPIES,
    WRITING_BOX,
    PenDigit,
    load_pen_digits,
    pen_pictures,
    read_unipen,
)
from mnist_models.preprocessing.rasterise import rasterise, render

SEVEN = PenDigit(7, 3, (np.array([[200, 150], [300, 150], [230, 320]], np.float32),))
DOTTED = PenDigit(4, 30, (np.array([[250, 250]], np.float32),) * 2)

UNIPEN = """.VERSION 1.0
.COMMENT the publishers' remarks stand here
.SEGMENT DIGIT 0 ? "7"

.COMMENT  7  3  12

.PEN_DOWN
 200 350
 300 350
 230 180
.PEN_UP
.DT 100

.SEGMENT DIGIT 1-2 ? "4"

.COMMENT  4  30  13

.PEN_DOWN
 250 250
.PEN_UP
.DT 100
.PEN_DOWN
 250 250
.PEN_UP
.DT 100
"""


def compressed(data: bytes) -> bytes:
    """As Unix compress writes it, by LZW with codes of 9 bits; for fewer than 256 new strings."""
    table = {bytes([i]): i for i in range(256)}
    codes, known = [], b""
    for byte in data:
        longer = known + bytes([byte])
        if longer in table:
            known = longer
            continue
        codes.append(table[known])
        if len(table) < 500:
            table[longer] = len(table) + 1  # 256 clears the table
        known = bytes([byte])
    codes.append(table[known])
    bits = sum(code << (9 * i) for i, code in enumerate(codes))
    return b"\x1f\x9d\x89" + bits.to_bytes(-(-9 * len(codes) // 8), "little")


def archive(text: str, *, member: str = "pendigits-orig.tra.Z") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as whole:
        whole.writestr(member, compressed(text.encode()))
    return file.getvalue()


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the archive is kept; nobody answers at its address, and PEN_DIGITS is not set."""
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(
        pen_digits, "UCI", replace(pen_digits.UCI, url="http://127.0.0.1:1/pens.zip")
    )
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets" / "pen_digits.zip"


def same(ours: PenDigit, theirs: PenDigit) -> bool:
    return (ours.digit, ours.writer) == (theirs.digit, theirs.writer) and all(
        np.array_equal(a, b) for a, b in zip(ours.strokes, theirs.strokes, strict=True)
    )


# Reading


def test_the_publishers_format_is_read_with_y_downwards() -> None:
    seven, four = read_unipen(UNIPEN)
    assert same(seven, SEVEN)
    assert same(four, DOTTED)


@pytest.mark.parametrize(
    "text",
    [
        '.SEGMENT DIGIT 0 ? "7"\n.PEN_DOWN\n1 2\n.PEN_UP\n',
        '.SEGMENT DIGIT 0 ? "7"\n.COMMENT 7 3 1\n',
        '.SEGMENT DIGIT 0 ? "7"\n.COMMENT 7 3 1\n.PEN_DOWN\n.PEN_UP\n',
        '.SEGMENT DIGIT 0 ? "7"\n.COMMENT 7 3 1\n.PEN_DOWN\none two\n',
        '.SEGMENT DIGIT 0 ? "7"\n.COMMENT seven\n.PEN_DOWN\n1 2\n',
    ],
)
def test_a_digit_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        list(read_unipen(text))


def test_the_archive_is_read_where_it_was_downloaded_before(cached: Path) -> None:
    cached.write_bytes(archive(UNIPEN))
    seven, four = load_pen_digits()
    assert same(seven, SEVEN)
    assert same(four, DOTTED)


@pytest.mark.parametrize(
    "content",
    [b"not a zip", archive(UNIPEN)[:-40], archive(UNIPEN, member="other.Z")],
)
def test_a_damaged_archive_is_named(content: bytes, cached: Path) -> None:
    cached.write_bytes(content)
    with pytest.raises(DatasetError, match=r"pen_digits\.zip is damaged"):
        load_pen_digits()


def test_an_archive_too_large_is_not_unpacked(
    cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached.write_bytes(archive(UNIPEN))
    monkeypatch.setattr(pen_digits, "_MAX_MEMBER_BYTES", 10)
    with pytest.raises(DatasetError, match="damaged"):
        load_pen_digits()


def test_without_a_file_the_archive_is_downloaded_and_checked(
    cached: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatasetError, match=r"no set of pen digits .* PEN_DIGITS"):
        load_pen_digits()
    content = archive(UNIPEN)
    (tmp_path / "published").write_bytes(content)
    source = replace(pen_digits.UCI, url=(tmp_path / "published").as_uri())
    monkeypatch.setattr(pen_digits, "UCI", source)
    with pytest.raises(DatasetError, match="not the published file"):
        load_pen_digits()
    assert not list(cached.parent.iterdir())
    monkeypatch.setattr(
        pen_digits, "UCI", replace(source, sha256=hashlib.sha256(content).hexdigest())
    )
    assert len(load_pen_digits()) == 2
    assert cached.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [b"not gzip", gzip.compress(b"[{"), gzip.compress(b"7"), gzip.compress(b'[{"digit": 1}]')],
    ids=["not gzip", "cut short", "no list", "no strokes"],
)
def test_a_damaged_file_is_named(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "strokes.json.gz"
    path.write_bytes(content)
    monkeypatch.setenv("PEN_DIGITS", str(path))
    with pytest.raises(DatasetError, match=r"strokes\.json\.gz is damaged"):
        load_pen_digits()


def test_a_file_cut_short_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    entry = {"digit": 1, "writer": 2, "strokes": [[[1, 2], [3, 4]]]}
    path = tmp_path / "strokes.json.gz"
    monkeypatch.setenv("PEN_DIGITS", str(path))
    whole = gzip.compress(json.dumps([entry]).encode())
    path.write_bytes(whole)
    assert load_pen_digits()[0].strokes[0].tolist() == [[1, 2], [3, 4]]
    path.write_bytes(whole[:-12])
    with pytest.raises(DatasetError, match="damaged"):
        load_pen_digits()


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEN_DIGITS", str(tmp_path / "nowhere.json.gz"))
    with pytest.raises(DatasetError, match="no such file"):
        load_pen_digits()


# Drawing


class TestRender:
    STROKES = (np.array([[100, 100], [100, 400]], dtype=np.float32),)

    def test_a_drawing_keeps_its_place_and_size(self):
        rows, columns = np.nonzero(render(self.STROKES, box=WRITING_BOX, pen=16) > 127)
        assert (rows.min(), rows.max()) == pytest.approx((56 - 8, 224 + 8), abs=1)
        assert (columns.min(), columns.max()) == pytest.approx((56 - 8, 56 + 8), abs=1)

    def test_a_big_drawing_is_centred_and_fills_three_quarters(self):
        rows, columns = np.nonzero(render(self.STROKES, box=WRITING_BOX, pen=16, big=True) > 127)
        assert np.ptp(rows) + 1 == pytest.approx(210, abs=1)
        assert (rows.mean(), columns.mean()) == pytest.approx((139.5, 139.5), abs=1)

    def test_ends_are_round_and_edges_antialiased(self):
        picture = render(self.STROKES, box=WRITING_BOX, pen=16)
        assert picture[49, 50] < 64 < 192 < picture[49, 56]
        assert np.unique(picture).size > 5

    @pytest.mark.parametrize("big", [False, True])
    def test_a_dot_is_drawn(self, big: bool):
        dot = render([np.array([[250, 250]], dtype=np.float32)], box=WRITING_BOX, pen=16, big=big)
        assert np.count_nonzero(dot > 127) == pytest.approx(np.pi * 64, rel=0.1)


# Pictures to learn from


def test_each_digit_gives_pictures_with_pens_of_several_widths() -> None:
    told: list[tuple[int, int]] = []
    x, y = pen_pictures([SEVEN, DOTTED], lambda done, total: told.append((done, total)))
    assert x.shape == (2 * COPIES, 28, 28)
    assert x.dtype == y.dtype == np.uint8
    assert y.tolist() == [7] * COPIES + [4] * COPIES
    assert told == [(1, 2), (2, 2)]
    assert len(np.unique(x[:COPIES], axis=0)) == COPIES


def test_some_are_drawn_from_strokes_and_the_rest_are_pictures_of_any_and_of_thick_pens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact: list[float] = []
    pictures: list[tuple[float, float, bool]] = []

    def moved(strokes: list[np.ndarray]) -> float:
        return float(np.abs(strokes[0] - SEVEN.strokes[0]).max())

    def remember_strokes(strokes: list[np.ndarray]) -> np.ndarray:
        exact.append(moved(strokes))
        return rasterise(strokes)

    def remember(strokes: list[np.ndarray], *, box: float, pen: float, big: bool) -> np.ndarray:
        pictures.append((pen, moved(strokes), big))
        return render(strokes, box=box, pen=pen, big=big)

    monkeypatch.setattr(pen_digits, "rasterise", remember_strokes)
    monkeypatch.setattr(pen_digits, "render", remember)
    x, _ = pen_pictures([SEVEN])
    np.testing.assert_array_equal(x[0], rasterise(SEVEN.strokes))
    assert [far > 1 for far in exact] == [copy > 0 for copy in range(pen_digits.STROKES)]
    assert len(pictures) == pen_digits.PICTURES
    for number, (pen, far, big) in enumerate(pictures):
        varied = number % pen_digits.ROUND > 0
        thinnest, thickest = pen_digits.THICK if varied else pen_digits.PENS
        assert thinnest <= pen <= thickest
        assert (far > 1) == varied
        assert big == (number % pen_digits.ROUND == pen_digits.ROUND - 1)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, WRITING_BOX), st.integers(0, WRITING_BOX))
def test_strokes_that_vary_stay_in_their_box(seed: int, x: int, y: int) -> None:
    size = 0.65 * WRITING_BOX  # turned, slanted and stretched the most, it still fits
    corner = np.minimum([x, y], WRITING_BOX - size)
    square = np.array([[0, 0], [0, size], [size, size], [size, 0]]) + corner
    (varied,) = pen_digits._vary([square], np.random.default_rng(seed))
    assert varied.min() >= -1e-9
    assert varied.max() <= WRITING_BOX + 1e-9


def test_a_digits_pictures_do_not_depend_on_who_else_is_there() -> None:
    alone, _ = pen_pictures([DOTTED])
    together, _ = pen_pictures([SEVEN, DOTTED])
    np.testing.assert_array_equal(together[COPIES:], alone)


@given(st.floats(*pen_digits.PENS))
@settings(deadline=None, max_examples=20)
def test_a_picture_to_learn_from_is_what_a_visitor_who_draws_so_would_give(pen: float) -> None:
    """Whatever the pen, a seven comes out as a seven of MNIST's size and place."""
    image = to_mnist(SEVEN.drawn(pen=pen))
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
