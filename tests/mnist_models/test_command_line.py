import errno
import math
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy import create_engine

from mnist_models.__main__ import main
from mnist_models.atomic_files import WriteError
from mnist_models.command_line import drawing_list, run_list, scoring
from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError
from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import write_zip
from mnist_models.drawings.store import Store
from mnist_models.formatting import interval_text, percent_text
from mnist_models.jobs import worker
from mnist_models.jobs.executor import latest_job
from mnist_models.jobs.interruption import Cancelled
from mnist_models.jobs.job import job_ids
from mnist_models.jobs.lock import exclusive
from mnist_models.jobs.progress import Event
from mnist_models.jobs.queue import create, enter
from mnist_models.learning.approaches import PAIR, TITLES
from mnist_models.learning.recipes import RECIPES, TrainingError
from mnist_models.pipeline import train_job
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.request import Request
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import active_name, load_run, run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.runs.upgrade import upgrade_run
from mnist_models.settings import PROJECT, limits
from mnist_models.text import t
from tests.helpers.drawings import UNUSABLE, make_drawing
from tests.helpers.jobs import ORDER, ended, follow, running_training

Capture = pytest.CaptureFixture[str]


def _run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mnist_models", *arguments]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.run(command, cwd=PROJECT, check=False, **options)


# runs


