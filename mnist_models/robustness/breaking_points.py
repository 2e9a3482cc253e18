"""How strong a disturbance has to be before another answer comes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.stack import Stack
from mnist_models.metrics.significance import PairedMetrics
from mnist_models.pictures import Images
from mnist_models.robustness.perturbations import Perturbation

Points = NDArray[np.float64]


def probabilities(
    stack: Stack, images: Images, perturbation: Perturbation, strengths: Sequence[float]
) -> NDArray[np.float32]:
    """What is said to each picture at each strength: (strengths, n, K)."""
    return np.stack(
        [stack.predict_proba(perturbation.apply(images, strength)) for strength in strengths]
    )


def breaking_points(answers: NDArray, strengths: Sequence[float], sign: int) -> Points:
    """The smallest strength of one sign at which each picture's answer is not what it was at 0.

    Args:
        answers: (strengths, n) of any kind that can be compared.
        strengths: 0 among them.
        sign: 1 or -1: of the strengths that are looked at.

    Returns:
        (n,) distances from 0; infinity where the answer holds at all of them.
    """
    undisturbed = answers[list(strengths).index(0)]
    sizes = sign * np.asarray(strengths, np.float64)
    broken = (answers != undisturbed) & (sizes > 0)[:, np.newaxis]
    return np.where(broken, sizes[:, np.newaxis], np.inf).min(axis=0)


def first_to_break(single: Points, multi: Points) -> PairedMetrics:
    """Which of two gives way first, picture by picture.

    Args:
        single, multi: (n,) strengths at which each gives way; infinity where it does not.

    Returns:
        `only_first`: pictures on which the first holds longer; `only_second`: those on which the
        second does; `both_right`: both hold at every strength; `both_wrong`: both give way at once.
    """
    both = np.isinf(single) & np.isinf(multi)
    counts = (both, single > multi, multi > single, (single == multi) & ~both)
    return PairedMetrics(*(int(count.sum()) for count in counts))
