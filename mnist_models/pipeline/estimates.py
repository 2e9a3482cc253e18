"""How long a training will take, from those that this machine has done before.

What earlier trainings took is kept beside the job's files, phase by phase (see `eta`). For the
fitting the most alike of them counts, the one of the nearest number of multiplications, and its
seconds are scaled to the number at hand.
"""

import contextlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from mnist_models.atomic_files import write_atomically
from mnist_models.jobs.eta import AFTER, BEFORE, Plan, measured_phases
from mnist_models.jobs.progress import Progress
from mnist_models.learning.approaches import Approach, scheme_of
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.pictures import PIXELS
from mnist_models.pipeline.request import Request
from mnist_models.settings import jobs_folder

_KEPT = 30  # trainings that are remembered
_MAX_BYTES = 64 * 2**10  # of the file that remembers them
# Phases need lengths for the bar where nothing was measured yet: those of a machine of two cores.
_USUAL_S = {"loading": 1.0, "importing": 5.0, "scoring": 2.0, "publishing": 0.5}
_USUAL_WORK_PER_S = 1e10
# What takes as long as so many multiplications: to read a row, to distort a picture, and to
# translate the program before the first step of a fit.
_READING, _DISTORTING, _TRANSLATING = 3e4, 1e5, 1e10
_CLASSES = 10
_TRAIN_ROWS = {"mnist": 60_000, "pens": 120_000, "sample": 1350}  # near enough


@dataclass(frozen=True)
class Timing:
    """What one training took.

    Attributes:
        dataset: what it learned from.
        seconds: of each phase.
        work: of each approach's fitting, in multiplications, see `work`.
    """

    dataset: str
    seconds: Plan
    work: dict[str, float]


def estimate(request: Request, earlier: Sequence[Timing]) -> float | None:
    """Seconds that a training will take; None where there was no earlier one to judge by."""
    return sum(plan(request, earlier).values()) if earlier else None


def plan(request: Request, earlier: Sequence[Timing]) -> Plan:
    """The phases of a training and how long each will take; a rough guess without earlier ones."""
    return {
        **{stage: _stage_seconds(stage, request.dataset, earlier) for stage in BEFORE},
        **{approach: _fit_seconds(request, approach, earlier) for approach in request.approaches},
        **{stage: _stage_seconds(stage, request.dataset, earlier) for stage in AFTER},
    }


def work(recipe: Recipe, approach: Approach, dataset: str) -> float:
    """About how many multiplications it takes to fit an approach."""
    scheme = scheme_of(approach)
    layers = (PIXELS, *recipe.units(approach), scheme.size(_CLASSES)[1])
    per_row = _READING + sum(math.prod(pair) for pair in pairwise(layers))
    rows = sum(
        1.0 if role.among is None else len(role.among) / _CLASSES
        for role in scheme.roles(np.arange(_CLASSES))
    )
    rows *= _rows_of_a_member(recipe.sampling) if scheme.is_sampled else 1
    per_picture = rows * per_row + (_DISTORTING if recipe.distortion else 0)
    fits = [1 - recipe.validation_split, *([1.0] if recipe.refit else [])]
    pictures = sum(fits) * _TRAIN_ROWS.get(dataset, _TRAIN_ROWS["mnist"])
    return recipe.epochs * pictures * per_picture + _TRANSLATING * len(fits)


def earlier_trainings() -> list[Timing]:
    """Those that this machine has done, the latest last; none if their file cannot be read."""
    try:
        with _file().open("rb") as file:
            timings = [Timing(**values) for values in json.loads(file.read(_MAX_BYTES))]
        return [timing for timing in timings if _is_sound(timing)]
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return []


def remember(request: Request, progress: Progress) -> None:
    """Keep what a training took, if it came to its end; not to be able to is no failure."""
    if not progress.events or progress.events[-1].stage != "done":
        return
    timing = Timing(
        dataset=request.dataset,
        seconds=measured_phases(progress),
        work={a: round(work(request.recipe, a, request.dataset)) for a in request.approaches},
    )
    kept = [asdict(known) for known in (*earlier_trainings(), timing)[-_KEPT:]]
    with contextlib.suppress(OSError):
        write_atomically(_file(), json.dumps(kept, indent=1).encode())


def _stage_seconds(stage: str, dataset: str, earlier: Sequence[Timing]) -> float:
    known = [t for t in earlier if stage in t.seconds]
    alike = [t for t in known if t.dataset == dataset or stage == "importing"]
    return median(t.seconds[stage] for t in alike or known) if known else _USUAL_S[stage]


def _fit_seconds(request: Request, approach: Approach, earlier: Sequence[Timing]) -> float:
    wanted = work(request.recipe, approach, request.dataset)
    known = [
        (abs(math.log(wanted / t.work[name])) + (name != approach), t.seconds[name] / t.work[name])
        for t in reversed(earlier)  # of two that are as much alike the later one counts
        for name in t.work
    ]
    return wanted * (min(known, key=lambda k: k[0])[1] if known else 1 / _USUAL_WORK_PER_S)


def _rows_of_a_member(sampling: str) -> float:
    """Rows that a binary model sees in an epoch, as a share of all, where a tenth is its digit."""
    positive = np.arange(100) < 10
    return len(STRATEGIES[sampling].draw(positive, np.random.default_rng(0))) / len(positive)


def _is_sound(timing: Timing) -> bool:
    numbers = [*timing.seconds.values(), *timing.work.values()]
    return timing.work.keys() <= timing.seconds.keys() and all(
        isinstance(number, int | float) and 0 < number < math.inf for number in numbers
    )


def _file() -> Path:
    return jobs_folder() / "timings.json"
