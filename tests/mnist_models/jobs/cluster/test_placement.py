"""Which worker gets which job, and when one that waits is taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.jobs.cluster.placement import Placement


def test_the_worker_with_the_most_room_is_the_best() -> None:
    placement = Placement({"a": 1, "b": 2, "c": 1}, {"a": ("x",), "b": ("y",), "gone": ("z",)})
    assert placement.room() == 2
    assert placement.best("ab") == "b"
    assert placement.best("a") == "a"
    assert placement.best("") == ""
    placement.add("w", "b")
    assert placement.best("abc") == "c"
    placement.remove("x")
    placement.add("w", "c")  # the scheduler knows better where it is
    assert placement.room() == 2


@pytest.mark.parametrize(
    ("tasks", "begun", "could"),
    [
        ({"a": "xy", "b": ""}, "x", True),
        ({"a": "xy", "b": "z"}, "xz", False),  # nobody is free
        ({"a": "xy", "b": ""}, "", False),  # it may be y that begins
        ({"a": "y", "b": ""}, "", False),  # it is about to begin
        ({"a": "x", "b": ""}, "x", False),  # y is nowhere
    ],
)
def test_what_waits_for_a_busy_worker_is_taken_back_for_a_free_one(
    tasks: dict[str, str], begun: str, could: bool
) -> None:
    assert Placement({"a": 1, "b": 1}, tasks).could_begin("y", begun, "ab") is could


def test_what_must_not_go_to_the_free_one_waits() -> None:
    assert not Placement({"a": 1, "b": 1}, {"a": "xy"}).could_begin("y", "x", "a")


def test_what_no_worker_has_is_lost_with_its_own() -> None:
    placement = Placement({"a": 1}, {"a": "x"})
    assert placement.is_lost("y", "gone")
    assert not placement.is_lost("x", "gone")  # another has it
    assert not placement.is_lost("y", "a")  # it is on its way there
    assert not Placement({}, {}).is_lost("y", "gone")  # who comes is sent it


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(0, 30))
def test_no_worker_is_given_two_while_another_is_free(threads: list[int], jobs: int) -> None:
    workers = {f"w{k}": count for k, count in enumerate(threads)}
    placement = Placement(workers, {})
    given_to = dict.fromkeys(workers, 0)
    for number in range(jobs):
        worker = placement.best(workers)
        placement.add(f"job{number}", worker)
        given_to[worker] += 1
    assert placement.room() == sum(threads) - jobs
    free = [workers[worker] - given_to[worker] for worker in workers]
    assert max(free) <= 0 or min(free) >= 0
