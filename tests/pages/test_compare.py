"""The page Compare: what it shows is what the runs hold, and only what was asked for."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from experiments import robustness
from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.sentences import verdict_sentence
from mnist_models.evidence import experiments as evidence
from mnist_models.evidence.numbers import SPACINGS
from mnist_models.learning.recipes import RECIPES
from mnist_models.metrics.significance import PairedMetrics
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import CURVES, Run
from mnist_models.runs.upgrade import upgrade_run
from tests.helpers import characters
from tests.helpers.pages import TABLES, dialog_title, shown_tables
from ui.compare import binary_models

OpenPage = Callable[..., AppTest]

TABS = (
    "Digit by digit",
    "You against them",
    "The ten, one by one",
    "Probabilities",
    "Not a digit",
    "Robustness",
    "Equal size",
    "From one to ten",
    "Numbers",
    "Wrong labels",
    "Cost",
)


@pytest.fixture
def other_run(tiny_run: Run, tiny_contents: dict[str, Any]) -> Run:
    return publish("other", **tiny_contents)


def _as_mnist(contents: dict[str, Any]) -> dict[str, Any]:
    """The same as if it were the reference recipe's run on MNIST."""
    manifest = json.loads(json.dumps(contents["manifest"]))
    manifest["dataset"]["name"] = "mnist"
    return {**contents, "manifest": manifest}


def _single_only(contents: dict[str, Any]) -> dict[str, Any]:
    manifest = json.loads(json.dumps(contents["manifest"]))
    del manifest["approaches"]["multi"]
    stacks = {"single": contents["stacks"]["single"]}
    return {**contents, "manifest": manifest, "stacks": stacks}


def _open_tab(page: AppTest, tab: str) -> AppTest:
    page.query_params["evidence"] = tab
    page.run()
    assert not page.exception
    return page


def _tables(page: AppTest) -> list[Any]:
    """The tables, those that are made on demand among them."""
    for key in TABLES:
        page.session_state[key] = True
    page.run()
    assert not page.exception
    return [element.value for element in page.dataframe]


def _texts(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.markdown, *page.caption))


