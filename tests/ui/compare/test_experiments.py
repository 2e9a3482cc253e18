"""The tabs of Compare that draw shipped experiments: equal size, and what is no digit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.evidence.equal_size import (
    fair_comparisons,
    fair_rows,
    fair_sentences,
    size_rows,
    updates_sentence,
    variants_of,
)
from mnist_models.learning.approaches import Approach
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from ui.compare import equal_size, rejection
from ui.widgets.contender_style import looks

ACCURACIES = {  # made up: by approach, hidden units and sampling, one per seed
    ("single", 10, "all"): (0.90, 0.91),
    ("multi", 10, "all"): (0.92, 0.94),
    ("multi", 10, "undersample"): (0.89, 0.92),
    ("multi", 1, "all"): (0.80, 0.82),
    ("single", 100, "all"): (0.93, 0.95),
}
PARAMETERS = {("single", 10): 1_000, ("multi", 10): 10_000, ("multi", 1): 1_020}


@pytest.fixture
def variants() -> dict[str, list[dict[str, Any]]]:
    runs = [
        {
            "approach": approach,
            "hidden": hidden,
            "sampling": sampling,
            "seed": seed,
            "test_accuracy": accuracy,
            "parameters": PARAMETERS.get((approach, hidden), 9_900),
            "distinct_rows": 60_000,
            "rows_per_epoch": 600_000 if sampling == "all" else 150_000,
            "balanced_accuracy": [0.9] * (10 if approach == "multi" else 0),
            "cpu_seconds": 10.0 + 20 * seed,
            "bytes": 2_000,
            "milliseconds": 0.25,
        }
        for (approach, hidden, sampling), accuracies in ACCURACIES.items()
        for seed, accuracy in enumerate(accuracies)
    ]
    return variants_of(runs)


def test_a_single_model_is_compared_with_ten_of_equal_units_and_of_equal_parameters(
    variants: dict[str, Any],
) -> None:
    found = {(f.equal, f.learned): f.difference for f in fair_comparisons(variants)}
    assert set(found) == {
        ("10 hidden units each", "all pictures"),
        ("10 hidden units each", "a 1:1 undersample"),
        ("about 1,000 parameters", "all pictures"),
        ("about 10,000 parameters", "all pictures"),
        ("about 10,000 parameters", "a 1:1 undersample"),
    }
    spread = found["10 hidden units each", "all pictures"]
    assert (spread.low, spread.median, spread.high) == pytest.approx((0.02, 0.025, 0.03))


def test_the_sentence_says_who_reads_more_only_where_every_seed_agrees(
    variants: dict[str, Any],
) -> None:
    everything, undersample = fair_sentences(list(fair_comparisons(variants)))
    assert "with 10 hidden units each the ten read 2.50 points more" in everything
    assert "with about 1,000 parameters the single model reads 9.50 points more" in everything
    assert "with about 10,000 parameters the single model reads 1.00 points more" in everything
    assert "a 1:1 undersample" in undersample
    assert "with 10 hidden units each neither reads more with every seed" in undersample


def test_the_sentence_on_updates_has_the_rows_that_each_network_sees(
    variants: dict[str, Any],
) -> None:
    runs = [entry for entries in variants.values() for entry in entries]
    sentence = updates_sentence(runs)
    assert "15,000 rows of an undersample or all 60,000" in sentence
    assert "4 times as often" in sentence
    assert not updates_sentence([e for e in runs if e["sampling"] == "all"])


def test_the_tables_of_equal_size_hold_medians_and_ranges(variants: dict[str, Any]) -> None:
    rows = fair_rows(list(fair_comparisons(variants)))
    row = next(r for r in rows if r["equal"] == "about 1,000 parameters")
    expected = {"one": 0.905, "ten": 0.81, "difference": -0.095, "smallest": -0.1}
    assert {key: row[key] for key in expected} == pytest.approx(expected)
    assert row["the ten learn from"] == "all pictures"
    ten = next(r for r in size_rows(variants) if r["networks"] == "ten of 1 units, all pictures")
    assert ten["processor seconds"] == 20
    assert (ten["test accuracy"], ten["lowest"], ten["highest"]) == pytest.approx((0.81, 0.8, 0.82))


def test_the_chart_of_equal_size_has_a_dot_per_seed(variants: dict[str, Any]) -> None:
    runs = [entry for entries in variants.values() for entry in entries]
    chart = equal_size.accuracy_dots(runs).to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert sorted(row["accuracy"] for row in rows) == sorted(e["test_accuracy"] for e in runs)


@pytest.fixture
def duel(tiny_run: Run) -> Duel:
    return Duel.of(*contenders_of(tiny_run))


TOLD: dict[Approach, int] = {"single": 20, "multi": 150}  # none


@pytest.fixture
def found(tiny_run: Run) -> dict[str, Any]:
    """Made-up counts: of 200 pictures of each kind the multi-model says none to most."""
    answers = [
        {
            "run": tiny_run.name,
            "weights": weights,
            "approach": approach,
            "kind": kind,
            "pictures": 200,
            "none": none,
            "one": 200 - none,
            "several": 0,
            "sure": 10,
            "median_largest": 0.75,
            "threshold": 0.5,
            "refused": none // 2,
            "area": None if kind == "digits" else 0.9,
        }
        for approach, none in TOLD.items()
        for weights in (tiny_run.weights_hash(approach), "another")
        for kind in ("digits", *rejection.KINDS)
    ]
    return {"answers": answers}


def test_only_what_these_very_networks_said_is_shown(duel: Duel, found: dict[str, Any]) -> None:
    for look in looks(duel):
        own = rejection.answers_of(found, look)
        assert len(own) == 4
        run, approach = look.contender.run, look.contender.approach
        assert {entry["weights"] for entry in own} == {run.weights_hash(approach)}
        assert {entry["approach"] for entry in own} == {approach}


def test_networks_that_a_run_does_not_have_said_nothing(
    tiny_contents: dict[str, Any], found: dict[str, Any]
) -> None:
    stacks = {"single": tiny_contents["stacks"]["single"]}
    bare = publish("bare", **{**tiny_contents, "stacks": stacks})
    first, second = looks(Duel.of(*contenders_of(bare)))
    assert len(rejection.answers_of(found, first)) == 4  # the same networks, in another run
    assert rejection.answers_of(found, second) == []


def test_the_sentence_says_none_by_the_rule_that_is_asked_for(
    duel: Duel, found: dict[str, Any]
) -> None:
    multi = rejection.answers_of(found, looks(duel)[1])
    said = rejection.none_sentence("The ten", multi, "none")
    assert said.startswith("The ten says “none” to 75.0 % of the letters, ")
    assert "37.5 % of the letters" in rejection.none_sentence("The ten", multi, "refused")


def test_the_chart_of_none_has_scipys_intervals_and_the_table_all_counts(
    duel: Duel, found: dict[str, Any]
) -> None:
    entries = {look.name: rejection.answers_of(found, look) for look in looks(duel)}
    chart = rejection.none_dots(entries, looks(duel), "none").to_dict()
    rows = pd.DataFrame(next(iter(chart["datasets"].values())))
    assert len(rows) == 8
    row = rows[(rows["contender"] == "Single model") & (rows["kind"] == "noise")].iloc[0]
    interval = binomtest(20, 200).proportion_ci(method="wilson")
    np.testing.assert_allclose(row[["low", "high"]].astype(float), interval)
    table = rejection.no_digit_table(entries)
    assert table["none"].tolist() == [20] * 4 + [150] * 4
    assert table["area"].isna().sum() == 2
