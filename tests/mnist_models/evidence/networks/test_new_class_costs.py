"""The shipped experiment on new classes: what is computed from it."""

import pytest

from mnist_models.comparison.experiment_sentences import new_class_headline, new_class_text
from mnist_models.evidence.experiments import load_evidence
from mnist_models.evidence.networks.new_class_costs import (
    by_examples,
    growth,
    new_class_costs,
    table_by_digit,
    table_by_way,
)
from mnist_models.incremental.methods import WAYS


def _left_out() -> list[dict]:
    """Two digits, one seed: mended costs 1 and 2 s, everything again 8 s."""
    start = {"seed": 0, "digit": None, "way": "multi from the start", "seconds": 9.0,
             "rows": 5, "accuracy": 0.97}  # fmt: skip
    entries = [start]
    for digit in (0, 1):
        for way in WAYS:
            seconds = {"mended": 1.0 + digit, "again": 8.0}.get(way, 0.5)
            entries.append(
                {"seed": 0, "digit": digit, "way": way, "seconds": seconds, "rows": 10,
                 "accuracy": 0.96 - 0.01 * digit, "before": 0.98,
                 "old": 0.2 if way == "alone" else 0.975, "new": 0.9}
            )  # fmt: skip
    return entries


def test_the_answer_is_computed_digit_by_digit() -> None:
    costs = new_class_costs(_left_out())
    assert (costs.seconds, costs.again) == (1.5, 8.0)
    assert (costs.shorter.low, costs.shorter.median, costs.shorter.high) == (4.0, 6.0, 8.0)
    assert costs.lost.median == pytest.approx(0.015)
    assert costs.lost.high == pytest.approx(0.02)
    assert costs.forgotten.median == pytest.approx(0.78)


def test_the_answer_in_words_says_both_sides() -> None:
    costs = new_class_costs(_left_out())
    assert new_class_headline(costs) == (
        "A digit added afterwards costs the ten models 1.50 s, and the single model, which learns "
        "everything again, 8.0 s."
    )
    text = new_class_text(costs)
    assert "6.0 (4.0 to 8.0) times as long" in text
    assert "the loss is 1.50 points, and at worst 2.00" in text
    assert "costs it 0.50 s as well, and then it reads 95.50 % of all ten correctly" in text
    assert "does it forget: 78.00 points" in text


def test_every_way_has_its_row() -> None:
    rows = table_by_way(_left_out())
    assert [row["way"] for row in rows] == [way.title for way in WAYS.values()]
    assert rows[1]["seconds"] == "1.50 (1.00 to 2.00)"
    assert rows[1]["accuracy, all ten"] == "95.50 % (95.00 % to 96.00 %)"


def test_growing_adds_up_the_steps() -> None:
    entries = [
        {"seed": seed, "classes": classes, "way": "again", "seconds": seconds + seed,
         "rows": 100, "accuracy": 0.9}
        for seed in (0, 1, 2)
        for classes, seconds in ((2, 1.0), (3, 2.0))
    ]  # fmt: skip
    first, second = growth(entries)
    assert (first["seconds"], second["seconds"]) == (2.0, 5.0)
    assert second["rows"] == 200


def test_examples_and_drawings_are_medians() -> None:
    entries = [
        {"digit": digit, "examples": 10, "way": "mended", "new": new, "old": 0.9}
        for digit, new in enumerate((0.2, 0.5, 0.9))
    ]
    assert by_examples(entries) == [{"way": "mended", "examples": 10, "new": 0.5, "old": 0.9}]
    drawings = [
        {"digit": 7, "lesson": lesson, "way": "mended", "new": new, "before": 0.98, "old": 0.97}
        for lesson, new in enumerate((0.8, 0.9, 0.85))
    ]
    (row,) = table_by_digit(drawings)
    assert row["digit"] == "7"
    assert row["Mended: recall"] == "85.00 % (80.00 % to 90.00 %)"
    assert row["Mended: points lost"] == "1.00"


def test_the_shipped_experiment_is_whole() -> None:
    found = load_evidence("new_class")
    assert found is not None
    left_out = [e for e in found["left_out"] if e["digit"] is not None]
    assert len(left_out) == 10 * 3 * len(WAYS)
    assert {e["classes"] for e in found["growing"]} == set(range(2, 11))
    assert {e["examples"] for e in found["examples"]} == {1, 3, 10, 30, 100, 300, 1000}
    assert {e["digit"] for e in found["drawings"]} == set(range(10))
    assert new_class_costs(found["left_out"]).lost.median <= 0.01
