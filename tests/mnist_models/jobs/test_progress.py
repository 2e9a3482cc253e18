import errno
import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mnist_models.jobs import progress
from mnist_models.jobs.progress import (
    Event,
    Progress,
    ProgressFile,
    create_progress,
    read_progress,
)
from mnist_models.text import Text, t

ORDER = {"kind": "training", "title": "reference on sample"}
LARGEST = {
    "loss": 0.123456789012345,
    "accuracy": 0.123456789012345,
    "member_loss": [0.123456] * 10,
    "member_accuracy": [0.123456] * 10,
    "val_loss": 0.123456789012345,
    "val_accuracy": 0.123456789012345,
    "val_confusion": [[100] * 10] * 10,
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a job that waits; the clock goes by a second at each look."""
    clock = iter(range(10**9))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    path = tmp_path / "job.jsonl"
    create_progress(path, ORDER)
    return path


@pytest.fixture
def read(path: Path) -> Callable[[], Progress]:
    return lambda: read_progress(path)


@pytest.fixture
def begin(path: Path) -> Callable[..., ProgressFile]:
    """Opens the file of a job that begins."""

    def begin(epochs: int = 1, fits: int = 1) -> ProgressFile:
        file = ProgressFile(path, epochs=epochs, fits=fits)
        file.begin()
        return file

    return begin


def _train(file: ProgressFile, epochs: int, looks: int = 1) -> None:
    """Tell what a training of both approaches tells."""
    for approach in ("single", "multi"):
        for epoch in range(epochs):
            for look in range(looks):
                share = (epoch + (look + 1) / looks) / epochs
                file.tell(Event("training", share, approach))
            figures = {"epoch": epoch + 1, **LARGEST}
            file.tell(Event("training", share, approach, figures))


def _epochs(progress: Progress, approach: str) -> list[int]:
    return [e.news["epoch"] for e in progress.events if e.news and e.part == approach]


def test_what_is_told_is_read_as_it_was_told_with_its_time(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress]
) -> None:
    file = begin(2)
    told = [
        Event("loading"),
        Event("training", 0.5, "single"),
        Event("training", 0.5, "single", {"epoch": 1, "loss": 0.5}),
        Event("done", 1.0, message="The run x is “ready”.", run="x"),
    ]
    for event in told:
        file.tell(event)
    seen = read()
    assert seen.order == ORDER
    assert list(seen.events) == told
    assert list(seen.times) == sorted(seen.times)
    assert seen.times[0] > 0


def test_up_to_a_hundred_epochs_are_all_told(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress]
) -> None:
    _train(begin(100), 100)
    assert _epochs(read(), "single") == _epochs(read(), "multi") == list(range(1, 101))


@pytest.mark.parametrize("epochs", [101, 250, 9_999, 10_000])
def test_of_many_epochs_a_hundred_even_ones_are_told_with_the_first_and_the_last(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], epochs: int
) -> None:
    _train(begin(epochs), epochs)
    for approach in ("single", "multi"):
        told = _epochs(read(), approach)
        assert 50 <= len(told) <= 102
        assert (told[0], told[-1]) == (1, epochs)
        steps = {b - a for a, b in pairwise(told[1:-1])}
        assert len(steps) == 1


@pytest.mark.parametrize("epochs", [50, 250, 10_000])
def test_of_parts_that_are_done_at_once_as_much_is_told_as_of_each_alone(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], epochs: int
) -> None:
    file = begin(epochs)
    for epoch in range(epochs):
        for approach in ("single", "multi"):
            share = (epoch + 1) / epochs
            file.tell(Event("training", share, approach))
            file.tell(Event("training", share, approach, {"epoch": epoch + 1, **LARGEST}))
    stride = -(-epochs // 100)
    expected = sorted({1, epochs, *range(stride, epochs + 1, stride)})
    assert _epochs(read(), "single") == _epochs(read(), "multi") == expected
    bar = [e for e in read().events if not e.news]
    assert len(bar) <= 2 * 500


@pytest.mark.parametrize("epochs", [50, 51, 80, 10_000])
def test_of_two_fits_as_much_is_told_as_of_one(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], epochs: int
) -> None:
    file = begin(epochs, fits=2)
    _train(file, epochs)
    _train(file, epochs)
    for approach in ("single", "multi"):
        assert len(_epochs(read(), approach)) <= 104
        assert _epochs(read(), approach).count(1) == _epochs(read(), approach).count(epochs) == 2


@pytest.mark.parametrize("shorter", [1, 2, 77, 78, 79])
def test_the_last_epoch_is_told_of_a_fit_that_ends_early(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], shorter: int
) -> None:
    file = begin(80, fits=2)
    for stage, epochs in (("training", 80), ("refitting", shorter)):
        for epoch in range(1, epochs + 1):
            file.tell(Event(stage, epoch / epochs, "single", {"epoch": epoch}))
    file.tell(Event("scoring"))
    told = [(e.stage, e.news["epoch"]) for e in read().events if e.news]
    assert told.count(("training", 80)) == told.count(("refitting", shorter)) == 1
    assert told == sorted(told, key=lambda epoch: (epoch[0] == "refitting", epoch[1]))
    assert read().events[-1].stage == "scoring"


def test_the_file_never_grows_however_much_is_told(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], path: Path
) -> None:
    file = begin(10_000)
    size = path.stat().st_size
    assert size < 2**20
    _train(file, 10_000, looks=3)
    for done in range(100_000):  # a download that tells each block
        file.tell(Event("loading", done / 100_000))
    for _ in range(10_000):
        file.tell(Event("scoring"))
    file.tell(Event("failed", message="No luck. " * 10_000))
    assert path.stat().st_size == size
    assert len(path.read_bytes().rstrip(b"\0")) < size
    last = read().events[-1]
    assert last.stage == "failed"
    assert last.message.startswith("No luck. No luck.")
    shares = [e.share for e in read().events if e.stage == "training" and e.news is None]
    assert len(shares) > 400
    assert shares[-1] == pytest.approx(1, abs=0.01)


def test_the_last_word_has_its_place_in_a_file_that_is_full(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress]
) -> None:
    file = begin(1)
    figures = {"epoch": 1, "loss": [0.5] * 1000}
    for _ in range(1000):
        file.tell(Event("training", 0.5, "single", figures))
    assert read().events[-1].stage == "training"
    file.tell(Event("done", 1.0, message="ö" * 100_000, run="x"))
    assert read().events[-1].run == "x"


def test_a_step_that_moves_nothing_is_not_told(
    begin: Callable[..., ProgressFile],
    read: Callable[[], Progress],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = begin(1)
    for event in (
        Event("training", 0.1, "single"),
        Event("training", 0.1001, "single"),  # less than the bar can show
        Event("training", 0.2, "single"),
        Event("training", 0.2, "multi"),  # something new begins
        Event("refitting", 0.2, "multi"),
    ):
        file.tell(event)
    assert [(e.stage, e.share, e.part) for e in read().events] == [
        ("training", 0.1, "single"),
        ("training", 0.2, "single"),
        ("training", 0.2, "multi"),
        ("refitting", 0.2, "multi"),
    ]
    monkeypatch.setattr(progress.time, "monotonic", lambda: 1e9)
    file.tell(Event("refitting", 0.5, "multi"))
    file.tell(Event("refitting", 0.9, "multi"))  # in the same moment
    assert read().events[-1].share == 0.5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_is_full_is_noticed_before_the_work_begins() -> None:
    with pytest.raises(OSError, match="No space left"):
        create_progress(Path("/dev/full"), ORDER)


def test_an_order_that_leaves_no_room_for_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too long"):
        create_progress(tmp_path / "job.jsonl", {"request": "x" * 20_000})


def test_a_training_goes_on_when_its_progress_can_no_longer_be_written(
    begin: Callable[..., ProgressFile],
    read: Callable[[], Progress],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    file = begin(1)
    monkeypatch.setattr(file, "_write", fail)
    file.tell(Event("loading"))
    file.tell(Event("done", 1.0))
    assert read().events == ()


def test_a_request_to_end_right_after_a_word_does_not_damage_the_next(
    begin: Callable[..., ProgressFile],
    read: Callable[[], Progress],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A signal may come between any two steps; here when the word is written, and not yet said."""

    class Interrupted:
        def __init__(self, file: Any) -> None:
            self.tell, self._write = file.tell, file.write

        def write(self, line: bytes) -> None:
            self._write(line)
            raise KeyboardInterrupt

    file = begin(1)
    long = Event("training", 0.5, "single", {"epoch": 1, "loss": [0.5] * 100})
    with monkeypatch.context() as patch:
        patch.setattr(file, "_file", Interrupted(file._file))
        with pytest.raises(KeyboardInterrupt):
            file.tell(long)
    file.tell(Event("cancelled"))
    assert read().events == (long, Event("cancelled"))


def test_what_waits_has_not_begun(read: Callable[[], Progress]) -> None:
    seen = read()
    assert (seen.order, seen.pid, seen.events) == (ORDER, None, ())


def test_a_last_word_can_be_said_of_what_never_began(
    path: Path, read: Callable[[], Progress]
) -> None:
    ProgressFile(path).tell(Event("cancelled"))
    assert read().events == (Event("cancelled"),)


def test_a_message_keeps_its_template(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress]
) -> None:
    inner = t("{count} run", "{count} runs", count=2)
    begin().tell(Event("done", message=t("Of {runs} {share:.1%}.", runs=inner, share=0.5)))
    message = read().events[-1].message
    assert message == "Of 2 runs 50.0%."
    assert isinstance(message, Text)
    assert message.template == "Of {runs} {share:.1%}."
    assert message.fields["runs"].template == "{count} run"


