"""Runs of before become what is stored today: curves beside the scores, a byte for each weight."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_models.atomic_files import WriteError
from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.runs import upgrade
from mnist_models.runs.publishing import publish, remove_leftovers
from mnist_models.runs.quota import is_shipped
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import CURVES, EMBEDDING, Run, RunError
from mnist_models.runs.upgrade import add_map, round_weights, upgrade_run

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


@pytest.fixture
def finer(trained: Path, tiny_contents: Contents, make_stack: Callable[..., Stack]) -> Run:
    """A run whose weights were not rounded, with curves."""
    return publish("finer", **{**tiny_contents, "stacks": {a: make_stack(a) for a in PAIR}})


@pytest.fixture
def same_pictures(tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures that the tiny runs have learned from are on this machine."""
    monkeypatch.setattr(upgrade, "load_dataset", lambda _: tiny_dataset)


def test_weights_are_rounded_and_the_figures_are_those_that_they_have_then(
    finer: Run, tiny_dataset: Dataset, same_pictures: None
) -> None:
    was = _snapshot(finer.path)
    before = {approach: finer.stack(approach) for approach in PAIR}
    assert round_weights("finer")
    run = load_run("finer")
    run.verify()
    for approach, stack in before.items():
        now, rounded = run.stack(approach), stack.rounded()
        np.testing.assert_array_equal(now.weights[0], rounded.weights[0])
        np.testing.assert_array_equal(now.biases[1], stack.biases[1])
        proba = now.predict_proba(tiny_dataset.x_test)
        np.testing.assert_array_equal(run.test_scores[approach], proba)
        for rows, x, y in (
            ("train", tiny_dataset.x_train, tiny_dataset.y_train),
            ("test", tiny_dataset.x_test, tiny_dataset.y_test),
        ):
            proba = now.predict_proba(x)
            fresh = evaluate(proba, y, now.classes_, one_vs_rest=approach == "multi")
            assert run.metrics(approach, rows).to_json() == fresh.to_json()
    files = _snapshot(finer.path)
    assert {name for name in was if was[name] != files[name]} >= {"single.npz", "multi.npz"}
    assert all(was[name] == files[name] for name in ("history.json", "rows.npz"))
    assert len(files["multi.npz"]) < 0.4 * len(was["multi.npz"])
    changed = {k for k in finer.manifest if finer.manifest[k] != run.manifest[k]}
    assert changed <= {"approaches", "files"}
    assert [path.name for path in finer.path.parent.iterdir()] == ["finer"]


def test_a_map_is_added_and_all_else_stays_bit_for_bit(
    tiny_run: Run, tiny_dataset: Dataset, same_pictures: None
) -> None:
    assert tiny_run.embeddings == {}
    was = _snapshot(tiny_run.path)
    assert add_map("reference")
    now, run = _snapshot(tiny_run.path), load_run("reference")
    run.verify()
    assert {name for name in now if now[name] != was.get(name)} == {EMBEDDING, "run.json"}
    files = {k: v for k, v in run.manifest["files"].items() if k != EMBEDDING}
    assert {**run.manifest, "files": files} == tiny_run.manifest
    for approach in PAIR:
        places = run.embeddings[approach].place(run.stack(approach), tiny_dataset.x_test)
        steps = run.embeddings[approach].steps
        np.testing.assert_array_equal(run.embeddings[approach].points, np.rint(places / steps))
    assert not add_map("reference")
    assert not upgrade_run("reference")
    assert _snapshot(tiny_run.path) == now


