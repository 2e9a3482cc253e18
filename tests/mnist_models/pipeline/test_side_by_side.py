import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from mnist_models.jobs.interruption import Cancelled
from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.pipeline.side_by_side import side_by_side

WAIT_S = 10.0


def _tell(name: str, times: int, tell: OnEvent) -> str:
    for k in range(times):
        tell(Event("working", k / times, name))
    return name.upper()


def test_what_came_of_each_work_is_there_and_all_that_was_told_was_heard_here() -> None:
    heard: list[Event] = []
    threads: set[threading.Thread] = set()

    def listen(event: Event) -> None:
        heard.append(event)
        threads.add(threading.current_thread())

    works = {name: partial(_tell, name, 50) for name in "abc"}
    assert side_by_side(works, listen, at_once=2) == {"a": "A", "b": "B", "c": "C"}
    assert threads == {threading.current_thread()}
    for name in "abc":
        assert [e.share for e in heard if e.part == name] == [k / 50 for k in range(50)]


def test_one_at_once_is_one_after_the_other() -> None:
    heard: list[Event] = []
    side_by_side({name: partial(_tell, name, 3) for name in "ab"}, heard.append, at_once=1)
    assert [e.part for e in heard] == ["a"] * 3 + ["b"] * 3


def test_two_at_once_do_not_wait_for_each_other() -> None:
    meeting = threading.Barrier(2, timeout=WAIT_S)

    def meet(_: OnEvent) -> None:
        meeting.wait()

    side_by_side({"a": meet, "b": meet}, lambda _: None, at_once=2)


def _endless(ended: threading.Event, tell: OnEvent) -> None:
    try:
        while True:
            tell(Event("working"))
            time.sleep(0.01)
    except Exception:
        pytest.fail("no work can go on by catching errors")
    finally:
        ended.set()


@pytest.mark.parametrize("at_once", [1, 2])
def test_an_error_of_one_ends_the_others_and_is_raised(at_once: int) -> None:
    ended = threading.Event()

    def fail(_: OnEvent) -> None:
        time.sleep(0.1)
        raise ValueError("diverged")

    works: dict[str, Callable[[OnEvent], None]] = {"a": fail, "b": partial(_endless, ended)}
    with pytest.raises(ValueError, match="diverged"):
        side_by_side(works, lambda _: None, at_once)
    assert ended.is_set() or at_once == 1  # one that has not begun need not


def test_whoever_listens_can_end_all() -> None:
    ended = [threading.Event(), threading.Event()]

    def cancel(event: Event) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        side_by_side({k: partial(_endless, over) for k, over in enumerate(ended)}, cancel, 2)
    assert all(over.is_set() for over in ended)
