"""Data: whose pictures they are, browsing them, their numbers, their counts, the download."""

import hashlib
import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_models.data import mnist
from mnist_models.data.dataset import Dataset
from mnist_models.data.sample import load_sample
from mnist_models.settings import PROJECT
from tests.helpers.pages import app_page, shown_cells
from ui.about.numbers import numbers_table, one_hot_boxes, row_excerpt
from ui.about.picture_browser import GRID_COLUMNS, GRID_PAGE


@pytest.fixture(autouse=True)
def home(tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """No MNIST, no run, nothing left in Streamlit's caches; returns Keras' folder."""
    for variable in ("MNIST_NPZ", "MNIST_RETRAIN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    st.cache_resource.clear()
    yield tmp_path / "keras"
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def sample() -> Dataset:
    return load_sample()


@pytest.fixture
def publish_mnist(tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bytes]:
    """A function that makes the tiny data the published MNIST, at an address."""
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = {name: getattr(tiny_dataset, name) for name in names}
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    content = file.getvalue()

    def at(url: str) -> bytes:
        published = replace(
            mnist.MNIST,
            url=url,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            fingerprint=tiny_dataset.fingerprint,
            shapes={name: array.shape for name, array in arrays.items()},
        )
        monkeypatch.setattr(mnist, "MNIST", published)
        return content

    return at


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], bytes], bytes], None]]:
    """A function that serves the published MNIST, and something after it, on this machine."""
    servers: list[HTTPServer] = []

    def start(publish: Callable[[str], bytes], more: bytes = b"") -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        body = publish(f"http://127.0.0.1:{server.server_port}/mnist.npz") + more
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


INPUT, COUNTS = "What the network gets", "How many of each digit"


def _open(**state: object) -> AppTest:
    page = app_page("data")
    for name, value in state.items():
        holder = page.query_params if name == "about" else page.session_state
        holder[name] = value
    page.run()
    assert not page.exception
    return page


def _said(page: AppTest) -> str:
    elements = (*page.caption, *page.markdown, *page.warning, *page.info, *page.error)
    return "\n".join(element.value for element in elements)


def _html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def _table(html: str) -> np.ndarray:
    (lines,) = re.findall("<pre class='d-numbers'>(.*?)</pre>", html, re.DOTALL)
    cells = re.sub("<b>.*?</b>|<[^>]*>", "", lines).split()
    return np.array(cells, dtype=float).reshape(28, 28)


def _grid(page: AppTest) -> pd.DataFrame:
    """What the grid of pictures shows: their row `number` and `label`."""
    (cells,) = shown_cells(page)
    facts = re.findall("data-facts='Picture ([0-9,]+): digit ([0-9])'", cells["content"])
    numbers, labels = zip(*facts, strict=True)
    return pd.DataFrame(
        {"number": [int(n.replace(",", "")) for n in numbers], "label": map(int, labels)}
    )


def _pick(page: AppTest, control: str, value: str) -> None:
    page.button_group(key=control).set_value(value).run()
    assert not page.exception


# Whose pictures they are


def test_without_mnist_the_sample_is_shown_and_says_that_it_is_not_mnist(sample):
    page = _open()
    assert "not MNIST" in _said(page)
    assert "scikit-learn's 1,797 digits" in _said(page)
    assert "CC BY 4.0" in _said(page)
    assert page.button(key="download_mnist").label == "Download MNIST (11 MB)"
    assert page.number_input(key="picture").max == len(sample.y_train) - 1


def test_with_mnist_its_pictures_counts_and_licence_are_shown(mnist_npz, monkeypatch):
    monkeypatch.setenv("MNIST_NPZ", str(mnist_npz))
    page = _open(picture=7)
    with np.load(mnist_npz, allow_pickle=False) as file:
        assert np.array_equal(_table(_html(page)), file["x_train"][7])
        assert f"Label: **{file['y_train'][7]}**" in _said(page)
    assert "CC BY-SA 3.0" in _said(page)
    said = _said(_open(picture=7, about=COUNTS))
    assert "5,421 to 6,742" in said
    assert "the answer is yes for 6,131 pictures and no for 53,869" in said
    assert "download_mnist" not in [button.key for button in page.button]


