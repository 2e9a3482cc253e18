"""What a lesson came to, in sentences that say no more than its figures show."""

from mnist_models.comparison.lesson_results import (
    compared_steps,
    distinct_steps,
    lost,
    margin,
)
from mnist_models.formatting import listing, points_text, rounded_text
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.learning.approaches import NAMES, TITLES, Approach
from mnist_models.metrics.significance import wilson_interval
from mnist_models.text import Text, paragraph, t

_ALIKE = 1.5  # works that differ by a smaller factor are about the same
_FEW = 10  # pictures; of fewer, nothing follows

Compared = dict[Approach, Step]


def outcome_sentence(lesson: Lesson, state: State) -> Text:
    """What the lesson cost both approaches and what they forgot; empty before a way is done.

    Older lessons do not say how large their networks were, so nothing is said of their work.
    """
    compared = compared_steps(state)
    losses = {a: lost(step, state) for a, step in compared.items()}
    forgot = {a: points_text(loss) for a, loss in losses.items() if loss > margin(state)}
    if len(compared) == 2 and all(step.weights for step in compared.values()):
        return _of_both(lesson, compared, forgot)
    return paragraph(*(_of_one(lesson, each, forgot.get(each)) for each in compared))


def figures_text(step: Step, state: State) -> Text:
    """What a way cost, and what it forgot."""
    return t(
        "{work} billion weights, accuracy {points} points",
        work=rounded_text(step.work / 1e9),
        points=points_text(-lost(step, state), "+z.1f"),
    )


def chance_sentence(state: State) -> Text:
    """How much forgetting the test pictures cannot show."""
    return t(
        "In the grey band the loss is below {points} percentage points, which {tested:,} test "
        "pictures cannot tell from chance.",
        points=points_text(margin(state)),
        tested=state.tested,
    )


def merged_sentence(state: State) -> Text:
    """That two ways were the same training; empty if they were not."""
    if len(distinct_steps(state.steps)) == len(state.steps):
        return t("")
    return t(
        "No other member had to be mended, so both ways of the multi-model were the same training, "
        "and are shown as one."
    )


def new_class_sentence(lesson: Lesson, state: State) -> Text:
    """How much of the taught class is read, as counts; where they are few, that they say little."""
    found = sorted(compared_steps(state).items())
    read = {a: round(step.new * state.kept_back) for a, step in found if step.new is not None}
    if found and not state.kept_back:
        return t(
            "All examples were learned from, so no figure says how well {label} is read. Draw it.",
            label=lesson.label,
        )
    if not read:
        return t("")
    told = [t("{approach} {right:,}", approach=NAMES[a], right=right) for a, right in read.items()]
    fields = {"count": state.kept_back, "label": lesson.label, "shares": listing(told)}
    if state.kept_back < _FEW:
        return t(
            "Read correctly, of {count} drawing of {label} that none has learned from: {shares}. "
            "So few say little.",
            "Read correctly, of {count} drawings of {label} that none has learned from: {shares}. "
            "So few say little.",
            **fields,
        )
    intervals = [wilson_interval(right, state.kept_back) for right in read.values()]
    if len(read) == 2 and max(low for low, _ in intervals) <= min(high for _, high in intervals):
        return t(
            "Read correctly, of {count:,} pictures of {label} that none has learned from: "
            "{shares}, which is about as many.",
            **fields,
        )
    return t(
        "Read correctly, of {count:,} pictures of {label} that none has learned from: {shares}.",
        **fields,
    )


def _of_one(lesson: Lesson, approach: Approach, points: str | None) -> Text:
    fields = {"approach": TITLES[approach], "label": lesson.label}
    if points is None:
        return t(
            "{approach}: learning {label}, it forgot nothing measurable of what it knew before.",
            **fields,
        )
    return t(
        "{approach}: learning {label}, it lost {points} percentage points on what it knew before.",
        **fields,
        points=points,
    )


def _of_both(lesson: Lesson, compared: Compared, forgot: dict[Approach, str]) -> Text:
    """One sentence of six: by whether the work was about the same, and by who forgot."""
    fewer, more = sorted(compared, key=lambda approach: compared[approach].work)
    factor = compared[more].work / max(compared[fewer].work, 1)
    losses = [
        t("{approach} {points}", approach=NAMES[a], points=points)
        for a, points in sorted(forgot.items())
    ]
    fields = {
        "label": lesson.label,
        "more": NAMES[more],
        "fewer": NAMES[fewer],
        "factor": rounded_text(factor),
        "losses": listing(losses),
        "one": NAMES[next(iter(forgot), more)],
        "points": next(iter(forgot.values()), ""),
    }
    if factor < _ALIKE and not forgot:
        return t(
            "Learning {label} took both about the same work, and neither forgot anything "
            "measurable of what it knew before.",
            **fields,
        )
    if factor < _ALIKE and len(forgot) == 1:
        return t(
            "Learning {label} took both about the same work, but the {one} lost {points} "
            "percentage points on what it knew before.",
            **fields,
        )
    if factor < _ALIKE:
        return t(
            "Learning {label} took both about the same work, and both lost percentage points on "
            "what they knew before: {losses}.",
            **fields,
        )
    if not forgot:
        return t(
            "Learning {label} took the {more} {factor} times the work of the {fewer}, and neither "
            "forgot anything measurable of what it knew before.",
            **fields,
        )
    if len(forgot) == 1:
        return t(
            "Learning {label} took the {more} {factor} times the work of the {fewer}, and the "
            "{one} lost {points} percentage points on what it knew before.",
            **fields,
        )
    return t(
        "Learning {label} took the {more} {factor} times the work of the {fewer}, and both lost "
        "percentage points on what they knew before: {losses}.",
        **fields,
    )
