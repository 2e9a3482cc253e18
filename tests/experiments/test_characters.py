"""The experiment with 252 classes, on six: it stores each training, resumes, and adds classes."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from experiments import characters
from mnist_models.data.characters import load_characters
from mnist_models.evidence import experiments as evidence
from mnist_models.evidence.characters.additions import added
from mnist_models.evidence.characters.findings import characters_headline, promise_sentence
from tests.helpers.characters import save_characters

CLASSES = ["Latin/01", "Latin/02", "Latin/03", "Greek/01", "Greek/02", "Greek/03"]


@pytest.fixture
def six(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Six classes, of which the last is added, small networks, and an empty folder of results."""
    save_characters(tmp_path / "characters.npz", CLASSES)
    monkeypatch.setenv("CHARACTERS", str(tmp_path / "characters.npz"))
    monkeypatch.setattr(characters, "load_all", load_characters)
    monkeypatch.setattr(characters, "ADDED_LAST", 1)
    for module in (evidence, experiments):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    tiny = [
        replace(
            each,
            recipe=replace(each.recipe, hidden=(8,), epochs=10, batch_size=16, rescore=2),
        )
        for each in characters.CONTENDERS
    ]
    monkeypatch.setattr(characters, "CONTENDERS", tiny)
    monkeypatch.setattr(characters, "SINGLE", tiny[0])
    monkeypatch.setattr(characters, "MEMBERS", tiny[1])
    characters._drawings.cache_clear()
    yield tmp_path
    characters._drawings.cache_clear()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> evidence.Evidence:
    monkeypatch.setattr(sys, "argv", ["characters", *arguments])
    characters.main()
    found = evidence.load_evidence("characters")
    assert found
    return found


@pytest.mark.matrix
def test_trainings_are_stored_and_not_done_again(
    six: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(monkeypatch, "--parts", "trainings", "--classes", "6")
    assert len(found["trainings"]) == len(characters.CONTENDERS)
    assert all(e["pictures"] == 6 * 15 and len(e["right"]) == 6 for e in found["trainings"])

    def refuse(*_: object) -> None:
        raise AssertionError("it was done already")

    monkeypatch.setattr(characters, "_trained", refuse)
    assert run(monkeypatch, "--parts", "trainings", "--classes", "6") == found


def test_additions_to_networks_of_other_settings_are_done_again(six: Path) -> None:
    def asked(kept: list[dict[str, Any]]) -> bool:
        options = argparse.Namespace(candidates=[], classes=[6])
        tasks = characters._tasks(options, {"choice": [], "trainings": [], "additions": kept})
        return {"part": "additions"} in list(tasks)

    bases = [
        {"way": "base", "approach": each.approach, "settings": each.recipe.settings()}
        for each in (characters.SINGLE, characters.MEMBERS)
    ]
    assert asked([])
    assert not asked([*bases, {"way": "member"}])
    longer = replace(characters.MEMBERS.recipe, epochs=99).settings()
    assert asked([bases[0], {**bases[1], "settings": longer}])


@pytest.mark.matrix
def test_a_class_is_added_in_every_way(six: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "--parts", "trainings", "--classes", "6")
    found = run(monkeypatch, "--parts", "additions")
    assert set(added(found)) == {"member", "mended", "together"}
    assert characters_headline(found)
    assert promise_sentence(found)


def test_an_added_member_leaves_the_others_as_they_were(six: Path) -> None:
    known, _ = characters._trained(characters.MEMBERS, [1, 2, 3], [16], 5)
    after, rows, changed = characters.add("member", known, 5)
    assert changed == 1
    assert rows > 0
    for old, new in zip(known.weights, after.weights, strict=True):
        assert np.array_equal(old, new[:5])


def test_sizes_are_the_ends_of_alphabets_and_all_come_first(six: Path) -> None:
    assert characters.sizes() == [6, 3]
