"""“It was …”: a tap keeps a drawing, another changes what it is, and one takes it back."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_models.preprocessing.decoding import decode_png
from mnist_models.runs.run import Run
from tests.helpers.drawings import UNUSABLE, kept_in


def _offer() -> None:
    import numpy as np

    from mnist_models.runs.registry import load_run
    from ui.draw.correction import offer_correction
    from ui.shared.navigation import navigate

    navigate()  # so that there is a page to link to
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[40:240, 130:150] = 255
    image = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    offer_correction(load_run(), image=image, drawing=drawing)


@pytest.fixture
def offer(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """A function that opens a session in which a drawing can be corrected."""
    monkeypatch.delenv("MNIST_CORRECTIONS", raising=False)
    st.cache_resource.clear()
    yield lambda: AppTest.from_function(_offer, default_timeout=30).run()
    st.cache_resource.clear()


def _tap(page: AppTest, label: str) -> AppTest:
    page.segmented_control(key="correct_label").set_value(label).run()
    assert not page.exception
    return page


def _said(page: AppTest) -> str:
    return " ".join(e.value for e in (*page.markdown, *page.caption))


def test_every_class_of_the_run_is_offered_and_no_database_made_before_a_tap(
    tiny_run: Run, offer: Callable[..., AppTest]
) -> None:
    page = offer()
    assert page.segmented_control(key="correct_label").options == [str(c) for c in tiny_run.classes]
    assert not (tiny_run.path.parent / ".corrections.db").exists()


def test_a_tap_keeps_the_drawing_with_what_both_answered(
    tiny_run: Run, offer: Callable[..., AppTest]
) -> None:
    page = _tap(offer(), "4")
    assert "Kept as **4**" in _said(page)
    [kept] = kept_in(tiny_run.path.parent)
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28)).astype(np.uint8)
    assert np.array_equal(kept.image, image[0])
    assert kept.answers == {
        a: str(tiny_run.stack(a).predict(image)[0]) for a in ("single", "multi")
    }
    assert (kept.label, kept.run, kept.version) == ("4", "reference", tiny_run.version)
    assert decode_png(kept.picture).shape == (280, 280, 4)


def test_another_tap_changes_the_label_and_undo_takes_it_back(
    tiny_run: Run, offer: Callable[..., AppTest]
) -> None:
    page = _tap(_tap(offer(), "4"), "9")
    assert [d.label for d in kept_in(tiny_run.path.parent)] == ["9"]
    page.button(key="undo_correction").click().run()
    assert not page.exception
    assert "Kept as" not in _said(page)
    assert kept_in(tiny_run.path.parent) == []


def test_two_sessions_are_two_visitors(tiny_run: Run, offer: Callable[..., AppTest]) -> None:
    first, second = offer(), offer()
    _tap(first, "4")
    assert "Kept as" not in _said(second.run())
    _tap(second, "7")
    assert "Kept as **4**" in _said(first.run())
    assert len(kept_in(tiny_run.path.parent)) == 2


def test_nothing_is_offered_where_corrections_are_off(
    tiny_run: Run, offer: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_CORRECTIONS", "off")
    page = offer()
    assert not page.segmented_control
    assert _said(page) == ""


def test_a_damaged_database_is_a_sentence_and_the_choice_stays(
    tiny_run: Run, offer: Callable[..., AppTest]
) -> None:
    (tiny_run.path.parent / ".corrections.db").write_bytes(b"no database at all, just some text")
    page = _tap(offer(), "4")
    assert UNUSABLE in page.error[0].value
    assert "Kept as" not in _said(page)
    assert len(page.segmented_control(key="correct_label").options) == 10
