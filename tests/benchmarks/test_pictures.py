"""The benchmark of pictures: what it counts, on a folder of the test's own."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks import pictures as benchmark
from benchmarks.pictures import (
    SINGLE_DIGITS,
    FolderError,
    Result,
    Score,
    accuracy_table,
    decoded,
    edit_distance,
    kinds_table,
    labelled_pictures,
    score,
)
from mnist_models.drawings.number import Number
from mnist_models.preprocessing.to_mnist import to_mnist_steps
from mnist_models.runs.run import Run

DIGITS = st.text("0123", max_size=6)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A 1, one number, an empty sheet, a blot that is none, and a file that is no picture."""
    made = tmp_path / "pictures"
    made.mkdir()
    sheet = np.full((120, 300), 255, np.uint8)
    _save(made / "empty.png", sheet)
    one = sheet.copy()
    one[20:100, 140:150] = 0
    _save(made / "one.png", one)
    two = one.copy()
    two[20:100, 60:70] = 0
    _save(made / "two.png", two)
    (made / "broken.png").write_text("no picture")
    rows = [
        "file,label,kind,today",
        "one.png,1,drawn,1",
        "two.png,1 1,number,",
        "empty.png,7,drawn,",
    ]
    rows += ["broken.png,0,broken,", "one.png,none,no-digit,"]
    (made / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return made


def _save(path: Path, picture: np.ndarray) -> None:
    Image.fromarray(picture).save(path)


@given(DIGITS, DIGITS)
def test_the_edit_distance_is_none_for_equal_ones_only_and_never_more_than_the_longer(
    first: str, second: str
) -> None:
    distance = edit_distance(first, second)
    assert (distance == 0) == (first == second)
    assert abs(len(first) - len(second)) <= distance <= max(len(first), len(second))
    assert distance == edit_distance(second, first)


@given(DIGITS, DIGITS, DIGITS)
def test_no_way_round_is_shorter(first: str, second: str, third: str) -> None:
    assert edit_distance(first, third) <= edit_distance(first, second) + edit_distance(
        second, third
    )


@pytest.mark.parametrize(("read", "edits"), [("226", 1), ("20026", 1), ("2826", 1), ("", 4)])
def test_digits_are_inserted_deleted_or_changed(read: str, edits: int) -> None:
    assert edit_distance(read, "2026") == edits


def test_labels_are_digits_numbers_or_none(folder: Path) -> None:
    labels = [(each.path.name, each.label, each.kind) for each in labelled_pictures(folder)]
    assert labels[1:3] == [("two.png", "11", "number"), ("empty.png", "7", "drawn")]
    assert labels[-1] == ("one.png", "", "no-digit")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("file,label\none.png,1", "needs the columns"),
        ("file,label,kind\none.png,seven,drawn", "'seven' is no digit"),
        ("file,label,kind\none.png,,drawn", "'' is no digit"),
        ("file,label,kind\none.png,²,drawn", "'²' is no digit"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(
    text: str | None, said: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    with pytest.raises(FolderError, match=said):
        labelled_pictures(tmp_path)


def _number(answers: str, sure: float = 0.99) -> Number:
    n = len(answers)
    proba = np.full((n, 10), (1 - sure) / 9)
    proba[range(n), [int(answer) for answer in answers]] = sure
    boxes = np.array([[0, 30 * k, 40, 30 * k + 20] for k in range(n)])
    return Number(
        (to_mnist_steps(np.eye(40, dtype=np.uint8) * 255),) * n,
        boxes,
        np.zeros(n, int),
        np.zeros(n, bool),
        proba,
        (*answers,),
        np.ones(n, bool),
    )


def test_numbers_are_counted_as_a_whole_and_by_digit(folder: Path) -> None:
    one, number, *_, blank = labelled_pictures(folder)
    result = Result("run", ("single", "multi"))
    result.count(one, {"single": _number("1"), "multi": _number("7")})
    result.count(number, {"single": _number("11"), "multi": _number("1")})
    result.count(blank, {"single": _number("3"), "multi": _number("3")})
    result.count(blank, {"single": _number("3", sure=0.6), "multi": _number("3")})
    result.count(blank, {"single": _number("3"), "multi": _number("33")})
    result.count(blank, {})
    assert result.score("single", "number") == Score(1, 1, 2, 0)
    assert result.score("multi", "number") == Score(1, 0, 2, 1)
    assert (
        result.score("multi", SINGLE_DIGITS) == result.score("multi", "drawn") == Score(1, 0, 1, 1)
    )
    assert (result.plain, result.blank) == (1, 4)
    assert result.kinds == ["drawn", "number", SINGLE_DIGITS]
    first, second = accuracy_table([result]).splitlines()[2:]
    assert first.startswith("| run | single model | 1 of 1 (20.7 % to 100.0 %) | 1 of 1 (")
    assert "| 0 of 2 | 1 of 4 |" in first
    assert "| 1 of 2 | 1 of 4 |" in second
    assert "| drawn | 1 of 1 (20.7 % to 100.0 %) | 0 of 1 (0.0 % to 79.3 %) |" in kinds_table(
        result
    )


def test_a_digit_that_no_binary_model_says_yes_to_is_not_read(folder: Path) -> None:
    _, number, *_ = labelled_pictures(folder)
    result = Result("run", ("single", "multi"))
    doubted = replace(_number("11"), accepted=np.array([True, False]))
    result.count(number, {"single": _number("11"), "multi": doubted})
    assert result.score("multi", "number") == Score(1, 0, 2, 1)


def test_what_cannot_be_read_counts_as_read_wrongly(tiny_run: Run, folder: Path) -> None:
    result = score(tiny_run, decoded(labelled_pictures(folder)))
    assert result.score("single", "broken") == Score(1, 0, 1, 1)
    assert result.score("multi", "drawn").pictures == 2
    assert result.score("multi", "number").digits == 2
    assert result.score("single", SINGLE_DIGITS).pictures == 3
    assert result.blank == 1


def test_a_page_of_more_digits_than_are_read_counts_as_read_wrongly(tiny_run: Run) -> None:
    bar = np.pad(np.full((12, 3), 255, np.uint8), 3)
    assert benchmark.read(tiny_run, np.tile(bar, (11, 20))) == {}


def test_the_command_writes_its_tables_into_the_readme(
    tiny_run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("Before\n<!-- pictures -->\nold\n<!-- /pictures -->\nAfter\n")
    monkeypatch.setattr(benchmark, "README", readme)
    monkeypatch.setenv("PICTURES", str(folder))
    monkeypatch.setattr(sys, "argv", ["pictures", "--run", "reference", "--write"])
    benchmark.main()
    text = readme.read_text()
    assert text.startswith("Before\n<!-- pictures -->\n\n| run |")
    assert "| reference | multi-model |" in text
    assert "| a photograph of 12 megapixels | " in text
    assert "old" not in text
    assert text.endswith("<!-- /pictures -->\nAfter\n")


def test_without_a_folder_it_says_which_variable_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PICTURES", raising=False)
    command = [sys.executable, "-m", "benchmarks.pictures"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("PICTURES names no folder")
