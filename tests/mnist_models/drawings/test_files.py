"""Drawings as files: PNG, .npz and .zip."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine

from mnist_models.drawings.drawing import MAX_PICTURE_BYTES, CorrectionError
from mnist_models.drawings.files import as_npz, as_png, write_zip
from mnist_models.drawings.store import Store
from mnist_models.preprocessing.decoding import decode_png
from tests.helpers.drawings import make_drawing, picture

ME, YOU = "me", "you"


@pytest.fixture
def store_of(tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """A function that opens one database as somebody."""
    engine = create_engine(f"sqlite:///{tmp_path}/test.db")
    yield lambda who: Store(engine, who)
    engine.dispose()


def test_a_photograph_is_made_smaller_until_it_fits_and_a_drawing_stays_as_it_is() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (900, 1200, 3)).astype(np.uint8)
    assert len(as_png(noise)) <= MAX_PICTURE_BYTES
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[40:240, 130:150] = 255
    assert np.array_equal(decode_png(as_png(drawing)), drawing)


def test_the_npz_holds_pictures_and_labels_and_nothing_pickled() -> None:
    drawings = [make_drawing(1, "7"), make_drawing(2, "3")]
    with np.load(io.BytesIO(as_npz(drawings)), allow_pickle=False) as file:
        assert file["labels"].tolist() == [7, 3]
        assert np.array_equal(file["images"], [picture(1), picture(2)])
    with np.load(io.BytesIO(as_npz([*drawings, make_drawing(3, "A")])), allow_pickle=False) as file:
        assert file["labels"].tolist() == ["7", "3", "A"]


def test_the_zip_holds_every_drawing_as_drawn_and_a_table_of_what_was_said(
    store_of: Callable[..., Store],
) -> None:
    store_of(ME).add(make_drawing(1, "7"))
    store_of(ME).add(make_drawing(2, "3", answers={"single": "8"}))
    store_of(YOU).add(make_drawing(3, "9"))
    file = io.BytesIO()
    assert write_zip(store_of(ME).whole_drawings(), file) == 2
    with zipfile.ZipFile(file) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("drawings.csv").decode())))
        first = decode_png(archive.read(rows[0]["file"]))
        assert sorted(archive.namelist()) == ["00001.png", "00002.png", "drawings.csv"]
    assert [(row["label"], row["single"], row["multi"]) for row in rows] == [
        ("3", "8", ""),
        ("7", "7", "0"),
    ]
    assert (first[..., 0] == 2).all()
    assert not any("me" in row.values() for row in rows)  # whose it is stays in the database


def test_a_download_from_a_database_that_broke_meanwhile_is_a_clear_error(
    tmp_path: Path, store_of: Callable[..., Store]
) -> None:
    store = store_of(ME)
    (tmp_path / "test.db").write_bytes(b"no database at all, only some text in a file")
    with pytest.raises(CorrectionError):
        write_zip(store.whole_drawings(), io.BytesIO())
