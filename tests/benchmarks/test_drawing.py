"""The benchmark of drawings: what it measures, and for whom."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.drawing import Row, from_folds, mnist_rows, pen_rows, table, whole_canvas
from experiments.folds import left_out
from mnist_models.comparison.contenders import Contender
from mnist_models.data.pen_digits import WIDTHS, PenDigit
from mnist_models.evidence import experiments as evidence
from mnist_models.evidence.pen_widths import STROKES, pen_pictures_name
from mnist_models.runs.run import Run

ONE = PenDigit(1, 3, (np.array([[100, 100], [100, 200]], np.float32),))
PICTURES = pen_pictures_name(16, big=False)


@pytest.fixture
def write_folds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)

    def write(*folds: tuple[int, int, int]) -> None:
        runs: list[dict[str, Any]] = [
            {"fold": k, "pictures": PICTURES, "preparation": "to_mnist", "rows": rows,
             "right": {"single": single, "multi": multi}}
            for k, (rows, single, multi) in enumerate(folds)
        ]  # fmt: skip
        (tmp_path / "writers.json").write_text(json.dumps({"runs": runs}), encoding="utf-8")

    return write


def test_every_pen_is_measured_in_both_places_and_both_ways() -> None:
    seen: list[np.ndarray] = []

    def predict(images: np.ndarray) -> np.ndarray:
        seen.append(images)
        return np.full(len(images), 1)

    rows = list(pen_rows([ONE, ONE], {"some.single": predict}))
    assert len(rows) == 1 + 2 * 2 * len(WIDTHS)
    assert (rows[0].pictures, rows[0].preparation) == (STROKES, "rasterise")
    assert {row.accuracy["some.single"] for row in rows} == {1.0}
    plain, fitted = seen[1][0], seen[2][0]
    assert np.ptp(np.nonzero(plain)[0]) < 10  # where it was drawn, and as small
    assert np.ptp(np.nonzero(fitted)[0]) == 19
    assert whole_canvas(np.zeros((280, 280), np.uint8)).shape == (28, 28)


def test_mnists_own_pictures_are_measured_untouched_first() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 4:24, 13:15] = 255
    first = next(mnist_rows(image, np.array([1]), {"x": lambda images: images[:, 10, 13] // 255}))
    assert first == Row("MNIST test pictures", "untouched", {"x": 1.0})


def test_people_whom_a_run_knows_are_judged_by_the_folds_that_left_them_out(
    write_folds: Callable[..., None], tiny_run: Run
) -> None:
    write_folds((100, 90, 80), (300, 300, 290))
    taught = [Contender(tiny_run, "single"), Contender(tiny_run, "multi")]
    known = {"reference.single": 1.0, "reference.multi": 1.0, "other.single": 0.5}
    rows = [Row(PICTURES, "to_mnist", known), Row("MNIST test pictures", "untouched", known)]
    drawn, mnist = from_folds(rows, taught)
    assert drawn.accuracy == {
        "reference.single": 390 / 400, "reference.multi": 370 / 400, "other.single": 0.5
    }  # fmt: skip
    assert mnist.accuracy == known


def test_without_folds_such_a_run_has_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_run: Run
) -> None:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    known = {"reference.single": 1.0, "other.single": 0.5}
    rows = list(from_folds([Row(PICTURES, "to_mnist", known)], [Contender(tiny_run, "single")]))
    assert rows[0].accuracy == {"other.single": 0.5}
    lines = list(table(rows, ["reference.single", "other.single"]))
    assert lines[1].split()[-3:] == ["–", "50.00", "%"]


def test_each_writer_is_left_out_once() -> None:
    writers = np.arange(1, 31).repeat(2)
    folds = np.stack([left_out(writers, fold) for fold in range(5)])
    assert (folds.sum(axis=0) == 1).all()
    assert (folds.sum(axis=1) == 12).all()
    assert (folds[:, ::2] == folds[:, 1::2]).all()
