"""The shipped experiments as pages read them: whole, or not at all."""

import json
from pathlib import Path

import pytest

from mnist_models.evidence import experiments as evidence

# What ui/compare/equal_size.py and ui/compare/rejection.py cannot do without.
NEEDED = [
    ("fairness", "runs", "test_accuracy"),
    ("fairness", "runs", "parameters"),
    ("fairness", "runs", "cpu_seconds"),
    ("fairness", "runs", "milliseconds"),
    ("no_digit", "answers", "weights"),
    ("no_digit", "answers", "refused"),
    ("no_digit", "answers", "area"),
    ("no_digit", "examples", "picture"),
]


@pytest.fixture
def experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["fairness", "no_digit"])
def test_what_is_shipped_is_read_and_names_its_command(name: str) -> None:
    found = evidence.load_evidence(name)
    assert found
    assert found["command"].startswith(evidence.command(name))


@pytest.mark.parametrize(("name", "entries", "field"), NEEDED)
def test_an_entry_without_what_pages_show_makes_the_file_damaged(
    name: str, entries: str, field: str, experiments: Path
) -> None:
    shipped = Path(__file__).resolve().parents[3] / "experiments" / f"{name}.json"
    contents = json.loads(shipped.read_bytes())
    copy = experiments / f"{name}.json"
    copy.write_text(json.dumps(contents), encoding="utf-8")
    assert evidence.load_evidence(name) == contents
    del contents[entries][-1][field]
    copy.write_text(json.dumps(contents), encoding="utf-8")
    assert evidence.load_evidence(name) is None
    contents[entries] = []
    copy.write_text(json.dumps(contents), encoding="utf-8")
    assert evidence.load_evidence(name) is None


@pytest.mark.parametrize("damage", ["absent", "of another kind"])
@pytest.mark.parametrize(
    ("name", "fact"),
    [
        *(("overfitting", fact) for fact in ("network", "epochs")),
        *(("fairness", fact) for fact in ("command", "epochs")),
        *(("no_digit", fact) for fact in ("command", "letters", "refused_digits", "sure")),
    ],
)
def test_a_file_without_what_its_captions_say_is_damaged(
    name: str, fact: str, damage: str, experiments: Path
) -> None:
    shipped = Path(__file__).resolve().parents[3] / "experiments" / f"{name}.json"
    contents = json.loads(shipped.read_bytes())
    contents[fact] = None
    if damage == "absent":
        del contents[fact]
    (experiments / f"{name}.json").write_text(json.dumps(contents), encoding="utf-8")
    assert evidence.load_evidence(name) is None


@pytest.mark.parametrize("name", ["fairness", "no_digit"])
def test_absent_evidence_is_none(name: str, experiments: Path) -> None:
    assert evidence.load_evidence(name) is None
