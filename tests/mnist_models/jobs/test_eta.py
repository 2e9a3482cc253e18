from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.jobs.eta import (
    fits_under_way,
    outlook,
    phase_seconds,
    remember_phases,
    remembered_phases,
)
from mnist_models.jobs.progress import Event, Progress

PLAN = {
    "loading": 1.0,
    "importing": 9.0,
    "single": 20.0,
    "multi": 60.0,
    "scoring": 8.0,
    "publishing": 2.0,
}


def _progress(*told: tuple[float, Event]) -> Progress:
    return Progress({}, 1, tuple(e for _, e in told), tuple(t for t, _ in told), changed=0.0)


def _as_planned() -> Iterator[tuple[float, Event]]:
    yield 0, Event("loading")
    yield 1, Event("importing")
    yield 10, Event("training", 0.0, "single")
    yield 20, Event("refitting", 0.5, "single")
    yield 30, Event("refitting", 1.0, "single")
    yield 30, Event("training", 0.0, "multi")
    yield 60, Event("refitting", 0.5, "multi")
    yield 90, Event("refitting", 1.0, "multi")
    yield 90, Event("scoring")
    yield 98, Event("publishing")


AS_PLANNED = list(_as_planned())


@pytest.mark.parametrize("told", range(1, len(AS_PLANNED) + 1))
@pytest.mark.parametrize("measured", [True, False])
def test_a_training_that_goes_as_planned_is_as_far_as_the_clock_says(
    told: int, measured: bool
) -> None:
    elapsed = AS_PLANNED[told - 1][0]
    seen = outlook(PLAN, _progress(*AS_PLANNED[:told]), elapsed, measured=measured)
    assert seen.share == pytest.approx(elapsed / 100)
    if measured or elapsed > 10:
        assert seen.seconds_left == pytest.approx(100 - elapsed)
    else:
        assert seen.seconds_left is None  # a guess says nothing of this machine


def test_before_its_first_word_all_is_left() -> None:
    seen = outlook(PLAN, _progress(), 0.0, measured=True)
    assert (seen.share, seen.seconds_left) == (0, 100)


def test_a_phase_that_tells_nothing_goes_by_the_clock_and_never_beyond_its_end() -> None:
    importing = _progress(*AS_PLANNED[:2])
    assert outlook(PLAN, importing, 5.5, measured=True).share == pytest.approx(0.055)
    for late in (10, 60, 1e6):
        seen = outlook(PLAN, importing, late, measured=True)
        assert (seen.share, seen.seconds_left) == (pytest.approx(0.1), pytest.approx(90))


def test_a_download_counts_by_what_it_tells() -> None:
    half = _progress((0, Event("loading")), (30, Event("loading", 0.5)))
    assert outlook(PLAN, half, 30, measured=True).share == pytest.approx(0.005)


@pytest.mark.parametrize("measured", [True, False])
def test_fitting_at_half_the_planned_pace_leaves_twice_of_it(measured: bool) -> None:
    """The plan says 20 s for the single model, and it took 40."""
    slow = _progress(
        *AS_PLANNED[:3],
        (50, Event("training", 1.0, "single")),
        (50, Event("training", 0.0, "multi")),
    )
    left = outlook(PLAN, slow, 50, measured=measured).seconds_left
    assert left is not None
    if measured:
        assert 60 * 1.7 + 10 < left < 60 * 2 + 10  # the plan still counts a little
    else:
        assert left == pytest.approx(60 * 2 + 10)


@pytest.mark.parametrize("stage", ["done", "found", "cancelled", "failed"])
def test_nothing_is_left_of_a_training_that_has_ended(stage: Any) -> None:
    seen = outlook(PLAN, _progress(*AS_PLANNED[:3], (40, Event(stage))), 99, measured=True)
    assert (seen.share, seen.seconds_left) == (1, 0)


