"""How far a training is, and how long it will still take, from its plan and what it has said.

A training is a sequence of phases: the stages of `train_run`, where all the fitting of an approach
is one phase. The plan says how long each will take (see `estimates`); the pace at which the fitting
really goes corrects it.
"""

from dataclasses import dataclass
from itertools import pairwise

from mnist_models.jobs.progress import FITTING_STAGES, Event, Progress

Plan = dict[str, float]  # the phases of a training in their order, with the seconds of each

BEFORE, AFTER = ("loading", "importing"), ("scoring", "publishing")  # the fitting
_CAUTION_S = 5.0  # so much fitting outweighs what the plan says about the pace


@dataclass(frozen=True)
class Outlook:
    """How far a training is.

    Attributes:
        share: of everything, 0 to 1.
        seconds_left: until it ends; None while nobody can know.
    """

    share: float
    seconds_left: float | None


def outlook(plan: Plan, progress: Progress, elapsed: float, *, measured: bool) -> Outlook:
    """How far a training is by what it has said.

    Args:
        plan: how long its phases take, each more than nothing.
        progress: what it has said.
        elapsed: seconds since it began.
        measured: whether the plan comes from earlier trainings on this machine.
    """
    phase = _phase(progress.events[-1]) if progress.events else BEFORE[0]
    if phase not in plan:
        return Outlook(1.0, 0.0)
    spent = phase_seconds(progress, until=elapsed)
    done = dict.fromkeys(list(plan)[: list(plan).index(phase)], 1.0)
    done[phase] = _share(plan, progress, phase, spent.get(phase, elapsed))
    pace = _pace(plan, done, spent, measured)
    left = {name: seconds * (1 - done.get(name, 0.0)) for name, seconds in plan.items()}
    share = 1 - sum(left.values()) / sum(plan.values())
    if pace is None:
        return Outlook(share, None)
    return Outlook(share, sum(s * (pace if _is_fit(name) else 1) for name, s in left.items()))


def phase_seconds(progress: Progress, *, until: float) -> Plan:
    """How long each phase has taken; the present one, until so many seconds since the beginning."""
    began: Plan = {}
    for event, time in zip(progress.events, progress.times, strict=True):
        began.setdefault(_phase(event), time)
    ends = [*began.values(), max([until, *began.values()])]
    return {name: end - start for name, (start, end) in zip(began, pairwise(ends), strict=True)}


def _share(plan: Plan, progress: Progress, phase: str, spent: float) -> float:
    """How much of the present phase is done; by the clock, where it does not say."""
    told = progress.events[-1].share if progress.events else None
    if told is None:
        return min(spent / plan[phase], 1.0)
    if not _is_fit(phase):
        return told
    # What is told is a share of all the fitting, in which all approaches count the same.
    fits = [name for name in plan if _is_fit(name)]
    return min(1.0, max(0.0, told * len(fits) - fits.index(phase)))


def _pace(plan: Plan, done: Plan, spent: Plan, measured: bool) -> float | None:
    """Seconds that a planned second of fitting takes; None while there is too little to tell."""
    fitting = sum(seconds for name, seconds in spent.items() if _is_fit(name))
    fitted = sum(plan[name] * share for name, share in done.items() if _is_fit(name))
    if measured:
        return (fitting + _CAUTION_S) / (fitted + _CAUTION_S)
    return fitting / fitted if fitted and fitting >= _CAUTION_S else None


def _is_fit(phase: str) -> bool:
    return phase not in (*BEFORE, *AFTER)


def _phase(event: Event) -> str:
    return str(event.approach) if event.stage in FITTING_STAGES else event.stage
