"""How it works: the diagrams, the sampling, the layers, in the figures of the run looked at."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_models.data.dataset import Dataset
from mnist_models.data.loading import load_dataset
from mnist_models.data.sample import load_sample
from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run
from mnist_models.settings import PROJECT
from tests.helpers.pages import open_page
from ui.about.diagrams import approach_diagram, example_drawing, layer_table, sampling_bars
from ui.about.example_picture import ASKED, choose_example


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No MNIST, an empty `trained/`, nothing left in Streamlit's caches."""
    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def sample() -> Dataset:
    return load_sample()


_open = partial(open_page, "how_it_works")


def _said(page: AppTest) -> str:
    return "\n".join(e.value for e in (*page.markdown, *page.caption, *page.info, *page.error))


def _diagram(page: AppTest, accent: str) -> str:
    diagrams = [e.proto.body for e in page.get("html") if "class='d-" in e.proto.body]
    (html,) = [body for body in diagrams if f"--accent: {accent}" in body]
    return html


def _outputs(html: str) -> list[str]:
    return re.findall(r"</div>(0\.\d{3}|1\.000)</div>", html)


BLUE, ORANGE = "#2f7fc1", "#d9731a"
INSIDE = "Inside a network"


# The diagrams


def _shown(run: Run, data: Dataset, digit: int) -> np.ndarray:
    """(1, 28, 28): the picture that the page shows of a digit."""
    return choose_example(run, data, digit)[0][np.newaxis]


@pytest.mark.parametrize("digit", [0, 3, 9])
def test_the_diagrams_show_what_the_runs_models_answer_to_the_chosen_digit(
    tiny_run: Run, sample: Dataset, digit: int
):
    page = _open(example=str(digit))
    picture = _shown(tiny_run, sample, digit)
    for stack, accent in ((tiny_run.single, BLUE), (tiny_run.multi, ORANGE)):
        html = _diagram(page, accent)
        proba = stack.predict_proba(picture)[0]
        assert _outputs(html) == [f"{p:.3f}" for p in proba]
        assert f"The outputs add up to {proba.sum():.2f}" in _said(page)
        winner = re.findall(r"class='out won'>(\d)<", html)
        assert winner == [str(stack.predict(picture)[0])]


def test_choosing_a_digit_changes_both_diagrams_and_the_sampling(tiny_run: Run):
    page = _open()
    before = _diagram(page, BLUE), _diagram(page, ORANGE)
    page.button_group(key="example").set_value(7).run()
    assert not page.exception
    assert "Is it 7?" in _said(page)
    assert _diagram(page, BLUE) != before[0]
    assert _diagram(page, ORANGE) != before[1]


def test_the_multi_models_yeses_are_counted(tiny_run: Run, sample: Dataset):
    proba = tiny_run.multi.predict_proba(_shown(tiny_run, sample, 3))
    yes = (proba >= 0.5).sum()
    assert f"{yes} of them {'says' if yes == 1 else 'say'} yes" in _said(_open())


@pytest.mark.parametrize("name", ["pens", "reference"])
def test_the_ten_answers_do_not_add_up_to_1_where_the_page_begins(
    name: str, sample: Dataset, monkeypatch: pytest.MonkeyPatch
):
    """With the runs that are shipped, and without MNIST; both read what is shown."""
    monkeypatch.setenv("MNIST_TRAINED", str(PROJECT / "trained"))
    run = load_run(name)
    for digit in range(10):
        picture, reason = choose_example(run, sample, digit)
        total = float(run.multi.predict_proba(picture[np.newaxis]).sum())
        assert abs(total - 1) > 0.1
        assert ("plainly do not" in reason) == (abs(total - 1) > 0.2)
        assert run.multi.predict(picture[np.newaxis]) == digit
        assert run.single.predict(picture[np.newaxis]) == digit
        assert reason.endswith("of those that every approach reads correctly.")


