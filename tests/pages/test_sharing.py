"""Addresses that hide and enlarge, and links to what is seen."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.runs.run import Run
from tests.helpers.languages import shown_texts
from tests.helpers.matrix import first_of
from tests.helpers.pages import app_page, open_page
from ui.shared.navigation import page_names
from ui.sharing.links import link
from ui.sharing.parameters import shared_parameters

CHINESE = "zh-TW"
VIEWS = [
    ("compare", {"evidence": "Cost"}),
    ("confusion", {"pictures": "first.4.9", "unit": "Row %", "order": "Confusion"}),
    ("tour", {"step": "3"}),
    ("draw", {"source": "Test picture", "test_picture": "7", "see_inside": "Map"}),
    ("draw", {"canvas": "number"}),
    ("training", {"part": "Overfitting", "remedy": "Dropout", "lang": CHINESE}),
    ("data", {"set": "test", "digit": "3", "about": "What the network gets"}),
    ("how_it_works", {"topic": "Inside a network"}),
    ("new_class", {"teach_what": "A digit left out"}),
    ("confusion", {"matrices": "Map", "pictures": "around_first.0.0.255.0.255.255.0.255"}),
    ("compare", {"first": "strong.single", "second": "reference.multi", "digits": "both_wrong"}),
    ("my_drawings", {}),
]


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped runs, at an address that a browser would tell."""
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    monkeypatch.setattr("ui.sharing.share_dialog.seen_address", lambda: "https://a.tw/digits/")


def share(page: AppTest, **ticked: object) -> str:
    """The link that the dialog shows, with these of its choices."""
    for key, value in ticked.items():  # AppTest closes a dialog when something in it is changed
        page.session_state[f"share_{key}"] = value
    button = next(each for each in page.sidebar.button if each.icon == ":material/share:")
    button.click().run()
    assert not page.exception
    [code] = [each.value for each in page.code if "a.tw" in each.value]
    return code


def follow(link: str) -> AppTest:
    parts = urlsplit(link)
    page = app_page(parts.path.rpartition("/")[2] or "draw")
    for name, value in parse_qsl(parts.query):
        if name != "embed":
            page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def seen(page: AppTest) -> Iterator[str]:
    """What stands on a page, but for what a visit alone knows."""
    return (text for text in shown_texts(page) if "https://a.tw" not in text)


@pytest.mark.parametrize("view", first_of(VIEWS, 4), ids=str)
def test_a_shared_link_opens_the_same_view(view: tuple[str, dict[str, str]]) -> None:
    name, query = view
    page = open_page(name, run="reference", **query)
    before = list(seen(page))
    is_open = bool(page.get("dialog"))
    # While pictures are open nothing else can be pressed, and the address alone is the link.
    address = link(f"https://a.tw/{name}", shared_parameters(name, page.query_params))
    followed = follow(address if is_open else share(page))
    assert list(seen(followed)) == before
    assert bool(followed.get("dialog")) == is_open


def test_a_link_has_what_its_author_ticks() -> None:
    page = open_page("compare", evidence="Cost")
    link = share(
        page, present=True, run=True, embed=True, hide=["tabs", "sidebar"], language=CHINESE
    )
    assert dict(parse_qsl(urlsplit(link).query)) == {
        "evidence": "Cost",
        "lang": CHINESE,
        "run": "pens",
        "present": "true",
        "hide": "tabs,sidebar",
        "embed": "true",
    }
    assert link.startswith("https://a.tw/digits/compare?")


def test_a_link_names_no_run_and_no_language_that_nobody_chose() -> None:
    assert share(open_page("data")) == "https://a.tw/digits/data"


def test_a_browser_that_tells_no_address_is_asked_for_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.sharing.share_dialog.seen_address", lambda: "")
    page = open_page("data")
    next(each for each in page.sidebar.button if each.icon == ":material/share:").click().run()
    assert any("Copy it from the address line" in info.value for info in page.info)


@pytest.mark.parametrize("name", page_names())
def test_any_page_can_be_presented_and_hides_what_it_is_told(name: str) -> None:
    page = open_page(name, present="true", hide="retrain,tabs")
    assert page.button(key="end_presentation")
    [style] = [e.proto.body for e in page.get("html") if "tablist" in e.proto.body]
    assert ".st-key-retrain_panel" in style
    assert "[data-testid=stSidebar]" in style
    assert "font-size" in style


def test_the_look_stays_on_the_next_page_until_it_is_ended(tiny_run: Run) -> None:
    page = open_page("data", present="true", hide="runs")
    page.switch_page("../../pages/training.py").run()
    assert page.query_params["present"] in ("true", ["true"])
    assert page.query_params["hide"] in ("runs", ["runs"])
    page.button(key="end_presentation").click().run()
    assert "present" not in page.query_params
    page.switch_page("../../pages/data.py").run()
    assert "present" not in page.query_params
    assert page.query_params["hide"] in ("runs", ["runs"])


def test_an_address_that_hides_what_there_is_not_is_told() -> None:
    [warning] = open_page("data", hide="sidebar,<b>nothing</b>").warning
    assert "`<b>nothing</b>`, which there is not. It can hide `sidebar`" in warning.value
