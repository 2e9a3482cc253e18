"""Doubted labels and hard pictures on Compare: what is shown, played and counted, with MNIST."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.data.label_errors import DOUBTED
from mnist_models.evidence.experiments import load_evidence
from mnist_models.metrics.significance import PairedMetrics
from mnist_models.runs.registry import load_run
from tests.helpers.pages import open_page, picture_links, shown_tables
from ui.compare.studies.label_errors import effect_sentences, label_rows
from ui.compare.studies.reading_scores import right_answers, score_sentences

PLAY, LABELS = "You against them", "Wrong labels"
ROWS = (load_evidence("hard_pictures") or {})["pictures"]


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of the project."""
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    st.cache_resource.clear()


@pytest.fixture
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MNIST_NPZ", "MNIST_RETRAIN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def duel() -> Duel:
    return Duel.of(*contenders_of(load_run("reference")))


def _open(part: str) -> AppTest:
    return open_page("compare", run="reference", evidence=part)


def _texts(page: AppTest) -> str:
    return "\n".join(e.value for e in (*page.markdown, *page.caption, *page.info))


def _say(page: AppTest, label: Any) -> AppTest:
    page.button(key=f"you_say_{label}").click().run()
    assert not page.exception
    return page


def _go_on(page: AppTest) -> AppTest:
    page.button(key="you_next").click().run()
    assert not page.exception
    return page


def test_each_accuracy_is_shown_with_and_without_the_doubted_labels(duel: Duel) -> None:
    rows = label_rows([duel.first, duel.second], duel.labels, np.array(DOUBTED))
    assert _shown_rows(_open(LABELS)) == [[str(value) for value in row.values()] for row in rows]
    kept = np.setdiff1d(np.arange(10_000), DOUBTED)
    share = duel.right[0][kept].mean()
    assert rows[0]["rest"].startswith(f"{share:.2%}".replace("%", "\N{NO-BREAK SPACE}%"))
    wrong = 15 - int(duel.right[0][list(DOUBTED)].sum())
    assert rows[0]["differs"] == f"{wrong} of 15"


def _shown_rows(page: AppTest) -> list[list[str]]:
    return shown_tables(page)[0].to_numpy().tolist()


def test_the_lead_is_told_with_and_without_them(duel: Duel) -> None:
    def lead(rows: Any) -> int:
        return int(duel.right[0][rows].sum()) - int(duel.right[1][rows].sum())

    told = effect_sentences(duel, np.array(DOUBTED))
    kept = np.setdiff1d(np.arange(10_000), DOUBTED)
    assert f"{lead(slice(None))} digits ahead with all labels, {lead(kept)} without" in told
    wrong = np.flatnonzero(~duel.right[1] & duel.right[0])  # only the second misreads them
    assert "Single model less Multi-model: +56 digits with all" in effect_sentences(duel, wrong)
    neither = np.flatnonzero(duel.right.all(axis=0))
    assert "stays the same" in effect_sentences(duel, neither)


def test_the_doubted_pictures_open_on_draw(mnist_npz: Path) -> None:
    del mnist_npz
    links = picture_links(_open(LABELS))
    assert [f"test_picture={row}&" in f"{link.query_string}&" for row, link in
            zip(DOUBTED, links, strict=True)] == [True] * 15  # fmt: skip


@pytest.mark.usefixtures("no_mnist")
def test_without_mnist_there_are_figures_but_no_pictures_and_nothing_to_play() -> None:
    page = _open(LABELS)
    assert len(shown_tables(page)) == 1
    assert picture_links(page) == []
    assert "not on this machine" in _texts(page)
    page = _open(PLAY)
    assert "To play, the pictures have to be here" in _texts(page)
    assert [b for b in page.button if str(b.key).startswith("you_say")] == []


@pytest.mark.usefixtures("mnist_npz")
def test_the_models_answers_come_after_the_visitors(duel: Duel) -> None:
    page = _open(PLAY)
    names = ("Single model: **", "Multi-model: **")
    assert not any(name in _texts(page) for name in names)
    page = _say(page, 3)
    true = duel.labels[ROWS[0]]
    assert f"MNIST says **{true}**, you said **3**" in _texts(page)
    assert all(name in _texts(page) for name in names)
    assert [b for b in page.button if str(b.key).startswith("you_say")] == []
    page = _go_on(page)
    assert not any(name in _texts(page) for name in names)


@pytest.mark.usefixtures("mnist_npz")
def test_who_doubts_a_label_is_told_when_it_was_answered() -> None:
    page = _open(PLAY)
    page.session_state["_you_were_told"] = True
    for answered in (1, 2):
        page.session_state["_read_by_you"] = [0] * answered
        page.run()
        is_doubted = ROWS[answered - 1] in DOUBTED
        assert is_doubted == (answered == 2)
        assert ("People doubt this label" in _texts(page)) == is_doubted


@pytest.mark.usefixtures("mnist_npz")
def test_the_scores_count_all_twenty_and_playing_again_begins_at_the_first(duel: Duel) -> None:
    page = _open(PLAY)
    page.session_state["_read_by_you"] = duel.labels[ROWS[:-1]].tolist()
    page = _go_on(_say(page.run(), duel.labels[ROWS[-1]]))
    shown = {metric.label: metric.value for metric in page.metric}
    first, second = duel.right[:, ROWS].sum(axis=1)
    assert shown["You"] == "20 / 20"
    assert (shown["Single model"], shown["Multi-model"]) == (f"{first} / 20", f"{second} / 20")
    assert len(picture_links(page)) == 20
    page.button(key="you_again").click().run()
    assert page.button(key="you_say_0").label == "0"
    assert "You read 20 of MNIST" in _texts(page)


def test_whom_chance_may_have_favoured_is_told_by_mcnemars_test(duel: Duel) -> None:
    given = [duel.labels[row] for row in ROWS]
    right = right_answers(duel, ROWS, given)
    assert right[0].all()
    clear = ~np.isin(ROWS, DOUBTED)
    chance, single, multi, on_clear = score_sentences(["A", "B"], right, clear)
    assert "Of 20 pictures" in chance
    for sentence, theirs in ((single, right[1]), (multi, right[2])):
        lost = int((~theirs).sum())
        p = PairedMetrics(20 - lost, lost, 0, 0).mcnemar_p
        assert f"{lost} that only you read, 0 that only it reads" in sentence
        assert ("rarely come by chance" in sentence) == (p < 0.05)
    assert "On the 14 whose labels people do not doubt: you 14" in on_clear
    alike = score_sentences(["A", "B"], np.ones((3, 20), bool), clear)
    assert alike[1] == "A: right on the same pictures as you."


def test_answers_so_far_are_compared_with_as_many_of_the_models(duel: Duel) -> None:
    right = right_answers(duel, ROWS, [0, 4])
    assert right.shape == (3, 2)
    assert right[0].tolist() == [duel.labels[ROWS[0]] == 0, duel.labels[ROWS[1]] == 4]
