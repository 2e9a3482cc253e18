"""The twenty hard pictures: a rule without labels has chosen them, and gives the same today."""

import numpy as np
import pytest

from experiments.hard_pictures import CLEAR, DOUBTED, RUNS, choose, leads, mean_places
from mnist_models.comparison.contenders import contenders_of
from mnist_models.data.label_errors import doubted_rows
from mnist_models.evidence.experiments import load_evidence
from mnist_models.runs.registry import load_run


def test_the_lead_is_that_of_the_largest_output_over_the_second() -> None:
    proba = np.array([[0.1, 0.7, 0.2], [0.4, 0.4, 0.9], [0.5, 0.5, 0.0]])
    assert leads(proba) == pytest.approx([0.5, 0.5, 0.0])


def test_a_place_is_the_mean_over_all_who_were_asked() -> None:
    places = mean_places([np.array([0.1, 0.5, 0.9]), np.array([0.9, 0.1, 0.5])])
    assert places.tolist() == [1.0, 0.5, 1.5]


def test_the_hardest_are_chosen_some_of_them_doubted() -> None:
    doubted = doubted_rows("mnist", 10_000)
    places = np.arange(10_000.0)[::-1]  # the last picture is the hardest
    chosen = choose(places, doubted)
    is_doubted = np.isin(chosen, doubted)
    assert (int(is_doubted.sum()), len(chosen)) == (DOUBTED, CLEAR + DOUBTED)
    assert min(np.array(chosen)[~is_doubted]) >= 10_000 - CLEAR - DOUBTED
    assert sorted(np.array(chosen)[is_doubted]) == doubted[-DOUBTED:].tolist()


def test_the_committed_pictures_are_those_that_the_rule_chooses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    found = load_evidence("hard_pictures")
    assert found
    assert found["runs"] == list(RUNS)
    asked = [c for name in RUNS for c in contenders_of(load_run(name))]
    places = mean_places([leads(contender.proba) for contender in asked])
    assert found["pictures"] == choose(places, doubted_rows("mnist", len(places)))


def test_only_the_labels_of_mnist_are_known_to_be_doubted() -> None:
    assert len(doubted_rows("mnist", 10_000)) == 15
    assert len(doubted_rows("sample", 10_000)) == len(doubted_rows("mnist", 100)) == 0