@given(
    st.lists(st.floats(0.1, 100), min_size=6, max_size=6),
    st.lists(st.floats(0, 50), min_size=10, max_size=10),
    st.booleans(),
)
def test_the_bar_only_moves_forward_and_the_time_left_is_never_negative(
    plan: list[float], waits: list[float], measured: bool
) -> None:
    phases = dict(zip(PLAN, plan, strict=True))
    clock, told, shares = 0.0, [], []
    for wait, (_, event) in zip(waits, AS_PLANNED, strict=True):
        told.append((clock, event))
        for elapsed in (clock, clock + wait):
            seen = outlook(phases, _progress(*told), elapsed, measured=measured)
            shares.append(seen.share)
            assert seen.seconds_left is None or seen.seconds_left >= 0
        clock += wait
    assert all(a <= b + 1e-9 for a, b in pairwise(shares))
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_a_phase_ends_when_the_next_one_begins() -> None:
    assert phase_seconds(_progress(*AS_PLANNED), until=100) == PLAN
    assert phase_seconds(_progress(), until=5) == {}


AT_ONCE = [
    (0, Event("importing")),
    (9, Event("training", 0.0, "single")),
    (9, Event("training", 0.0, "multi")),
    (19, Event("training", 0.5, "single")),
    (20, Event("refitting", 0.25, "multi")),
    (29, Event("training", 1.0, "single")),
    (49, Event("training", 1.0, "multi")),
    (49, Event("scoring")),
]


def test_parts_that_are_done_at_once_share_the_time() -> None:
    took = phase_seconds(_progress(*AT_ONCE), until=59)
    assert took == pytest.approx(
        {"importing": 9.0, "single": 10.0, "multi": 10.0 + 20.0, "scoring": 10.0}
    )
    assert sum(took.values()) == pytest.approx(59)


def test_of_parts_that_are_done_at_once_each_counts_by_what_it_has_said() -> None:
    shares = [
        outlook(PLAN, _progress(*AT_ONCE[:told]), AT_ONCE[told - 1][0], measured=True).share
        for told in range(1, len(AT_ONCE) + 1)
    ]
    single, multi = 20, 60
    expected = [
        single / 2,
        single / 2 + multi / 4,
        single + multi / 4,
        single + multi,
        single + multi,
    ]
    assert shares[3:] == pytest.approx([(10 + done) / 100 for done in expected])
    assert shares == sorted(shares)


def test_what_is_trained_at_this_moment_is_all_that_has_begun_and_is_not_over() -> None:
    def fits(told: int) -> list[tuple[str, bool, int]]:
        found = fits_under_way(_progress(*AT_ONCE[:told]), fits=2, epochs=10)
        return [(fit.part, fit.again, fit.epoch) for fit in found]

    assert fits(1) == fits(len(AT_ONCE)) == []
    assert fits(2) == [("single", False, 1)]
    assert fits(4) == [("single", False, 10), ("multi", False, 1)]
    assert fits(6) == [("multi", True, 1)]
    assert fits(7) == [("multi", False, 10)]  # until another stage begins


def _took(**phases: float) -> Progress:
    """What a job has told whose phases took so long."""
    ends = list(accumulate(phases.values(), initial=0.0))
    return _progress(*zip(ends, map(Event, [*phases, "done"]), strict=True))


def test_what_phases_took_is_known_the_next_time(trained: Path) -> None:
    (trained / ".jobs").mkdir()
    assert remembered_phases("lesson new") == {}
    remember_phases("lesson new", _took(loading=1.0, member=2.0))
    remember_phases("lesson mend", _took(loading=9.0))
    remember_phases("lesson new", _took(member=3.0))
    assert remembered_phases("lesson new") == {"loading": 1.0, "member": 3.0}
    (trained / ".jobs" / "phases.json").write_text('{"lesson new": {"a": "x", "b": 0, "c": 2}}')
    assert remembered_phases("lesson new") == {"c": 2}
    (trained / ".jobs" / "phases.json").write_text("[" * 200_000)
    assert remembered_phases("lesson new") == {}
