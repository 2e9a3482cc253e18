"""Every page, tab and table in every language: no sentence of another, whoever was there before."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.text import t
from mnist_models.translation import ENGLISH, languages, speaking
from tests.helpers.languages import foreign_words, shown_texts
from tests.helpers.matrix import first_of
from tests.helpers.pages import TABLES, app_page
from tests.pages.test_numbers import PLACES
from ui.widgets.tables import as_csv

CHINESE = "zh-TW"
_OPEN = (*TABLES, "why", "steps", "train_settings", "runs_of_reference")
# What has a figure, and all other parts.
EVERYWHERE = [
    *(("draw", {"source": source}) for source in ("Draw", "Upload", "Photo", "Test picture")),
    *(
        ("draw", {"source": "Test picture", "see_inside": section})
        for section in ("Hidden units", "Map", "Break it")
    ),
    ("draw", {"canvas": "number"}),
    *(("tour", {"step": str(step)}) for step in range(1, 7)),
    ("my_drawings", {}),
    ("data", {"about": "The picture as numbers"}),
    ("data", {"about": "What the network gets"}),
    ("how_it_works", {"topic": "Two ways to read a digit"}),
    ("how_it_works", {"topic": "Claimed strengths"}),
    ("how_it_works", {"topic": "From your drawing to an MNIST picture"}),
    ("new_class", {"teach_what": "A symbol of your own"}),
    ("new_class", {"teach_what": "A digit left out"}),
    ("new_class", {"teach_what": "Mend a digit"}),
    ("confusion", {"order": "Confusion", "unit": "Row %", "pictures": "first.4.9"}),
    ("confusion", {"pictures": "both_wrong"}),
    ("confusion", {"matrices": "Map", "pictures": "both_wrong"}),
    ("confusion", {"matrices": "Map", "pictures": "around_first.0.0.255.0.255.255.0.255"}),
    ("compare", {"digits": "only_first"}),
    *PLACES,
]
# What visitors have answered of the hard pictures, and whether they are told of the last.
_ANSWERED = {"you_were_told": ([3, 4], True), "you_have_read_all": ([3] * 20, False)}


def opened(name: str, **query: str) -> AppTest:
    """A page of the shipped project with all that can be opened open."""
    page = app_page(name)
    for key, value in {"run": "reference", **query}.items():
        page.query_params[key] = value
    for key in _OPEN:
        page.session_state[key] = True
    for step in range(1, 7):
        page.session_state[f"tour_guess_{step}"] = 0
    page.session_state["_tour_told"] = set(range(1, 7))
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("played", _ANSWERED)
def test_a_game_is_told_in_one_language(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    for language in (ENGLISH, CHINESE):
        page = app_page("compare")
        for key, value in {"evidence": "You against them", "lang": language}.items():
            page.query_params[key] = value
        for key in _OPEN:
            page.session_state[key] = True
        page.session_state["_read_by_you"], page.session_state["_you_were_told"] = _ANSWERED[played]
        page.run()
        assert not page.exception
        assert list(mixed(page, language)) == []


def mixed(page: AppTest, language: str) -> Iterator[str]:
    """What a page says in another language."""
    for text in shown_texts(page):
        if words := foreign_words(text, language):
            yield f"{words[:5]} in {text[:200]!r}"


@pytest.mark.parametrize(
    ("name", "query"),
    first_of([(name, query) for name, query in EVERYWHERE], len(EVERYWHERE)),
    ids=lambda value: value if isinstance(value, str) else " ".join(value.values()),
)
def test_a_page_is_in_one_language_whoever_was_there_before(
    name: str, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other on one server, so what is kept of one would be seen by the next."""
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    for language in (ENGLISH, CHINESE, ENGLISH):
        page = opened(name, lang=language, **query)
        assert list(mixed(page, language)) == []
        assert page.query_params["lang"] in (language, [language])


def test_all_evidence_of_compare_is_among_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    tabs = {tab.label for tab in opened("compare").tabs}
    assert tabs <= {query.get("evidence") for name, query in EVERYWHERE if name == "compare"}


def test_the_same_choice_has_the_same_address_in_every_language(trained: Path) -> None:
    del trained
    pages = [opened("compare", lang=tag, evidence="Cost") for tag in languages()]
    assert all(page.query_params["evidence"] in ("Cost", ["Cost"]) for page in pages)


def test_a_choice_made_in_chinese_is_in_the_address_in_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    page = opened("training", lang=CHINESE, part="Overfitting")
    control = page.segmented_control(key="remedy")
    assert "更多資料" in control.options
    with speaking(CHINESE):  # the test itself asks what selects show
        control.set_value("dropout").run()
    assert page.query_params["remedy"] in ("Dropout", ["Dropout"])
    assert not page.exception


def test_the_language_is_chosen_in_the_sidebar_and_stays_on_the_next_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    page = opened("data")
    assert "lang" not in page.query_params
    page.segmented_control(key="language").set_value(CHINESE).run()
    assert page.title[0].value == "資料"
    assert page.query_params["lang"] in (CHINESE, [CHINESE])
    with speaking(CHINESE):  # the test itself asks what selects show
        page.switch_page("../../pages/training.py").run()
        assert page.title[0].value == "訓練"
        page.segmented_control(key="language").set_value(ENGLISH).run()
    assert page.title[0].value == "Training"


def test_an_unknown_language_in_the_address_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    page = opened("data", lang="xx")
    assert page.title[0].value == "Data"
    assert "lang" not in page.query_params


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("zh-TW", "資料"),
        ("zh-HK", "資料"),
        ("zh-Hant-MO", "資料"),
        ("zh-CN", "Data"),
        (None, "Data"),
    ],
)
def test_the_first_language_is_the_browsers(
    locale: str | None, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.locale", locale)
    assert opened("data").title[0].value == title


def test_a_report_is_in_the_language_of_who_asked_for_it() -> None:
    from mnist_models.comparison.report import report_html
    from mnist_models.runs.registry import load_run
    from tests.helpers.languages import of_html

    run = load_run("reference")
    for language in languages():
        with speaking(language):
            report = report_html(run)
        assert f'lang="{language}"' in report
        read, _, _settings = report.rpartition("<h2>")  # which stand as files have them
        found = [text for text in of_html(read) if foreign_words(text, language)]
        assert found == []


def test_a_table_is_saved_so_that_spreadsheets_read_its_letters() -> None:
    frame = pd.DataFrame({t("digit"): [3]})
    assert as_csv(frame) == "digit\n3\n"
    with speaking(CHINESE):
        saved = as_csv(pd.DataFrame({t("digit"): [3]})).encode()
    assert saved.decode("utf-8-sig") == "數字\n3\n"
    assert saved.startswith(codecs.BOM_UTF8)


def test_a_sentence_made_outside_of_any_visit_is_english() -> None:
    assert t("Undo") == "Undo"
