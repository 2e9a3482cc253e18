"""252 classes: what was measured, as a law, as additions and in sentences."""

import numpy as np
import pytest

from experiments.recall import interval_over_people, macro_recall
from mnist_models.evidence.characters.additions import added, addition_rows
from mnist_models.evidence.characters.findings import (
    best_sentence,
    characters_headline,
    promise_sentence,
)
from mnist_models.evidence.characters.power_law import LAW_FROM, law_of, law_rows
from mnist_models.evidence.characters.trainings import MEMBERS, SINGLE, training_rows
from mnist_models.evidence.experiments import load_evidence
from tests.helpers.characters import SIZES, experiment


def test_the_law_is_the_one_that_the_costs_follow() -> None:
    law = law_of(experiment(), MEMBERS)
    assert law is not None
    assert law.exponent == pytest.approx(1.5)
    assert law.low == pytest.approx(1.5)
    assert law.points == sum(size >= LAW_FROM for size in SIZES)
    assert law.seconds(10_000)[0] == pytest.approx(0.1 * 10_000**1.5)


def test_the_interval_of_the_law_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(300):
        found = experiment()
        for entry in found["trainings"]:
            entry["cpu_seconds"] *= float(np.exp(rng.normal(0, 0.1)))
        law = law_of(found, MEMBERS)
        assert law is not None
        held += law.low <= 1.5 <= law.high
    assert 0.91 <= held / 300 <= 0.99


@pytest.mark.parametrize("sizes", [SIZES[:1], SIZES[-2:], SIZES[-3:]])
def test_few_points_are_no_law(sizes: list[int]) -> None:
    found = experiment()
    found["trainings"] = [e for e in found["trainings"] if e["classes"] in sizes]
    assert law_of(found, SINGLE) is None
    assert law_rows(found) == []


def test_rows_are_in_the_order_of_the_contenders() -> None:
    rows = training_rows(experiment())
    assert [row["key"] for row in rows[:: len(SIZES)]] == [
        "single.all",
        "committee.all",
        "multi.hard",
    ]
    assert [row["classes"] for row in rows[: len(SIZES)]] == list(SIZES)


def test_additions_are_compared_with_training_everything() -> None:
    member = added(experiment())["member"]
    assert member.recall == pytest.approx(0.8)
    assert member.again == pytest.approx(0.8)
    assert member.near == 1  # one is read by all five, the other by three
    assert member.lost == pytest.approx(0.01)
    assert member.share == pytest.approx(3 / (0.1 * 252**1.5))
    assert len(addition_rows(experiment())) == 4


def test_additions_that_are_not_measured_to_their_end_are_left_out() -> None:
    found = experiment()
    found["additions"] = found["additions"][:-1]
    assert set(added(found)) == {"member", "mended"}


@pytest.mark.parametrize(
    ("single", "members", "says"),
    [
        (0.9, 0.8, "because each of these has only 15 drawings"),
        (0.8, 0.9, "although each of the many"),
        (0.8, 0.8, "no clear difference"),
    ],
)
def test_the_headline_says_who_reads_more_and_why(single: float, members: float, says: str) -> None:
    found = experiment(single, members)
    assert says in characters_headline(found)
    assert "252 classes" in characters_headline(found)


def test_the_promise_has_its_price() -> None:
    sentence = promise_sentence(experiment())
    assert "takes 2.0" in sentence
    assert "1.0 points" in sentence
    assert "committee" in best_sentence(experiment())
    assert promise_sentence(experiment() | {"additions": []}) == ""


def test_people_are_drawn_again_whole() -> None:
    y = np.repeat(np.arange(4), 5)
    people = np.tile(np.arange(5), 4)
    alphabets = np.where(y < 2, "a", "b")
    right = people < 4  # one person in five is misread throughout
    low, high = interval_over_people(right, y, alphabets, people)
    assert macro_recall(right, y) == 0.8
    assert low < 0.8 < high
    everybody = np.ones(len(y), dtype=bool)
    assert interval_over_people(everybody, y, alphabets, people) == [1.0, 1.0]


def test_what_is_shipped_can_be_read() -> None:
    if found := load_evidence("characters"):  # once it is measured
        assert characters_headline(found)
        assert training_rows(found)
