"""The map on Draw and Confusion, as far as no hand is needed: what browsers get and send."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.mistakes import cell_rows, line_rows
from mnist_models.data.dataset import Dataset
from mnist_models.embedding.arrays import embedding_arrays
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import EMBEDDING, Run
from tests.helpers.pages import dialog_title, picture_links
from ui.map.point_map import MAX_CORNERS, corners_of
from ui.shared import current_run as current_run_module

OpenPage = Callable[..., AppTest]
SQUARE = [(-100, -100), (100, -100), (100, 100), (-100, 100)]
IN_ADDRESS = ".".join(str(number + 128) for corner in SQUARE for number in corner)


@pytest.fixture(autouse=True)
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_dataset: Dataset) -> None:
    """The tiny data is the sample, which the tiny run was judged on."""
    for variable in ("MNIST_NPZ", "MNIST_RETRAIN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(current_run_module, "load_sample", lambda: tiny_dataset)
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def with_map(tiny_contents: dict[str, Any], tiny_dataset: Dataset) -> dict[str, Any]:
    """What `publish` needs for a shipped run with a map."""
    d = tiny_dataset
    made = embedding_arrays(tiny_contents["stacks"], d.x_train, d.y_train, d.x_test)
    return {
        **tiny_contents,
        "manifest": {**tiny_contents["manifest"], "made_here": False},
        "arrays": {**tiny_contents["arrays"], EMBEDDING: made},
    }


@pytest.fixture
def run(trained: Path, with_map: dict[str, Any]) -> Run:
    return publish("reference", **with_map)


def _maps(page: AppTest) -> list[dict[str, Any]]:
    components = [element.proto for element in page.get("bidi_component")]
    return [json.loads(each.json) for each in components if each.component_name == "point_map"]


def _texts(page: AppTest) -> str:
    return " ".join(e.value for e in (*page.info, *page.error, *page.caption))


def test_on_draw_nothing_is_computed_until_the_map_is_chosen(run: Run, open_page: OpenPage) -> None:
    assert _maps(open_page("draw")) == []
    (data,) = _maps(open_page("draw", see_inside="Map"))
    assert [each["place"] for each in data["maps"]] == [None, None]
    assert all(each["file"] and each["network"] for each in data["maps"])
    assert len(data["scripts"]) == 3
    assert all(data["scripts"])
    assert data["pictures"] == {}
    assert data["corners"] == 0


def test_what_the_browser_fetches_is_the_stored_map_with_labels_and_answers(
    run: Run, open_page: OpenPage, static: Path
) -> None:
    (data,) = _maps(open_page("draw", see_inside="Map"))
    for approach, given in zip(run.approaches, data["maps"], strict=True):
        with np.load(static / given["file"].rpartition("/")[2]) as file:
            assert {file[name].dtype.str for name in file.files} == {"|i1", "<f4"}
            np.testing.assert_array_equal(file["points"], run.embeddings[approach].points)
            np.testing.assert_array_equal(file["labels"], run.test_scores["labels"])
            expected = run.test_scores[approach].argmax(axis=1)
            np.testing.assert_array_equal(file["answers"], expected)


def test_a_test_picture_is_a_point_beside_its_nearest_with_their_pictures(
    run: Run, open_page: OpenPage, tiny_dataset: Dataset
) -> None:
    asked = {"source": "Test picture", "test_picture": "7", "see_inside": "Map"}
    (data,) = _maps(open_page("draw", **asked))
    for approach, given in zip(run.approaches, data["maps"], strict=True):
        made = run.embeddings[approach]
        place = made.place(run.stack(approach), tiny_dataset.x_test[7:8])[0]
        np.testing.assert_allclose(given["place"], place, rtol=1e-6)
        near = made.nearest(place, 5)
        assert near[0] == 7
        assert {str(row) for row in near} <= set(data["pictures"])
    assert all(url.startswith("data:image/png;base64,") for url in data["pictures"].values())


def test_without_their_pictures_neighbours_are_digits(
    trained: Path, with_map: dict[str, Any], open_page: OpenPage
) -> None:
    manifest = {
        **with_map["manifest"],
        "dataset": {**with_map["manifest"]["dataset"], "name": "mnist"},
    }
    publish("reference", **{**with_map, "manifest": manifest})
    asked = {"source": "Test picture", "test_picture": "7", "see_inside": "Map"}
    (data,) = _maps(open_page("draw", **asked))
    assert data["pictures"] == {}
    assert all(each["place"] for each in data["maps"])


@pytest.mark.parametrize(
    ("page", "asked"), [("draw", {"see_inside": "Map"}), ("confusion", {"matrices": "Map"})]
)
def test_a_run_without_a_map_says_which_command_adds_it(
    page: str, asked: dict[str, str], tiny_run: Run, open_page: OpenPage
) -> None:
    shown = open_page(page, **asked)
    assert _maps(shown) == []
    assert "`python -m mnist_models upgrade --map reference`" in _texts(shown)


def test_other_reasons_are_said_in_a_sentence(
    run: Run,
    with_map: dict[str, Any],
    open_page: OpenPage,
    static: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stacks = {"single": with_map["stacks"]["single"]}
    arrays = {k: v for k, v in with_map["arrays"][EMBEDDING].items() if k.startswith("single")}
    arrays = {**with_map["arrays"], EMBEDDING: arrays}
    publish("half", **{**with_map, "stacks": stacks, "arrays": arrays})
    page = open_page("confusion", matrices="Map", run="half")
    assert len(_maps(page)) == 1
    assert "has scores of the multi-model but not its weights" in _texts(page)
    monkeypatch.setattr("ui.live.static_files.FOLDER", static / "nowhere" / "at all")
    assert "cannot write to its folder static/" in _texts(open_page("draw", see_inside="Map"))
    (run.path / EMBEDDING).write_bytes(b"")
    st.cache_resource.clear()
    page = open_page("confusion", matrices="Map")
    assert "reference is damaged: embedding.npz" in _texts(page)
    assert _maps(page) == []


def test_a_taught_run_has_no_map(trained: Path, with_map: dict[str, Any]) -> None:
    arrays = {k: v for k, v in with_map["arrays"].items() if k != EMBEDDING}
    manifest = {**with_map["manifest"], "lesson": {}}
    run = publish("own-taught", **{**with_map, "manifest": manifest, "arrays": arrays})

    page = AppTest.from_function(_draw_map_of, default_timeout=60)
    page.session_state["run"] = run
    assert "taught here has no map" in _texts(page.run())


def _draw_map_of() -> None:
    import streamlit as st

    from ui.map.drawing_map import show_drawing_map

    show_drawing_map(st.session_state["run"], None)


def test_a_chosen_cell_lights_up_its_pictures_on_both_maps(run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion", matrices="Map")
    assert [each["lit"] for each in _maps(page)] == [None, None]
    duel = Duel.of(*contenders_of(run))
    answer = int(duel.first.answers[duel.labels == 4][0])
    page.selectbox(key="pictures").set_value("first")
    page.selectbox(key="true").set_value("4")
    page.selectbox(key="answer").set_value(str(answer)).run()
    assert not page.exception
    rows = cell_rows(duel, duel.first, 4, answer).tolist()
    assert [each["lit"] for each in _maps(page)] == [rows, rows]
    assert not dialog_title(page)


def test_an_address_opens_the_pictures_inside_a_line(run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion", matrices="Map", pictures=f"around_second.{IN_ADDRESS}")
    duel = Duel.of(*contenders_of(run))
    rows = line_rows(duel.second, SQUARE).tolist()
    assert 12 < len(rows) < 100
    assert dialog_title(page) == f"Multi-model: {len(rows)} pictures inside your line"
    assert [
        f"test_picture={row}&" in link.query_string
        for row, link in zip(rows[:12], picture_links(page), strict=True)
    ] == [True] * 12
    assert [each["lit"] for each in _maps(page)] == [rows, rows]
    sure = duel.second.proba[rows].max(axis=1)
    assert (np.diff(sure) >= 0).all()


@pytest.mark.parametrize(
    "asked",
    ["around_first", "around_first.1.2.3.4", f"around_first.{IN_ADDRESS}.7", "around_first.a.b.c",
     f"around_difference.{IN_ADDRESS}", "around_first." + ".".join(["9"] * 100),
     "around_first.999999.2.3.4.5.6"],
)  # fmt: skip
def test_what_is_no_line_opens_nothing(asked: str, run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion", pictures=asked)
    assert not dialog_title(page)


def test_a_line_on_a_run_without_a_map_opens_nothing(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion", pictures=f"around_first.{IN_ADDRESS}")
    assert not dialog_title(page)


@pytest.mark.parametrize(
    "sent",
    [None, "around", {}, [1, 2, 3], [1, 2, 3, 4], [1.5] * 6, [True, "1", 3, 4, 5, 6], [200] * 6,
     [1] * (2 * MAX_CORNERS + 2), [[1, 2]] * 6],
)  # fmt: skip
def test_a_browser_cannot_send_what_is_no_line(sent: object) -> None:
    assert corners_of(sent) == []


def test_a_browser_sends_a_line() -> None:
    assert corners_of([1, 2, 3, 4, 5, -6]) == [(1, 2), (3, 4), (5, -6)]
