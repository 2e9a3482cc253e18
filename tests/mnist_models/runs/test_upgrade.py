"""What today's runs store beside their test scores is added to runs of before."""

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_models.atomic_files import WriteError
from mnist_models.learning.stack import Stack
from mnist_models.runs import upgrade
from mnist_models.runs.publishing import publish
from mnist_models.runs.quota import is_shipped
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import CURVES, Run, RunError
from mnist_models.runs.upgrade import upgrade_run

Contents = dict[str, Any]


@pytest.fixture
def before(tiny_contents: Contents) -> Contents:
    """What `publish` was given before curves were stored."""
    arrays = {name: a for name, a in tiny_contents["arrays"].items() if name != CURVES}
    return {**tiny_contents, "arrays": arrays}


@pytest.fixture
def old(trained: Path, before: Contents) -> Run:
    return publish("old", **before)


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_run_of_before_has_no_curves_and_gets_those_of_a_new_one(old: Run, tiny_run: Run) -> None:
    assert not old.has_curves
    assert old.curves("multi") is None
    assert upgrade_run("old")
    curves, expected = load_run("old").curves("multi"), tiny_run.curves("multi")
    assert curves is not None
    assert expected is not None
    for kind, of_kind in curves.items():
        for ours, theirs in zip(of_kind, expected[kind], strict=True):
            assert ours is not None
            assert theirs is not None
            assert ours.area == theirs.area
            np.testing.assert_array_equal(ours.x, theirs.x)
    assert load_run("old").curves("single") is None  # it answers no yes-or-no questions


def test_all_else_stays_bit_for_bit_and_a_second_time_changes_nothing(old: Run) -> None:
    was = _snapshot(old.path)
    assert upgrade_run("old")
    now, run = _snapshot(old.path), load_run("old")
    run.verify()
    assert {name: now[name] for name in was if name != "run.json"} == {
        name: contents for name, contents in was.items() if name != "run.json"
    }
    assert set(now) == {*was, CURVES}
    files = run.manifest["files"]
    assert list(files) == sorted(files)
    assert set(files) == set(now) - {"run.json"}
    manifest = {**run.manifest, "files": {k: v for k, v in files.items() if k != CURVES}}
    assert manifest == old.manifest
    assert list(manifest) == list(old.manifest)
    assert run.made_here
    assert run.weights_hash("multi") == old.weights_hash("multi")
    assert not upgrade_run("old")
    assert _snapshot(old.path) == now
    old.verify()  # whoever had it open reads on


def test_a_shipped_run_stays_shipped(trained: Path, before: Contents) -> None:
    publish("reference", **{**before, "manifest": {**before["manifest"], "made_here": False}})
    assert upgrade_run("reference")
    assert is_shipped("reference")


def test_a_run_without_yes_or_no_questions_has_nothing_to_add(
    trained: Path, half_contents: Contents
) -> None:
    arrays = {k: v for k, v in half_contents["arrays"].items() if k != CURVES}
    single = publish("half", **{**half_contents, "arrays": arrays})
    assert not upgrade_run("half")
    assert load_run("half") == single


def test_scores_without_networks_are_enough(trained: Path, before: Contents) -> None:
    stacks: dict[str, Stack] = {}
    publish("scores", **{**before, "stacks": stacks})
    assert upgrade_run("scores")
    assert load_run("scores").curves("multi")


def test_a_damaged_run_is_left_as_it_is(old: Run) -> None:
    (old.path / "multi.npz").write_bytes(b"")
    was = _snapshot(old.path)
    with pytest.raises(RunError, match="old is damaged: multi"):
        upgrade_run("old")
    assert _snapshot(old.path) == was


def test_scores_that_lack_an_approach_are_damage(trained: Path, before: Contents) -> None:
    scores = {k: v for k, v in before["arrays"]["test_scores.npz"].items() if k != "multi"}
    old = publish("old", **{**before, "arrays": {**before["arrays"], "test_scores.npz": scores}})
    was = _snapshot(old.path)
    with pytest.raises(RunError, match="old is damaged: test_scores"):
        upgrade_run("old")
    assert _snapshot(old.path) == was


def test_on_a_full_disk_the_run_stays_as_it_was(
    old: Run, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(upgrade, "write_json", full)
    was = _snapshot(old.path)
    with pytest.raises(WriteError, match="No space left on device"):
        upgrade_run("old")
    assert _snapshot(old.path) == was
    assert [path.name for path in trained.iterdir()] == ["old"]