def test_a_damaged_mnist_is_named_and_the_sample_shown(tmp_path, monkeypatch):
    damaged = tmp_path / "mnist.npz"
    damaged.write_bytes(b"no digits")
    monkeypatch.setenv("MNIST_NPZ", str(damaged))
    page = _open()
    assert "mnist.npz is damaged" in page.warning[0].value
    assert str(damaged) not in page.warning[0].value
    assert "not MNIST" in _said(page)
    # The file is the visitor's own: a download would not replace it.
    assert "download_mnist" not in [button.key for button in page.button]


def test_the_page_needs_no_trained_run(trained):
    assert not list(trained.iterdir())
    assert _open().title[0].value == "Data"


# One picture


def test_the_numbers_are_those_of_the_chosen_picture(sample):
    page = _open()
    page.number_input(key="picture").set_value(123).run()
    assert np.array_equal(_table(_html(page)), sample.x_train[123])
    assert f"Label: **{sample.y_train[123]}**" in _said(page)


def test_after_scaling_the_numbers_lie_between_0_and_1(sample):
    page = _open()
    page.toggle(key="scaled").set_value(True).run()
    assert np.allclose(_table(_html(page)), sample.x_train[0] / 255, atol=0.005001)


def test_the_row_is_the_picture_laid_end_to_end(sample):
    row = sample.x_train[0].reshape(784) / 255
    first = np.flatnonzero(row)[0]
    lines = _open(about=INPUT).code[0].value.splitlines()
    assert lines[1].split()[:3] == [str(first), "…", f"{first + 7}:"]
    shown = [[float(v) for v in line.split(":")[1].split()] for line in lines]
    expected = [row[:8], row[first : first + 8], row[-8:]]
    assert np.allclose(shown, expected, atol=0.0005001)


def test_a_row_with_ink_at_its_very_end_or_none_is_shown_too():
    assert "776 … 783:" in row_excerpt(np.eye(1, 784, 783)[0])
    assert row_excerpt(np.zeros(784)).count("0.000") == 24


@pytest.mark.parametrize("label", range(10))
def test_one_hot_has_a_single_1_in_the_box_of_the_label(label):
    boxes = re.findall(r"class='(on|off)'>(\d)<b><span>(\d)", one_hot_boxes(label, range(10)))
    assert boxes == [
        ("on" if d == label else "off", str(d), str(int(d == label))) for d in range(10)
    ]


def test_every_grey_level_is_readable_on_its_own_grey():
    picture = np.resize(np.arange(256, dtype=np.uint8), (28, 28))
    table = numbers_table(picture, scaled=False)
    cells = re.findall(r"rgb\((\d+),.*?color:#(\w+)'", table)
    style = (PROJECT / "ui" / "style.css").read_text(encoding="utf-8")
    zero = re.search(
        r"linear-gradient\(#000, #000\)[^@]*?\.d-numbers span \{color: #(\w+)\}", style
    )
    assert zero
    cells += [("0", zero[1])] * re.sub("<b>.*?</b>|<i.*?</i>", "", table).count("   0 ")
    assert len(cells) == 784
    for grey, ink in cells:
        ink_grey = int(ink[:2] if len(ink) == 6 else ink[0] * 2, 16)
        assert _contrast(int(grey), ink_grey) >= 4.5  # WCAG AA


def _contrast(first: int, second: int) -> float:
    def luminance(grey: int) -> float:
        share = grey / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


# Browsing


def test_browsing_by_digit_shows_only_that_digit_and_its_first_picture(sample):
    page = _open(picture=5)
    _pick(page, "digit", "3")
    of_3 = np.flatnonzero(sample.y_train == 3)
    assert _grid(page)["number"].tolist() == of_3[:GRID_PAGE].tolist()
    assert set(_grid(page)["label"]) == {3}
    assert page.number_input(key="picture").value == of_3[0]


def test_the_grid_marks_the_chosen_picture_while_it_is_on_the_page(sample):
    page = _open(picture=5)
    assert shown_cells(page)[0]["chosen"] == "5"
    next(b for b in page.button if b.label == "Next").click().run()
    assert shown_cells(page)[0]["chosen"] is None