def test_nothing_to_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        read_progress(tmp_path / "absent")


def test_a_line_that_is_still_being_written_is_left_out(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], path: Path
) -> None:
    begin(1).tell(Event("loading"))
    with path.open("r+b") as file:
        file.seek(len(path.read_bytes().rstrip(b"\0")))
        file.write(b'{"at": 3, "stage": "tra')
    assert read().events == (Event("loading"),)


def test_only_so_much_of_a_file_is_read_as_it_can_have(
    begin: Callable[..., ProgressFile], read: Callable[[], Progress], path: Path
) -> None:
    begin(1)
    os.truncate(path, 10**12)  # a hole: it takes no space
    with pytest.raises(ValueError, match="too large"):
        read()


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"\0" * 1000,
        b"\n",
        b"\xff\xfe\n",
        b"not json\n",
        b"[]\n[]\n",
        b"null\n",
        b'{"pid": 1}\n{"colour": "blue"}\n',
        b'{"pid": 1}\n{"at": 1, "colour": "blue"}\n',
        b'{"pid": 1}\n{"at": "soon", "stage": "done"}\n',
        b'{"pid": 1}\n[1]\n{"at": 1, "stage": "done"}\n',
        b'{"pid": 1}\nnot json\n{"at": 1, "stage": "done"}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_damaged_file_is_a_value_error(
    read: Callable[[], Progress], contents: bytes, path: Path
) -> None:
    path.write_bytes(contents)
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's, Unicode's or ours
        read()


def test_who_watches_what_has_not_changed_costs_no_parsing(
    begin: Callable[..., ProgressFile],
    read: Callable[[], Progress],
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _train(begin(10), 10)
    before = read()
    monkeypatch.setattr(json, "loads", lambda _: pytest.fail("it was parsed again"))
    assert read() == before
