"""The tabs of Compare that draw shipped experiments: equal size, and what is no digit."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.sentences import none_sentence
from mnist_models.evidence.experiments import load_evidence
from mnist_models.evidence.networks.equal_size import equal_pairs, variants_of
from mnist_models.evidence.numbers import SPACINGS
from mnist_models.evidence.rejection import NO_DIGITS, no_digit_rows, unsure_sentence
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from ui.compare.studies import equal_size, numbers, rejection
from ui.widgets.contender_style import looks


def test_the_chart_of_equal_size_has_a_dot_per_seed() -> None:
    found = load_evidence("equal_size")
    assert found
    pairs = list(equal_pairs(variants_of(found["runs"])))
    chart = equal_size.difference_dots(pairs).to_dict()
    rows = max(chart["datasets"].values(), key=len)
    differences = [100 * d for pair in pairs for d in pair.differences]
    assert sorted(row["points"] for row in rows) == pytest.approx(sorted(differences))
    assert len({row["seed"] for row in rows}) == 3


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
        for kind in ("digits", *NO_DIGITS)
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
    said = none_sentence("The ten", multi, "none")
    assert said.startswith("The ten says “none” to 75.0 % of the letters, ")
    assert "37.5 % of the letters" in none_sentence("The ten", multi, "refused")


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
    assert table["none"].tolist() == [20 / 200] * 4 + [150 / 200] * 4
    assert table["area"].isna().sum() == 2


def test_what_it_costs_to_doubt_is_told_with_the_counts_of_its_file() -> None:
    counts = [{"approach": "both", "unsure": 25, "rows": 100, "source": s} for s in NO_DIGITS[:2]]
    other = {"approach": "single", "right": {"unsure": 9, "rows": 9}}
    found = {
        "command": "python -m experiments.unsure",
        "threshold": {"single": 0.8, "multi": 0.4},
        "costs": [other, {"approach": "both", "right": {"unsure": 70, "rows": 7_000}}],
        "catches": counts,
    }
    said = str(unsure_sentence(found)).replace("\N{NO-BREAK SPACE}", " ")
    assert "less than 80 (single model) or 40 (multi-model) percentage points ahead" in said
    assert "Of 7,000 digits that both read rightly 1.0 % are doubted." in said
    assert "25.0 % of letters and 25.0 % of scribbles" in said
    shipped = load_evidence("unsure")
    assert shipped
    [right] = [e["right"] for e in shipped["costs"] if e["approach"] == "both"]
    assert f"Of {right['rows']:,} digits that both read rightly" in unsure_sentence(shipped)


def test_a_contender_without_marks_is_not_in_the_legend(duel: Duel, found: dict[str, Any]) -> None:
    pair = looks(duel)
    entries = {pair[0].name: rejection.answers_of(found, pair[0]), pair[1].name: []}
    chart = rejection.none_dots(entries, pair, "none").to_dict()
    for layer in chart["layer"]:
        assert layer["encoding"]["color"]["scale"]["domain"] == [pair[0].name]


def test_the_chart_of_numbers_has_a_dot_per_approach_and_spacing() -> None:
    entries = [
        {"spacing": s, "approach": a, "right": k, "rows": 10, "interval": [0.1, 0.9]}
        for k, (s, a) in enumerate(product(SPACINGS, PAIR))
    ]
    chart = numbers.number_dots({"numbers": entries}).to_dict()
    rows = max(chart["datasets"].values(), key=len)
    assert [row["exactly"] for row in rows] == [k / 10 for k in range(6)]
    assert {row["approach"] for row in rows} == {"Single model", "Multi-model"}
    assert {(row["low"], row["high"]) for row in rows} == {(0.1, 0.9)}
