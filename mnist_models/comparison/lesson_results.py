"""What a lesson cost and brought, as sentences and as rows of a table."""

from collections.abc import Sequence

from mnist_models.formatting import count_text, listing, percent_text, plural, seconds_text
from mnist_models.incremental.lesson import Lesson, State, Step
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach

_NONE = "–"
_POINT = 0.01
_MANY = 100  # pictures; a share of fewer is told as a count
# Which networks answer and are compared where several ways were taught: the first of these.
BEST: dict[Approach, tuple[Way, ...]] = {
    "multi": ("mended", "member"),
    "single": ("again", "together", "alone"),
}
_OF_SINGLE: dict[Way, str] = {
    "again": "everything again",
    "together": "on with old and new",
    "alone": "on with the new alone",
}


def way_title(way: Way, lesson: Lesson) -> str:
    """What a way is called: where digits are mended, after the members that it trains."""
    if lesson.kind == "mend" and way == "member":
        return f"The member for {lesson.label}"
    if lesson.kind == "mend" and way == "mended":
        return f"… and for {listing(lesson.also)}, which answered wrongly"
    return WAYS[way].title


def best_step(approach: Approach, steps: Sequence[Step]) -> Step | None:
    """What is compared with the other approach; None where none of its ways was taught."""
    taught = {step.way: step for step in steps}
    return next((taught[way] for way in BEST[approach] if way in taught), None)


def cost_sentence(lesson: Lesson, steps: Sequence[Step]) -> str:
    """What it cost each approach, and how the costs compare.

    Args:
        lesson: what was taught.
        steps: at least one.
    """
    taught = {step.way: step for step in steps}
    multi = [taught[way] for way in ("member", "mended") if way in taught]
    named = [(_of_multi(step.way, lesson, multi), step) for step in multi]
    if single := best_step("single", steps):
        named.append((f"the single model, {_OF_SINGLE[single.way]},", single))
    (first, step), *rest = named
    text = f"{first[0].upper()}{first[1:]} cost {seconds_text(step.seconds)}"
    for name, step in rest:
        text += f"{', ' if step in multi else '; '}{name} {seconds_text(step.seconds)}"
    if single and multi:
        text += f": {_compared(single.seconds, [step.seconds for step in multi])}"
    return f"{text}."


def loss_sentence(state: State) -> str:
    """What became of the classes known before; empty where nobody can say."""
    changes = {a: _points(state, step) for a in APPROACHES if (step := best_step(a, state.steps))}
    told = [
        f"the {TITLES[approach].lower()} {_gained(points)}"
        for approach, points in sorted(changes.items())
        if points is not None
    ]
    if not told:
        return ""
    return f"On the classes known before, {' and '.join(told)}.{_forgotten(state)}"


def new_sentence(lesson: Lesson, state: State) -> str:
    """How much of what was taught both read; empty where no pictures of it were kept back."""
    read = [
        f"the {TITLES[approach].lower()} {_share(step.new, state.kept_back)}"
        for approach in sorted(APPROACHES)
        if (step := best_step(approach, state.steps)) and step.new is not None
    ]
    if not read or not state.kept_back:
        return ""
    pictures = count_text(state.kept_back, "picture")
    return f"Of {pictures} of {lesson.label} that none has learned from, {' and '.join(read)}."


def lesson_rows(lesson: Lesson, state: State) -> list[dict[str, str | float | int]]:
    """A row per way that was taught: what was trained, its cost, what became of accuracy."""
    return [_row(step, lesson, state) for step in state.steps]


def _of_multi(way: Way, lesson: Lesson, multi: Sequence[Step]) -> str:
    mends = lesson.kind == "mend"
    one = f"the member for {lesson.label}" if mends else "one new member"
    if way == "member":
        return one
    others = "those that answered wrongly" if mends else "those it confuses"
    return f"together with {others}" if len(multi) > 1 else f"{one} and {others}"


def _compared(single: float, multi: Sequence[float]) -> str:
    """ "12 times as long" as the multi-model, or "2.4 and 1.1 times as long" as its two ways."""
    ratios = [single / max(seconds, 0.01) for seconds in multi]
    shorter = all(ratio < 1 for ratio in ratios)
    numbers = [1 / ratio if shorter else ratio for ratio in ratios]
    texts = [f"{number:,.0f}" if number >= 10 else f"{number:.1f}" for number in numbers]
    return f"{' and '.join(texts)} times {'less' if shorter else 'as long'}"


def _gained(points: float) -> str:
    if abs(points) < 0.05:
        return "lost nothing"
    return f"{'gained' if points > 0 else 'lost'} {abs(points):.1f} points"


def _forgotten(state: State) -> str:
    """What the single model lost by learning the new alone, if it is not told already."""
    alone = next((step for step in state.steps if step.way == "alone"), None)
    if alone is None or alone is best_step("single", state.steps):
        return ""
    points = _points(state, alone)
    if points is None or points > -1:
        return ""
    return f" Taught the new alone, the single model forgot {-points:.0f} points of them."


def _points(state: State, step: Step) -> float | None:
    before = state.before.get(WAYS[step.way].approach)
    return None if before is None else (step.old - before) / _POINT


def _row(step: Step, lesson: Lesson, state: State) -> dict[str, str | float | int]:
    approach = WAYS[step.way].approach
    old = "all classes" if lesson.kind == "mend" else "old classes"
    return {
        "approach": TITLES[approach],
        "way": way_title(step.way, lesson),
        "seconds": step.seconds,
        old: _change(state.before.get(approach), step.old),
        f"recall on {lesson.label}": _recall(state.new_before.get(approach), step.new, state),
        "false alarms": _alarm(step),
        "trained": _trained(step),
        "pictures looked at": step.rows,
    }


def _trained(step: Step) -> str:
    if WAYS[step.way].approach == "single":
        return "the whole network"
    return f"{plural(len(step.changed), 'member')} {listing(step.changed)}"


def _change(before: float | None, after: float) -> str:
    return percent_text(after) if before is None else f"{before * 100:.2f} → {percent_text(after)}"


def _share(share: float, pictures: int) -> str:
    """What was read of the pictures: a share of many, a count of few."""
    if pictures >= _MANY:
        return f"reads {percent_text(share, 0)}"
    return f"reads {round(share * pictures)}"


def _recall(before: float | None, after: float | None, state: State) -> str:
    """As a percentage, or counted where there are few pictures."""
    if after is None:
        return _NONE
    if state.kept_back >= _MANY:
        return _change(before, after)
    right = [round(share * state.kept_back) for share in (before, after) if share is not None]
    return f"{' → '.join(map(str, right))} of {state.kept_back}"


def _alarm(step: Step) -> str:
    """The member that claims most of what is not its own."""
    if not step.alarms:
        return _NONE
    label, share = max(step.alarms.items(), key=lambda entry: entry[1])
    return f"{label}: {percent_text(share, 0)}" if share else "none"
