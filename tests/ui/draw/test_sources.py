"""What was uploaded is decoded once, whatever came of it, and made into a JPEG once."""

import io
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_models.preprocessing.decoding import read_picture
from mnist_models.runs.run import Run
from tests.helpers.pages import shown_cells


def _png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def _read(data: bytes) -> None:
    import streamlit as st

    from mnist_models.runs.registry import load_run
    from ui.draw import sources

    st.text(sources._from_bytes(load_run(), data, "Choose a file.").image is not None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"Dear reader,\n", "This file cannot be read. It is not a picture of a kind"),
        (_png(np.zeros((4100, 4100), np.uint8)), "This file is too large. At most 17 million"),
        (_png(np.full((40, 40), 200, np.uint8)), "No digit was found."),
        (_png(255 * np.eye(40, dtype=np.uint8)), ""),
    ],
    ids=["no picture", "too large", "blank", "a digit"],
)
def test_a_file_is_decoded_once_however_often_the_page_reruns(
    data: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch, tiny_run: Run
) -> None:
    decode = Mock(wraps=read_picture)
    monkeypatch.setattr("ui.draw.sources.read_picture", decode)
    page = AppTest.from_function(_read, kwargs={"data": data}, default_timeout=30)
    for _ in range(3):
        page.run()
        assert not page.exception
        assert page.text[0].value == str(not sentence)
        assert len(page.error) == bool(sentence)
        assert not sentence or page.error[0].value.startswith(sentence)
    assert decode.call_count == 1


def test_the_picture_of_a_number_is_made_for_the_page_once_however_often_it_reruns(
    monkeypatch: pytest.MonkeyPatch, tiny_run: Run
) -> None:
    saved = []
    save = Image.Image.save

    def count(image: Image.Image, file: io.BytesIO, kind: str, **options: int) -> None:
        saved.append(kind.upper())
        save(image, file, kind, **options)

    picture = np.full((120, 300), 255, np.uint8)
    picture[20:100, [40, 41, 42, 43, 200, 201, 202, 203]] = 0
    data = _png(picture)
    monkeypatch.setattr(Image.Image, "save", count)
    page = AppTest.from_function(_read, kwargs={"data": data}, default_timeout=30)
    for _ in range(3):
        page.run()
        assert not page.exception
        [frames] = shown_cells(page)
        assert "<img src='data:image/jpeg;base64," in frames["content"]
    assert saved.count("JPEG") == 1