def test_next_and_previous_turn_the_pages_without_changing_the_picture(sample):
    page = _open(picture=5)
    next(b for b in page.button if b.label == "Next").click().run()
    assert _grid(page)["number"].tolist() == list(range(GRID_PAGE, 2 * GRID_PAGE))
    assert page.number_input(key="picture").value == 5
    next(b for b in page.button if b.label == "Previous").click().run()
    assert _grid(page)["number"].tolist() == list(range(GRID_PAGE))


def test_the_last_page_ends_with_the_last_picture(sample):
    page = _open(_data_page=10**6)
    assert _grid(page)["number"].iloc[-1] == len(sample.y_train) - 1
    assert next(b for b in page.button if b.label == "Next").disabled


def test_a_full_page_fills_its_columns():
    assert GRID_PAGE % GRID_COLUMNS == 0


def test_the_test_set_is_browsed_apart_and_a_number_too_large_for_it_is_given_up(sample):
    page = _open(picture=len(sample.y_train) - 1)
    _pick(page, "set", "test")
    assert page.number_input(key="picture").value == 0
    assert page.number_input(key="picture").max == len(sample.y_test) - 1
    assert np.array_equal(_table(_html(page)), sample.x_test[0])


def test_a_remembered_number_that_the_data_do_not_have_is_given_up():
    assert _open(picture=59_999).number_input(key="picture").value == 0


def test_the_address_chooses_set_digit_and_picture(sample):
    page = app_page("data")
    for name, value in {"set": "test", "digit": "3", "picture": "30"}.items():
        page.query_params[name] = value
    page.run()
    assert page.number_input(key="picture").value == 30
    assert np.array_equal(_table(_html(page)), sample.x_test[30])
    assert set(_grid(page)["label"]) == {3}


def test_an_address_that_names_nothing_shows_everything(sample):
    page = app_page("data")
    for name in ("set", "digit", "picture"):
        page.query_params[name] = ""
    page.run()
    assert not page.exception
    assert page.number_input(key="picture").max == len(sample.y_train) - 1


# Counts


def test_the_counts_are_those_of_the_data(sample):
    page = _open(about=COUNTS)
    assert not page.dataframe  # until it is asked for
    page.session_state["counts_table"] = True
    table = page.run().dataframe[0].value
    assert table["training"].tolist() == [(sample.y_train == d).sum() for d in range(10)]
    assert table["test"].tolist() == [(sample.y_test == d).sum() for d in range(10)]


# Download


def test_a_download_that_succeeds_shows_mnist(home, publish_mnist, serve, tiny_dataset):
    serve(publish_mnist)
    page = _open()
    page.button(key="download_mnist").click().run()
    assert not page.exception
    assert not page.error
    assert "MNIST**'s" in _said(page)
    assert np.array_equal(_table(_html(page)), tiny_dataset.x_train[0])
    assert "download_mnist" not in [button.key for button in page.button]
    assert [path.name for path in (home / "datasets").iterdir()] == ["mnist.npz"]


def test_a_download_that_is_refused_says_so_and_the_sample_stays(home, publish_mnist):
    publish_mnist("http://127.0.0.1:1/mnist.npz")
    page = _open()
    page.button(key="download_mnist").click().run()
    assert not page.exception
    assert "could not be downloaded from http://127.0.0.1:1/mnist.npz" in page.error[0].value
    assert "cancel_download" not in [button.key for button in page.button]
    assert "not MNIST" in _said(page)
    assert not list((home / "datasets").iterdir())


def test_a_file_longer_than_the_published_one_is_refused_with_a_sentence(
    home, publish_mnist, serve
):
    serve(publish_mnist, b"more")
    page = _open()
    page.button(key="download_mnist").click().run()
    assert not page.exception
    assert "is larger than" in page.error[0].value
    assert not list((home / "datasets").iterdir())


def test_where_visitors_may_not_train_they_may_not_download(monkeypatch):
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    page = _open()
    assert "download_mnist" not in [button.key for button in page.button]
    assert "owner of this site" in page.info[0].value
