"""A lesson of this visitor's: what it is about, Teach, and how far it is."""

import time
from dataclasses import replace

import streamlit as st

from mnist_models.comparison.lesson_results import way_title
from mnist_models.formatting import duration_text, listing, seconds_text
from mnist_models.incremental.lesson import Kind, Lesson, State
from mnist_models.incremental.lessons import cancel_lesson, find_lesson, order_lesson
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import wait_text
from mnist_models.learning.approaches import NAMES, PAIR, TITLES
from mnist_models.pictures import Images
from mnist_models.runs.run import Run
from mnist_models.text import Text, Texts, t, translated
from ui.draw.canvas import empty_canvas
from ui.new_class.example_collection import EXAMPLES
from ui.shared.permission import attempt
from ui.shared.visitor import known_visitor, presence, visitor

# The tabs of the page, as a visitor reads them.
PLACES: Texts[Kind] = Texts(
    {
        "new": t("A symbol of your own"),
        "left out": t("A digit left out"),
        "mend": t("Mend a digit"),
    }
)
_WAY_BEGAN = "_lesson_way_began"  # the way that is being taught, and when this page first saw it
_STAGES = Texts(
    {
        "starting": t("Starting …"),
        "loading": t("Loading the pictures …"),
        "importing": t("Starting TensorFlow, testing the run …"),
        "scoring": t("Scoring it on all test pictures …"),
        "publishing": t("Keeping it as a run …"),
    }
)


def my_lesson() -> tuple[Lesson, State] | None:
    """What the visitor's lesson is about and how it stands; None where there is none."""
    return find_lesson(who) if (who := known_visitor()) else None


def offer_teaching(draft: Lesson, run: Run, images: Images, problem: str = "") -> None:
    """The ways to teach, and the button; where it cannot be pressed, the reason.

    Args:
        draft: what is to be learned; the ways are chosen here.
        run: whose training says what "everything again" costs.
        images: (n, 28, 28) examples of the class; none for a digit left out.
        problem: why it cannot begin, as a sentence.
    """
    last, ways = my_lesson(), _choose_ways(draft, run)
    no_way = "" if ways else t("Choose a way to teach.")
    reason = executor().refusal() or problem or _missing_approach(draft, run) or no_way
    pressed = st.button(
        t("Teach"),
        type="primary",
        icon=":material/school:",
        disabled=bool(reason or (last and last[1].running)),
        key="teach",
    )
    about = t("Both approaches learn it, one after the other.")
    st.caption(_about_last_lesson(last) or reason or about)
    if pressed:
        _start(replace(draft, ways=tuple(ways)), images)


def _choose_ways(draft: Lesson, run: Run) -> list[Way]:
    """A box per way, each approach's below its name."""
    st.markdown(t("What is trained"))
    chosen: list[Way] = []
    for column, approach in zip(st.columns(2), PAIR, strict=True):
        with column, st.container(gap="xsmall"):
            st.caption(TITLES[approach])
            for way in _possible_ways(draft):
                if WAYS[way].approach == approach and _choose_way(way, draft, run):
                    chosen.append(way)
    return sorted(chosen, key=list(WAYS).index)


def _choose_way(way: Way, draft: Lesson, run: Run) -> bool:
    label: Text = way_title(way, draft)
    if way == "again" and (seconds := run.manifest["approaches"].get("single", {}).get("seconds")):
        label = t(
            "{way}: took {duration} for the run {run}",
            way=label,
            duration=duration_text(seconds),
            run=run.name,
        )
    return st.checkbox(
        label,
        way != "again",
        key=f"way_{draft.kind}_{way}",
        help=translated(WAYS[way].about),
        persist_state="session",
    )


def _possible_ways(draft: Lesson) -> list[Way]:
    """Digits are mended by few drawings of what is known: the new alone would be no remedy."""
    if draft.kind != "mend":
        return list(WAYS)
    return [way for way in WAYS if way != "alone" and (way != "mended" or draft.also)]


def _missing_approach(draft: Lesson, run: Run) -> str:
    missing = [NAMES[a] for a in PAIR if a not in run.with_weights]
    if draft.kind == "left out":
        return ""
    if strange := set(map(str, run.classes)) - set("0123456789"):
        return t(
            "The run {run} knows {labels}, of which no pictures are kept to rehearse. Choose "
            "another run in the sidebar.",
            run=run.name,
            labels=listing(sorted(strange)),
        )
    if not missing:
        return ""
    return t(
        "The run {run} has no {approaches} here. Choose another run in the sidebar.",
        run=run.name,
        approaches=listing(missing),
    )


def _about_last_lesson(found: tuple[Lesson, State] | None) -> str:
    """That there is another lesson, in another tab: only one of a visitor's is kept."""
    if found is None:
        return ""
    lesson, state = found
    place = PLACES[lesson.kind]
    if state.running:
        return t(
            "Your last lesson is not over: wait for it in the tab *{tab}*, or cancel it there.",
            tab=place,
        )
    return t(
        "What you taught before is in the tab *{tab}*. Teaching again throws it away.", tab=place
    )


def _start(lesson: Lesson, images: Images) -> None:
    st.session_state.pop(_WAY_BEGAN, None)
    labels = [lesson.label] * len(images)
    if attempt(lambda: order_lesson(visitor(), lesson, images, labels, presence())):
        empty_canvas(EXAMPLES)  # the next lesson begins with nothing drawn
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
    job = state.keeping or state.job
    if job.place == "waiting":
        st.markdown(t("**Waiting for your turn**"))
        st.caption(wait_text(job))
    else:
        st.progress(job.outlook().share, text=_stage_text(lesson, state))
    if not state.keeping:
        for column, approach in zip(st.columns(2), PAIR, strict=True):
            ways = [way for way in lesson.ways if WAYS[way].approach == approach]
            lines = [_clock(way, lesson, state) for way in ways] or [t("is not taught")]
            column.markdown("  \n".join([f"**{TITLES[approach]}**", *lines]))
    if st.button(t("Cancel"), icon=":material/stop:", key="cancel_lesson"):
        cancel_lesson(visitor())
        st.toast(t("Cancelling …"))


def _stage_text(lesson: Lesson, state: State) -> Text:
    if way := state.way:
        return t(
            "{approach}: {way} …", approach=TITLES[WAYS[way].approach], way=way_title(way, lesson)
        )
    if state.latest.part == "base":
        return t("Training both approaches without the {label} first …", label=lesson.label)
    return _STAGES.get(state.latest.stage, _STAGES["starting"])


def _clock(way: Way, lesson: Lesson, state: State) -> str:
    title = way_title(way, lesson)
    if step := next((step for step in state.steps if step.way == way), None):
        return t("✓ {way}: **{cost}**", way=title, cost=seconds_text(step.seconds))
    if way != state.way:
        return t("○ {way}: comes later", way=title)
    seen, since = st.session_state.get(_WAY_BEGAN, (None, 0.0))
    if seen != way:
        since = time.time()
        st.session_state[_WAY_BEGAN] = way, since
    return t("▶ {way}: {seconds:.0f} s", way=title, seconds=time.time() - since)
