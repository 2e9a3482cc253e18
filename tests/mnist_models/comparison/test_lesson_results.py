"""What a lesson cost and brought is shown as its steps have it, and said as the figures say it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mnist_models.comparison.lesson_results import (
    best_step,
    compared_steps,
    distinct_steps,
    lesson_rows,
    lost,
    margin,
    way_title,
)
from mnist_models.comparison.lesson_sentences import (
    merged_sentence,
    new_class_sentence,
    outcome_sentence,
)
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.jobs.job import Job
from mnist_models.jobs.progress import Event, Progress
from tests.helpers.jobs import ORDER

NEW = Lesson("new", "reference", "★")
MEND = Lesson("mend", "reference", "7", also=("1", "9"))


def step(way: Way, seconds: float = 1, **changes: Any) -> Step:
    changed = {"member": ("★",), "mended": ("★", "3")}.get(way, ())
    old = 0.94 if changed else 0.96
    return replace(Step(way, seconds, 1000, changed, old, new=1.0, weights=1000), **changes)


def state(*steps: Step, **changes: Any) -> State:
    known: dict[str, Any] = {
        "before": {"single": 0.96, "multi": 0.94},
        "kept_back": 4,
        "tested": 10_000,
    }
    job = Job("lesson", ORDER, "ended", Event("done"), Progress({}, 1, (), (), 0.0))
    return State(job, steps=steps, **{**known, **changes})


# The sentence


@pytest.mark.parametrize(
    ("member", "together", "expected"),
    [
        ({}, {}, "took both about the same work, and neither forgot anything measurable"),
        ({}, {"rows": 1400, "old": 0.945}, "same work, but the single model lost 1.50 percentage"),
        ({"old": 0.9}, {"old": 0.9}, "before: multi-model 4.00 and single model 6.00."),
        ({}, {"rows": 3300}, "took the single model 3.3 times the work of the multi-model, and n"),
        ({"rows": 17_400}, {}, "took the multi-model 17 times the work of the single model, and n"),
        ({"old": 0.9}, {"rows": 2000}, "and the multi-model lost 4.00 percentage points on what"),
        ({"old": 0.9}, {"rows": 2000, "old": 0.9}, "and both lost percentage points on what they"),
    ],
)
def test_one_sentence_says_what_both_paid_and_what_they_forgot(
    member: dict[str, Any], together: dict[str, Any], expected: str
) -> None:
    said = outcome_sentence(NEW, state(step("member", **member), step("together", **together)))
    assert said.startswith("Learning ★ took ")
    assert expected in said


def test_how_long_it_took_changes_nothing_that_is_said() -> None:
    quick = state(step("member", 0.5), step("together", 0.6))
    slow = state(step("member", 4.5), step("together", 0.6))
    assert outcome_sentence(NEW, slow) == outcome_sentence(NEW, quick)


def test_a_picture_costs_a_larger_network_more() -> None:
    said = outcome_sentence(NEW, state(step("member"), step("together", weights=4000)))
    assert "the single model 4.0 times the work" in said


def test_what_few_test_pictures_cannot_show_is_not_called_forgotten() -> None:
    steps = (step("member", old=0.93), step("together", old=0.935))
    assert "both lost" in outcome_sentence(NEW, state(*steps))
    assert "neither forgot anything measurable" in outcome_sentence(NEW, state(*steps, tested=360))


def test_a_lesson_that_ended_half_way_is_told_of_the_one_that_was_taught() -> None:
    assert outcome_sentence(NEW, state(step("member"))) == (
        "Multi-model: learning ★, it forgot nothing measurable of what it knew before."
    )
    assert outcome_sentence(NEW, state(step("alone", old=0.05))) == (
        "Single model: learning ★, it lost 91.00 percentage points on what it knew before."
    )
    assert outcome_sentence(NEW, state()) == ""
    assert outcome_sentence(NEW, state(step("member"), before={})) == ""


# Who is compared


def test_each_approach_is_compared_by_the_cheapest_way_that_reads_as_much_as_its_best() -> None:
    """All of it again costs more and reads no more; the new alone costs less and forgets."""
    steps = (
        step("member", new=0.2),
        step("mended", rows=4000, new=0.95),
        step("alone", rows=100, old=0.05),
        step("together", rows=2000, old=0.958),
        step("again", rows=60_000, old=0.96),
    )
    few = compared_steps(state(*steps, kept_back=4))
    assert {a: s.way for a, s in few.items()} == {"single": "together", "multi": "member"}
    many = compared_steps(state(*steps, kept_back=1000))
    assert {a: s.way for a, s in many.items()} == {"single": "together", "multi": "mended"}


@given(some.lists(some.tuples(some.sampled_from(list(WAYS)), some.integers(1, 10**9)), max_size=5))
def test_what_is_compared_was_taught_and_reads_as_much_as_any_way(
    taught: list[tuple[Way, int]],
) -> None:
    steps = [step(way, rows=rows, old=(rows % 100) / 100) for way, rows in taught]
    told = state(*steps)
    for approach, compared in compared_steps(told).items():
        own = [s for s in distinct_steps(steps) if WAYS[s.way].approach == approach]
        assert compared in own
        assert lost(compared, told) <= min(lost(s, told) for s in own) + margin(told) + 1e-9


def test_two_ways_that_trained_the_same_member_are_one() -> None:
    same = (step("member", 2.4), step("mended", 1.9, changed=("★",)), step("together"))
    told = state(*same)
    assert [row["way"] for row in lesson_rows(NEW, told)] == [
        WAYS["member"].title,
        WAYS["together"].title,
    ]
    assert merged_sentence(told).startswith("No other member had to be mended")
    best = best_step("multi", same)
    assert best is not None
    assert best.way == "member"
    assert merged_sentence(state(step("member"), step("mended"))) == ""


def test_everything_again_answers_for_the_single_model_before_shorter_ways() -> None:
    steps = [step("alone", 1), step("together", 2), step("again", 3)]
    chosen = best_step("single", steps)
    assert chosen is not None
    assert chosen.way == "again"
    assert best_step("multi", steps) is None


# What was taught


def test_few_drawings_are_counted_and_said_to_say_little() -> None:
    one = state(step("member", new=1.0), step("together", new=0.0), kept_back=1)
    assert new_class_sentence(NEW, one) == (
        "Read correctly, of 1 drawing of ★ that none has learned from: multi-model 1 and single "
        "model 0. So few say little."
    )
    none = new_class_sentence(NEW, state(step("member", new=None), kept_back=0))
    assert none.startswith("All examples were learned from, so no figure says")
    assert new_class_sentence(NEW, state(kept_back=0)) == ""


def test_many_are_compared_and_a_difference_that_may_be_chance_is_none() -> None:
    far = state(step("mended", new=0.45), step("together", new=0.7), kept_back=1009)
    assert new_class_sentence(NEW, far) == (
        "Read correctly, of 1,009 pictures of ★ that none has learned from: multi-model 454 and "
        "single model 706."
    )
    near = state(step("mended", new=0.93), step("together", new=0.95), kept_back=1009)
    assert new_class_sentence(NEW, near).endswith("single model 959, which is about as many.")


# The table


def test_a_mended_digit_is_told_by_its_members() -> None:
    assert way_title("member", MEND) == "The member for 7"
    assert way_title("mended", MEND) == (
        "The member for 7, with those for 1 and 9, which answered wrongly"
    )
    assert way_title("again", MEND) == WAYS["again"].title
    assert way_title("member", NEW) == WAYS["member"].title


def test_the_table_has_a_row_per_way() -> None:
    taught = state(
        step("member", 0.5, alarms={"3": 0.1, "8": 0.4}),
        step("mended", 0.9, alarms={"3": 0.0}, changed=("★", "3", "8")),
        step("again", 5.9, new=0.75, old=0.95, weights=64_000_000_000),
    )
    rows = lesson_rows(NEW, taught)
    assert [row["trained"] for row in rows] == [
        "member ★",
        "members ★, 3 and 8",
        "the whole network",
    ]
    assert [row["false_alarms"] for row in rows] == [0.4, 0.0, None]
    assert [row["alarmed"] for row in rows] == ["8", None, None]
    assert (rows[2]["old_before"], rows[2]["old"]) == (0.96, 0.95)
    assert [row["new"] for row in rows] == [1.0, 1.0, 0.75]
    assert [row["seconds"] for row in rows] == [0.5, 0.9, 5.9]
    assert [row["work"] for row in rows] == [0.001, 0.001, 64_000]


def test_what_there_is_not_has_no_value_in_the_table() -> None:
    one = step("member", new=None, weights=0)
    (row,) = lesson_rows(NEW, state(one, kept_back=0, before={}))
    missing = {"work", "old_before", "new_before", "new", "false_alarms", "alarmed"}
    assert {name for name, value in row.items() if value is None} == missing


# Older lessons


def test_of_a_lesson_that_does_not_say_its_work_only_the_forgetting_is_told() -> None:
    said = outcome_sentence(NEW, state(step("member", weights=0), step("alone", old=0.05)))
    assert said == (
        "Single model: learning ★, it lost 91.00 percentage points on what it knew before. "
        "Multi-model: learning ★, it forgot nothing measurable of what it knew before."
    )
