"""What a lesson cost and brought is said as the figures say it."""

from dataclasses import replace
from typing import Any

import pytest

from mnist_models.comparison.lesson_results import (
    best_step,
    cost_sentence,
    lesson_rows,
    loss_sentence,
    new_sentence,
    way_title,
)
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.jobs.job import Job
from mnist_models.jobs.progress import Event, Progress
from tests.helpers.jobs import ORDER

NEW = Lesson("new", "reference", "★")
MEND = Lesson("mend", "reference", "7", also=("1", "9"))


def step(way: Way, seconds: float, **changes: Any) -> Step:
    step = Step(way, seconds, rows=1000, changed=("★",), old=0.95, new=1.0)
    return replace(step, **changes)


def state(*steps: Step, **changes: Any) -> State:
    known: dict[str, Any] = {"before": {"single": 0.96, "multi": 0.94}, "kept_back": 4}
    job = Job("lesson", ORDER, "ended", Event("done"), Progress({}, 1, (), (), 0.0))
    return State(job, steps=steps, **{**known, **changes})


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            [step("member", 0.5), step("again", 5.9)],
            "One new member took 0.50 s. The single model, learning everything again, took 5.9 s. "
            "It took 12 times as long.",
        ),
        (
            [step("member", 0.5), step("mended", 2.0), step("together", 3.0)],
            "One new member took 0.50 s, or 2.0 s together with those it confuses. The single "
            "model, continued on old and new, took 3.0 s. It took 6.0 and 1.5 times as long.",
        ),
        (
            [step("member", 3.0), step("alone", 1.5)],
            "One new member took 3.0 s. The single model, continued on the new alone, took 1.5 s. "
            "It was 2.0 times as fast.",
        ),
        (
            [step("mended", 2.0), step("again", 1210.4)],
            "One new member and those it confuses took 2.0 s. The single model, learning "
            "everything again, took 1,210 s. It took 605 times as long.",
        ),
        ([step("member", 0.5)], "One new member took 0.50 s."),
        ([step("again", 5.9)], "The single model, learning everything again, took 5.9 s."),
    ],
)
def test_costs_are_told_of_the_ways_that_were_taught(steps: list[Step], expected: str) -> None:
    assert cost_sentence(NEW, steps) == expected


def test_a_mended_digit_is_told_by_its_members() -> None:
    steps = [step("member", 1.0), step("mended", 2.0), step("again", 4.0)]
    assert cost_sentence(MEND, steps).startswith(
        "The member for 7 took 1.0 s, or 2.0 s together with those that answered wrongly. The "
        "single model"
    )
    assert way_title("member", MEND) == "The member for 7"
    assert way_title("mended", MEND) == (
        "The member for 7, with those for 1 and 9, which answered wrongly"
    )
    assert way_title("again", MEND) == WAYS["again"].title
    assert way_title("member", NEW) == WAYS["member"].title


def test_everything_again_stands_for_the_single_model_before_shorter_ways() -> None:
    steps = [step("alone", 1), step("together", 2), step("again", 3)]
    chosen = best_step("single", steps)
    assert chosen is not None
    assert chosen.way == "again"
    assert best_step("multi", steps) is None


def test_losses_are_told_in_points_and_so_is_what_was_forgotten() -> None:
    text = loss_sentence(
        state(step("mended", 1, old=0.937), step("alone", 1, old=0.65), step("again", 9, old=0.97))
    )
    assert text == (
        "Accuracy on the classes known before, in percentage points: multi-model −0.3 and single "
        "model +1.0. Taught the new alone, the single model forgot 31 percentage points of them."
    )


def test_what_is_told_already_or_did_not_happen_is_not_told() -> None:
    alone = loss_sentence(state(step("alone", 1, old=0.65)))
    known = "Accuracy on the classes known before, in percentage points:"
    assert alone == f"{known} single model −31.0."
    kept = loss_sentence(state(step("alone", 1, old=0.958), step("together", 1, old=0.96)))
    assert kept == f"{known} single model +0.0."
    assert loss_sentence(state(step("member", 1), before={})) == ""


def test_what_was_taught_is_read_by_share_of_many_and_by_count_of_few() -> None:
    steps = [step("mended", 1, new=0.45), step("together", 1, new=0.7)]
    assert new_sentence(NEW, state(*steps, kept_back=1009)) == (
        "Read correctly, of 1,009 pictures of ★ that none has learned from: multi-model 45 % and "
        "single model 70 %."
    )
    one = state(step("member", 1, new=1.0), kept_back=1)
    assert new_sentence(NEW, one) == (
        "Read correctly, of 1 picture of ★ that none has learned from: multi-model 1."
    )
    assert new_sentence(NEW, state(step("member", 1, new=None), kept_back=0)) == ""


def test_the_table_has_a_row_per_way() -> None:
    taught = state(
        step("member", 0.5, alarms={"3": 0.1, "8": 0.4}),
        step("mended", 0.9, alarms={"3": 0.0}, changed=("★", "3", "8")),
        step("again", 5.9, changed=(), new=0.75),
    )
    rows = lesson_rows(NEW, taught)
    assert [row["trained"] for row in rows] == [
        "member ★",
        "members ★, 3 and 8",
        "the whole network",
    ]
    assert [row["false alarms"] for row in rows] == ["8: 40 %", "none", "–"]
    assert rows[2]["old classes"] == "96.00 → 95.00 %"
    assert [row["recall on ★"] for row in rows] == ["4 of 4", "4 of 4", "3 of 4"]
    assert [row["seconds"] for row in rows] == [0.5, 0.9, 5.9]


def test_recall_is_a_share_of_many_pictures_a_count_of_few_and_a_dash_of_none() -> None:
    one = step("member", 1, new=0.75)
    cases = {1000: "75.00 %", 4: "3 of 4"}
    for kept_back, expected in cases.items():
        rows = lesson_rows(NEW, state(one, kept_back=kept_back))
        assert [row["recall on ★"] for row in rows] == [expected]
    none = lesson_rows(NEW, state(replace(one, new=None), kept_back=0))
    assert [row["recall on ★"] for row in none] == ["–"]
    mended = lesson_rows(MEND, state(one, new_before={"multi": 0.25}))
    assert [row["recall on 7"] for row in mended] == ["1 → 3 of 4"]
    assert "all classes" in mended[0]
