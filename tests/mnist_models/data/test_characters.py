"""Characters of many alphabets: read from a file or from their archives, by their people."""

import hashlib
import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_models.data import characters
from mnist_models.data.characters import (
    ALPHABETS,
    CHOOSE,
    LEARN,
    PEOPLE,
    SIDE_OF_INK,
    digits_of,
    load_all,
    load_characters,
    title_of,
)
from mnist_models.data.download import DatasetError
from mnist_models.data.pen_digits import PenDigit
from mnist_models.pictures import BOX


def drawing(seed: int) -> np.ndarray:
    """A line somewhere, (105, 105) bool."""
    ink = np.zeros((SIDE_OF_INK, SIDE_OF_INK), dtype=bool)
    ink[10 + seed : 40 + seed, 50:54] = True
    return ink


def save(path: Path, ink: np.ndarray, label: list[str], drawer: list[int]) -> None:
    """As CHARACTERS names it."""
    packed = np.packbits(ink.reshape(len(ink), -1), axis=1)
    np.savez_compressed(path, ink=packed, label=np.array(label), drawer=np.array(drawer, np.uint8))


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of one character, which CHARACTERS names."""
    path = tmp_path / "characters.npz"
    ink = np.stack([drawing(person) for person in range(PEOPLE)])
    save(path, ink, ["Greek/03"] * PEOPLE, list(range(1, PEOPLE + 1)))
    monkeypatch.setenv("CHARACTERS", str(path))
    return path


def archive(names: list[str], ink: list[np.ndarray]) -> bytes:
    """As the repository publishes it: black on white, a bit a pixel."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members:
        for name, bits in zip(names, ink, strict=True):
            png = io.BytesIO()
            Image.fromarray(~bits).convert("1").save(png, "PNG")
            members.writestr(name, png.getvalue())
    return file.getvalue()


def test_a_file_is_read(named: Path) -> None:
    found = load_characters()
    assert found.classes == ["Greek/03"]
    assert found.drawer.tolist() == list(range(1, 21))
    assert np.array_equal(found.ink[4], drawing(4))
    assert title_of("Greek/03") == "Greek 3"


def test_strokes_stay_thin_or_become_those_of_mnist(named: Path) -> None:
    found = load_characters()
    thin, mended = found.pictures(), found.as_mnist()
    assert thin.shape == mended.shape == (PEOPLE, 28, 28)
    assert (thin.any(axis=(1, 2)) & mended.any(axis=(1, 2))).all()
    assert (thin.any(axis=2).sum(axis=1) == BOX).all()


def test_both_archives_are_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARACTERS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    sources = []
    for n, alphabet in enumerate(("Latin", "Tagalog")):
        people = range(1, PEOPLE + 1)
        names = [f"small/{alphabet}/character01/0001_{p:02}.png" for p in people] + ["small/x.txt"]
        data = archive(names, [drawing(p) for p in (*people, 1)])
        path = tmp_path / f"images_background_small{n}.zip"
        path.write_bytes(data)
        published = replace(
            characters.OMNIGLOT[n],
            url=path.as_uri(),
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
        )
        sources.append(published)
    monkeypatch.setattr(characters, "OMNIGLOT", tuple(sources))
    assert not characters.find_characters()
    first = load_characters()
    assert characters.find_characters()
    for file in tmp_path.glob("*.zip"):
        file.unlink()
    again = load_characters()
    assert first.classes == again.classes == ["Latin/01", "Tagalog/01"]
    assert np.array_equal(first.ink[2], drawing(3))


@pytest.mark.parametrize("fault", ["label", "people", "blank", "bytes", "large", "absent"])
def test_a_damaged_file_is_said(named: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ink = np.stack([drawing(p) for p in range(PEOPLE)])
    people = list(range(1, PEOPLE + 1))
    if fault == "label":
        save(named, ink, ["../03"] * PEOPLE, people)
    elif fault == "people":
        save(named, ink, ["Greek/03"] * PEOPLE, [*people[:-1], 77])
    elif fault == "blank":
        save(named, ink * (np.arange(PEOPLE) > 0)[:, None, None], ["Greek/03"] * PEOPLE, people)
    elif fault == "bytes":
        named.write_bytes(b"PK\3\4 no archive")
    elif fault == "large":
        monkeypatch.setattr(characters, "_MAX_BYTES", 1000)
    else:
        named.unlink()
    with pytest.raises(DatasetError, match=r"characters\.npz"):
        load_characters()


def test_digits_are_of_twenty_people() -> None:
    line = np.array([[100, 100], [300, 400]], np.float32)
    pens = [PenDigit(d, w, (line,)) for w in range(1, 31) for d in range(10) for _ in range(2)]
    pens.remove(next(p for p in pens if p.writer == 2 and p.digit == 7))
    pens = [p for p in pens if (p.writer, p.digit) != (2, 7)]
    digits = digits_of(pens)
    assert len(digits.label) == 10 * PEOPLE
    assert set(digits.drawer.tolist()) == set(range(1, 21))


@pytest.mark.skipif(not os.environ.get("CHARACTERS"), reason="needs CHARACTERS")
@pytest.mark.skipif(not os.environ.get("PEN_DIGITS"), reason="needs PEN_DIGITS")
def test_there_are_252_classes_of_twenty() -> None:
    found = load_all()
    assert len(found.classes) == 252
    assert len(found.label) == 252 * PEOPLE
    assert found.classes[:11] == [*(f"Digits/{n:02}" for n in range(10)), "Latin/01"]
    alphabets = list(dict.fromkeys(label.split("/")[0] for label in found.classes))
    assert alphabets == list(ALPHABETS)


def test_whom_settings_are_chosen_on_is_among_those_who_learn() -> None:
    assert set(CHOOSE) < set(LEARN)
    assert len(LEARN) == 15
