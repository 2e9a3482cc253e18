"""Numbers are written in one way: in the tables, sentences, alerts, HTML and charts of `PLACES`."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from tests.helpers.matrix import first_of
from tests.helpers.pages import TABLES, app_page, shown_tables

# Parts of pages that show figures, by page and the parameters of its address.
PLACES: list[tuple[str, dict[str, str]]] = [
    ("compare", {"evidence": "Not a digit"}),
    ("compare", {"evidence": "Cost"}),
    ("compare", {"evidence": "Digit by digit"}),
    ("compare", {"evidence": "The ten, one by one", "all_curves": "true"}),
    ("compare", {"evidence": "Probabilities"}),
    ("compare", {"evidence": "Equal size"}),
    ("compare", {"evidence": "From one to ten"}),
    ("compare", {"evidence": "Numbers"}),
    ("compare", {"evidence": "Wrong labels"}),
    ("compare", {"evidence": "You against them"}),
    ("compare", {"evidence": "252 classes"}),
    ("compare", {"evidence": "Robustness", "disturbance": "Turn"}),
    ("compare", {"evidence": "Cost", "first": "reference.single", "second": "reference.single"}),
    ("confusion", {}),
    ("confusion", {"matrices": "Difference"}),
    *(
        ("training", {"part": part})
        for part in (
            *("Epoch by epoch", "Mistakes", "Published and ours"),
            *("Overfitting", "Sampling", "Drawings"),
        )
    ),
    ("training", {"part": "Overfitting", "remedy": "Dropout"}),
    ("training", {"part": "Epoch by epoch", "curve": "Loss"}),
    ("new_class", {"teach_what": "Evidence"}),
    ("data", {"about": "How many of each digit"}),
    ("how_it_works", {"topic": "Inside a network"}),
]
# A minus is U+2212. The other one stands in dates, in names of runs and in commands.
_HYPHEN_MINUS = re.compile(r"(?<![\w`.-])-\d")
# An accuracy is in per cent. Losses and areas under curves are not, nor is a p value.
_FRACTION = re.compile(r"(?<!p = )(?<![\d.])(?:0\.[5-9]\d{2,}|1\.000+)")
_MAY_BE_FRACTIONS = re.compile(
    r"(?i)\b(ROC area|average precision|areas|loss|cross-entropy|p(?=: ))\b"
)
_SHARES = re.compile(r"(?i)accuracy|recall|precision|share|f1|false alarms|correctly")


@pytest.fixture(
    params=first_of(PLACES, 9), ids=lambda place: " ".join([place[0], *place[1].values()])
)
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A page of the shipped project, with its tables open."""
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    name, address = request.param
    opened = app_page(name)
    for key, value in {"run": "reference", **address}.items():
        opened.query_params[key] = value
    for key in TABLES:
        opened.session_state[key] = True
    opened.run()
    assert not opened.exception
    return opened


def _texts(page: AppTest) -> Iterator[str]:
    """All that people read, a column of a table and its heading in one."""
    alerts = (*page.info, *page.warning, *page.error, *page.success)
    elements = (*page.markdown, *page.caption, *page.header, *alerts)
    yield from (element.value for element in elements)
    for element in page.get("html"):
        yield from _texts_of_html(element.proto.body)
    yield from (f"{metric.label} {metric.value}" for metric in page.metric)
    yield from (chart.proto.alt for chart in page.get("vega_lite_chart"))
    for table in shown_tables(page):
        yield from (f"{name}: {' | '.join(table[name])}" for name in table)


def _texts_of_html(body: str) -> Iterator[str]:
    """What stands between its tags, and what is said in its place."""
    shown = re.sub(r"<(style|script)\b.*?</\1>", "", body, flags=re.DOTALL)
    texts = (*re.findall(r"(?:aria-label|alt)='([^']*)'", shown), *re.split(r"<[^>]*>", shown))
    yield from map(html.unescape, texts)


def test_nothing_is_none_or_nan_and_minus_and_accuracies_are_written_in_one_way(
    page: AppTest,
) -> None:
    for text in _texts(page):
        assert not re.search(r"\b(None|nan|NaN|NaT|inf)\b", text.replace("(None, ", "(")), text
        assert not _HYPHEN_MINUS.search(text), text
        assert _MAY_BE_FRACTIONS.search(text) or not _FRACTION.search(text), text


def test_shares_are_in_per_cent_on_axes_and_in_tooltips(page: AppTest) -> None:
    for chart in page.get("vega_lite_chart"):
        specification = json.loads(chart.proto.spec)
        assert specification["config"]["locale"]["number"]["percent"] == " %"
        for encoding in _quantities(specification):
            title = str(encoding.get("title"))
            if _SHARES.search(title) and "points" not in title:
                written = encoding.get("format") or (encoding.get("axis") or {}).get("format", "")
                assert "%" in written, encoding


def _quantities(node: Any) -> Iterator[dict[str, Any]]:
    """Every axis and line of a tooltip with a title for a number, in layers within layers."""
    if isinstance(node, dict):
        if node.get("type") == "quantitative" and "title" in node and node.get("legend") is None:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _quantities(each)


def test_what_is_missing_is_a_dash(trained: Path, tiny_run: Run, tiny_contents: dict) -> None:
    """A run whose binary models have no curve for a digit, and whose single model has no file."""
    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    del manifest["approaches"]["single"]["epochs"]
    stacks = {"multi": tiny_contents["stacks"]["multi"]}
    publish("bare", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    opened = app_page("compare")
    opened.query_params |= {"run": "bare", "evidence": "Cost"}
    opened.session_state["costs_table"] = True
    opened.run()
    (table,) = shown_tables(opened)
    columns = ("pictures looked at", "time to answer", "file")
    assert [table[name][0] for name in columns] == ["–", "–", "–"]
