"""What a lesson cost and brought, as figures of each way and as rows of a table."""

from collections.abc import Sequence
from typing import Any

from mnist_models.formatting import listing
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.metrics.significance import difference_margin
from mnist_models.text import Text, t, translated

# Which networks answer and are kept if several ways were taught: the first of these.
BEST: dict[Approach, tuple[Way, ...]] = {
    "multi": ("mended", "member"),
    "single": ("again", "together", "alone"),
}


def way_title(way: Way, lesson: Lesson) -> Text:
    """The title of a way; if digits are mended, it names the members that are trained."""
    if lesson.kind == "mend" and way == "member":
        return t("The member for {label}", label=lesson.label)
    if lesson.kind == "mend" and way == "mended":
        return t(
            "The member for {label}, with those for {labels}, which answered wrongly",
            label=lesson.label,
            labels=listing(lesson.also),
        )
    return translated(WAYS[way].title)


def distinct_steps(steps: Sequence[Step]) -> list[Step]:
    """The steps without those that trained the same members again.

    Where no other member claims the new class, there is none to be mended with it.
    """
    seen: set[tuple[str, ...]] = set()
    distinct = []
    for step in steps:
        if not step.changed or step.changed not in seen:
            distinct.append(step)
        seen.add(step.changed)
    return distinct


def best_step(approach: Approach, steps: Sequence[Step]) -> Step | None:
    """The step whose networks answer for an approach; None if none of its ways was taught."""
    taught = {step.way: step for step in distinct_steps(steps)}
    return next((taught[way] for way in BEST[approach] if way in taught), None)


def compared_steps(state: State) -> dict[Approach, Step]:
    """Per approach the step that it is compared by, the cheapest that reads as much as its best.

    Of all pictures, old and new, and as much as far as `margin` can tell.
    """
    compared: dict[Approach, Step] = {}
    for approach in state.before:
        own = [s for s in distinct_steps(state.steps) if WAYS[s.way].approach == approach]
        most = max((_read(step, state) for step in own), default=0.0)
        good = [step for step in own if _read(step, state) >= most - margin(state)]
        if good:
            compared[approach] = min(good, key=lambda step: step.work)
    return compared


def lost(step: Step, state: State) -> float:
    """The share of the old classes' pictures that is no longer read; negative if more are."""
    return state.before[WAYS[step.way].approach] - step.old


def margin(state: State) -> float:
    """Up to which share a loss cannot be told from chance, with so many test pictures."""
    return difference_margin(min(state.before.values()), state.tested)


def lesson_rows(lesson: Lesson, state: State) -> list[dict[str, Any]]:
    """A row per distinct way: what was trained, its cost, and the accuracies.

    Returns:
        `approach`, `way`, `work` in billions, `seconds`, `old_before` and `old`, the shares of the
        old classes' pictures that were and are read, `new_before` and `new`, the same of what was
        taught, the largest share of `false_alarms`, the member that is `alarmed`, what was
        `trained`, and the `rows` looked at. None stands for what there is not.
    """
    return [_row(step, lesson, state) for step in distinct_steps(state.steps)]


def _read(step: Step, state: State) -> float:
    """The share of all test pictures, old and new, that is read."""
    right = step.old * state.tested + (step.new or 0.0) * state.kept_back
    return right / max(state.tested + state.kept_back, 1)


def _row(step: Step, lesson: Lesson, state: State) -> dict[str, Any]:
    approach = WAYS[step.way].approach
    alarmed = max(step.alarms, key=step.alarms.__getitem__, default=None)
    return {
        "approach": TITLES[approach],
        "way": way_title(step.way, lesson),
        "work": step.work / 1e9 if step.weights else None,
        "seconds": step.seconds,
        "old_before": state.before.get(approach),
        "old": step.old,
        "new_before": state.new_before.get(approach),
        "new": step.new,
        "false_alarms": step.alarms.get(alarmed or ""),
        "alarmed": alarmed if alarmed and step.alarms[alarmed] else None,
        "trained": _trained(step),
        "rows": step.rows,
    }


def _trained(step: Step) -> Text:
    if WAYS[step.way].approach == "single":
        return t("the whole network")
    return t(
        "member {labels}",
        "members {labels}",
        count=len(step.changed),
        labels=listing(step.changed),
    )
