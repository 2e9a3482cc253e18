"""The record: members are kept as they end, and the committee of them is a run like any other."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import record
from mnist_models.data.dataset import Dataset
from mnist_models.learning.inputs import seen
from mnist_models.runs.run import RunError
from mnist_models.settings import limits


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """Tiny members, kept in a folder of the test's own; returns the numbers of those trained."""
    whole, trained = record.recipe(), []

    def train(number: int, data: Dataset, file: Path, *, train: Any = record._train) -> None:
        trained.append(number)
        train(number, data, file)

    monkeypatch.setattr(record, "recipe", lambda: replace(whole, hidden=(4,), epochs=1))
    monkeypatch.setattr(record, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(record, "_train", train)
    return trained


def test_no_two_members_see_the_same_and_there_are_ten() -> None:
    assert len(set(record.VIEWS)) == len(record.VIEWS) == 10
    assert sum(view.upright for view in record.VIEWS) == 5


def test_the_recipe_can_be_stored_with_a_run_and_is_one_hidden_layer() -> None:
    recipe = record.recipe()
    assert recipe.hidden == (800,)
    # It says of itself what is done: nothing is held out, and nothing is trained twice.
    assert (recipe.validation_split, recipe.refit) == (0.0, False)
    assert recipe.epochs in limits().epochs
    assert type(recipe).from_settings("record", recipe.settings()).settings() == recipe.settings()


def test_what_is_kept_is_not_trained_again_and_the_committee_answers_by_views(
    small: list[int], trained: Path, tiny_dataset: Dataset
) -> None:
    del trained
    members = [record.train_member(number, tiny_dataset) for number in (0, 1)]
    assert [record.train_member(0, tiny_dataset).seconds] == [members[0].seconds]
    assert small == [0, 1]
    run = record.publish_record(members, tiny_dataset, "record")
    assert run.approaches == ("committee",)
    assert run.pair == ()
    stack = run.approach("committee")
    x = tiny_dataset.x_test
    proba = stack.predict_proba(x)
    assert np.array_equal(proba, run.test_scores["committee"])
    alone = [
        member.stack.predict_proba(seen(x, view))
        for member, view in zip(members, record.VIEWS, strict=False)
    ]
    assert proba == pytest.approx(np.mean(alone, axis=0), abs=1e-6)
    assert run.history["committee"]["member_loss"][0] == pytest.approx(
        [member.history["loss"][0] for member in members]
    )
    assert run.rows_seen("committee").all()
    with pytest.raises(RunError, match=r"no weights of the single model\. Choose another run"):
        run.stack("single")


def test_other_settings_are_kept_apart(
    tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = record.fingerprint(tiny_dataset)
    whole = record.recipe()
    monkeypatch.setattr(record, "recipe", lambda: replace(whole, epochs=3))
    assert record.fingerprint(tiny_dataset) != before
