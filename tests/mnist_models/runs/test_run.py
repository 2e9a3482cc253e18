import copy
import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_models.atomic_files import WriteError
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import STRATEGIES, stream, undersample, unpack_rows
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.runs import publishing, registry
from mnist_models.runs import run as run_module
from mnist_models.runs.publishing import activate, check_name, free_name, publish, remove_leftovers
from mnist_models.runs.registry import active_name, find_run, load_run, run_names
from mnist_models.runs.run import Run, RunError

FILES = [
    *("curves.npz", "history.json", "multi.npz", "rows.npz", "run.json", "single.npz"),
    "test_scores.npz",
]
DATA_FILES = [name for name in FILES if name != "run.json"]
ROOT = Path(run_module.__file__).parents[2]

Contents = dict[str, Any]


def _snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones included."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _read_everything(run: Run) -> None:
    run.verify()
    for approach in run.approaches:
        run.stack(approach).predict(np.zeros((1, 28, 28), np.uint8))
        run.metrics(approach)
        run.metrics(approach, "train")
        run.curves(approach)
    assert run.history
    assert run.test_scores["labels"].size
    assert run.label


# Publishing and loading


def test_a_published_run_loads_with_the_same_arrays(tiny_run: Run, tiny_contents: Contents) -> None:
    run = load_run("reference")
    assert run == tiny_run
    for approach, stack in tiny_contents["stacks"].items():
        loaded = run.stack(approach)
        np.testing.assert_array_equal(loaded.classes_, stack.classes_)
        for ours, theirs in zip(
            (*stack.weights, *stack.biases), (*loaded.weights, *loaded.biases), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
    for name, scores in tiny_contents["arrays"]["test_scores.npz"].items():
        np.testing.assert_array_equal(run.test_scores[name], scores)


def test_a_run_has_exactly_the_documented_files(tiny_run: Run) -> None:
    assert sorted(p.name for p in tiny_run.path.iterdir()) == FILES
    assert sorted(tiny_run.manifest["files"]) == DATA_FILES
    for name, entry in tiny_run.manifest["files"].items():
        assert entry["bytes"] == (tiny_run.path / name).stat().st_size


def test_stored_metrics_are_those_of_the_stored_scores(tiny_run: Run) -> None:
    scores = tiny_run.test_scores
    for approach in tiny_run.approaches:
        recomputed = evaluate(
            scores[approach],
            scores["labels"],
            tiny_run.stack(approach).classes_,
            one_vs_rest=approach == "multi",
        )
        assert tiny_run.metrics(approach) == recomputed


def test_arrays_are_read_only_when_asked_for(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tiny_run.path / "multi.npz").unlink()
    run = load_run("reference")
    assert run.single is run.single  # and read once
    with pytest.raises(RunError, match=r"multi\.npz"):
        _ = run.multi


def test_a_run_can_be_read_by_other_users(tiny_run: Run) -> None:
    activate("reference")
    assert tiny_run.path.stat().st_mode & 0o755 == 0o755
    for path in (*tiny_run.path.iterdir(), tiny_run.path.parent / "active"):
        assert path.stat().st_mode & 0o044 == 0o044


def test_the_version_changes_when_the_contents_do(
    trained: Path, tiny_contents: Contents, make_stack: Callable[..., Stack]
) -> None:
    versions = {publish("a", **tiny_contents).version}
    assert versions == {load_run("a").version}
    stacks = {**tiny_contents["stacks"], "single": make_stack("single", seed=1)}
    for changed in (
        {"stacks": stacks},
        {"manifest": {**tiny_contents["manifest"], "seed": 1}},
        {"arrays": {**tiny_contents["arrays"], "rows.npz": {"single": np.zeros(3)}}},
    ):
        (trained / "a").rename(trained / f"old{len(versions)}")
        versions.add(publish("a", **{**tiny_contents, **changed}).version)
    assert len(versions) == 4


def test_a_run_on_the_sample_says_so(trained: Path, tiny_contents: Contents) -> None:
    assert publish("small", **tiny_contents).label == "small (trained on the sample)"
    dataset = {**tiny_contents["manifest"]["dataset"], "name": "mnist"}
    manifest = {**tiny_contents["manifest"], "dataset": dataset}
    assert publish("real", **{**tiny_contents, "manifest": manifest}).label == "real"


@pytest.mark.parametrize("scored", [True, False])
def test_a_run_without_one_approach_names_the_command_that_trains_it(
    scored: bool, trained: Path, tiny_contents: Contents
) -> None:
    manifest = tiny_contents["manifest"]
    if not scored:
        entries = {"single": manifest["approaches"]["single"]}
        manifest = {**manifest, "approaches": entries}
    stacks = {"single": tiny_contents["stacks"]["single"]}
    run = publish("half", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    assert run.single.members == 1
    assert run.approaches == (("single", "multi") if scored else ("single",))
    with pytest.raises(RunError) as caught:
        _ = run.multi
    assert "python -m mnist_models train --recipe reference --approach multi" in str(caught.value)
    assert "half" in str(caught.value)
    if not scored:
        with pytest.raises(RunError, match=r"run\.json"):
            run.metrics("multi")


# Names


BAD_NAMES = [
    "", ".", "..", "../reference", "a/b", "/etc", "a\\b", "C:\\a", "Reference", "A", "a" * 65,
    "a" * 10_000, ".incoming-a", "-a", "a-", "a.", "a b", "a\nb", "reference\n", "a\0b", "ä", "é/.",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name[:20]))
def test_a_name_that_no_run_can_have_is_refused(
    name: str, tiny_run: Run, tiny_contents: Contents, tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text((tiny_run.path / "run.json").read_text())
    before = _snapshot(tmp_path)
    for refuse in (load_run, activate, check_name):
        with pytest.raises(RunError) as caught:
            refuse(name)
        assert len(str(caught.value)) < 500 + len(str(tmp_path))
    with pytest.raises(RunError, match="cannot be called"):
        publish(name, **tiny_contents)
    assert _snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["a", "7", "slides-a", "run_2.1", "a" * 64, "0..9"])
def test_plain_names_are_taken(name: str, trained: Path, tiny_contents: Contents) -> None:
    check_name(name)
    assert publish(name, **tiny_contents).name == name
    assert load_run(name).name == name


def test_an_unknown_run_is_named_with_the_next_step(tiny_run: Run) -> None:
    with pytest.raises(RunError, match=r"no run called absent .* python -m mnist_models"):
        load_run("absent")


def test_without_any_run_the_message_says_how_to_train_one(trained: Path) -> None:
    for ask in (load_run, active_name):
        with pytest.raises(RunError, match=r"no trained run .* python -m mnist_models train") as no:
            ask()
        assert "the folder MNIST_TRAINED names" in str(no.value)
    trained.rmdir()
    assert run_names() == []
    with pytest.raises(RunError, match="no trained run"):
        load_run()


def test_names_are_listed_with_the_default_first_and_nothing_else(
    trained: Path, tiny_contents: Contents
) -> None:
    for name in ("z", "a", "reference", "strong"):
        publish(name, **tiny_contents)
    for other in (".jobs", ".incoming-x", "Not a run", "__pycache__"):
        (trained / other).mkdir()
    (trained / "active").write_text("a\n")
    (trained / "notes.txt").write_text("")
    assert run_names() == ["strong", "reference", "a", "z"]


def test_a_free_name_is_numbered_past_those_that_are_taken(
    trained: Path, tiny_contents: Contents
) -> None:
    assert free_name("a") == "a"
    publish("a", **tiny_contents)
    assert free_name("a") == "a-2"
    publish("a-2", **tiny_contents)
    assert free_name("a") == "a-3"


def test_publishing_over_a_run_is_refused_and_nothing_changes(
    tiny_run: Run, trained: Path, tiny_contents: Contents
) -> None:
    before = _snapshot(trained)
    with pytest.raises(RunError, match=r"a run called reference already"):
        publish("reference", **{**tiny_contents, "stacks": {}})
    assert _snapshot(trained) == before


# Damage


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _change_a_byte(path: Path) -> None:
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 1
    path.write_bytes(contents)


def _make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.fixture
def other_run(tiny_run: Run, tiny_contents: Contents) -> Run:
    return publish("other", **tiny_contents)


@pytest.mark.parametrize("damage", [_truncate, _change_a_byte, Path.unlink, _make_a_folder])
@pytest.mark.parametrize("file", DATA_FILES)
def test_a_damaged_file_is_named_and_the_other_runs_load(
    file: str, damage: Callable[[Path], None], other_run: Run
) -> None:
    damage(load_run("reference").path / file)
    for use in (_read_everything, Run.verify):
        with pytest.raises(RunError) as caught:
            use(load_run("reference"))
        assert "The run reference is damaged" in str(caught.value)
        assert file in str(caught.value)
    _read_everything(load_run("other"))
    assert run_names() == ["reference", "other"]


@pytest.mark.parametrize("file", ["single.npz", "test_scores.npz"])
def test_a_file_exchanged_for_one_of_another_run_is_noticed(
    file: str, other_run: Run, trained: Path
) -> None:
    replacement = (trained / "other" / "multi.npz").read_bytes()
    (trained / "reference" / file).write_bytes(replacement)
    with pytest.raises(RunError, match=file):
        _read_everything(load_run("reference"))


def _without(key: str) -> Callable[[Contents], Any]:
    return lambda manifest: {k: v for k, v in manifest.items() if k != key}


def _with(**changes: object) -> Callable[[Contents], Any]:
    return lambda manifest: {**manifest, **changes}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda _: None,
        lambda _: "reference",
        lambda _: {},
        *[
            _without(key)
            for key in ("classes", "dataset", "recipe", "approaches", "files", "fingerprint")
        ],
        _without("format"),
        _with(format=2),
        _with(files=None),
        _with(files=["single.npz"]),
        _with(dataset="mnist"),
        _with(dataset={}),
        _with(recipe={"name": None}),
        _with(approaches=7),
        _with(classes="0123456789"),
    ],
)
def test_a_manifest_of_another_shape_is_refused_by_name(
    change: Callable[[Contents], Any], other_run: Run, trained: Path
) -> None:
    path = trained / "reference" / "run.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    _assert_the_manifest_of_reference_is_refused()


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"not json",
        b"[" * 200_000,
        b'{"format": 1' + b" " * 17 * 2**20 + b"}",
    ],
    ids=lambda contents: ascii(contents[:10]),
)
def test_a_manifest_that_is_no_json_is_refused_by_name(
    contents: bytes, other_run: Run, trained: Path
) -> None:
    (trained / "reference" / "run.json").write_bytes(contents)
    _assert_the_manifest_of_reference_is_refused()


