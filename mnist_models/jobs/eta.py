"""How far a job is, and how long it will still take, from its plan and what it has said.

A job is a sequence of phases: its stages, where all that is done for one part is one phase. Parts
may be done at once. The plan says how long each phase will take; the pace at which the parts really
go corrects it.
"""

import contextlib
import json
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from mnist_models.atomic_files import write_atomically
from mnist_models.jobs.progress import FINAL_STAGES, Event, Progress, is_second_pass
from mnist_models.settings import jobs_folder

Plan = dict[str, float]  # the phases of a job in their order, with the seconds of each

BEFORE, AFTER = ("loading", "importing"), ("scoring", "publishing")  # the parts
_CAUTION_S = 5.0  # this much work on parts outweighs what the plan says about the pace


@dataclass(frozen=True)
class Outlook:
    """How far a job is.

    Attributes:
        share: of everything, 0 to 1.
        seconds_left: until it ends; None while nobody can know.
    """

    share: float
    seconds_left: float | None


@dataclass(frozen=True)
class Fitting:
    """One part of a training that is being trained.

    Attributes:
        part: an approach.
        again: whether it was trained, and judged, before.
        epoch: from 1.
    """

    part: str
    again: bool
    epoch: int


def outlook(plan: Plan, progress: Progress, elapsed: float, *, measured: bool) -> Outlook:
    """How far a job is by what it has said.

    Args:
        plan: how long its phases take, each more than nothing.
        progress: what it has said.
        elapsed: seconds since it began.
        measured: whether the plan comes from earlier jobs on this machine.
    """
    phase = _phase(progress.events[-1]) if progress.events else next(iter(plan), "")
    if phase not in plan:
        return Outlook(1.0, 0.0)
    spent = phase_seconds(progress, until=elapsed)
    done = dict.fromkeys(list(plan)[: list(plan).index(phase)], 1.0)
    done |= {name: event.share or 0.0 for name, event in under_way(progress).items()}
    done[phase] = _share(plan, progress, phase, spent.get(phase, elapsed))
    pace = _pace(plan, done, spent, measured)
    left = {name: seconds * (1 - done.get(name, 0.0)) for name, seconds in plan.items()}
    share = 1 - sum(left.values()) / sum(plan.values())
    if pace is None:
        return Outlook(share, None)
    return Outlook(share, sum(s * (pace if _is_part(name) else 1) for name, s in left.items()))


def under_way(progress: Progress) -> dict[str, Event]:
    """The parts that are being done, and what each said last; one that is over has said so."""
    if not progress.events or not progress.events[-1].part:
        return {}
    last = {event.part: event for event in progress.events if event.part}
    return {part: event for part, event in last.items() if event.share != 1}


def fits_under_way(progress: Progress, fits: int, epochs: int) -> tuple[Fitting, ...]:
    """Which parts of a training are being trained, the one that was begun first before the others.

    Args:
        progress: what it has said.
        fits: how many times a part is trained from its beginning.
        epochs: of each time.
    """
    latest = progress.events[-1] if progress.events else None
    # What has said its last word is shown until another begins.
    parts = under_way(progress) or ({latest.part: latest} if latest and latest.part else {})
    return tuple(
        Fitting(part, is_second_pass(event.stage), _epoch(event, event.share * fits, epochs))
        for part, event in parts.items()
        if event.share is not None
    )


def _epoch(event: Event, fits_done: float, epochs: int) -> int:
    # 1.5 fits being done is the middle of the second. One is the end of the first, until the
    # second has begun.
    before = 1 if is_second_pass(event.stage) else max(0, math.ceil(fits_done) - 1)
    return max(1, math.ceil((fits_done - before) * epochs - 1e-6))


def phase_seconds(progress: Progress, *, until: float) -> Plan:
    """How long each phase has taken; the present one, until so many seconds since the beginning.

    Parts that are done at once share the time: all phases together take as long as the job.
    """
    phases = [_phase(event) for event in progress.events]
    last = {phase: n for n, phase in enumerate(phases)}
    took: Plan = {}
    begun: set[str] = set()
    for n, (start, end) in enumerate(pairwise([*progress.times, max([until, *progress.times])])):
        begun.add(phases[n])
        busy = [phase for phase in begun if last[phase] > n] or [phases[n]]
        for phase in busy:
            took[phase] = took.get(phase, 0.0) + (end - start) / len(busy)
    return took


def measured_phases(progress: Progress) -> Plan:
    """How long each phase of a job took that has ended; none of no length, for the bar's sake."""
    took = phase_seconds(progress, until=progress.times[-1])
    return {n: max(0.01, round(s, 2)) for n, s in took.items() if n not in FINAL_STAGES}


def remembered_phases(kind: str) -> Plan:
    """How long each phase of such jobs took on this machine, the last time that there was one."""
    found = _remembered().get(kind)
    if not isinstance(found, dict):
        return {}
    return {
        name: seconds
        for name, seconds in found.items()
        if isinstance(seconds, int | float) and 0 < seconds < math.inf
    }


def remember_phases(kind: str, progress: Progress) -> None:
    """Keep what the phases of a job took that has ended; not to be able to is no failure."""
    known = _remembered()
    known[kind] = {**remembered_phases(kind), **measured_phases(progress)}
    with contextlib.suppress(OSError):
        write_atomically(_file(), json.dumps(known, indent=1).encode())


def _remembered() -> dict[str, Plan]:
    try:
        found = json.loads(_file().read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _file() -> Path:
    return jobs_folder() / "phases.json"


def _share(plan: Plan, progress: Progress, phase: str, spent: float) -> float:
    """How much of the present phase is done; by the clock, where it does not say."""
    told = progress.events[-1].share if progress.events else None
    if told is None:
        return min(spent / plan[phase], 1.0)
    return told


def _pace(plan: Plan, done: Plan, spent: Plan, measured: bool) -> float | None:
    """Seconds that a planned second of the parts takes; None while there is too little to tell."""
    spent_s = sum(seconds for name, seconds in spent.items() if _is_part(name))
    planned_s = sum(plan[name] * share for name, share in done.items() if _is_part(name))
    if measured:
        return (spent_s + _CAUTION_S) / (planned_s + _CAUTION_S)
    return spent_s / planned_s if planned_s and spent_s >= _CAUTION_S else None


def _is_part(phase: str) -> bool:
    return phase not in (*BEFORE, *AFTER)


def _phase(event: Event) -> str:
    return event.part or event.stage
