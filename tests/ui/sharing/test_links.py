"""A link is the address as its reader has it, and its QR code says the same."""

import base64
import re
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.sharing.hiding import SELECTORS, hiding_style, names_in
from ui.sharing.links import link, page_address
from ui.sharing.qr_code import qr_code

QUERIES = st.dictionaries(st.text("abz_", min_size=1), st.text(max_size=40), max_size=5)


@pytest.mark.parametrize(
    ("seen", "page", "base", "address"),
    [
        ("http://localhost:8501/", "", "", "http://localhost:8501/"),
        ("http://localhost:8501", "tour", "", "http://localhost:8501/tour"),
        ("https://a.tw/compare?x=1#y", "compare", "", "https://a.tw/compare"),
        ("https://a.tw/compare", "tour", "", "https://a.tw/tour"),  # on the way there
        ("https://a.tw/training", "", "", "https://a.tw/"),
        ("https://a.tw/digits/compare", "data", "", "https://a.tw/digits/data"),
        ("https://a.tw/digits/", "", "", "https://a.tw/digits/"),
        ("https://a.tw/big-data", "", "", "https://a.tw/big-data/"),
        ("https://a.tw/big-data/", "data", "", "https://a.tw/big-data/data"),
        ("https://a.tw/tour/", "compare", "", "https://a.tw/tour/compare"),
        ("https://a.tw/tour", "compare", "tour", "https://a.tw/tour/compare"),
        ("https://a.tw/tour/tour", "tour", "/tour/", "https://a.tw/tour/tour"),
    ],
)
def test_a_page_is_where_the_browser_sees_it(seen: str, page: str, base: str, address: str) -> None:
    assert page_address(seen, page, base) == address


@given(QUERIES)
def test_a_link_says_what_it_was_made_of(query: dict[str, str]) -> None:
    written = urlsplit(link("https://a.tw/tour", query, embedded=True)).query
    assert dict(parse_qsl(written, keep_blank_values=True)) == query | {"embed": "true"}


def test_a_link_can_be_read_and_changed_by_people() -> None:
    assert link("https://a.tw/", {"hide": "sidebar,tabs"}) == "https://a.tw/?hide=sidebar,tabs"
    assert link("https://a.tw/", {}) == "https://a.tw/"


def pixels_of(image: str, scale: int = 4) -> np.ndarray:
    """A QR code as it is seen on paper of any colour, as grey levels."""
    [data] = re.findall(r"base64,([^']+)'", image)
    root = ElementTree.fromstring(base64.b64decode(data))
    shapes = [e for e in root.iter() if e.tag.endswith("path")]
    side = int(root.attrib["width"])
    seen = np.zeros((side, side), np.uint8)
    assert shapes[0].attrib["fill"] == "#fff"  # all of it, the margin too
    seen[:] = 255
    [dark] = [s for s in shapes if s.attrib.get("stroke") == "#000"]
    _draw(dark.attrib["d"], seen)
    return seen.repeat(scale, 0).repeat(scale, 1)


def _draw(path: str, on: np.ndarray) -> None:
    """Rows of dark modules, as segno writes them: relative moves and horizontal lines."""
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if command == "h":
            on[int(y), int(x) : int(x + values[0])] = 0
            x += values[0]
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            x, y = values


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8501/",
        "https://your.site/tour?step=2&lang=zh-TW&present=true",
        "https://your.site/a/confusion?pictures=first.4.9&hide=sidebar,retrain,tabs&run=reference",
    ],
)
def test_a_qr_code_says_the_link(address: str) -> None:
    cv2 = pytest.importorskip("cv2")
    said, *_ = cv2.QRCodeDetector().detectAndDecode(pixels_of(qr_code(address, "")))
    assert said == address


def test_what_stands_for_a_qr_code_is_escaped() -> None:
    assert "alt='&lt;b&gt;&#x27;'" in qr_code("x", "<b>'")


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_no_address_writes_a_style(asked: str) -> None:
    known, unknown = names_in(asked)
    assert set(known) <= set(SELECTORS)
    assert not set(unknown) & set(SELECTORS)
    assert hiding_style(known).count("{") <= 1


def test_what_is_hidden_is_gone_for_all() -> None:
    known, unknown = names_in(" tabs,sidebar, tabs ,x,")
    assert (known, unknown) == (["tabs", "sidebar"], ["x"])
    style = hiding_style(known)
    assert style.endswith("{display: none !important}")
    assert SELECTORS["tabs"] in style
    assert hiding_style([]) == ""