def test_the_first_sentence_and_the_metrics_are_those_of_the_run(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    duel = Duel.of(*contenders_of(tiny_run))
    assert verdict_sentence(duel) in page.header[0].value
    shown = [metric.value for metric in page.metric]
    assert shown == [
        f"{tiny_run.metrics(a).accuracy:.2%}".replace("%", " %") for a in tiny_run.approaches
    ]


def test_each_accuracy_has_the_interval_that_scipy_calculates(
    tiny_run: Run, open_page: OpenPage
) -> None:
    shown = _texts(open_page("compare"))
    for approach in tiny_run.approaches:
        metrics = tiny_run.metrics(approach)
        interval = binomtest(metrics.right, metrics.rows).proportion_ci(method="wilson")
        text = f"{metrics.right} of 100 ({interval.low:.2%} to {interval.high:.2%})"
        assert text.replace("%", " %") in shown


def test_published_figures_and_other_seeds_stand_beside_the_accuracies_of_mnist_only(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    assert "Published" not in _texts(open_page("compare"))
    run = publish("on-mnist", **_as_mnist(tiny_contents))
    published = RECIPES["reference"].published
    assert published is not None
    shown = _texts(open_page("compare", run="on-mnist"))
    for figure in published.test.values():
        assert f"Published: {figure:.2%}".replace("%", " %") in shown
    for approach in run.approaches:
        train = f"{run.metrics(approach, 'train').accuracy:.2%}".replace("%", " %")
        assert f"On its training pictures: {train}" in shown


def test_the_spread_over_seeds_is_shown_where_it_was_measured(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_page: OpenPage
) -> None:
    scores = {"train_accuracy": 0.9, "recipe": "tiny", "approach": "single"}
    fingerprint = tiny_run.manifest["fingerprint"]
    runs = [
        {**scores, "seed": 0, "test_accuracy": 0.5, "fingerprint": fingerprint},
        {**scores, "seed": 1, "test_accuracy": 0.75, "fingerprint": "1"},
        {**scores, "seed": 2, "test_accuracy": 0.625, "fingerprint": "2"},
    ]
    (tmp_path / "seeds.json").write_text(json.dumps({"runs": runs}), encoding="utf-8")
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    shown = _texts(open_page("compare"))
    assert shown.count("62.50 % (50.00 % to 75.00 %)") == 1


def test_the_four_cells_count_all_test_pictures_and_mcnemar_is_scipys(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    duel = Duel.of(*contenders_of(tiny_run))
    first, second = duel.right
    expected = {
        "both_right": (first & second).sum(),
        "only_first": (first & ~second).sum(),
        "only_second": (~first & second).sum(),
        "both_wrong": (~first & ~second).sum(),
    }
    shown = {name: page.button(key=f"paired_{name}").label for name in expected}
    counts = {name: int(re.findall(r"\*\*(\d+)\*\*", label)[0]) for name, label in shown.items()}
    assert counts == expected
    assert sum(counts.values()) == len(duel.labels)
    assert "Only ● Single model" in shown["only_first"]
    assert "Only ◆ Multi-model" in shown["only_second"]
    tosses = counts["only_first"] + counts["only_second"]
    p = binomtest(counts["only_first"], tosses).pvalue
    assert f"p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{p:.3f}" in _texts(page)


def test_the_totals_tie_out_with_those_of_the_page_confusion(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    labels = {o: page.button(key=f"paired_{o}").label for o in PairedMetrics.__annotations__}
    cells = {o: int(re.findall(r"\*\*(\d+)\*\*", label)[0]) for o, label in labels.items()}
    right = [int(n) for n in re.findall(r"(\d+) of 100 \(", _texts(page))]
    headings = [h.value for h in open_page("confusion").header if "mistakes" in h.value]
    mistakes = [int(re.findall(r": (\d+) mistakes", h)[0]) for h in headings[:2]]
    assert right == [100 - n for n in mistakes]
    wrong = cells["both_wrong"]
    assert mistakes == [wrong + cells["only_second"], wrong + cells["only_first"]]


def test_a_click_at_a_number_shows_its_pictures_and_stands_in_the_address(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    assert not dialog_title(page)
    page.button(key="paired_both_wrong").click().run()
    assert page.query_params["digits"] == "both_wrong"
    assert dialog_title(page).startswith("Both wrong: ")
    assert "The most confident mistakes come first." in _texts(page)
    page.button(key="paired_both_right").click().run()
    assert "The least confident answers come first." in _texts(page)


def test_a_link_opens_the_pictures_of_a_number_and_an_unknown_one_opens_nothing(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", digits="only_second~2")
    assert dialog_title(page).startswith("Only ◆ Multi-model right: ")
    assert not dialog_title(open_page("compare", digits="<b>rows</b>"))


def test_the_table_of_the_digits_is_sorted_by_the_largest_difference(
    tiny_run: Run, open_page: OpenPage
) -> None:
    table = _tables(open_page("compare"))[0]
    recall = dict(zip(map(str, tiny_run.classes), tiny_run.metrics("multi").recall, strict=True))
    assert dict(zip(table["digit"], table["second"], strict=True)) == recall
    assert table["difference"].abs().is_monotonic_decreasing


def test_precision_and_f1_are_there_on_demand(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare")
    for name in ("Precision", "F1"):
        page.segmented_control(key="figure").set_value(name.lower()).run()
        figures = getattr(tiny_run.metrics("single"), name.lower())
        assert sorted(_tables(page)[0]["first"]) == sorted(figures)
        assert f"{name}: " in _texts(page)


def test_the_binary_models_have_published_figures_for_mnist_only(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    table = _tables(_open_tab(open_page("compare"), TABS[2]))[0]
    assert "published" not in table  # the tiny run learned from the sample
    publish("on-mnist", **_as_mnist(tiny_contents))
    table = _tables(_open_tab(open_page("compare", run="on-mnist"), TABS[2]))[0]
    published = RECIPES["reference"].published
    assert published is not None
    assert table["published"].tolist() == list(published.binary_test)


def test_of_two_multi_models_the_visitor_chooses_whose_members_to_see(
    other_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", first="reference.multi", second="other.multi")
    page = _open_tab(page, TABS[2])
    names = [f"Multi-model, {n} (trained on the sample)" for n in ("reference", "other")]
    assert page.segmented_control(key="whose").options == names
    page.segmented_control(key="whose").set_value(names[1]).run()
    assert not page.exception


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("reference.single", "other.single"),
        ("reference.multi", "other.multi"),
        ("other.multi", "reference.single"),
        ("other.single", "other.single"),
    ],
)
def test_any_two_contenders_have_every_tab(
    first: str, second: str, other_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", first=first, second=second)
    for tab in TABS:
        assert not _open_tab(page, tab).error
        assert len(page.metric) == 2
    names = _tables(page)[0]["name"].tolist()
    assert len(set(names)) == 2
    if first != second:
        assert "reference" in str(names)
        assert "other" in str(names)


def test_a_run_with_one_approach_is_shown_in_every_tab(
    trained: Path, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("reference", **_single_only(tiny_contents))
    page = open_page("compare")
    for tab in TABS:
        assert len(_open_tab(page, tab).metric) == 2
    assert "no binary models" in _open_tab(page, TABS[2]).info[0].value


@pytest.fixture(params=["absent", "damaged", "of another kind"])
def broken_evidence(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    folder = tmp_path / "experiments"
    folder.mkdir()
    if request.param != "absent":
        for name in ("seeds", "equal_size", "no_digit", "unsure"):
            contents = "{" if request.param == "damaged" else "[0]"
            (folder / f"{name}.json").write_text(contents, encoding="utf-8")
    monkeypatch.setattr(evidence, "FOLDER", folder)
    return request.param


def test_without_sound_evidence_every_tab_stays_whole(
    broken_evidence: str, tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare")
    for tab in TABS:
        assert not _open_tab(page, tab).error
    for tab, command in (("Not a digit", "no_digit"), ("Equal size", "equal_size")):
        assert f"python -m experiments.{command}" in _open_tab(page, tab).info[0].value


def test_a_run_that_was_not_asked_about_what_is_no_digit_says_so(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = _open_tab(open_page("compare"), "Not a digit")
    assert [info.value.split(":")[0] for info in page.info] == ["Single model", "Multi-model"]
    assert not page.dataframe


def test_the_shipped_reference_was_asked_about_what_is_no_digit(
    monkeypatch: pytest.MonkeyPatch, open_page: OpenPage
) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    page = _open_tab(open_page("compare", run="reference"), "Not a digit")
    assert not page.info
    table = _tables(page)[0]
    assert len(table) == 8
    digits = table[table["shown"] == "digits"].set_index("contender")
    yes = load_run("reference").metrics("multi").binary
    assert yes is not None
    shares = digits.loc["Multi-model", ["none", "one"]] * digits.loc["Multi-model", "pictures"]
    counts = yes.yes_counts[:2]  # the very scores of the Probabilities tab
    assert shares.tolist() == pytest.approx(counts)
    by_default = _texts(page)
    page.segmented_control(key="rule").set_value("refused").run()
    assert "1.0 % of the digits" in _texts(page)
    assert "Draw doubts an answer whose probability is less than" in _texts(page)
    assert _texts(page) != by_default


def test_the_shipped_comparison_at_equal_size_is_told_and_tabled(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = _open_tab(open_page("compare"), "Equal size")
    assert "An experiment of its own" in page.info[0].value
    assert "more in 4 of 6 comparisons, and the ten read more in 2." in _texts(page)
    assert len(page.get("vega_lite_chart")) == 1
    assert not page.dataframe  # the rest is a tap away
    pairs, sizes = _tables(page)
    assert _texts(page).count("If each of the ten learns from") == 2
    assert len(pairs) == len(sizes) == 6
    assert set(pairs["ten"]) | set(pairs["one"]) == set(sizes["accuracy"])


def test_who_reads_whole_numbers_is_told_with_the_cuts_that_were_needless(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    assert "Numbers" not in [tab.label for tab in open_page("compare").tabs]
    numbers: list[dict[str, Any]] = [
        {"spacing": s, "approach": a, "right": right, "rows": 100, "interval": [0.5, 0.95]}
        for s in SPACINGS
        for a, right in (("single", 80), ("multi", 90))
    ]
    found = {
        "command": "python -m experiments.numbers",
        "numbers": numbers,
        "by_strokes": [{**entry, "right": entry["right"] + 5} for entry in numbers],
        "paired": [{"spacing": s, "p": 0.001} for s in SPACINGS],
        "singles": [{"approach": a, "cut": 1, "rows": 50} for a in ("single", "multi")],
        **{"lengths": [2, 6], "height": 96, "pens": [4, 24]},
        "between": {"apart": [0.05, 0.4], "close": [-0.1, 0], "pushed": [-0.1, 0]},
    }
    (tmp_path / "numbers.json").write_text(json.dumps(found), encoding="utf-8")
    page = _open_tab(open_page("compare"), "Numbers")
    assert "An experiment of its own" in page.info[0].value
    told = _texts(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "the multi-model reads 90.0 % exactly and the single model 80.0 %" in told
    assert "the single model reads 85.0 % of the same numbers exactly" in told
    assert "Of 50 single digits, which need no cut, the single model cuts 1" in told
    assert len(page.get("vega_lite_chart")) == 1
    (table,) = _tables(page)
    assert table["exactly"].tolist() == [0.8, 0.9] * 3


def test_the_experiment_at_equal_size_is_the_same_whoever_is_compared(
    other_run: Run, open_page: OpenPage
) -> None:
    def shown(**query: str) -> list[str]:
        part = next(p for p in open_page("compare", **query).tabs if p.label == "Equal size")
        return [element.value for element in (*part.info, *part.markdown, *part.caption)]

    told = shown(evidence="Equal size")
    assert told
    assert told == shown(evidence="Equal size", first="other.multi", second="reference.multi")


def test_what_each_costs_is_a_sentence_then_bars_then_a_table_its_caption_explains(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = _open_tab(open_page("compare"), "Cost")
    assert "Beside the single model, the ten binary models cost" in _texts(page)
    assert not page.dataframe
    (costs,) = _tables(page)
    single, multi = costs.iloc
    entry = tiny_run.manifest["approaches"]["multi"]
    assert multi["looked_at"] == sum(entry["rows"]) * entry["epochs"]
    assert multi["memory"] == 4 * entry["parameters"]
    assert min(single["milliseconds"], multi["milliseconds"]) > 0
    for title in ("Different pictures", "File", "Parameters", "Time to answer"):
        assert f"{title}: " in _texts(page) or f"{title.lower()}: " in _texts(page)
    (headings,) = (list(map(str, table)) for table in shown_tables(page))
    explained = _texts(page).lower()
    for heading in headings:
        assert heading in ("contender", "networks") or heading in explained


def test_two_of_the_same_networks_cost_the_same(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("compare", first="reference.multi", second="reference.multi")
    assert "Both are the same networks, so they cost the same." in _texts(_open_tab(page, "Cost"))


def test_networks_that_are_damaged_are_named_beside_the_costs_until_they_are_whole(
    tiny_run: Run, open_page: OpenPage
) -> None:
    st.cache_data.clear()  # of the same networks, measured in another test
    path = tiny_run.path / "multi.npz"
    whole = path.read_bytes()
    path.write_bytes(b"no weights")
    page = _open_tab(open_page("compare"), "Cost")
    _tables(page)
    assert "multi.npz" in page.error[0].value
    assert shown_tables(page)[0]["time to answer"][1] == "–"
    path.write_bytes(whole)
    page.run()
    assert not page.error
    assert shown_tables(page)[0]["time to answer"][1] != "–"


def test_damaged_scores_are_a_sentence(tiny_run: Run, open_page: OpenPage) -> None:
    path = tiny_run.path / "test_scores.npz"
    path.write_bytes(path.read_bytes()[:100])
    page = open_page("compare")
    assert "test_scores.npz is missing" in page.error[0].value


@pytest.mark.parametrize(
    ("tab", "key"),
    [
        ("Digit by digit", "figure"),
        ("Digit by digit", "sort"),
        ("Probabilities", "question"),
        ("Not a digit", "rule"),
    ],
)
def test_an_address_that_chooses_nothing_is_the_default(
    tab: str, key: str, tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", evidence=tab, **{key: ""})
    assert page.session_state["evidence"] == tab
    assert not page.error


def test_a_link_opens_the_curves_and_an_empty_choice_of_them_is_the_first(
    tiny_run: Run, open_page: OpenPage
) -> None:
    page = open_page("compare", evidence="The ten, one by one", all_curves="true", curves="")
    assert len(page.get("vega_lite_chart")) == 2
    _, _, about = binary_models._ABOUT_CURVES["roc"]
    assert any(caption.value.startswith(about) for caption in page.caption)


def test_a_run_of_before_curves_were_stored_has_the_command_in_their_place(
    tiny_contents: dict[str, Any], trained: Path, open_page: OpenPage
) -> None:
    arrays = {k: v for k, v in tiny_contents["arrays"].items() if k != CURVES}
    publish("old", **{**tiny_contents, "arrays": arrays})
    page = _open_tab(open_page("compare", run="old"), TABS[2])
    assert any("`python -m mnist_models upgrade old`" in info.value for info in page.info)
    (table,) = _tables(page)
    assert "false_alarms" in table
    assert not {"roc", "precision_recall"} & set(table)
    assert "average precision" not in _texts(page)
    assert upgrade_run("old")
    page = _open_tab(open_page("compare", run="old", all_curves="true"), TABS[2])
    assert not page.info
    assert {"roc", "precision_recall"} <= set(_tables(page)[0])
    assert len(page.get("vega_lite_chart")) == 2


def test_curves_that_cannot_be_read_are_a_sentence_and_the_table_stays(
    tiny_run: Run, open_page: OpenPage
) -> None:
    (tiny_run.path / CURVES).write_bytes(b"")
    page = _open_tab(open_page("compare", all_curves="true"), TABS[2])
    (table,) = _tables(page)
    assert "false_alarms" in table
    sentences = [error.value for error in page.error]
    assert len(sentences) == 2  # of the table and of the curves
    assert all("is damaged: curves.npz" in sentence for sentence in sentences)


def test_a_closed_tab_does_no_work(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch, open_page: OpenPage
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nobody asked for curves")

    monkeypatch.setattr(Run, "curves", refuse)
    for tab in ("Digit by digit", "The ten, one by one"):  # where the curves are a closed section
        page = open_page("compare", evidence=tab)
        assert len(page.get("vega_lite_chart")) == 1
        assert not page.dataframe


def test_who_gives_way_first_is_told_of_networks_that_were_disturbed(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    assert "Robustness" not in [tab.label for tab in open_page("compare").tabs]
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28)).astype(np.uint8)
    entry = robustness.measure(tiny_run, images, tiny_run.stack("multi").predict(images))
    found = {"command": "python -m experiments.robustness", "pictures": 12, "runs": [entry]}
    (tmp_path / "robustness.json").write_text(json.dumps(found), encoding="utf-8")
    page = _open_tab(open_page("compare", disturbance="Turn"), "Robustness")
    assert "chance alone could explain the difference" in _texts(page)  # of a dozen pictures
    assert "Half of the pictures are read as another digit" in _texts(page)
    assert len(page.get("vega_lite_chart")) == 1
    first, accuracies = _tables(page)
    assert len(first) == 7
    assert len(accuracies) == len(entry["accuracy"])
    entry["weights"] = {"single": "of others", "multi": "of others"}
    (tmp_path / "robustness.json").write_text(json.dumps(found), encoding="utf-8")
    page = _open_tab(open_page("compare"), "Robustness")
    assert [info.value for info in page.info if "not measured" in info.value]
    assert not page.get("vega_lite_chart")


def test_what_252_classes_cost_is_told_once_it_was_measured(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del tiny_run
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    assert "252 classes" not in [tab.label for tab in open_page("compare").tabs]
    found = characters.experiment()
    path = tmp_path / "characters.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    page = _open_tab(open_page("compare"), "252 classes")
    assert "because each of these has only 15 drawings" in _texts(page)
    assert len(page.get("vega_lite_chart")) == 2
    # At 252, additions, laws; and on demand, all trainings.
    assert [len(table) for table in _tables(page)] == [3, 4, 3, len(found["trainings"])]
    path.write_text(json.dumps(found | {"additions": []}), encoding="utf-8")
    page = _open_tab(open_page("compare"), "252 classes")
    assert "added as one member" not in _texts(page)
    assert len(_tables(page)) == 3  # all but the additions
    found["trainings"] = [e for e in found["trainings"] if e["classes"] == 252]
    path.write_text(json.dumps(found), encoding="utf-8")
    page = _open_tab(open_page("compare"), "252 classes")
    assert not page.get("vega_lite_chart")