@pytest.mark.parametrize("damage", [_truncate, Path.unlink, _make_a_folder])
def test_a_damaged_manifest_is_refused_by_name(
    damage: Callable[[Path], None], other_run: Run, trained: Path
) -> None:
    damage(trained / "reference" / "run.json")
    _assert_the_manifest_of_reference_is_refused()


def _assert_the_manifest_of_reference_is_refused() -> None:
    for use in (load_run, activate):
        with pytest.raises(RunError) as caught:
            use("reference")
        assert "The run reference is damaged: run.json" in str(caught.value)
    _read_everything(load_run("other"))
    assert find_run("0" * 64, PAIR, PAIR) == load_run("other")


def test_a_manifest_too_large_is_not_read(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_MAX_MANIFEST_BYTES", 1000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(RunError, match=r"run\.json"):
        load_run("reference")


def test_a_folder_without_a_manifest_is_listed_and_refused_by_name(
    tiny_run: Run, trained: Path
) -> None:
    (trained / "empty").mkdir()
    assert run_names() == ["reference", "empty"]
    with pytest.raises(RunError, match=r"The run empty is damaged: run\.json"):
        load_run("empty")


def test_whatever_byte_of_the_manifest_changes_only_a_run_error_comes_of_it(
    tiny_run: Run,
) -> None:
    path = tiny_run.path / "run.json"
    sound = path.read_bytes()
    rng = np.random.default_rng(0)
    # Names of fields are what a change can break without breaking the JSON.
    letters = [i for i, byte in enumerate(sound) if chr(byte).isalpha()]
    anywhere = rng.integers(0, len(sound), 100)
    refused = 0
    for position in (*rng.choice(letters, 200, replace=False), *anywhere):
        damaged = bytearray(sound)
        damaged[position] = rng.integers(32, 127)
        path.write_bytes(damaged)
        try:
            _read_everything(load_run("reference"))
        except RunError:
            refused += 1
    assert 50 < refused < 300


# Failures while publishing


def _fail_at(call: int, error: BaseException, function: Callable[..., Any]) -> Callable[..., Any]:
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise error
        return function(*args, **kwargs)

    return wrapped


FULL = OSError(errno.ENOSPC, "No space left on device")
POINTS = [
    (np, "savez_compressed", 1),
    (np, "savez_compressed", 4),
    (Path, "write_text", 1),
    (os, "fsync", 1),
    (os, "fsync", 6),
    (Path, "rename", 1),
]


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "interrupted"])
@pytest.mark.parametrize(("owner", "function", "call"), POINTS)
def test_a_failure_in_the_middle_of_publishing_leaves_everything_as_it_was(
    owner: Any,
    function: str,
    call: int,
    error: BaseException,
    tiny_run: Run,
    trained: Path,
    tiny_contents: Contents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activate("reference")
    before = _snapshot(trained)
    with monkeypatch.context() as patch:
        patch.setattr(owner, function, _fail_at(call, error, getattr(owner, function)))
        if isinstance(error, OSError):
            with pytest.raises(WriteError, match=r"No space left .* Free some space"):
                publish("next", **tiny_contents)
        else:
            with pytest.raises(KeyboardInterrupt):
                publish("next", **tiny_contents)
    assert _snapshot(trained) == before
    assert sorted(p.name for p in trained.iterdir()) == ["active", "reference"]
    assert load_run() == tiny_run
    _read_everything(publish("next", **tiny_contents))


def test_a_run_that_is_in_its_place_is_not_denied(
    trained: Path, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The last call syncs the folder of runs, when the new one stands in it already.
    monkeypatch.setattr(os, "fsync", _fail_at(len(FILES) + 2, FULL, os.fsync))
    _read_everything(publish("next", **tiny_contents))
    assert run_names() == ["next"]


def test_a_manifest_with_a_number_that_json_does_not_know_is_not_published(
    trained: Path, tiny_contents: Contents
) -> None:
    manifest = {**tiny_contents["manifest"], "seed": float("nan")}
    with pytest.raises(ValueError, match="JSON"):
        publish("next", **{**tiny_contents, "manifest": manifest})
    assert list(trained.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named_with_the_next_step(
    tmp_path: Path, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MNIST_TRAINED", str(tmp_path / "file" / "trained"))
    with pytest.raises(WriteError, match=r"cannot be written: .* try again"):
        publish("next", **tiny_contents)


def test_a_read_only_folder_is_named_with_the_next_step(
    tiny_run: Run, trained: Path, tiny_contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    # Patched, because the rights of a folder do not stop an administrator.
    monkeypatch.setattr(publishing.tempfile, "mkdtemp", refuse)
    monkeypatch.setattr(publishing.tempfile, "NamedTemporaryFile", refuse)
    for write in (lambda: publish("next", **tiny_contents), lambda: activate("reference")):
        with pytest.raises(WriteError, match="trained/ cannot be written: Permission denied"):
            write()


_PUBLISH_AND_DIE = """
import os, signal, sys
from pathlib import Path
import numpy as np
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import load_run
module, function, call, before = sys.argv[1:]
owner = {"np": np, "os": os, "Path": Path}[module]
original, calls = getattr(owner, function), 0

def wrapped(*args, **kwargs):
    global calls
    calls += 1
    if calls < int(call):
        return original(*args, **kwargs)
    if before == "after":
        original(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, function, wrapped)
run = load_run("reference")
manifest = {k: v for k, v in run.manifest.items() if k not in ("format", "name", "files")}
publish("next", manifest, {"single": run.single, "multi": run.multi},
        {"test_scores.npz": run.test_scores}, {"history.json": run.history})
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs SIGKILL")
@pytest.mark.parametrize(
    ("point", "published"),
    [
        (("np", "savez_compressed", "2", "before"), False),
        (("Path", "write_text", "1", "after"), False),
        (("Path", "rename", "1", "before"), False),
        (("Path", "rename", "1", "after"), True),
    ],
)
def test_a_publication_that_is_killed_leaves_whole_runs_only(
    point: tuple[str, ...], published: bool, tiny_run: Run, trained: Path
) -> None:
    activate("reference")
    command = [sys.executable, "-c", _PUBLISH_AND_DIE, *point]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    assert run_names() == (["reference", "next"] if published else ["reference"])
    for name in run_names():
        _read_everything(load_run(name))
    assert active_name() == "reference"
    assert any(p.name.startswith(".") for p in trained.iterdir()) is not published
    remove_leftovers()
    assert {p.name for p in trained.iterdir()} == {"active", *run_names()}


# The active run


def test_the_active_run_is_the_chosen_one(other_run: Run) -> None:
    assert load_run().name == "reference"
    assert activate("other") == other_run
    assert active_name() == "other"
    assert load_run().name == "other"


@pytest.mark.parametrize(
    "contents", [b"absent\n", b"", b"\xff\xfe\x00", b"../reference", b"{}", b"\0" * 10_000]
)
def test_an_active_file_that_names_no_run_falls_back_to_the_default(
    contents: bytes, other_run: Run, trained: Path
) -> None:
    (trained / "active").write_bytes(contents)
    assert active_name() == "reference"
    (trained / "reference").rename(trained / ".away")
    assert load_run().name == "other"


def test_an_active_file_that_is_a_folder_falls_back_to_the_default(
    other_run: Run, trained: Path
) -> None:
    (trained / "active").mkdir()
    assert load_run().name == "reference"
    with pytest.raises(WriteError, match="cannot be written"):
        activate("other")
    assert {p.name for p in trained.iterdir()} == {"active", "reference", "other"}


def test_a_damaged_run_is_not_made_the_active_one(other_run: Run, trained: Path) -> None:
    activate("reference")
    _change_a_byte(trained / "other" / "rows.npz")
    with pytest.raises(RunError, match=r"rows\.npz"):
        activate("other")
    assert active_name() == "reference"


@pytest.mark.parametrize(("owner", "function"), [(os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "interrupted"])
def test_a_choice_that_fails_leaves_the_choice_as_it_was(
    error: BaseException,
    owner: Any,
    function: str,
    other_run: Run,
    trained: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activate("reference")
    before = _snapshot(trained)
    monkeypatch.setattr(owner, function, _fail_at(1, error, getattr(owner, function)))
    with pytest.raises(WriteError if isinstance(error, OSError) else KeyboardInterrupt):
        activate("other")
    assert _snapshot(trained) == before


# Finding a run by its fingerprint


def test_a_run_is_found_by_its_fingerprint_and_approaches(
    trained: Path, tiny_contents: Contents
) -> None:
    manifest = tiny_contents["manifest"]
    entries = {"single": manifest["approaches"]["single"]}
    stacks = {"single": tiny_contents["stacks"]["single"]}
    half = {**manifest, "approaches": entries}
    publish("a", **{**tiny_contents, "manifest": half, "stacks": stacks})
    assert find_run("0" * 64, PAIR, PAIR) is None
    assert find_run("1" * 64, ("single",), ("single",)) is None
    found = find_run("0" * 64, ("single",), ("single",))
    assert found is not None
    assert found.name == "a"
    scores_only = publish("c", **{**tiny_contents, "stacks": stacks})
    assert scores_only.with_weights == ("single",)
    assert find_run("0" * 64, PAIR, ("single",)) == scores_only
    assert find_run("0" * 64, PAIR, PAIR) is None
    whole = publish("b", **tiny_contents)
    assert find_run("0" * 64, PAIR, PAIR) == whole


def test_a_damaged_run_is_not_found(other_run: Run, trained: Path) -> None:
    _truncate(trained / "other" / "single.npz")
    assert find_run("0" * 64, PAIR, PAIR) == load_run("reference")
    _truncate(trained / "reference" / "rows.npz")
    assert find_run("0" * 64, PAIR, PAIR) is None


# What is shipped


def test_every_shipped_run_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    names = run_names()
    if not names:
        pytest.skip("no run is shipped yet")
    for name in names:
        run = load_run(name)
        run.verify()
        for approach in run.approaches:
            metrics = run.metrics(approach)
            scores = run.test_scores
            right = np.array(run.classes)[scores[approach].argmax(axis=1)] == scores["labels"]
            assert metrics.accuracy == pytest.approx(right.mean()), name
            assert np.trace(np.array(metrics.confusion)) == right.sum(), name
            if f"{approach}.npz" in run.manifest["files"]:
                assert run.stack(approach).classes_.tolist() == run.classes
            packed = run._arrays("rows.npz")[approach]
            seen = unpack_rows(packed, run.manifest["dataset"]["train_rows"])
            rows = run.manifest["approaches"][approach]["rows"]  # of one epoch
            strategy = STRATEGIES[run.manifest["recipe"]["sampling"]]
            if approach == "multi" and strategy.each_epoch:
                assert (seen.sum(axis=1) > rows).all(), name
            else:
                assert seen.sum(axis=1).tolist() == rows, name


# The record of the rows


def test_the_shipped_record_of_rows_is_what_sampling_draws(mnist_npz: Path) -> None:
    """Anyone can audit which pictures each of the ten networks of the reference learned from."""
    run = load_run("reference")
    with np.load(mnist_npz, allow_pickle=False) as file:
        labels = file["y_train"]
    seen = run.rows_seen("multi")
    assert seen.shape == (10, 60_000)
    for label in range(10):
        drawn = undersample(labels == label, stream(run.manifest["seed"], label, "rows"))
        np.testing.assert_array_equal(np.flatnonzero(seen[label]), np.sort(drawn))
    assert run.rows_seen("single").all()


@pytest.mark.parametrize(("setting", "value"), [("epochs", 2), ("sampling", "all"), ("seed", 5)])
def test_what_was_published_stands_beside_the_same_settings_only(
    setting: str, value: Any, tiny_run: Run
) -> None:
    manifest = copy.deepcopy(tiny_run.manifest)
    manifest["dataset"]["name"] = "mnist"
    run = replace(tiny_run, manifest=manifest)
    assert run.published == RECIPES["reference"].published
    (manifest if setting == "seed" else manifest["recipe"])[setting] = value
    assert bool(run.published) == (setting == "seed")
