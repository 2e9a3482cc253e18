"""The costs and results of a lesson, as sentences and as rows of a table."""

from collections.abc import Sequence

from mnist_models.formatting import listing, percent_text, seconds_text, signed_text
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import APPROACHES, NAMES, TITLES, Approach
from mnist_models.text import Text, paragraph, t

_NONE = "–"
_POINT = 0.01
_MANY = 100  # pictures; of fewer, the count is shown and not the share
# Which networks answer and are compared if several ways were taught: the first of these.
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


def best_step(approach: Approach, steps: Sequence[Step]) -> Step | None:
    """The step to compare with the other approach; None if none of its ways was taught."""
    taught = {step.way: step for step in steps}
    return next((taught[way] for way in BEST[approach] if way in taught), None)


def cost_sentence(lesson: Lesson, steps: Sequence[Step]) -> Text:
    """How long each approach took, and how the times compare.

    Args:
        lesson: what was taught.
        steps: at least one.
    """
    taught = {step.way: step for step in steps}
    multi = {way: taught[way].seconds for way in BEST["multi"][::-1] if way in taught}
    single = best_step("single", steps)
    return paragraph(
        _multi_sentence(lesson, multi),
        _single_sentence(single) if single else "",
        _compared(single.seconds, list(multi.values())) if single and multi else "",
    )


def loss_sentence(state: State) -> Text:
    """What became of the classes known before; empty if nobody can say."""
    changes = {a: _points(state, step) for a in APPROACHES if (step := best_step(a, state.steps))}
    told = [
        t("{approach} {points}", approach=NAMES[approach], points=signed_text(points, ".1f"))
        for approach, points in sorted(changes.items())
        if points is not None
    ]
    if not told:
        return t("")
    return paragraph(
        t(
            "Accuracy on the classes known before, in percentage points: {changes}.",
            changes=listing(told),
        ),
        _forgotten(state),
    )


def new_sentence(lesson: Lesson, state: State) -> Text:
    """How much of the taught class both read; empty if no pictures of it were kept back."""
    read = [
        t("{approach} {share}", approach=NAMES[approach], share=_share(step.new, state))
        for approach in sorted(APPROACHES)
        if (step := best_step(approach, state.steps)) and step.new is not None
    ]
    if not read or not state.kept_back:
        return t("")
    return t(
        "Read correctly, of {count:,} picture of {label} that none has learned from: {shares}.",
        "Read correctly, of {count:,} pictures of {label} that none has learned from: {shares}.",
        count=state.kept_back,
        label=lesson.label,
        shares=listing(read),
    )


def lesson_rows(lesson: Lesson, state: State) -> list[dict[str, str | float | int]]:
    """A row per way that was taught: what was trained, its cost, and the accuracies."""
    return [_row(step, lesson, state) for step in state.steps]


def _multi_sentence(lesson: Lesson, seconds: dict[Way, float]) -> Text:
    """How long the ways of the multi-model took; empty if none was taught."""
    fields = {way: seconds_text(each) for way, each in seconds.items()}
    if not fields:
        return t("")
    if lesson.kind == "mend":
        if len(fields) == 2:
            return t(
                "The member for {label} took {member}, or {mended} together with those that "
                "answered wrongly.",
                label=lesson.label,
                **fields,
            )
        if "member" in fields:
            return t("The member for {label} took {member}.", label=lesson.label, **fields)
        return t(
            "The member for {label} and those that answered wrongly took {mended}.",
            label=lesson.label,
            **fields,
        )
    if len(fields) == 2:
        return t(
            "One new member took {member}, or {mended} together with those it confuses.", **fields
        )
    if "member" in fields:
        return t("One new member took {member}.", **fields)
    return t("One new member and those it confuses took {mended}.", **fields)


def _single_sentence(step: Step) -> Text:
    seconds = seconds_text(step.seconds)
    if step.way == "again":
        return t("The single model, learning everything again, took {seconds}.", seconds=seconds)
    if step.way == "together":
        return t("The single model, continued on old and new, took {seconds}.", seconds=seconds)
    return t("The single model, continued on the new alone, took {seconds}.", seconds=seconds)


def _compared(single: float, multi: Sequence[float]) -> Text:
    """How the single model's time compares with that of each way of the multi-model."""
    ratios = [single / max(seconds, 0.01) for seconds in multi]
    faster = all(ratio < 1 for ratio in ratios)
    numbers = [1 / ratio if faster else ratio for ratio in ratios]
    factors = listing([f"{n:,.0f}" if n >= 10 else f"{n:.1f}" for n in numbers])
    if faster:
        return t("It was {factors} times as fast.", factors=factors)
    return t("It took {factors} times as long.", factors=factors)


def _forgotten(state: State) -> Text:
    """What the single model lost by learning the new alone, unless another sentence says it."""
    alone = next((step for step in state.steps if step.way == "alone"), None)
    if alone is None or alone is best_step("single", state.steps):
        return t("")
    points = _points(state, alone)
    if points is None or points > -1:
        return t("")
    return t(
        "Taught the new alone, the single model forgot {points:.0f} percentage points of them.",
        points=-points,
    )


def _points(state: State, step: Step) -> float | None:
    before = state.before.get(WAYS[step.way].approach)
    return None if before is None else (step.old - before) / _POINT


def _row(step: Step, lesson: Lesson, state: State) -> dict[str, str | float | int]:
    approach = WAYS[step.way].approach
    old = t("all classes") if lesson.kind == "mend" else t("old classes")
    recall = t("recall on {label}", label=lesson.label)
    return {
        t("approach"): TITLES[approach],
        t("way"): way_title(step.way, lesson),
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


def _share(share: float, state: State) -> str:
    """How many of the kept-back pictures were read: a share of many, a count of few."""
    if state.kept_back >= _MANY:
        return percent_text(share, 0)
    return str(round(share * state.kept_back))


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
