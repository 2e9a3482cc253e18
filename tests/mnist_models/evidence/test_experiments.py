"""The shipped experiments: each has what pages read; what is no JSON counts as none."""

from pathlib import Path
from typing import Any

import pytest

from mnist_models.evidence import experiments as evidence

SCORES = {"seed", "train_accuracy", "test_accuracy"}
COSTS = {"seed", "way", "seconds", "rows", "accuracy"}
LISTS: dict[str, dict[str, set[str]]] = {  # per file its lists, and what each of their entries has
    "overfitting": {
        "dropout": {*SCORES, "dropout", "accuracy", "val_accuracy"},
        "rows": {*SCORES, "rows"},
    },
    "sampling": {"runs": {*SCORES, "strategy", "distinct_rows", "seconds", "calibration"}},
    "drawing": {"rows": {"pictures", "preparation", "accuracy"}},
    "writers": {"runs": {"fold", "pictures", "preparation", "rows", "right"}},
    "seeds": {"runs": {*SCORES, "recipe", "approach", "fingerprint"}},
    "equal_size": {
        "runs": {
            *("approach", "hidden", "sampling", "seed", "test_accuracy", "balanced_accuracy"),
            *("parameters", "distinct_rows", "rows_per_epoch", "seconds", "cpu_seconds"),
            *("bytes", "milliseconds"),
        }
    },
    "no_digit": {
        "answers": {
            *("run", "weights", "approach", "kind", "pictures", "none", "one", "several"),
            *("median_largest", "sure", "threshold", "refused", "area", "answers"),
        },
        "examples": {"kind", "picture"},
    },
    "numbers": {
        "numbers": {"spacing", "approach", "right", "rows", "interval"},
        "by_strokes": {"spacing", "approach", "right", "rows", "interval"},
        "paired": {"spacing", "both", "only_single", "only_multi", "neither", "p"},
        "singles": {"approach", "cut", "rows", "interval"},
    },
    "hard_pictures": {},
    "new_class": {
        "left_out": {*COSTS, "digit"},
        "growing": {*COSTS, "classes"},
        "examples": {"digit", "examples", "way", "old", "new"},
        "drawings": {"digit", "lesson", "way", "seconds", "before", "old", "new"},
    },
}
FACTS: dict[str, dict[str, type | tuple[type, ...]]] = {  # what captions say of a file
    "overfitting": {"network": str, "epochs": int},
    "equal_size": {"epochs": int},
    "new_class": {"threads": int},
    "hard_pictures": {"pictures": list, "runs": list, "of": int},
    "numbers": {"height": int, "pens": list, "lengths": list, "between": dict},
    "no_digit": {"letters": str, "refused_digits": (int, float), "sure": (int, float)},
}


@pytest.fixture(params=LISTS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def shipped(name: str) -> dict[str, Any]:
    found = evidence.load_evidence(name)
    assert found is not None
    return found


def test_what_is_shipped_has_what_pages_read(name: str) -> None:
    found = shipped(name)
    assert found["command"].startswith(evidence.command(name))
    for fact, kind in FACTS.get(name, {}).items():
        assert isinstance(found[fact], kind)
    for entries, fields in LISTS[name].items():
        assert found[entries]
        assert [entry for entry in found[entries] if not fields <= entry.keys()] == []


def test_every_sampling_strategy_was_calibrated_before_and_after() -> None:
    for run in shipped("sampling")["runs"]:
        for when in ("before", "after"):
            assert run["calibration"][when].keys() >= {"predicted", "observed", "count", "error"}


@pytest.mark.parametrize("contents", [None, "", "{", "[0]", "[" * 100_000, "\xff"])
def test_what_is_absent_or_no_json_object_is_none(
    contents: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    if contents is not None:
        (tmp_path / "seeds.json").write_text(contents, encoding="latin-1")
    assert evidence.load_evidence("seeds") is None
