"""The page Training: its curves, matrices and tables hold what the run and the experiments hold."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.comparison.experiment_sentences import correction_sentence
from mnist_models.evidence import experiments as evidence
from mnist_models.evidence import published
from mnist_models.evidence.networks.training_studies import (
    reliability_bins,
    seeds_spread,
)
from mnist_models.evidence.pen_widths import STROKES, pen_pictures_name
from mnist_models.formatting import change_text, interval_text, percent_text
from mnist_models.learning.approaches import TITLES
from mnist_models.learning.recipes import RECIPES
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from tests.helpers.pages import shown_cells
from ui.shared import experiments as shown_experiments
from ui.training.learning_curves import accuracy_panels, loss_panels, member_curves
from ui.training.sampling import strategy_reliability

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, empty at first, in the place of `experiments/`."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    monkeypatch.setattr(evidence, "FOLDER", folder)
    return folder


@pytest.fixture
def contents(tiny_contents: dict[str, Any]) -> dict[str, Any]:
    """A run that a test may change, with a matrix per epoch."""
    changed = {**tiny_contents, "manifest": copy.deepcopy(tiny_contents["manifest"])}
    changed["documents"] = copy.deepcopy(tiny_contents["documents"])
    for k, figures in enumerate(changed["documents"]["history.json"].values()):
        figures["val_confusion"] = [(np.eye(10, dtype=int) + k + e).tolist() for e in (10, 20)]
    return changed


def _overfitting() -> dict[str, Any]:
    scores = {"train_accuracy": 1.0, "test_accuracy": 0.9}
    curves = {"accuracy": [0.8, 0.9], "val_accuracy": [0.85, 0.88]}
    return {
        "network": "784-512-10",
        "epochs": 2,
        "dropout": [
            {"dropout": d, "seed": s, **curves, **scores, "test_accuracy": 0.9 + d / 10 + s / 100}
            for s in range(3)
            for d in (0.0, 0.5)
        ],
        "rows": [{"rows": n, "seed": s, **scores} for s in range(3) for n in (600, 6000)],
    }


def _sampling() -> dict[str, Any]:
    def bins(offset: float, counts: list[int]) -> dict[str, Any]:
        here = [c > 0 for c in counts]
        return {
            "predicted": [0.1 * k + offset if h else None for k, h in enumerate(here)],
            "observed": [0.1 * k if h else None for k, h in enumerate(here)],
            "count": counts,
            "error": offset,
        }

    return {
        "runs": [
            {
                "strategy": name,
                "seed": seed,
                "test_accuracy": accuracy,
                "train_accuracy": 0.99,
                "distinct_rows": 1000.0 + seed,
                "seconds": 10.0 * (seed + 1),
                "calibration": {
                    "before": bins(0.05, [5 - seed, *[1] * 8, 0]),
                    "after": bins(0.01, [5 - seed, *[1] * 8, 0]),
                },
            }
            for name in ("fresh", "undersample", "all")
            for seed, accuracy in enumerate((0.95, 0.98, 0.96))
        ]
    }


def _write(folder: Path, name: str, contents: Any) -> None:
    (folder / f"{name}.json").write_text(json.dumps(contents), encoding="utf-8")


def _matrices(page: AppTest) -> list[str]:
    """The confusion matrices, as the browser gets them."""
    tables = [cells["content"] for cells in shown_cells(page)]
    assert all("aria-label='Validation confusion" in table for table in tables)
    return tables


def _open_part(page: AppTest, part: str) -> AppTest:
    page.query_params["part"] = part
    page.run()
    assert not page.exception
    return page


def _table(page: AppTest, column: str) -> Any:
    return next(e.value for e in page.dataframe if column in e.value.columns)


def test_the_curves_hold_the_figures_of_the_run(tiny_run: Run) -> None:
    ten, yes_or_no = accuracy_panels(tiny_run.history, "undersample")
    assert {c.name: c.values for c in ten.curves} == {
        "Single model, training": [0.5, 0.7],
        "Single model, validation": [0.4, 0.6],
        "Multi-model, validation": [0.4, 0.6],
    }
    assert [c.name for c in yes_or_no.curves] == ["Multi-model, training"]
    assert yes_or_no.members == tiny_run.history["multi"]["member_accuracy"]
    single, multi = loss_panels(tiny_run.history)
    assert [c.values for c in single.curves] == [[0.7, 0.5], [0.8, 0.6]]
    assert not single.members
    assert multi.members


def test_each_binary_model_has_its_line_and_its_label() -> None:
    values = np.linspace(0.9, 0.99, 30).reshape(3, 10)
    datasets = member_curves(values.tolist(), range(10), "accuracy").to_dict()["datasets"]
    labels, lines = sorted(datasets.values(), key=len)
    for k in range(10):
        drawn = [row["value"] for row in lines if row["digit"] == str(k)]
        assert drawn == pytest.approx(values[:, k])
    places = sorted(row["place"] for row in labels)
    assert min(np.diff(places)) >= 0.09 / 16 - 1e-9  # apart, though their ends are close
    assert max(places) <= values.max() + 1e-9


def test_each_binary_model_can_be_asked_for(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("training")
    assert not page.toggle(key="each_member").set_value(True).run().exception


def test_a_closed_part_does_no_work(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch, open_page: OpenPage
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nobody asked for experiments")

    monkeypatch.setattr(published, "load_evidence", refuse)
    monkeypatch.setattr(shown_experiments, "load_evidence", refuse)
    page = open_page("training")
    assert [heading.value for heading in page.header] == ["Epoch by epoch"]


def test_the_slider_changes_matrices_and_accuracies(
    trained: Path, contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("reference", **contents)
    page = _open_part(open_page("training"), "Mistakes")
    assert [m.value for m in page.metric] == ["60.00 %", "60.00 %"]
    before = _matrices(page)
    page.slider(key="epoch").set_value(1).run()
    assert not page.exception
    assert [m.value for m in page.metric] == ["40.00 %", "40.00 %"]
    assert "epoch 1" in page.metric[0].label
    after = _matrices(page)
    assert len(before) == len(after) == 2
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("validation", [True, False])
@pytest.mark.parametrize("approaches", [["single"], ["multi"], ["single", "multi"]])
def test_runs_without_validation_or_with_one_approach_are_shown(
    validation: bool,
    approaches: list[str],
    trained: Path,
    contents: dict[str, Any],
    open_page: OpenPage,
) -> None:
    manifest, history = contents["manifest"], contents["documents"]["history.json"]
    manifest["approaches"] = {a: manifest["approaches"][a] for a in approaches}
    if not validation:
        manifest["recipe"]["validation_split"] = 0.0
        for figures in history.values():
            for key in ("val_loss", "val_accuracy", "val_confusion"):
                del figures[key]
    stacks = {a: contents["stacks"][a] for a in approaches}
    publish("reference", **{**contents, "stacks": stacks})
    page = open_page("training")
    said = " ".join(e.value for e in (*page.caption, *page.info))
    assert ("no validation figures" in said) == (not validation)
    page = _open_part(page, "Mistakes")
    assert len(page.metric) == len(approaches) * validation
    said = " ".join(e.value for e in (*page.caption, *page.info))
    assert ("held no pictures out" in said) == (not validation)
    assert ("These are held-out pictures" in said) == validation


def test_a_damaged_history_is_said_and_the_rest_is_shown(
    tiny_run: Run, open_page: OpenPage
) -> None:
    (tiny_run.path / "history.json").write_text("{", encoding="utf-8")
    page = open_page("training")
    assert "history.json" in page.error[0].value
    page = _open_part(page, "Published and ours")
    assert "Published and ours" in [heading.value for heading in page.header]
    assert not page.error


@pytest.mark.parametrize("text", [None, "", "{", "[]", "null", "[" * 9999])
def test_absent_or_damaged_evidence_says_the_command(
    text: str | None, experiments: Path, tiny_run: Run, open_page: OpenPage
) -> None:
    if text is not None:
        for name in ("overfitting", "sampling", "drawing"):
            (experiments / f"{name}.json").write_text(text, encoding="utf-8")
    page = open_page("training")
    for part, command in (
        ("Overfitting", "python -m experiments.overfitting"),
        ("Sampling", "python -m experiments.sampling"),
        ("Drawings", "python -m benchmarks.drawing --out experiments/drawing.json"),
    ):
        assert command in _open_part(page, part).info[0].value


def test_drawings_are_shown_pen_by_pen_in_both_places(
    experiments: Path, tiny_run: Run, open_page: OpenPage
) -> None:
    rows = [
        {
            "pictures": pen_pictures_name(pen, big=big),
            "preparation": preparation,
            "accuracy": {
                f"{run}.{approach}": base + pen / 1000 - big / 10
                for run, base in (("pens", 0.9), ("strong", 0.8), ("some.run", 0.7))
                for approach in ("single", "multi")
            },
        }
        for big in (False, True)
        for pen in (8, 24)
        for preparation in ("whole canvas", "to_mnist")
    ]
    strokes = {"pens.single": 0.991, "pens.multi": 0.983}
    rows.append({"pictures": STROKES, "preparation": "rasterise", "accuracy": strokes})
    _write(experiments, "drawing", {"rows": rows})
    page = open_page("training")
    page.session_state["drawings_table"] = True
    table = _table(_open_part(page, "Drawings"), "8 px")
    assert table["run"].tolist() == [r for r in ("pens", "strong", "some.run") for _ in range(2)]
    assert table["24 px"].tolist() == pytest.approx([0.924, 0.924, 0.824, 0.824, 0.724, 0.724])
    expected = "*pens* reads 99.10 % (single model) and 98.30 % (multi-model)"
    assert any(expected in caption.value for caption in page.caption)
    place = page.segmented_control(key="drawings_place")
    table = _table(place.set_value("big-and-centred").run(), "8 px")
    assert table["8 px"].tolist() == pytest.approx([0.808, 0.808, 0.708, 0.708, 0.608, 0.608])


def test_published_figures_stand_beside_ours_for_runs_on_mnist(
    tiny_run: Run, trained: Path, contents: dict[str, Any], open_page: OpenPage
) -> None:
    contents["manifest"]["dataset"]["name"] = "mnist"
    run = publish("on-mnist", **contents)
    contents["manifest"]["recipe"] = {"name": "slides-b", **RECIPES["slides-b"].settings()}
    contents["manifest"]["recipe"]["epochs"] = 3
    publish("without-figure", **contents)
    damaged = publish("broken", **contents)
    (damaged.path / "run.json").write_text("{", encoding="utf-8")

    page = _open_part(open_page("training"), "Published and ours")
    table = _table(page, "published")
    assert table["run"].tolist() == ["on-mnist"] * 2 + ["without-figure"] * 2  # not the sample's
    first = table.iloc[0]
    ours = run.metrics("single")
    assert (first["approach"], first["published"]) == (TITLES["single"], "95.25 %")
    assert first["difference"] == change_text(ours.accuracy - 0.9525)
    assert first["ours (95 % interval)"] == interval_text(ours.accuracy, ours.accuracy_interval)
    assert first["published train"] == "95.62 %"
    assert first["our train"] == percent_text(run.metrics("single", "train").accuracy)
    assert first["source"] == "the reference project's README"
    assert table.iloc[2]["published"] == "not printed"
    assert table.iloc[2]["recipe"] == "slides-b, 3 epochs"
    assert any("Recipe: the named set of settings" in c.value for c in page.caption)


def test_other_seeds_stand_beside_the_run_whose_settings_they_had(
    experiments: Path, tiny_run: Run
) -> None:
    mine = tiny_run.manifest["fingerprint"]
    entries = [
        {"recipe": recipe, "approach": approach, "seed": seed, "fingerprint": fingerprint,
         "train_accuracy": 1.0, "test_accuracy": accuracy}
        for recipe, approach, seed, fingerprint, accuracy in (
            ("a", "single", 0, mine, 0.95), ("a", "single", 1, "f1", 0.97),
            ("a", "single", 2, "f2", 0.96), ("a", "multi", 0, mine, 0.5),
            ("b", "single", 0, "f3", 0.1), ("b", "single", 1, "f4", 0.1),
        )
    ]  # fmt: skip
    _write(experiments, "seeds", {"runs": entries})
    seeds = evidence.load_evidence("seeds")
    assert seeds_spread(seeds, tiny_run, "single") == evidence.Spread(0.96, 0.95, 0.97)
    assert seeds_spread(seeds, tiny_run, "multi") is None  # one seed is no spread
    assert seeds_spread(None, tiny_run, "single") is None


def test_the_sampling_table_has_medians_and_ranges(
    experiments: Path, tiny_run: Run, open_page: OpenPage
) -> None:
    _write(experiments, "sampling", _sampling())
    _write(experiments, "overfitting", _overfitting())
    page = _open_part(open_page("training"), "Sampling")
    table = _table(page, "strategy")
    assert table["strategy"].tolist() == ["undersample", "fresh", "all"]
    words = next(e for e in page.main.markdown if "* *undersample*: " in e.value)
    order = list(map(id, page.main))
    assert order.index(id(words)) < order.index(id(page.main.dataframe[0]))
    first = table.iloc[0]
    assert first["test"] == "96.00 % (95.00 % to 98.00 %)"
    assert first["gap"] == "3.00 (1.00 to 4.00)"
    assert first["distinct_rows"] == "1,001 (1,000 to 1,002)"
    assert first["seconds"] == "20.0 (10.0 to 30.0)"
    assert any("5.00 percentage points before" in c.value for c in page.caption)
    page.query_params["remedy"] = "Dropout"
    page = _open_part(page, "Overfitting")
    dropout = _table(page.segmented_control(key="remedy").set_value("dropout").run(), "dropout")
    assert dropout["test"].tolist() == [
        "91.00 % (90.00 % to 92.00 %)", "96.00 % (95.00 % to 97.00 %)",
    ]  # fmt: skip


def test_another_strategy_can_be_chosen(
    experiments: Path, tiny_run: Run, open_page: OpenPage
) -> None:
    _write(experiments, "sampling", _sampling())
    page = _open_part(open_page("training"), "Sampling")
    page.selectbox(key="strategy").set_value("all").run()
    assert not page.exception
    assert any("nothing to correct" in caption.value for caption in page.caption)


def test_the_bins_of_all_seeds_are_weighed_by_their_answers() -> None:
    runs = _sampling()["runs"]
    runs[0]["calibration"]["before"]["predicted"][0] = 0.02  # 5 answers; 4 and 3 have 0.05
    bins = reliability_bins(runs, "fresh")
    assert len(bins) == 2 * 9  # the last bin is empty
    assert bins[0]["answers"] == 12
    assert bins[0]["predicted"] == pytest.approx((5 * 0.02 + 7 * 0.05) / 12)
    assert strategy_reliability(bins).to_dict()


def test_the_sentence_on_calibration_says_when_the_correction_makes_it_worse() -> None:
    def runs(before: float, after: float) -> list[dict[str, Any]]:
        calibration = {"before": {"error": before}, "after": {"error": after}}
        return [{"strategy": "hard", "calibration": calibration}]

    better = correction_sentence(runs(0.02, 0.001), "hard")
    assert "2.00 percentage points before the prior correction, 0.10 after it" in better
    assert "puts back how rare it is" in better
    worse = correction_sentence(runs(0.002, 0.01), "hard")
    assert "0.20 percentage points before the prior correction, 1.00 after it" in worse
    assert "overshoots" in worse
