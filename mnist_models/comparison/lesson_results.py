"""What a lesson cost and brought, as figures of each way and as rows of a table."""

from collections.abc import Sequence

from mnist_models.formatting import listing, percent_text
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.metrics.significance import difference_margin
from mnist_models.text import Text, t

_NONE = "–"
_MANY = 100  # pictures; of fewer, the count is shown and not the share
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
    return WAYS[way].title


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
    return difference_margin(min(state.before.values(), default=0.5), state.tested)


def billions_text(work: int) -> str:
    """Work in billions, two figures at least: "0.42", "1.3", "64", "1,210"."""
    billions = work / 1e9
    return f"{billions:,.0f}" if billions >= 10 else f"{billions:.2g}"


def lesson_rows(lesson: Lesson, state: State) -> list[dict[str, str | float | int]]:
    """A row per distinct way: what was trained, its cost, and the accuracies."""
    return [_row(step, lesson, state) for step in distinct_steps(state.steps)]


def _read(step: Step, state: State) -> float:
    """The share of all test pictures, old and new, that is read."""
    right = step.old * state.tested + (step.new or 0.0) * state.kept_back
    return right / max(state.tested + state.kept_back, 1)


def _row(step: Step, lesson: Lesson, state: State) -> dict[str, str | float | int]:
    approach = WAYS[step.way].approach
    old = t("all classes") if lesson.kind == "mend" else t("old classes")
    recall = t("recall on {label}", label=lesson.label)
    return {
        t("approach"): TITLES[approach],
        t("way"): way_title(step.way, lesson),
        t("work in billions"): billions_text(step.work),
        t("seconds"): step.seconds,
        old: _change(state.before.get(approach), step.old),
        recall: _recall(state.new_before.get(approach), step.new, state),
        t("false alarms"): _alarm(step),
        t("trained"): _trained(step),
        t("pictures looked at"): step.rows,
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


def _change(before: float | None, after: float) -> str:
    return percent_text(after) if before is None else f"{before * 100:.2f} → {percent_text(after)}"


def _recall(before: float | None, after: float | None, state: State) -> str:
    """A percentage, or a count if there are few pictures."""
    if after is None:
        return _NONE
    if state.kept_back >= _MANY:
        return _change(before, after)
    right = [round(share * state.kept_back) for share in (before, after) if share is not None]
    return t("{right} of {total}", right=" → ".join(map(str, right)), total=state.kept_back)


def _alarm(step: Step) -> str:
    """The member that claims the most pictures of other classes."""
    if not step.alarms:
        return _NONE
    label, share = max(step.alarms.items(), key=lambda entry: entry[1])
    if not share:
        return t("none")
    return t("{label}: {share}", label=label, share=percent_text(share, 0))
