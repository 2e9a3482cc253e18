"""The tabs of Compare that draw shipped experiments: equal size, and what is no digit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.sentences import none_sentence
from mnist_models.evidence.experiments import load_evidence
from mnist_models.evidence.rejection import NO_DIGITS, no_digit_rows
from mnist_models.runs.run import Run
from ui.compare import equal_size, rejection
from ui.widgets.contender_style import looks


def test_the_chart_of_equal_size_has_a_dot_per_seed() -> None:
    found = load_evidence("equal_size")
    assert found
    chart = equal_size.accuracy_dots(found["runs"]).to_dict()
    rows = next(iter(chart["datasets"].values()))
    accuracies = [entry["test_accuracy"] for entry in found["runs"]]
    assert sorted(row["accuracy"] for row in rows) == sorted(accuracies)


@pytest.fixture
def duel(tiny_run: Run) -> Duel:
    return Duel.of(*contenders_of(tiny_run))


@pytest.fixture
def found(tiny_run: Run) -> dict[str, Any]:
    """Made-up counts: of 200 pictures of each kind the multi-model says none to most."""
    answers = [
        {
            "run": tiny_run.name,
            "version": version,
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
        for version in (tiny_run.version, "another")
        for approach, none in (("single", 20), ("multi", 150))
        for kind in ("digits", *NO_DIGITS)
    ]
    return {"answers": answers}


def test_only_what_these_very_networks_said_is_shown(duel: Duel, found: dict[str, Any]) -> None:
    for look in looks(duel):
        own = rejection.answers_of(found, look)
        assert len(own) == 4
        assert {entry["version"] for entry in own} == {look.contender.run.version}
        assert {entry["approach"] for entry in own} == {look.contender.approach}


def test_the_sentence_says_none_by_the_rule_that_is_asked_for(
    duel: Duel, found: dict[str, Any]
) -> None:
    multi = rejection.answers_of(found, looks(duel)[1])
    said = none_sentence("The ten", multi, "none")
    assert said.startswith("The ten says “none” to 75.0 % of the letters, ")
    assert "37.5 % of the letters" in none_sentence("The ten", multi, "refused")


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
    table = pd.DataFrame(no_digit_rows(entries))
    assert table["none"].tolist() == [20] * 4 + [150] * 4
    assert table["area"].isna().sum() == 2
