"""The page Confusion: matrices that add up, options in the address, pictures behind each cell."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st
from hypothesis import given, strategies
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.mistakes import cell_rows, order_by_confusion, outcome_rows
from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import PAIR, TITLES
from mnist_models.metrics.scores import largest_confusions
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from tests.helpers.pages import dialog_title, picture_links, shown_cells
from ui.confusion.colours import ink_on, mix
from ui.confusion.display_options import View
from ui.confusion.matrices import (
    Heatmap,
    as_table,
    confusion_heatmap,
    difference_heatmap,
    full_colour,
    in_unit,
)
from ui.shared import current_run as current_run_module
from ui.shared.picture_cards import PER_PAGE, answers_table
from ui.widgets.cells import number_of
from ui.widgets.contender_style import looks

OpenPage = Callable[..., AppTest]
FIRST, DIFFERENCE = "first", "difference"  # as in `ui.confusion.selection.Matrix`

_JSON = strategies.recursive(
    strategies.one_of(
        strategies.none(), strategies.booleans(), strategies.integers(), strategies.text()
    ),
    strategies.lists,
    max_leaves=3,
)

CONFUSION = [[8, 2, 0], [0, 10, 0], [5, 0, 0]]


@pytest.fixture(autouse=True)
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MNIST_NPZ", "MNIST_RETRAIN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    st.cache_resource.clear()


@pytest.fixture
def sample(tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The tiny data is the sample, which the tiny run was judged on."""
    monkeypatch.setattr(current_run_module, "load_sample", lambda: tiny_dataset)
    return tiny_dataset


@pytest.fixture
def duel(tiny_run: Run) -> Duel:
    return Duel.of(*contenders_of(tiny_run))


def _tables(page: AppTest) -> list[str]:
    """Each matrix that the page shows, as HTML."""
    return [cells["content"] for cells in shown_cells(page)]


def _matrices(page: AppTest) -> list[list[str]]:
    """The texts in the cells of each matrix, in the order of the digits."""
    cells = [re.findall("value=([0-9]+) [^>]*>([^<]*)</button>", table) for table in _tables(page)]
    return [[text for _, text in sorted(each, key=lambda cell: int(cell[0]))] for each in cells]


def _numbers(texts: list[str]) -> np.ndarray:
    """A matrix of counts, or of signed differences, as it is written in the cells."""
    return np.array([float(text.replace("−", "-") or 0) for text in texts]).reshape(10, 10)


def _orders(table: str) -> tuple[list[str], list[str]]:
    """The digits at the columns and at the rows."""
    columns, rows = (re.findall(f"<th scope={of}>([^<]*)<", table) for of in ("col", "row"))
    return columns, rows


def _ask(page: AppTest, pictures: str, true: object = None, answer: object = None) -> AppTest:
    page.selectbox(key="pictures").set_value(pictures).run()
    if true is not None:
        page.selectbox(key="true").set_value(str(true)).run()
        page.selectbox(key="answer").set_value(str(answer)).run()
    page.button(key="show_pictures").click().run()
    assert not page.exception
    return page


def _said(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.info, *page.warning, *page.error)
    return "\n".join(element.value for element in elements)


def _opened_by(page: AppTest) -> list[int]:
    """The numbers of the pictures that are shown, in their order."""
    found = [re.search("test_picture=([0-9]+)", link.query_string) for link in picture_links(page)]
    return [int(number[1]) for number in found if number]


def _cards(page: AppTest) -> list[str]:
    """What stands below the pictures, or in their places where there are none."""
    labels = [link.label.partition(") ")[2] for link in picture_links(page)]
    return labels or [element.value for element in page.markdown if " no. " in element.value]


def _mistake(confusion: Any) -> tuple[int, int]:
    """The cell with the most mistakes."""
    matrix = np.array(confusion)
    np.fill_diagonal(matrix, 0)
    true, answer = np.unravel_index(matrix.argmax(), matrix.shape)
    return int(true), int(answer)