def test_runs_are_listed_with_their_figures_and_the_active_one_marked(
    tiny_run: Run, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    publish("other", **tiny_contents)
    assert main(["runs"]) == 0
    reference, other = capsys.readouterr().out.splitlines()
    assert reference.startswith("* reference ")
    assert other.startswith("  other ")
    assert " sample " in other
    for approach in PAIR:
        assert f"{approach} {percent_text(tiny_run.metrics(approach).accuracy)}" in reference


def test_runs_that_visitors_keep_are_listed_when_asked_for(
    tiny_run: Run, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    publish("own-me-star", **tiny_contents)
    assert main(["runs"]) == 0
    assert "own-me-star" not in capsys.readouterr().out
    assert main(["runs", "--kept"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("  own-me-star ")


# drawings


@pytest.fixture
def database(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The secrets.toml of a site, absent so far; visitors have kept three drawings."""
    secrets = tmp_path / "secrets.toml"
    monkeypatch.setattr(drawing_list, "_SECRETS", (tmp_path / "nothing.toml", secrets))
    engine = create_engine(f"sqlite:///{trained}/.corrections.db")
    for who, label in (("me", "7"), ("me", "1"), ("you", "7")):
        drawing = make_drawing(int(label), label)
        Store(engine, who).add(drawing)
    yield secrets
    engine.dispose()


def test_drawings_are_counted_exported_and_deleted(
    database: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["drawings"]) == 0
    said = capsys.readouterr().out
    assert "3 drawings by 2 visitors are kept." in said
    assert re.search(r"\b7 +2\n", said)
    target = tmp_path / "new" / "all.zip"
    assert main(["drawings", "--export", str(target), "--empty"]) == 0
    assert "0 drawings by 0 visitors are kept." in capsys.readouterr().out
    with zipfile.ZipFile(target) as archive:
        assert len(archive.namelist()) == 4
    assert main(["drawings"]) == 0


def test_what_arrives_while_the_others_are_exported_is_not_deleted(
    database: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    you = Store(create_engine(f"sqlite:///{trained}/.corrections.db"), "you")

    def write_and_wait(drawings: Iterable[Drawing], file: IO[bytes]) -> int:
        count = write_zip(drawings, file)
        you.add(make_drawing(7, "1"))  # another label than the exported one has, and a new drawing
        you.add(make_drawing(8, "8"))
        return count

    monkeypatch.setattr(drawing_list, "write_zip", write_and_wait)
    assert main(["drawings", "--export", str(tmp_path / "all.zip"), "--empty"]) == 0
    assert [drawing.label for drawing in you.drawings()] == ["8", "1"]


def test_no_export_overwrites_another(database: Path, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "all.zip"
    assert main(["drawings", "--export", str(target)]) == 0
    before = target.read_bytes()
    assert main(["drawings", "--export", str(target), "--empty"]) == 1
    assert capsys.readouterr().err == (f"There is a file {target} already. Choose another name.\n")
    assert target.read_bytes() == before
    assert main(["drawings"]) == 0
    assert "3 drawings by 2 visitors are kept." in capsys.readouterr().out


def test_an_export_that_fails_leaves_no_file_and_deletes_nothing(
    database: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(drawing_list, "write_zip", fail)
        assert main(["drawings", "--export", str(tmp_path / "all.zip"), "--empty"]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not (tmp_path / "all.zip").exists()
    assert main(["drawings"]) == 0
    assert "3 drawings by 2 visitors are kept." in capsys.readouterr().out


def test_the_section_of_the_project_replaces_that_of_the_home_as_in_streamlit(
    database: Path, tmp_path: Path, capsys: Capture
) -> None:
    home = '[connections.corrections]\nurl = "sqlite://"\n'
    (tmp_path / "nothing.toml").write_text(home, encoding="utf-8")
    database.write_text('[connections.other]\nurl = "sqlite://"\n', encoding="utf-8")
    assert main(["drawings"]) == 0
    assert "3 drawings by 2 visitors are kept." in capsys.readouterr().out  # beside the runs


def test_the_database_in_the_secrets_is_the_one_that_is_looked_at(
    database: Path, tmp_path: Path, capsys: Capture
) -> None:
    url = f"sqlite:///{tmp_path}/other.db"
    database.write_text(f'[connections.corrections]\nurl = "{url}"\n', encoding="utf-8")
    assert main(["drawings"]) == 0
    assert "0 drawings by 0 visitors are kept." in capsys.readouterr().out
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ('[connections.corrections]\nhost = "here"\n', "Add one"),
        ("[connections", UNUSABLE),
        ('[connections.corrections]\nurl = "nosuch://me:hush@host/db"\n', UNUSABLE),
    ],
)
def test_a_database_that_cannot_be_found_is_one_line(
    secrets: str, said: str, database: Path, tmp_path: Path, capsys: Capture
) -> None:
    database.write_text(secrets, encoding="utf-8")
    assert main(["drawings", "--export", str(tmp_path / "all.zip")]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert "hush" not in error
    assert not (tmp_path / "all.zip").exists()


def test_a_damaged_run_is_listed_with_what_is_wrong(
    tiny_run: Run, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    other = publish("other", **tiny_contents)
    (other.path / "multi.npz").write_bytes(b"")
    (other.path.parent / "empty").mkdir()
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "The run empty is damaged: run.json" in lines[1]
    assert "The run other is damaged: multi.npz" in lines[2]


def test_a_class_that_was_taught_cannot_be_scored_once_more_which_is_said(
    trained: Path, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    manifest = {**tiny_contents["manifest"], "classes": [*map(str, range(9)), "star"]}
    publish("own-me-star", **{**tiny_contents, "manifest": manifest})
    assert main(["evaluate", "own-me-star"]) == 1
    said = capsys.readouterr().err
    assert "no data set has test pictures of star" in said
    assert "python -m mnist_models report own-me-star" in said


@pytest.mark.parametrize("variable", ["MNIST_MAX_EPOCHS", "MNIST_MAX_HIDDEN"])
def test_limits_that_are_no_numbers_break_no_command_that_needs_none(
    variable: str, tiny_run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv(variable, "many")
    assert main(["runs"]) == 0
    assert main(["train", "--epochs", "1"]) == 1
    assert f"{variable} must be a whole number" in capsys.readouterr().err


def test_runs_of_before_are_upgraded_whatever_is_wrong_with_others(
    tiny_run: Run, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    old = {**tiny_contents, "arrays": {k: tiny_contents["arrays"][k] for k in ("test_scores.npz",)}}
    for name in ("bad", "old", "own-me-kept"):
        publish(name, **old)
    (load_run("bad").path / "multi.npz").write_bytes(b"")
    assert main(["upgrade"]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "reference: nothing is missing",
        "old: curves added",
        "own-me-kept: curves added",
    ]
    assert "The run bad is damaged: multi.npz" in captured.err
    assert main(["upgrade", "old", "reference"]) == 0
    assert capsys.readouterr().out.count("nothing is missing") == 2
    assert load_run() == tiny_run
    assert load_run("own-me-kept").has_curves


def test_weights_are_rounded_if_that_is_asked_for(
    tiny_run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_list, "upgrade_run", lambda name: name == "reference")
    monkeypatch.setattr(run_list, "round_weights", lambda name: name == "reference")
    assert main(["upgrade", "--round"]) == 0
    assert capsys.readouterr().out == ("reference: curves added, weights rounded and scored anew\n")


def test_maps_are_added_if_that_is_asked_for(
    tiny_run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_list, "add_map", lambda name: name == "reference")
    assert main(["upgrade", "--map"]) == 0
    assert capsys.readouterr().out == "reference: map added\n"


def test_a_run_that_cannot_be_written_does_not_keep_others_from_being_upgraded(
    tiny_run: Run,
    tiny_contents: dict[str, Any],
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = {**tiny_contents, "arrays": {k: tiny_contents["arrays"][k] for k in ("test_scores.npz",)}}
    for name in ("one", "two"):
        publish(name, **old)

    def full_for_one(name: str) -> bool:
        if name == "one":
            raise WriteError(t("trained/ cannot be written: No space left on device."))
        return upgrade_run(name)

    monkeypatch.setattr(run_list, "upgrade_run", full_for_one)
    assert main(["upgrade"]) == 1
    captured = capsys.readouterr()
    assert "two: curves added" in captured.out
    assert captured.err == "trained/ cannot be written: No space left on device.\n"


def test_pages_go_on_showing_the_last_training_while_runs_are_upgraded(tiny_run: Run) -> None:
    ended(Event("done", run="reference"))
    told = latest_job("training")
    assert main(["upgrade"]) == 0
    assert latest_job("training") == told is not None


def test_nothing_is_upgraded_while_a_training_runs(tiny_run: Run, capsys: Capture) -> None:
    with exclusive():
        assert main(["upgrade"]) == 1
    assert "Another job is running on this machine" in capsys.readouterr().err


def test_without_runs_the_next_step_is_said(trained: Path, capsys: Capture) -> None:
    for arguments in (["runs"], ["evaluate"]):
        assert main(arguments) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "python -m mnist_models train" in captured.err


def test_the_active_run_is_chosen_here(
    tiny_run: Run, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    publish("other", **tiny_contents)
    assert main(["runs", "--activate", "other"]) == 0
    assert active_name() == "other"
    assert "* other " in capsys.readouterr().out


def test_a_run_made_here_is_deleted_here(
    tiny_run: Run, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    publish("other", **tiny_contents)
    assert main(["runs", "--delete", "other"]) == 0
    assert run_names() == ["reference"]
    assert main(["runs", "--delete", "reference"]) == 1
    assert "belongs to the demo" in capsys.readouterr().err
    assert run_names() == ["reference"]


@pytest.mark.parametrize("name", ["absent", "../reference", "Reference"])
@pytest.mark.parametrize(
    "command", [["evaluate"], ["runs", "--activate"], ["runs", "--delete"], ["export"]]
)
def test_an_unknown_run_is_one_line_and_exit_status_one(
    command: list[str], name: str, tiny_run: Run, tmp_path: Path, capsys: Capture
) -> None:
    target = [str(tmp_path / "out")] if command == ["export"] else []
    assert main([*command, name, *target]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    told = "run called absent" if name == "absent" else "run of that name"
    assert f"There is no {told} in trained/." in captured.err
    assert not (tmp_path / "out").exists()


def test_the_process_ends_with_the_exit_status_and_without_a_traceback(trained: Path) -> None:
    result = _run("runs")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "no trained run" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise on Windows")
def test_a_reader_who_has_seen_enough_is_no_error(tiny_run: Run) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}  # so that it is noticed at the end only
    try:
        result = _run("runs", stdout=writer, env=buffered)
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (0, "")


# evaluate


@pytest.fixture
def data_of_tiny_run(
    tiny_run: Run, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> Dataset:
    monkeypatch.setattr(scoring, "load_dataset", lambda name, progress: tiny_dataset)
    return tiny_dataset


def test_evaluating_a_run_reproduces_its_figures(
    data_of_tiny_run: Dataset, tiny_run: Run, capsys: Capture
) -> None:
    assert main(["evaluate"]) == 0
    out = capsys.readouterr().out
    assert "These are the figures stored with the run." in out
    assert "reference (trained on the sample), scored on 100 test pictures" in out
    for approach in PAIR:
        metrics = tiny_run.metrics(approach)
        accuracy = interval_text(metrics.accuracy, metrics.accuracy_interval)
        assert f"{TITLES[approach]}: test accuracy {accuracy}" in out
    binary = tiny_run.metrics("multi").binary
    assert binary is not None
    for ours in binary.balanced_accuracy:
        assert f"  {percent_text(ours)}\n" in out
    assert "published" not in out  # those figures are on MNIST, and this run is not


def test_the_last_digit_of_a_figure_may_differ_and_the_ninth_may_not(tiny_run: Run) -> None:
    stored = tiny_run.metrics("multi")
    low, high = stored.accuracy_interval
    moved = replace(stored, accuracy_interval=[math.nextafter(low, 1), math.nextafter(high, 0)])
    assert moved != stored
    assert moved.agrees_with(stored)
    assert not replace(stored, accuracy=stored.accuracy + 1e-8).agrees_with(stored)
    assert not replace(stored, rows=stored.rows + 1).agrees_with(stored)


def test_figures_that_cannot_be_reproduced_are_an_error(
    data_of_tiny_run: Dataset, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(data_of_tiny_run, x_test=data_of_tiny_run.x_test[:, ::-1])
    monkeypatch.setattr(scoring, "load_dataset", lambda name, progress: other)
    assert main(["evaluate", "reference"]) == 1
    assert "These are NOT the figures stored with the run" in capsys.readouterr().out


def test_a_run_of_a_recipe_that_is_gone_can_still_be_evaluated(
    data_of_tiny_run: Dataset, tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    manifest = tiny_contents["manifest"]
    manifest = {**manifest, "recipe": {**manifest["recipe"], "name": "forgotten"}}
    publish("old", **{**tiny_contents, "manifest": manifest})
    assert main(["evaluate", "old"]) == 0
    assert "published" not in capsys.readouterr().out


def test_a_dataset_that_cannot_be_had_is_one_line(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def fail(name: str, progress: object) -> Dataset:
        raise DatasetError(t("mnist.npz is damaged. Move it."))

    monkeypatch.setattr(scoring, "load_dataset", fail)
    assert main(["evaluate"]) == 1
    assert capsys.readouterr().err == "mnist.npz is damaged. Move it.\n"


def test_the_reference_reproduces_its_figures_on_mnist_and_beats_the_published_ones(
    mnist_npz: Path, capsys: Capture
) -> None:
    try:
        run = load_run("reference")
    except RunError:
        pytest.skip("the run reference is not here yet")
    if run.dataset != "mnist":
        pytest.skip("the run reference was not trained on MNIST")
    assert main(["evaluate", "reference"]) == 0
    assert "These are the figures stored with the run." in capsys.readouterr().out
    published = RECIPES["reference"].published
    assert published is not None
    assert published.test == {"single": 0.9525, "multi": 0.8952}
    for approach in PAIR:
        assert run.metrics(approach).accuracy >= published.test[approach]
    binary = run.metrics("multi").binary
    assert binary is not None
    pairs = zip(binary.balanced_accuracy, published.binary_test, strict=True)
    assert [k for k, (ours, theirs) in enumerate(pairs) if ours < theirs] == []


# export


def test_exporting_writes_a_keras_file_per_network(
    tiny_run: Run, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "new" / "models"
    assert main(["export", "reference", str(folder)]) == 0
    expected = ["single.keras", *[f"multi_{k}.keras" for k in range(10)]]
    assert sorted(path.name for path in folder.iterdir()) == sorted(expected)
    assert [Path(line).name for line in capsys.readouterr().out.splitlines()] == expected


def test_exporting_into_a_file_is_one_line(tiny_run: Run, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")
    assert main(["export", "reference", str(tmp_path / "file" / "models")]) == 1
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "models cannot be written" in error


# train


@pytest.fixture
def ask(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Request]]:
    """Stands in for `train_run`: `ask(outcome)` sets what comes of it, and records requests."""
    requests: list[Request] = []

    def prepare(outcome: Callable[[Callable[[Event], None]], Run]) -> list[Request]:
        def train_run(request: Request, on_event: Callable[[Event], None]) -> Run:
            requests.append(request)
            run = outcome(on_event)
            on_event(Event("done", 1.0, run=run.name))
            return run

        monkeypatch.setattr(train_job, "train_run", train_run)
        return requests

    return prepare


def _raise(error: BaseException) -> Callable[[Any], Run]:
    def outcome(_: Any) -> Run:
        raise error

    return outcome


def test_options_become_a_request(
    ask: Callable[..., list[Request]], tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    requests = ask(lambda _: load_run("reference"))
    publish("reference", **tiny_contents)
    assert main(["train"]) == 0
    arguments = "--approach multi --dataset sample --epochs 3 --seed 7 --name mine --again"
    assert main(["train", *arguments.split()]) == 0
    reference = RECIPES["reference"]
    assert requests == [
        Request(reference),
        Request(replace(reference, epochs=3), ("multi",), "sample", 7, "mine", again=True),
    ]
    assert "Multi-model: test accuracy" in capsys.readouterr().out


def test_every_choice_is_an_option_of_the_command_line(
    ask: Callable[..., list[Request]], tiny_contents: dict[str, Any]
) -> None:
    requests = ask(lambda _: load_run("reference"))
    publish("reference", **tiny_contents)
    choices = TrainingOptions(
        recipe="slides-b",
        approach="multi",
        dataset="sample",
        epochs=3,
        hidden=64,
        dropout=0.25,
        sampling="fresh",
        distortions=0.5,
        seed=7,
        name="mine",
        again=True,
        scores_only=("multi",),
    )
    assert all(getattr(choices, f.name) != f.default for f in fields(TrainingOptions))
    words = ["--again", "--scores-only", "multi"]
    for name, value in choices.to_json().items():
        words += [] if name in ("again", "scores_only") else [f"--{name}={value}"]
    assert main(["train", *words]) == 0
    assert main(["train"]) == 0
    assert requests == [choices.request(), TrainingOptions().request()]


def test_what_is_beyond_the_limits_of_this_machine_is_refused_before_anything_is_done(
    ask: Callable[..., list[Request]], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    requests = ask(_raise(AssertionError("it was started")))
    monkeypatch.setenv("MNIST_MAX_EPOCHS", "5")
    assert main(["train"]) == 1
    assert "epochs must be a whole number between 1 and 5 here, not 10" in capsys.readouterr().err
    monkeypatch.setenv("MNIST_MAX_EPOCHS", "five")
    assert main(["train"]) == 1
    assert "MNIST_MAX_EPOCHS must be a whole number" in capsys.readouterr().err
    assert requests == []


def test_epochs_and_stages_are_told_while_it_trains(
    ask: Callable[..., list[Request]], tiny_contents: dict[str, Any], capsys: Capture
) -> None:
    publish("reference", **tiny_contents)

    def outcome(on_event: Callable[[Event], None]) -> Run:
        figures = {"epoch": 2, "loss": 0.51234, "accuracy": 0.9}
        on_event(Event("importing"))
        on_event(Event("training", 0.5, "single"))
        on_event(Event("training", None, "single", figures))
        on_event(Event("training", None, "multi", {**figures, "val_accuracy": 0.8}))
        return load_run("reference")

    ask(outcome)
    assert main(["train"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "importing",
        "single epoch   2/10  loss 0.5123  accuracy 90.00 %",
        "multi  epoch   2/10  loss 0.5123  accuracy 90.00 %  validation 80.00 %",
        "done",
    ]


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (Cancelled(), 130, "Cancelled. Nothing was changed."),
        (KeyboardInterrupt(), 130, "Cancelled. Nothing was changed."),
        (
            MemoryError(),
            1,
            "There is not enough memory for this; nothing was changed. Fewer hidden "
            "units, or one approach at a time, need less.",
        ),
        (DatasetError(t("no data")), 1, "no data"),
        (RunError(t("no space")), 1, "no space"),
        (TrainingError(t("use a smaller learning rate")), 1, "use a smaller learning rate"),
    ],
)
def test_a_training_that_does_not_end_well_says_why(
    error: BaseException,
    status: int,
    message: str,
    ask: Callable[..., list[Request]],
    capsys: Capture,
) -> None:
    ask(_raise(error))
    assert main(["train"]) == status
    assert capsys.readouterr() == ("", f"{message}\n")
    with exclusive():  # the lock is free again
        pass
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL  # and so is the signal


def test_an_error_nobody_expected_is_told_and_keeps_its_traceback(
    ask: Callable[..., list[Request]], capsys: Capture
) -> None:
    ask(_raise(ZeroDivisionError("division by zero")))
    with pytest.raises(ZeroDivisionError):
        main(["train"])
    assert "It failed: ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes otherwise")
def test_a_request_to_end_cancels_the_training(
    ask: Callable[..., list[Request]], capsys: Capture
) -> None:
    def outcome(_: Any) -> Run:
        try:
            signal.raise_signal(signal.SIGTERM)
        except Exception:  # what a library may do
            pytest.fail("the request was swallowed")
        return pytest.fail("the request was not noticed")

    ask(outcome)
    assert main(["train"]) == 130
    assert "Cancelled" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes otherwise")
def test_a_job_has_so_many_minutes_and_a_training_on_a_terminal_any(
    ask: Callable[..., list[Request]], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(worker, "_stand_back", lambda: None)  # not this process
    short = replace(limits(), minutes=0.001)  # type: ignore[arg-type]
    monkeypatch.setattr(worker, "limits", lambda: short)

    def outcome(_: Any) -> Run:
        time.sleep(1)
        raise RunError(t("it took a second"))

    ask(outcome)
    assert main(["train"]) == 1
    assert "it took a second" in capsys.readouterr().err
    job_id = create(replace(ORDER, request=TrainingOptions().to_json()), {})
    monkeypatch.setattr(sys, "argv", ["train_job", job_id])
    assert worker.main(train_job.train) == 1
    assert "Stopped after 0.001 minutes" in follow(job_id).latest.message


def test_what_a_killed_training_has_left_is_removed(
    ask: Callable[..., list[Request]], trained: Path
) -> None:
    left = trained / ".incoming-left"
    left.mkdir()
    (left / "single.npz").write_bytes(b"half")
    ask(_raise(RunError(t("enough"))))
    assert main(["train"]) == 1
    assert not left.exists()


def test_a_second_training_is_refused(ask: Callable[..., list[Request]], capsys: Capture) -> None:
    requests = ask(_raise(AssertionError("it was started")))
    with exclusive():
        assert main(["train"]) == 1
    assert requests == []
    assert "one at a time" in capsys.readouterr().err
    assert job_ids() == []  # it has left nothing


# queue


def test_the_queue_is_listed_in_its_order_and_a_job_is_taken_out(
    trained: Path, capsys: Capture
) -> None:
    assert main(["queue"]) == 0
    assert capsys.readouterr().out == "No job is running or waiting.\n"
    with running_training(Event("importing"), measured=True):
        first, second = (
            enter(replace(ORDER, title=f"number {k}", owner=f"{k}", measured=True), {})
            for k in (1, 2)
        )
        assert main(["queue"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert ["running" in lines[0], *(f"waiting  number {k}" in lines[k] for k in (1, 2))]
        assert "about 15 seconds to go" in lines[1]
        assert main(["queue", "--cancel", first]) == 0
        assert [line.split()[0] for line in capsys.readouterr().out.splitlines()][1:] == [second]
    assert follow(first).latest.stage == "cancelled"


def test_a_job_that_is_not_there_is_said(trained: Path, capsys: Capture) -> None:
    assert main(["queue", "--cancel", "nonsense"]) == 1
    assert capsys.readouterr().err == "There is no job nonsense.\n"


def test_the_running_job_is_cancelled_from_the_command_line(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr("mnist_models.jobs.here._end_by_force", lambda *_: None)
    monkeypatch.setattr(os, "kill", lambda pid, _: asked.append(pid))
    with running_training(Event("importing")):
        assert main(["queue", "--cancel", job_ids()[0]]) == 0
    assert asked == [os.getpid()]


def test_a_taken_name_is_refused(tiny_run: Run, capsys: Capture) -> None:
    assert main(["train", "--dataset", "sample", "--name", "reference"]) == 1
    assert "a run called reference already" in capsys.readouterr().err
    assert run_names() == ["reference"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "command"),
        (["dance"], "invalid choice: 'dance'"),
        (["train", "--recipe", "cake"], "invalid choice: 'cake'"),
        (["train", "--approach", "neither"], "invalid choice: 'neither'"),
        (["train", "--dataset", "letters"], "invalid choice: 'letters'"),
        *[
            (["train", "--epochs", epochs], "whole number between 1 and 10,000")
            for epochs in ("0", "-1", "10001", "1.5", "many", "", "9" * 5000)
        ],
        *[
            (["train", "--seed", seed], "whole number between 0 and 4,294,967,295")
            for seed in ("-1", "4294967296", "x")
        ],
        *[
            (["train", "--hidden", units], "whole number between 1 and 2,048")
            for units in ("0", "2049", "12.5", "many")
        ],
        *[
            (["train", "--dropout", share], "a number between 0 and 0.9")
            for share in ("-0.1", "0.91", "nan", "inf", "half")
        ],
        *[
            (["train", "--distortions", share], "a number between 0 and 1")
            for share in ("-1", "1.1", "on")
        ],
        (["train", "--sampling", "none"], "invalid choice: 'none'"),
        (["export", "reference"], "dir"),
    ],
)
def test_arguments_that_mean_nothing_are_refused_with_what_is_expected(
    arguments: list[str], message: str, trained: Path, capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_the_recipes_are_named_as_they_are_registered() -> None:
    for name, recipe in RECIPES.items():
        assert recipe.name == name
        assert recipe.summary
        assert recipe.settings().keys().isdisjoint({"name", "summary", "published"})
