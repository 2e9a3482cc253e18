"""Several digits on Draw, as far as no hand is needed."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_models.learning.stack import Stack
from mnist_models.runs.run import Run
from tests.helpers.drawings import kept_in
from tests.helpers.pages import shown_cells
from ui.draw import canvas
from ui.draw.canvas import stroke


def _answer(
    single: str,
    multi: str,
    wavering: str = "",
    cut_off: bool = False,
    digit: str = "",
    only: str = "",
    together: bool = False,
    moved: int = 0,
) -> None:
    """Bars that are read as these digits: of those that waver nobody is sure, "?" is none.

    together: the multi-model has not cut the last two apart.
    moved: so many pixels further to the left it cuts before the last.
    """
    from dataclasses import replace

    import numpy as np
    import streamlit as st

    from mnist_models.drawings.number import Number
    from mnist_models.preprocessing.to_mnist import to_mnist_steps
    from mnist_models.runs.registry import load_run
    from ui.draw.numbers.number_verdicts import answer_number
    from ui.draw.numbers.reading import Reading
    from ui.shared.navigation import navigate

    navigate()  # so that there is a page to link to
    if digit:
        st.query_params["digit"] = digit
    picture = np.full((100, 60 * len(single) + 20), 255, np.uint8)
    picture[::7] = 200 + np.arange(picture.shape[1]) % 50  # no two digits are the same
    for k in range(len(single)):
        picture[20:80, 60 * k + 20 : 60 * k + 30] = 0
    steps = replace(to_mnist_steps(np.eye(40, dtype=np.uint8) * 255), shapes=2)

    def number(approach: str, text: str) -> Number:
        n = len(text)
        proba = np.full((n, 10), 0.001)
        for k, label in enumerate(text):
            proba[k, int(label.replace("?", "0"))] = 0.3 if label == "?" else 0.99
            if label in wavering:
                proba[k, [int(label), (int(label) + 1) % 10]] = 0.9, 0.8
        boxes = np.array([[20, 60 * k + 20, 80, 60 * k + 50] for k in range(n)])
        if together and n < len(single):
            boxes[-1, 3] += 60
        if approach == "multi":
            boxes[-2, 3] -= moved
            boxes[-1, 1] -= moved
        answers = tuple(map(str, proba.argmax(axis=1)))
        accepted = proba.max(axis=1) >= 0.5
        edges = np.arange(n) == (0 if cut_off else -1)
        return Number((steps,) * n, boxes, np.zeros(n, int), edges, proba, answers, accepted)

    texts = {"single": single, "multi": multi}
    numbers = {a: number(a, text) for a, text in texts.items() if only in ("", a)}
    missing = () if not only else ("It is gone.",)
    subject = answer_number(load_run(), Reading(picture, numbers, missing))  # type: ignore[arg-type]
    st.text(subject.image is not None)


@pytest.fixture
def answer(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """A function that opens a session with such a number."""
    monkeypatch.delenv("MNIST_CORRECTIONS", raising=False)
    st.cache_resource.clear()

    def run(single: str, multi: str, **more: Any) -> AppTest:
        values = {"single": single, "multi": multi, **more}
        page = AppTest.from_function(_answer, kwargs=values, default_timeout=30).run()
        assert not page.exception
        return page

    yield run
    st.cache_resource.clear()


def _said(page: AppTest) -> str:
    boxes = (*page.info, *page.warning, *page.error, *page.success)
    return " ".join(box.value for box in boxes)


def _cards(page: AppTest) -> str:
    return "".join(cells["content"] for cells in shown_cells(page))


@pytest.mark.parametrize(
    ("values", "texts", "said", "doubted", "cards"),
    [
        (
            {"single": "2026", "multi": "2026"},
            ["2026", "2026"],
            "Both read 2026.",
            ["", ""],
            [">2<", ">0<", ">6<", "class='plain'"],
        ),
        (
            {"single": "2026", "multi": "2076"},
            ["2026", "2076"],
            "They disagree: the single model reads 2026, the 10 models read 2076. They differ at "
            "place 3.",
            ["", ""],
            [">2 ≠ 7<", "class='differs'", "Place 3. Single model: 2. Multi-model: 7."],
        ),
        (
            {"single": "2026", "multi": "2076", "wavering": "0"},
            ["2026", "2076"],
            "They differ at place 3. The answer at place 2 is unsure.",
            ["?", "?"],
            [">0?<", "class='unsure'", "Place 2. Single model: 0, unsure. Multi-model: 0, unsure."],
        ),
        (
            {"single": "20", "multi": "20", "wavering": "20"},
            ["20", "20"],
            "Perhaps 20: that is what both read, but not with certainty. The answers at "
            "the places 1 and 2 are unsure.",
            ["?", "?"],
            [">2?<"],
        ),
        (
            {"single": "20", "multi": "2?"},
            ["20", "2?"],
            "None of the 10 binary models says yes at place 2.",
            ["", ""],
            [">0 ≠ ?<", "Multi-model: not one of my digits."],
        ),
        (
            {"single": "210", "multi": "28", "together": True},
            ["210", "28"],
            "They differ at the places 2, 3 and 4. They cut what touches in different places.",
            ["", ""],
            [">1 ≠ –<", ">– ≠ 8<", "Multi-model: not cut out like this."],
        ),
        (
            {"single": "20", "multi": "20", "cut_off": True},
            ["20", "20"],
            "At place 1 the ink touches the edge of the picture and may be cut off there: show it "
            "whole.",
            ["", ""],
            [],
        ),
        (
            {"single": "20", "multi": "20", "only": "single"},
            ["20"],
            "It is gone.",
            [""],
            [">2<"],
        ),
        (
            {"single": "20", "multi": "20", "moved": 2},
            ["20", "20"],
            "Both read 20.",
            ["", ""],
            [">2<", ">0<", "class='plain'"],
        ),
        (
            {"single": "20", "multi": "20", "moved": 15},
            ["20", "20"],
            "Both read 20, but they cut what touches in different places.",
            ["", ""],
            [">2 ≠ –<"],
        ),
        ({"single": "20", "multi": "20", "only": "neither"}, [], "It is gone.", [], []),
    ],
)
def test_both_numbers_are_told_and_what_differs_is_marked_by_more_than_a_colour(
    values: dict[str, Any],
    texts: list[str],
    said: str,
    doubted: list[str],
    cards: list[str],
    answer: Callable[..., AppTest],
) -> None:
    page = answer(**values)
    assert [metric.value for metric in page.metric] == texts
    assert said in _said(page)
    assert [metric.delta for metric in page.metric] == doubted
    assert [part for part in cards if part not in _cards(page)] == []
    assert bool(_cards(page)) == bool(page.text_input) == bool(texts)
    assert not page.success  # nobody knows whether it is right
    assert ("They disagree" in _said(page)) == (len({*texts}) > 1 and "?" not in texts[1])


def test_a_digit_is_opened_by_the_address_and_closed_by_its_button(
    answer: Callable[..., AppTest],
) -> None:
    closed = answer("2026", "2026")
    assert len(closed.metric) == 2
    assert closed.text[0].value == "False"
    page = answer("2026", "2026", digit="3")
    assert len(page.metric) == 4
    assert page.text[0].value == "True"  # there is a picture to explain
    assert shown_cells(page)[0]["chosen"] == "2"
    assert page.button(key="close_digit")
    assert "separate shapes" not in _said(page)  # it has been put together of two
    for beyond in ("5", "0", "-1", "x", "3.0"):
        assert len(answer("2026", "2026", digit=beyond).metric) == 2


# Corrections


def _type(page: AppTest, text: str) -> AppTest:
    page.text_input[0].set_value(text).run()
    assert not page.exception
    return page


def test_each_digit_of_a_number_is_kept_as_a_drawing_of_its_own_and_can_be_taken_back(
    tiny_run: Run, answer: Callable[..., AppTest]
) -> None:
    page = _type(answer("2026", "2076"), " 20 36 ")
    kept = kept_in(tiny_run.path.parent)
    assert [drawing.label for drawing in kept] == ["6", "3", "0", "2"]  # the newest first
    assert len({drawing.digest for drawing in kept}) == 4
    assert {drawing.image.shape for drawing in kept} == {(28, 28)}
    assert set(kept[0].answers) == {"single", "multi"}
    assert "Kept as **2036**." in " ".join(m.value for m in page.markdown)
    page.button(key="undo_correction").click().run()
    assert not page.exception
    assert kept_in(tiny_run.path.parent) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("203", "203 has 3 digits, and 4 were found: nothing is kept."),
        ("20a6", "“a” is no digit that these models know"),
        ("2", "2 has 1 digit, and 4 were found: nothing is kept."),
    ],
)
def test_a_number_that_does_not_fit_is_not_kept_and_a_sentence_says_why(
    typed: str, said: str, tiny_run: Run, answer: Callable[..., AppTest]
) -> None:
    page = _type(answer("2026", "2026"), typed)
    assert said in _said(page)
    assert not (tiny_run.path.parent / ".corrections.db").exists()
    assert len(_type(page, "2026").button) == 1  # it can be typed again
    assert len(kept_in(tiny_run.path.parent)) == 4


def test_the_cuts_that_fit_the_number_are_kept(
    tiny_run: Run, answer: Callable[..., AppTest]
) -> None:
    _type(answer("210", "28", together=True), "28")
    assert [drawing.label for drawing in kept_in(tiny_run.path.parent)] == ["8", "2"]
    page = _type(answer("210", "28", together=True), "2100")
    assert "2100 has 4 digits, and 3 or 2 were found" in _said(page)


def test_another_number_of_digits_is_kept_instead_of_the_one_before(
    tiny_run: Run, answer: Callable[..., AppTest]
) -> None:
    page = answer("210", "28", together=True)
    for typed, labels in (("28", ["8", "2"]), ("210", ["0", "1", "2"]), ("28", ["8", "2"])):
        _type(page, typed)
        assert [drawing.label for drawing in kept_in(tiny_run.path.parent)] == labels
        assert f"Kept as **{typed}**." in " ".join(m.value for m in page.markdown)


def test_an_empty_field_makes_neither_a_visitor_nor_a_database(
    tiny_run: Run, answer: Callable[..., AppTest]
) -> None:
    page = _type(_type(_type(answer("2026", "2026"), "203"), ""), "  ")
    assert not (tiny_run.path.parent / ".corrections.db").exists()
    assert "_visitor" not in page.session_state
    assert "nothing is kept" not in _said(page)


def test_nothing_is_offered_where_corrections_are_off(
    answer: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_CORRECTIONS", "off")
    assert not answer("2026", "2026").text_input


# The canvas


def test_the_address_says_which_canvas_is_shown(
    tiny_run: Run, open_page: Callable[..., AppTest]
) -> None:
    page = open_page("draw")
    assert [b.label for b in page.button if b.label in ("Number", "One digit")] == ["Number"]
    [button] = [b for b in page.button if b.label == "Number"]
    button.click().run()
    assert not page.exception
    assert page.query_params["canvas"] == "number"
    assert [b.label for b in page.button if b.label in ("Number", "One digit")] == ["One digit"]
    assert "Write a number in the black field" in page.info[0].value
    [button] = [b for b in page.button if b.label == "One digit"]
    button.click().run()
    assert "canvas" not in page.query_params
    assert "Write a number" not in open_page("draw", canvas="no such").info[0].value


@pytest.mark.parametrize("sent", [None, "800", True, float("nan"), float("inf"), 0, -1, [300]])
def test_what_is_no_width_is_not_believed(sent: object) -> None:
    assert canvas._width(sent) is None


@pytest.mark.parametrize(
    ("sent", "width"),
    [(280, 280), (812.5, 812), (240, 280), (0.1, 280), (10**9, 1600), (1e300, 1600)],
)
def test_a_place_of_any_width_gets_a_canvas(sent: float, width: int) -> None:
    assert canvas._width(sent) == width
    assert canvas.MAX_WIDTH == 1600


@pytest.fixture
def write(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AppTest]:
    """A function that opens the page when these lines have been drawn on a canvas for numbers."""

    def run(*lines: list[tuple[int, int]], seen: int = 600) -> AppTest:
        strokes = [stroke("M" + " L".join(f"{x} {y}" for x, y in line)) for line in lines]
        drawing = canvas._Drawing(_png(seen), strokes)
        monkeypatch.setattr(canvas, "_width", lambda sent: 600)
        monkeypatch.setattr(canvas, "_ask_canvas", lambda *_: drawing)
        page = open_page("draw", canvas="number")
        assert not page.exception
        return page

    return run


_BARS = [[(x, 40), (x, 240)] for x in (60, 200, 340)]


def test_what_is_written_there_is_read_from_its_strokes(
    tiny_run: Run, write: Callable[..., AppTest]
) -> None:
    """One digit is answered as on the other canvas, and several by their number."""
    alone, three = write(_BARS[0]), write(*_BARS)
    assert [len(metric.value) for metric in alone.metric] == [1, 1]
    assert [metric.value for metric in three.metric] == [3 * m.value for m in alone.metric]
    assert shown_cells(three)[0]["content"].count("<button") == 3
    assert not write().metric[0].value.strip("–")


def test_a_picture_of_another_width_is_not_read_as_it_may_lack_what_was_written(
    tiny_run: Run, write: Callable[..., AppTest]
) -> None:
    page = write(*_BARS, seen=280)
    assert "Write a number in the black field" in page.info[0].value
    assert not _cards(page)


def test_a_digit_of_two_shapes_is_one_and_each_network_is_asked_once(
    tiny_run: Run, write: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roof of a 5 stands apart, but above the rest."""
    ask = Mock(side_effect=Stack.predict_proba, autospec=True)
    monkeypatch.setattr(Stack, "predict_proba", lambda *given: ask(*given))
    page = write([(80, 120), (150, 120), (150, 220), (80, 220)], [(85, 60), (150, 105)])
    assert [len(metric.value) for metric in page.metric] == [1, 1]
    assert "separate shapes" not in _said(page)
    assert ask.call_count == 2


@pytest.mark.parametrize("count", [1, 3])
def test_where_no_network_is_sound_both_are_named_and_nothing_is_answered(
    count: int, tiny_run: Run, write: Callable[..., AppTest]
) -> None:
    for approach in tiny_run.approaches:
        (tiny_run.path / f"{approach}.npz").write_bytes(b"no networks")
    page = write(*_BARS[:count])
    assert len([box for box in page.warning if "damaged" in box.value]) == 2
    assert not _cards(page)
    assert not page.text_input


def _png(width: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (width, 280)).save(file, "PNG")
    return file.getvalue()