# The matrices


def test_the_page_counts_the_mistakes_of_both(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion")
    headings = [heading.value for heading in page.header]
    for approach in PAIR:
        confusion: np.ndarray = np.array(tiny_run.metrics(approach).confusion)
        wrong = confusion.sum() - confusion.trace()
        assert f"{TITLES[approach]}: {wrong:,} mistakes" in headings


def test_every_cell_shows_its_count_and_the_totals_tie_out(
    tiny_run: Run, open_page: OpenPage
) -> None:
    shown = [_numbers(cells) for cells in _matrices(open_page("confusion"))]
    compared = open_page("compare")
    for numbers, approach, metric in zip(shown, PAIR, compared.metric, strict=False):
        metrics = tiny_run.metrics(approach)
        assert np.array_equal(numbers, metrics.confusion)
        assert numbers.sum() == metrics.rows == 100
        accuracy = numbers.trace() / numbers.sum()
        assert metric.value == f"{accuracy:.2%}".replace("%", " %")


def test_the_difference_is_the_first_matrix_minus_the_second(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("confusion", matrices="Difference")
    (texts,) = _matrices(page)
    first, second = (np.array(tiny_run.metrics(a).confusion) for a in PAIR)
    assert np.array_equal(_numbers(texts), first - second)
    assert "Single model minus Multi-model" in [heading.value for heading in page.header]
    counts = f"2 read as 3: Single model {first[2, 3]:,}, Multi-model {second[2, 3]:,}"
    assert f"data-facts='{counts}'" in _tables(page)[0]


@pytest.mark.parametrize(("unit", "axis"), [("Row %", 1), ("Column %", 0)])
def test_percentages_are_of_the_row_or_of_the_column(
    unit: str, axis: int, tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("confusion", unit=unit)
    for cells, approach in zip(_matrices(page), PAIR, strict=True):
        confusion = np.array(tiny_run.metrics(approach).confusion)
        total = confusion.sum(axis=axis, keepdims=True)
        expected = 100 * confusion / np.where(total == 0, 1, total)
        assert np.allclose(_numbers(cells), expected, atol=0.0501)
    assert f"{unit}: of the pictures" in _said(page)


def test_the_address_chooses_every_option_and_what_it_cannot_mean_is_ignored(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page(
        "confusion", matrices="Difference", unit="Row %", order="Confusion", diagonal="true"
    )
    assert [control.value for control in page.main.segmented_control] == [
        "difference",
        "row",
        "confusion",
    ]
    assert page.toggle(key="diagonal").value
    empty = dict.fromkeys(("order", "diagonal"), "")
    page = open_page("confusion", matrices="None", unit="<b>", **empty)
    assert [control.value for control in page.main.segmented_control][:2] == ["both", "count"]
    digits = [str(k) for k in range(10)]
    assert [_orders(table) for table in _tables(page)] == 2 * [(digits, digits)]


def test_ordered_by_confusion_both_matrices_have_the_order_of_their_sum(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("confusion", order="Confusion")
    total = np.sum([tiny_run.metrics(a).confusion for a in PAIR], axis=0)
    expected = [str(k) for k in order_by_confusion(total)]
    assert [_orders(table) for table in _tables(page)] == 2 * [(expected, expected)]
    shown = [re.findall("aria-label='(.) read as (.): ([0-9]+)'", t) for t in _tables(page)]
    for cells, approach in zip(shown, PAIR, strict=True):
        numbers = {(int(true), int(answer)): int(number) for true, answer, number in cells}
        confusion = np.array(tiny_run.metrics(approach).confusion)
        assert numbers == dict(np.ndenumerate(confusion))


def test_two_runs_are_compared_by_their_names(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("other", **tiny_contents)
    page = open_page("confusion", first="reference.single", second="other.single")
    headings = [heading.value for heading in page.header]
    assert headings[0].startswith("Single model, reference (trained on the sample): ")
    assert headings[1].startswith("Single model, other (trained on the sample): ")
    page = open_page(
        "confusion", first="reference.single", second="other.single", matrices="Difference"
    )
    assert not _numbers(_matrices(page)[0]).any()


def test_a_run_with_one_approach_has_its_matrix_beside_the_active_runs(
    tiny_run: Run, half_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("half", **half_contents)
    page = open_page("confusion", run="half")
    assert len(_matrices(page)) == 2
    assert "Multi-model, reference" in page.header[1].value


def test_the_table_lists_the_largest_cells_first(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion")
    assert not page.dataframe  # until it is asked for
    page.session_state["mistakes_table"] = True
    table = page.run().dataframe[0].value
    total = table["Single model"] + table["Multi-model"]
    assert total.is_monotonic_decreasing
    first = table.iloc[0]
    matrix = np.array(tiny_run.metrics("single").confusion)
    assert matrix[int(first["true"]), int(first["answer"])] == first["Single model"]


# The pictures


def test_until_a_cell_is_asked_for_no_pictures_are_read(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Dataset:
        raise AssertionError("nobody asked for pictures")

    monkeypatch.setattr(current_run_module, "load_sample", refuse)
    page = open_page("confusion")
    assert page.button(key="show_pictures").disabled
    page.selectbox(key="pictures").set_value(FIRST).run()
    assert page.button(key="show_pictures").disabled  # no cell yet
    assert not dialog_title(page)


@pytest.mark.parametrize(
    "asked",
    ["", "x", "first", "first.4", "first.4.10", "first.4.x", "first.4.9.1", "both_wrong.1.2",
     "both_right", "first.٤.9", "first.-1.9", "first.4." + 5_000 * "9", "~2", "<b>"],
)  # fmt: skip
def test_what_an_address_cannot_ask_for_opens_nothing(
    asked: str, tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("confusion", pictures=asked)
    assert not dialog_title(page)
    assert page.selectbox(key="pictures").value is None


def test_the_pictures_of_a_cell_are_shown_with_both_answers(
    duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    true, answer = _mistake(duel.first.metrics.confusion)
    page = _ask(open_page("confusion"), FIRST, true, answer)
    rows = cell_rows(duel, duel.first, true, answer)
    assert _opened_by(page) == rows[:PER_PAGE].tolist()
    assert dialog_title(page) == f"Single model: {len(rows)} pictures of {true}, read as {answer}"
    assert "The most confident mistakes come first." in _said(page)
    assert page.query_params["pictures"] == f"first.{true}.{answer}"
    cards = _cards(page)
    assert len(cards) == len(rows)
    proba = duel.first.proba[rows[0]]
    first, second, third = cards[0].split("  \n")
    assert first == f"**{true}** no. {rows[0]}"
    said = f"{answer} ✗ {proba.max():.1%}, {true}: {proba[true]:.1%}".replace("%", " %")
    assert second == f":blue[●] {said}"
    assert third.startswith(":orange[◆] ")


def test_the_chosen_cell_has_a_frame_in_its_own_matrix_only(
    duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    true, answer = _mistake(duel.second.metrics.confusion)
    page = open_page("confusion", pictures=f"second.{true}.{answer}")
    frames = [None, str(10 * true + answer)]
    assert [cells["chosen"] for cells in shown_cells(page)] == frames
    del page.query_params["pictures"]  # the dialog is closed, or the browser went back
    page.run()
    assert not dialog_title(page)
    assert [cells["chosen"] for cells in shown_cells(page)] == frames  # where they had looked


@pytest.mark.parametrize("outcome", ["only_first", "only_second", "both_wrong"])
def test_who_alone_is_right_can_be_asked_for_whatever_the_cell(
    outcome: Any, duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    page = _ask(open_page("confusion"), outcome)
    rows = outcome_rows(duel, outcome)
    assert dialog_title(page).startswith(f"{len(rows)} picture")
    assert _opened_by(page) == rows[:PER_PAGE].tolist()
    assert page.selectbox(key="true").disabled
    assert page.query_params["pictures"] == outcome


def test_the_pages_of_pictures_hold_each_of_them_once(
    duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    page = _ask(open_page("confusion"), "both_wrong")
    rows = outcome_rows(duel, "both_wrong")
    assert len(rows) > PER_PAGE
    shown = _opened_by(page)
    pages = -(-len(rows) // PER_PAGE)
    for number in range(2, pages + 1):
        page.query_params["pictures"] = f"both_wrong~{number}"
        shown += _opened_by(page.run())
    assert shown == rows.tolist()
    page.query_params["pictures"] = "both_wrong~9999"  # the last one
    assert _opened_by(page.run()) == shown[(pages - 1) * PER_PAGE :]


def test_an_empty_cell_says_that_there_is_nothing(
    duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    true, answer = np.argwhere(np.array(duel.first.metrics.confusion) == 0)[0]
    page = _ask(open_page("confusion"), FIRST, true, answer)
    assert dialog_title(page).startswith(f"Single model: 0 pictures of {true}, read ")
    assert "There are no such pictures." in _said(page)
    assert not _opened_by(page)


def test_a_difference_counts_who_gives_the_answer(
    duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    first, second = (np.array(c.metrics.confusion) for c in (duel.first, duel.second))
    true, answer = _mistake(first - second)
    page = _ask(open_page("confusion"), DIFFERENCE, true, answer)
    assert f"a difference of +{first[true, answer] - second[true, answer]}" in _said(page)


def test_a_picture_opens_on_draw_which_has_a_link_back_to_all_of_them(
    duel: Duel, sample: Dataset, open_page: OpenPage
) -> None:
    rows = outcome_rows(duel, "both_wrong")
    page = open_page("confusion", matrices="Difference", pictures="both_wrong~2")
    query = dict(parse_qsl(picture_links(page)[0].query_string))
    row = int(rows[PER_PAGE])
    assert query["test_picture"] == str(row)
    assert "run" not in query  # who has chosen none goes on with the default
    draw = open_page("draw", **query)
    (link,) = draw.get("page_link")
    assert link.proto.label == f"Back to the {len(rows)} pictures"
    assert link.proto.page == "confusion"
    assert dict(parse_qsl(link.proto.query_string)) == {
        "matrices": "Difference",
        "pictures": "both_wrong~2",
    }
    draw.number_input(key="test_picture").set_value(row + 1).run()
    assert not draw.get("page_link")  # another picture
    draw.number_input(key="test_picture").set_value(row).run()
    draw.segmented_control(key="source").set_value("Draw").run()
    assert "confusion" not in [link.proto.page for link in draw.get("page_link")]


def test_a_picture_of_another_run_opens_with_that_run_and_draw_says_so(
    tiny_run: Run, sample: Dataset, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("other", **tiny_contents)
    link = {"first": "other.single", "second": "other.multi", "pictures": "both_wrong"}
    page = open_page("confusion", **link)
    query = dict(parse_qsl(picture_links(page)[0].query_string))
    assert query["run"] == "other"
    page.switch_page("../../pages/draw.py")
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert "You now look at the run **other" in _said(page)


def test_pictures_of_another_sample_are_not_passed_off_as_the_runs(
    duel: Duel, sample: Dataset, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Dataset("sample", sample.x_train, sample.y_train, sample.x_test, sample.y_test[::-1])
    monkeypatch.setattr(current_run_module, "load_sample", lambda: other)
    page = _ask(open_page("confusion"), "both_wrong")
    assert "not on this machine" in _said(page)
    assert not _opened_by(page)


def test_a_link_to_a_picture_opens_the_one_that_the_run_was_judged_on(
    tiny_run: Run,
    sample: Dataset,
    open_page: OpenPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where MNIST is installed: its picture of the same number is another."""
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "not read for a run on the sample"))
    page = open_page("draw", source="Test picture", test_picture="7")
    assert page.number_input(key="test_picture").value == 7
    expected = [str(tiny_run.stack(a).predict(sample.x_test[7:8])[0]) for a in PAIR]
    assert [metric.value for metric in page.metric] == expected
    assert f"**{sample.y_test[7]}**" in _said(page)
    page.segmented_control(key="source").set_value("Draw").run()
    assert [metric.value for metric in page.metric] == ["–", "–"]


@pytest.fixture
def mnist_run(trained: Path, tiny_contents: dict[str, Any]) -> Run:
    """A run that was judged on MNIST, as far as its manifest knows."""
    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    manifest["dataset"]["name"] = "mnist"
    return publish("reference", **{**tiny_contents, "manifest": manifest})


def test_without_mnist_the_answers_are_shown_and_one_click_downloads_the_pictures(
    mnist_run: Run, open_page: OpenPage
) -> None:
    page = _ask(open_page("confusion"), "both_wrong")
    assert "which is not on this machine" in _said(page)
    assert page.button(key="asked_download_mnist").label == "Download MNIST (11 MB)"
    assert len(_cards(page)) == PER_PAGE
    assert not _opened_by(page)


def test_where_visitors_may_not_download_the_place_of_the_pictures_says_who_can(
    mnist_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    page = _ask(open_page("confusion"), "both_wrong")
    assert "owner of this site" in _said(page)
    assert not [button.key for button in page.button if "download_mnist" in str(button.key)]


def test_a_damaged_mnist_is_named_and_no_other_pictures_stand_in(
    mnist_run: Run, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "mnist.npz"
    damaged.write_bytes(b"no digits")
    monkeypatch.setenv("MNIST_NPZ", str(damaged))
    page = _ask(open_page("confusion"), "both_wrong")
    assert "mnist.npz is damaged" in _said(page)
    assert str(damaged) not in _said(page)  # its folder is nobody's business
    assert not _opened_by(page)


def test_the_csv_of_pictures_has_a_row_for_each_with_all_probabilities(duel: Duel) -> None:
    rows = outcome_rows(duel, "both_wrong")
    table = answers_table(duel, rows)
    assert table["test picture"].tolist() == rows.tolist()
    assert table["true"].tolist() == duel.labels[rows].tolist()
    for look in looks(duel):
        names = [f"{look.name}: probability of {k}" for k in range(10)]
        proba = table[names].to_numpy()
        assert np.array_equal(proba, look.contender.proba[rows])
        assert table[f"{look.name}: answer"].tolist() == proba.argmax(axis=1).tolist()


# The heatmaps


def _texts(cells: Heatmap) -> list[str]:
    return [cell.text for cell in cells]


def _fills(cells: Heatmap) -> list[str]:
    return [cell.fill for cell in cells]


@pytest.mark.parametrize("unit", ["count", "row"])
def test_a_heatmap_shows_every_cell_and_leaves_empty_ones_blank(unit: Any) -> None:
    cells = confusion_heatmap(CONFUSION, [0, 1, 2], 5, View(unit))
    texts = {(cell.true, cell.answer): cell.text for cell in cells}
    assert len(texts) == 9
    assert texts["0", "1"] == ("2" if unit == "count" else "20.0")
    assert texts["2", "0"] == ("5" if unit == "count" else "100")
    assert texts["0", "2"] == ""


def test_a_small_share_is_not_written_as_nothing_nor_a_large_one_as_all() -> None:
    cells = confusion_heatmap([[9999, 1], [0, 10_000]], [0, 1], 1, View("row"))
    assert _texts(cells) == ["99.9", ".01", "", "100"]


def test_equal_mistakes_have_equal_colours_and_the_diagonal_none_unless_asked_for() -> None:
    confusion = [[80, 5, 5], [2, 80, 0], [0, 1, 80]]
    fills = _fills(confusion_heatmap(confusion, [0, 1, 2], 5))
    assert fills[1] == fills[2] == "#c2410c"
    assert fills[0] == fills[4] == fills[8] not in ("#2f7fc1", fills[5])
    assert fills[5] == fills[6]
    coloured = _fills(confusion_heatmap(confusion, [0, 1, 2], 80, View(diagonal=True)))
    assert coloured[0] == "#2f7fc1"
    assert coloured[1] == coloured[2] not in (fills[1], fills[5])


def test_the_scale_of_a_difference_is_symmetric_about_0(duel: Duel) -> None:
    pair = looks(duel)
    first, second = [[7, 3], [0, 9]], [[9, 1], [2, 7]]
    cells = difference_heatmap(first, second, [0, 1], 2, pair)
    assert _texts(cells) == ["−2", "+2", "−2", "+2"]
    assert _fills(cells)[1] == pair[0].colour
    assert _fills(cells)[2] == pair[1].colour
    half = _fills(difference_heatmap(first, second, [0, 1], 4, pair))
    assert half[1] == mix(pair[0].colour, "#ffffff", 0.5)
    assert half[2] == mix(pair[1].colour, "#ffffff", 0.5)


def test_the_full_colour_is_the_largest_mistake_of_all_matrices() -> None:
    few, many = [[9, 1], [0, 10]], [[7, 3], [4, 6]]
    assert full_colour([few, many]) == 4
    assert full_colour([few, many], diagonal=True) == 10
    assert full_colour([in_unit(m, "row") for m in (few, many)]) == 40
    assert full_colour([np.array([[0, -6], [3, 0]])]) == 6
    assert full_colour([[[5, 0], [0, 5]]]) == 0
    without_mistakes = confusion_heatmap([[5, 0], [0, 5]], [0, 1], 0)
    assert _texts(without_mistakes) == ["5", "", "", "5"]


def test_what_is_known_of_a_cell_is_told_with_it() -> None:
    cells = confusion_heatmap(CONFUSION, [0, 1, 2], 5)
    assert cells[1].facts == ("0 read as 1: 2 pictures, 20.00 % of the row, 16.67 % of the column")
    assert cells[0].spoken == "0 read as 0: 8"
    assert cells[2].spoken == "0 read as 2: 0"


def test_the_name_of_a_class_is_text_whatever_it_holds() -> None:
    names = ["<b>'x'</b>", '"&']
    cells = confusion_heatmap([[1, 2], [3, 4]], names, 3)
    table = as_table(cells, (1, 0), "a & b", "button")
    assert "<b>" not in table
    found = _Attributes()
    found.feed(table)
    assert found.labels[:2] == ["a & b", '"& read as "&: 4']
    assert found.labels[-1] == "<b>'x'</b> read as <b>'x'</b>: 1"


class _Attributes(HTMLParser):
    """What a browser would read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.labels += [value or "" for name, value in attrs if name == "aria-label"]


@given(strategies.one_of(_JSON, strategies.integers(-5, 120).map(str)))
def test_only_the_number_of_a_cell_chooses_one(sent: object) -> None:
    expected = [n for n in range(100) if sent == str(n)]
    assert number_of(sent, 100) == (expected[0] if expected else None)


_LEVELS = strategies.tuples(*[strategies.integers(0, 255)] * 3)


@given(_LEVELS)
def test_a_number_can_be_read_on_any_colour(levels: tuple[int, int, int]) -> None:
    fill = "#{:02x}{:02x}{:02x}".format(*levels)
    light, dark = sorted((_luminance(fill), _luminance(ink_on(fill))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG AA


def _luminance(colour: str) -> float:
    shares = [level / 255 for level in bytes.fromhex(colour[1:])]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_largest_confusions_add_the_approaches_and_leave_out_the_diagonal() -> None:
    matrices = {"a": [[9, 1], [3, 0]], "b": [[9, 5], [0, 0]]}
    rows = largest_confusions(matrices, [0, 1])
    assert [(r["true"], r["answer"], r["a"], r["b"]) for r in rows] == [
        ("0", "1", 1, 5),
        ("1", "0", 3, 0),
    ]
    assert len(largest_confusions(matrices, [0, 1], limit=1)) == 1