def test_why_a_picture_is_shown_is_said_with_how_usual_the_opposite_is(
    tiny_run: Run, sample: Dataset
):
    sums = tiny_run.multi.predict_proba(sample.x_train[sample.y_train == 3]).sum(axis=1)
    near = (abs(sums[:ASKED] - 1) <= 0.1).sum()
    assert f"For {near} of the first {ASKED} training pictures of 3" in _said(_open())


def test_where_none_is_read_the_picture_is_not_called_read(
    tiny_run: Run, sample: Dataset, monkeypatch: pytest.MonkeyPatch
):
    """Networks that always answer 0; the name keeps their answers out of the real ones' cache."""
    monkeypatch.setattr(Stack, "predict_proba", lambda _, x: np.eye(10)[[0] * len(x)])
    picture, reason = choose_example(tiny_run, replace(sample, name="unread"), 3)
    assert "Here is" in reason
    assert "correctly" not in reason
    assert (picture == sample.x_train[sample.y_train == 3][0]).all()


def test_a_run_of_no_multi_model_has_nothing_to_say_of_its_sums(
    trained: Path, half_contents: dict[str, Any]
):
    publish("half", **half_contents)
    assert all(caption.value for caption in _open().caption)


def test_a_wrong_answer_is_called_wrong(tiny_run: Run, sample: Dataset):
    picture = _shown(tiny_run, sample, 3)
    answers = [stack.predict(picture)[0] for stack in (tiny_run.single, tiny_run.multi)]
    assert _said(_open()).count("which is wrong") == sum(answer != 3 for answer in answers)


def test_a_label_cannot_smuggle_markup_into_a_diagram():
    html = approach_diagram(
        "single", np.zeros((28, 28), np.uint8), np.array([0.4, 0.6]), ["<img src=x>", "b"], [784, 2]
    )
    assert "<img src=x>" not in html
    assert "&lt;img src=x&gt;" in html


# What may be missing


def test_without_a_run_the_page_says_so(trained: Path):
    page = _open()
    assert "no trained run" in page.error[0].value


@pytest.mark.parametrize(("missing", "left"), [("multi", BLUE), ("single", ORANGE)])
def test_a_run_without_one_approach_still_explains_the_other(
    trained: Path, tiny_contents: dict[str, Any], missing: str, left: str
):
    entries = tiny_contents["manifest"]["approaches"]
    publish(
        "reference",
        {
            **tiny_contents["manifest"],
            "approaches": {a: entry for a, entry in entries.items() if a != missing},
        },
        {a: stack for a, stack in tiny_contents["stacks"].items() if a != missing},
        {},
        {},
    )
    page = _open()
    assert f"--approach {missing}" in page.info[0].value
    assert len(_outputs(_diagram(page, left))) == 10
    assert len(_open(topic=INSIDE).table) == 1


def test_weights_that_are_damaged_are_named_and_the_rest_is_shown(tiny_run: Run):
    (tiny_run.path / "multi.npz").write_bytes(b"no weights")
    page = _open()
    assert "multi.npz" in page.info[0].value
    assert len(_outputs(_diagram(page, BLUE))) == 10


