"""Strokes are read one after the other, and what is drawn below gives way to them."""

import threading
import time
from collections.abc import Iterator

import pytest

from ui.draw import turns
from ui.draw.turns import first_in_line, give_way


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Waits as long as a slow machine needs, and nobody is left in the line."""
    monkeypatch.setattr(turns, "_LONGEST_S", 30.0)
    yield
    assert turns._in_line == 0
    assert not turns._reading.locked()


def _in_thread(work: object) -> threading.Thread:
    thread = threading.Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_strokes_are_read_one_after_the_other() -> None:
    at_once: list[int] = []
    reading = 0

    def read() -> None:
        nonlocal reading
        with first_in_line():
            reading += 1
            at_once.append(reading)
            time.sleep(0.005)
            reading -= 1

    threads = [_in_thread(read) for _ in range(8)]
    for thread in threads:
        thread.join()
    assert at_once == [1] * 8


def test_the_rest_of_a_page_waits_until_nobody_waits_for_an_answer() -> None:
    happened: list[str] = []

    def draw_rest() -> None:
        give_way()
        happened.append("rest")

    with first_in_line():
        rest = _in_thread(draw_rest)
        time.sleep(0.05)
        happened.append("answer")
    rest.join()
    assert happened == ["answer", "rest"]


def test_nobody_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads slowly, or many of them, hold nobody up for ever."""
    monkeypatch.setattr(turns, "_LONGEST_S", 0.01)
    with first_in_line():
        give_way()
        with first_in_line():
            pass


def test_a_page_that_ends_early_leaves_the_line() -> None:
    with pytest.raises(RuntimeError), first_in_line():
        raise RuntimeError