def test_what_was_taught_or_has_no_networks_or_pictures_gets_no_map(
    trained: Path, tiny_contents: Contents, same_pictures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = {**tiny_contents["manifest"], "lesson": {}}
    publish("own-taught", **{**tiny_contents, "manifest": manifest})
    with pytest.raises(RunError, match="own-taught learned from other pictures"):
        add_map("own-taught")
    scores = publish("scores", **{**tiny_contents, "stacks": {}})
    assert not add_map("scores")
    assert load_run("scores") == scores
    other = {**tiny_contents["manifest"]["dataset"], "fingerprint": "other"}
    publish(
        "other",
        **{**tiny_contents, "manifest": {**tiny_contents["manifest"], "dataset": other}},
    )
    was = _snapshot(trained / "other")
    with pytest.raises(RunError, match="other learned from other pictures"):
        add_map("other")
    assert _snapshot(trained / "other") == was


def test_a_map_is_made_anew_with_rounded_weights(
    finer: Run, tiny_dataset: Dataset, same_pictures: None
) -> None:
    assert add_map("finer")
    assert round_weights("finer")
    run = load_run("finer")
    run.verify()
    for approach in PAIR:
        places = run.embeddings[approach].place(run.stack(approach), tiny_dataset.x_test)
        steps = run.embeddings[approach].steps
        np.testing.assert_array_equal(run.embeddings[approach].points, np.rint(places / steps))


@pytest.mark.parametrize(
    "change",
    [
        {"single_points": np.zeros((99, 8), np.int8)},
        {"single_steps": np.zeros(3, np.float32)},
        {"nobody_points": np.zeros((100, 8), np.int8)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_map_that_does_not_fit_its_run_is_damage(
    change: dict[str, np.ndarray], tiny_run: Run, tiny_contents: Contents, same_pictures: None
) -> None:
    assert add_map("reference")
    with np.load(tiny_run.path / EMBEDDING) as file:
        arrays = {**file, **change}
    run = publish(
        "odd", **{**tiny_contents, "arrays": {**tiny_contents["arrays"], EMBEDDING: arrays}}
    )
    with pytest.raises(RunError, match="odd is damaged: embedding"):
        _ = run.embeddings
    (tiny_run.path / EMBEDDING).write_bytes(b"")
    with pytest.raises(RunError, match="reference is damaged: embedding"):
        _ = load_run("reference").embeddings


def test_what_is_rounded_already_stays_as_it_is(tiny_run: Run) -> None:
    was = _snapshot(tiny_run.path)
    assert not round_weights("reference")
    assert _snapshot(tiny_run.path) == was


def test_an_approach_without_networks_keeps_its_scores(
    trained: Path, tiny_contents: Contents, make_stack: Callable[..., Stack], same_pictures: None
) -> None:
    run = publish("half", **{**tiny_contents, "stacks": {"single": make_stack("single")}})
    assert round_weights("half")
    now = load_run("half")
    assert now.with_weights == ("single",)
    np.testing.assert_array_equal(now.test_scores["multi"], run.test_scores["multi"])
    assert now.metrics("multi") == run.metrics("multi")


def test_a_run_that_learned_from_other_pictures_stays_as_it_is(finer: Run) -> None:
    was = _snapshot(finer.path)
    with pytest.raises(RunError, match="finer learned from other pictures"):
        round_weights("finer")
    assert _snapshot(finer.path) == was


def test_what_was_taught_stays_as_it_is(
    trained: Path, tiny_contents: Contents, make_stack: Callable[..., Stack], same_pictures: None
) -> None:
    manifest = {**tiny_contents["manifest"], "lesson": {}}
    stacks = {"multi": make_stack("multi")}
    publish("own-taught", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    with pytest.raises(RunError, match="own-taught learned from other pictures"):
        round_weights("own-taught")


def test_on_a_full_disk_the_weights_stay_as_they_were(
    finer: Run, trained: Path, same_pictures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    was = _snapshot(finer.path)
    for step in ("write_json", "replace_run"):
        with monkeypatch.context() as patch:
            patch.setattr(upgrade, step, full)
            with pytest.raises(WriteError, match="No space left on device"):
                round_weights("finer")
        assert _snapshot(finer.path) == was
        assert [path.name for path in trained.iterdir()] == ["finer"]


def test_whoever_is_killed_while_a_run_is_replaced_leaves_it_to_be_put_back(
    finer: Run, trained: Path
) -> None:
    was = _snapshot(finer.path)
    finer.path.rename(trained / ".replaced-finer")
    (trained / ".incoming-x").mkdir()
    remove_leftovers()
    assert _snapshot(finer.path) == was
    assert [path.name for path in trained.iterdir()] == ["finer"]
    (trained / ".replaced-finer").mkdir()  # killed a moment later: the new version is there
    remove_leftovers()
    assert _snapshot(finer.path) == was
    assert [path.name for path in trained.iterdir()] == ["finer"]