def test_a_damaged_mnist_does_not_keep_the_page_from_explaining(
    tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    damaged = tmp_path / "mnist.npz"
    damaged.write_bytes(b"no digits")
    monkeypatch.setenv("MNIST_NPZ", str(damaged))
    page = _open()
    said = "\n".join(warning.value for warning in page.warning)
    assert "mnist.npz is damaged" in said
    assert str(damaged) not in said
    assert "from the offline sample" in page.button_group(key="example").label


def test_with_mnist_the_picture_is_mnists(
    tiny_run: Run, mnist_npz: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MNIST_NPZ", str(mnist_npz))
    page = _open(example="4")
    picture = _shown(tiny_run, load_dataset("mnist"), 4)
    assert _outputs(_diagram(page, BLUE)) == [
        f"{p:.3f}" for p in tiny_run.single.predict_proba(picture)[0]
    ]
    assert "sample" not in page.button_group(key="example").label


# The sampling


def test_yes_and_no_are_counted_in_the_training_rows_of_the_run(
    tiny_run: Run, tiny_dataset: Dataset
):
    yes = int((tiny_dataset.y_train == 3).sum())
    page = _open()
    assert f"yes for {yes} of the training pictures and no for {320 - yes}." in _said(page)
    learned = tiny_run.manifest["approaches"]["multi"]["rows"][3]
    assert f"learned from {learned} rows" in _said(page)
    dataset = page.get("vega_lite_chart")[0].proto.datasets[0]
    chart = pa.ipc.open_stream(dataset.data.data).read_pandas()
    assert chart["pictures"].tolist() == [yes, 320 - yes, yes, yes, 320 - yes, 320 - yes]


def test_a_rare_no_is_balanced_too():
    rows = sampling_bars(yes=30, no=10).to_dict()["datasets"].popitem()[1]
    assert [row["pictures"] for row in rows] == [30, 10, 10, 10, 30, 30]


# The layers


def test_the_parameters_shown_are_the_runs(tiny_run: Run):
    page = _open(topic=INSIDE)
    single, multi = (
        table.value["parameters"].str.replace(",", "").astype(int).sum() for table in page.table
    )
    assert single == tiny_run.single.parameters
    assert multi * tiny_run.multi.members == tiny_run.multi.parameters
    assert f"**{tiny_run.single.parameters:,}**" in _said(page)
    assert f"10 networks × {multi:,} = **{tiny_run.multi.parameters:,}**" in _said(page)


def test_the_layers_are_those_that_keras_prints_for_the_slides_network():
    table = layer_table([784, 256, 10], "Softmax", negative_slope=0.0, dropouts=[0.0])
    assert table["layer"].tolist() == ["Dense", "ReLU", "Dense", "Softmax"]
    assert table["parameters"].tolist() == [
        "200,960",
        "0",
        "2,570",
        "0",
    ]  # 203,530 in all, as printed
    assert table["output shape"].tolist() == ["(None, 256)"] * 2 + ["(None, 10)"] * 2


def test_leaky_relu_and_dropout_stand_after_each_hidden_layer_only():
    table = layer_table([784, 256, 256, 1], "Sigmoid", negative_slope=0.1, dropouts=[0.5, 0.5])
    hidden = ["Dense", "LeakyReLU", "Dropout"]
    assert table["layer"].tolist() == [*hidden, *hidden, "Dense", "Sigmoid"]


def test_a_run_with_plain_relu_is_not_said_to_leak(trained: Path, tiny_contents: dict[str, Any]):
    recipe = {**tiny_contents["manifest"]["recipe"], "negative_slope": 0.0, "dropout": 0.0}
    publish(
        "reference",
        **{**tiny_contents, "manifest": {**tiny_contents["manifest"], "recipe": recipe}},
    )
    page = _open(topic=INSIDE)
    assert page.table[0].value["layer"].tolist() == ["Dense", "ReLU", "Dense", "Softmax"]
    assert "slope of 0.0" not in _said(page)


# Drawing and links


def test_the_example_drawing_stands_out_of_the_middle_and_is_prepared_in_four_steps(tiny_run: Run):
    drawing = example_drawing()
    columns = np.flatnonzero(drawing.any(axis=0))
    assert columns.mean() > drawing.shape[1] / 2 + 10
    page = _open(topic="From your drawing to an MNIST picture")
    (steps,) = [e.proto.body for e in page.get("html") if "d-steps'" in e.proto.body]
    assert steps.count("<figure>") == 4
    assert re.search(r"Scaled to (20 × \d+|\d+ × 20) pixels", steps)


def test_the_claims_link_to_the_pages_that_test_them(tiny_run: Run):
    page = _open(topic="Claimed strengths")
    assert {link.proto.page for link in page.get("page_link")} == {"compare", "confusion"}


def test_a_run_whose_manifest_is_not_json_is_named(tiny_run: Run):
    (tiny_run.path / "run.json").write_text(json.dumps([]), encoding="utf-8")
    assert "run.json" in _open().error[0].value
