"""One model against ten at equal size: what is computed from made-up trainings, and told."""

from typing import Any

import pytest

from mnist_models.comparison.experiment_sentences import equal_size_sentences, updates_sentence
from mnist_models.evidence.networks.equal_size import equal_pairs, pair_rows, size_rows, variants_of

ACCURACIES = {  # made up: by approach, hidden units and sampling, one per seed
    ("single", 10, "all"): (0.90, 0.91),
    ("multi", 10, "all"): (0.92, 0.94),
    ("multi", 10, "undersample"): (0.89, 0.92),
    ("multi", 1, "all"): (0.80, 0.82),
    ("single", 100, "all"): (0.93, 0.95),
}
PARAMETERS = {("single", 10): 1_000, ("multi", 10): 10_000, ("multi", 1): 1_020}


@pytest.fixture
def runs() -> list[dict[str, Any]]:
    return [
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


@pytest.fixture
def variants(runs: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return variants_of(runs)


def test_a_single_model_is_compared_with_ten_of_equal_units_and_of_equal_parameters(
    variants: dict[str, Any],
) -> None:
    found = {(p.equal, p.learned): p.difference for p in equal_pairs(variants)}
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
    everything, undersample = equal_size_sentences(list(equal_pairs(variants)))
    assert "With 10 hidden units each the ten read 2.50 points more" in everything
    assert "With about 1,000 parameters the single model reads 9.50 points more" in everything
    assert "With about 10,000 parameters the single model reads 1.00 points more" in everything
    assert "a 1:1 undersample" in undersample
    assert "With 10 hidden units each neither reads more with every seed" in undersample


def test_the_sentence_on_updates_has_the_rows_that_each_network_sees(
    runs: list[dict[str, Any]],
) -> None:
    sentence = updates_sentence(runs)
    assert "15,000 rows of an undersample or all 60,000" in sentence
    assert "4 times as often" in sentence
    assert not updates_sentence([e for e in runs if e["sampling"] == "all"])


def test_the_tables_of_equal_size_hold_medians_and_ranges(variants: dict[str, Any]) -> None:
    rows = pair_rows(list(equal_pairs(variants)))
    row = next(r for r in rows if r["equal"] == "about 1,000 parameters")
    expected = {"one": 0.905, "ten": 0.81, "difference": -0.095, "smallest": -0.1}
    assert {key: row[key] for key in expected} == pytest.approx(expected)
    assert row["learned"] == "all pictures"
    ten = next(r for r in size_rows(variants) if r["networks"] == "ten of 1 unit, all pictures")
    assert ten["cpu_seconds"] == 20
    assert (ten["accuracy"], ten["lowest"], ten["highest"]) == pytest.approx((0.81, 0.8, 0.82))
