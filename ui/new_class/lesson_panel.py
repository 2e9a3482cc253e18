"""A lesson of this visitor's: what it is about, Teach, and how far it is."""

import time
from dataclasses import replace

import streamlit as st

from mnist_models.comparison.lesson_results import way_title
from mnist_models.formatting import duration_text, listing, seconds_text
from mnist_models.incremental.lesson import Kind, Lesson, State
from mnist_models.incremental.lessons import (
    cancel_lesson,
    new_visitor,
    read_lesson,
    read_request,
    start_lesson,
)
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import APPROACHES, TITLES
from mnist_models.pictures import Images
from mnist_models.runs.run import Run
from ui.shared.permission import attempt

# The tabs of the page, as a visitor reads them.
PLACES: dict[Kind, str] = {
    "new": "A symbol of your own",
    "left out": "A digit left out",
    "mend": "Mend a digit",
}
_LEARNER = "_lesson_visitor"
_WAY_BEGAN = "_lesson_way_began"  # the way that is being taught, and when this page first saw it
_STAGES = {
    "starting": "Starting",
    "waiting": "Waiting for another lesson to finish",
    "loading": "Loading the pictures, starting TensorFlow",
    "base": "Training both approaches without the {label} first",
    "teaching": "Testing",
    "keeping": "Scoring it on all test pictures, and keeping it as a run",
}


def visitor() -> str:
    """The secret that makes a lesson this visitor's: gone with the session, shown to nobody."""
    return st.session_state.setdefault(_LEARNER, new_visitor())


def my_lesson() -> tuple[Lesson, State] | None:
    """What the visitor's lesson is about and how it stands; None where there is none."""
    if _LEARNER not in st.session_state:
        return None
    state, lesson = read_lesson(visitor()), read_request(visitor())
    return (lesson, state) if lesson and state else None


def offer_teaching(draft: Lesson, run: Run, images: Images, problem: str = "") -> None:
    """The ways to teach, and the button; where it cannot be pressed, the reason.

    Args:
        draft: what is to be learned; the ways are chosen here.
        run: whose training says what "everything again" costs.
        images: (n, 28, 28) examples of the class; none for a digit left out.
        problem: why it cannot begin, as a sentence.
    """
    ways = _choose_ways(draft, run)
    reason = problem or _missing_approach(draft, run) or ("" if ways else "Choose a way to teach.")
    with st.container(key="teach"):
        pressed = st.button(
            "Teach", type="primary", icon=":material/school:", disabled=bool(reason or _is_busy())
        )
    st.caption(_about_last_lesson() or reason or "Both approaches learn it, one after the other.")
    if pressed:
        _start(replace(draft, ways=tuple(ways)), images)


def _choose_ways(draft: Lesson, run: Run) -> list[Way]:
    """A box per way, each approach's below its name."""
    st.markdown("What is trained")
    chosen: list[Way] = []
    for column, approach in zip(st.columns(2), APPROACHES, strict=True):
        with column, st.container(gap="xsmall"):
            st.caption(TITLES[approach])
            for way in _possible_ways(draft):
                if WAYS[way].approach == approach and _choose_way(way, draft, run):
                    chosen.append(way)
    return sorted(chosen, key=list(WAYS).index)


def _choose_way(way: Way, draft: Lesson, run: Run) -> bool:
    label = way_title(way, draft)
    if way == "again" and (seconds := run.manifest["approaches"].get("single", {}).get("seconds")):
        label += f": took {duration_text(seconds)} for the run {run.name}"
    return st.checkbox(
        label,
        way != "again",
        key=f"way_{draft.kind}_{way}",
        help=WAYS[way].about,
        persist_state="session",
    )


def _possible_ways(draft: Lesson) -> list[Way]:
    """Digits are mended by few drawings of what is known: the new alone would be no remedy."""
    if draft.kind != "mend":
        return list(WAYS)
    return [way for way in WAYS if way != "alone" and (way != "mended" or draft.also)]


def _missing_approach(draft: Lesson, run: Run) -> str:
    missing = [TITLES[a].lower() for a in APPROACHES if a not in run.with_weights]
    if draft.kind == "left out":
        return ""
    if strange := set(map(str, run.classes)) - set("0123456789"):
        return (
            f"The run {run.name} knows {listing(sorted(strange))}, of which no pictures are kept "
            "to rehearse. Choose another run at the left."
        )
    if not missing:
        return ""
    return f"The run {run.name} has no {listing(missing)} here. Choose another run at the left."


def _is_busy() -> bool:
    lesson = my_lesson()
    return lesson is not None and lesson[1].running


def _about_last_lesson() -> str:
    """That there is another lesson, in another tab: only one of a visitor's is kept."""
    if (found := my_lesson()) is None:
        return ""
    lesson, state = found
    place = f"the tab *{PLACES[lesson.kind]}*"
    if state.running:
        return f"Your last lesson is still going on, in {place}: wait for it, or cancel it there."
    return f"What you taught before is in {place}. Teaching again throws it away."


def _start(lesson: Lesson, images: Images) -> None:
    st.session_state.pop(_WAY_BEGAN, None)
    with st.spinner("Starting …"):
        started = attempt(
            lambda: start_lesson(visitor(), lesson, images, [lesson.label] * len(images))
        )
    if started:
        st.rerun()


def watch_lesson() -> None:
    """Stage, bar and clocks of the visitor's lesson while it goes on; then the page again."""
    with st.container(key="lesson_progress"):
        st.fragment(_draw_progress, run_every=1.0)()


def _draw_progress() -> None:
    found = my_lesson()
    if found is None or not found[1].running:
        st.rerun()  # the whole page: results stand in this place, and nothing polls any more
    lesson, state = found
    st.progress(state.share or 0.0, text=f"{_stage_text(lesson, state)} …")
    for column, approach in zip(st.columns(2), APPROACHES, strict=True):
        ways = [way for way in lesson.ways if WAYS[way].approach == approach]
        lines = [_clock(way, lesson, state) for way in ways] or ["is not taught"]
        column.markdown("  \n".join([f"**{TITLES[approach]}**", *lines]))
    if st.button("Cancel", icon=":material/stop:", key="cancel_lesson"):
        cancel_lesson(visitor())
        st.toast("Cancelling …")


def _stage_text(lesson: Lesson, state: State) -> str:
    if state.way:
        return f"{TITLES[WAYS[state.way].approach]}: {way_title(state.way, lesson)}"
    return _STAGES.get(state.stage, state.stage).format(label=lesson.label)


def _clock(way: Way, lesson: Lesson, state: State) -> str:
    title = way_title(way, lesson)
    if step := next((step for step in state.steps if step.way == way), None):
        return f"✓ {title}: **{seconds_text(step.seconds)}**"
    if way != state.way:
        return f"○ {title}: comes later"
    seen, since = st.session_state.get(_WAY_BEGAN, (None, 0.0))
    if seen != way:
        since = time.time()
        st.session_state[_WAY_BEGAN] = way, since
    return f"▶ {title}: {time.time() - since:.0f} s"
