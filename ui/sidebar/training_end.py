"""How a training has ended: what the new run reads, and what can be done with it."""

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import streamlit as st

from mnist_models.errors import ExpectedError
from mnist_models.jobs.job import Job
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t, translated
from ui.shared.current_run import cached_run, switch_run
from ui.shared.permission import attempt, may_retrain
from ui.sidebar.current_training import dismiss, is_own, run_before
from ui.sidebar.run_choice import ask_whether_to_activate

if TYPE_CHECKING:
    from mnist_models.comparison.contenders import Contender, Duel

Place = Literal["", "_page", "_bar"]

_CHANCE = t(
    "By McNemar's exact test on the pictures that only one of the two runs reads. Rarely means in "
    "fewer than 5 of 100 cases. Another seed may change the figures by more than that."
)


def draw_end(job: Job, place: Place = "") -> None:
    """What became of a training, and what to do now.

    Args:
        job: one that has ended.
        place: where else than in the sidebar this stands: the end of the keys of its buttons.
    """
    event = job.latest
    if event.stage in ("done", "found"):
        st.info(translated(event.message), icon=":material/flag:")
        _draw_outcome(job, small=not place)
        with st.container(horizontal=bool(place), gap="xsmall"):
            offer_comparison(job, place)
            look = t("Show the new run on all pages")
            if st.button(look, width="stretch", key=f"look_at_new_run{place}"):
                switch_run(event.run)
                dismiss(job)
            draw_close(job, place)
        if not place and is_own(job) and may_retrain():
            _offer_changes(job)
        return
    if event.stage == "cancelled":
        st.info(translated(event.message), icon=":material/stop_circle:")
    else:
        st.error(translated(event.message), icon=":material/error:")
    draw_close(job, place)


def draw_close(job: Job, place: Place, width: Literal["stretch", "content"] = "stretch") -> None:
    """A button that takes the end of a training away, everywhere."""
    if st.button(t("Close"), width=width, key=f"close_{job.id}{place}"):
        dismiss(job)


def offer_comparison(job: Job, place: Place) -> None:
    """A button that opens Compare: with old against new, or the new run's approaches.

    Of the approaches that both runs have, it is the one in which they differ most.
    """
    found = _duels(job)
    duels = [duel for _, duel in found if duel]
    if duels:
        duel = max(duels, key=_difference)
        pair, label = (duel.first, duel.second), t("Compare old and new")
    elif len(found) > 1:
        pair, label = (found[0][0], found[1][0]), t("Compare the two approaches")
    else:
        return
    if st.button(label, type="primary", width="stretch", key=f"compare_new_run{place}"):
        from ui.shared.current_duel import open_duel

        open_duel(*pair)


def _draw_outcome(job: Job, *, small: bool) -> None:
    from mnist_models.comparison.sentences import outcome_sentences  # not for a first visitor

    for contender, duel in _duels(job):
        show = st.caption if small else st.markdown
        show(outcome_sentences(contender, duel), help=translated(_CHANCE) if duel else None)


def _duels(job: Job) -> "list[tuple[Contender, Duel | None]]":
    """The new run's approaches, each with that of the run that was looked at before, if it can be
    compared with it; none where the run is gone."""
    try:
        new = cached_run(job.latest.run)
    except RunError:
        return []
    before = None
    with suppress(RunError):
        before = cached_run(run_before(job) or "")
    same = before is None or before.name == new.name
    versions = (str(new.path), new.version), (str(before.path), before.version) if before else ()
    return _compare(versions, new, None if same else before)


@st.cache_resource(max_entries=8, show_spinner=False)  # the page, its bar and sidebar ask for it
def _compare(
    versions: object,  # noqa: ARG001 - the cache's key
    _new: Run,
    _before: Run | None,
) -> "list[tuple[Contender, Duel | None]]":
    from mnist_models.comparison.contenders import Contender, Duel, contenders_of

    def duel_with(contender: Contender) -> Duel | None:
        if _before is None or contender.approach not in _before.approaches:
            return None
        try:
            return Duel.of(Contender(_before, contender.approach), contender)
        except ExpectedError:
            return None

    return [(each, duel_with(each)) for each in contenders_of(_new)]


def _difference(duel: "Duel") -> int:
    paired = duel.paired
    return abs(paired.only_first - paired.only_second)


def _offer_changes(job: Job) -> None:
    """Show the new run to everyone, or delete it."""
    name = job.latest.run
    with st.container(horizontal=True, gap="xsmall"):
        shown = ask_whether_to_activate(name, key="activate_new_run")
        thrown_away = st.button(t("Throw it away"), key="delete_new_run")
    if shown and attempt(lambda: activate(name)):
        switch_run(name)
        dismiss(job)
    if thrown_away and attempt(lambda: delete_run(name)):
        dismiss(job)
