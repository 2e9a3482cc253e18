"""How much of a figure may be chance: of a share, of a difference, between two contenders."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, fsum, lgamma, log, sqrt
from statistics import NormalDist

SIGNIFICANT = 0.05  # a p value below this is not put down to chance
_Z = NormalDist().inv_cdf(0.975)  # of a 95 % interval


@dataclass(frozen=True)
class PairedMetrics:
    """Two contenders on the same pictures.

    Attributes:
        both_right, only_first, only_second, both_wrong: counts of pictures.
    """

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int

    @property
    def rows(self) -> int:
        """How many pictures."""
        return self.both_right + self.only_first + self.only_second + self.both_wrong

    @property
    def mcnemar_p(self) -> float:
        """How often chance alone makes a difference at least this large if both are equally good.

        The exact McNemar test, two-sided (McNemar 1947, Psychometrika): of the pictures that only
        one of them reads, each is the one's or the other's like the toss of a coin.
        """
        fewer, more = sorted((self.only_first, self.only_second))
        tosses = fewer + more
        # Of k heads, as logarithms: the binomial coefficients of 10,000 tosses take seconds.
        chances = (
            lgamma(tosses + 1) - lgamma(k + 1) - lgamma(tosses - k + 1) - tosses * log(2)
            for k in range(fewer + 1)
        )
        return min(1.0, 2 * fsum(map(exp, chances)))


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share: Wilson, 1927, Journal of the American Statistical Association.

    Without any trial the share may be anything: (0, 1).
    """
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    centre = share + _Z**2 / (2 * trials)
    spread = _Z * sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    scale = 1 + _Z**2 / trials
    low, high = (centre - spread) / scale, (centre + spread) / scale
    # At 0 and 1 the bounds are exact, which rounding must not change.
    return low if successes else 0.0, high if successes < trials else 1.0


def difference_margin(share: float, trials: int) -> float:
    """How far two shares may lie apart by chance alone, in 95 of 100 cases.

    Half the width of Agresti and Caffo's interval (2000, The American Statistician) for two samples
    of this size around the same share. If both are measured on the same pictures, which agree on
    most of them, chance does less.

    Args:
        share: 0 to 1.
        trials: pictures in each sample.
    """
    shrunk = (share * trials + 1) / (trials + 2)
    return _Z * sqrt(2 * shrunk * (1 - shrunk) / (trials + 2))


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a median, whatever the distribution: the values of two ranks.

    Conover (1999, Practical Nonparametric Statistics, 3.2): how many of n values lie below the true
    median is binomial with n and one half, here by its normal approximation.

    Args:
        values: at least one, of a sample.
    """
    ordered, margin = sorted(values), _Z * sqrt(len(values)) / 2
    low, high = floor(len(values) / 2 - margin), ceil(len(values) / 2 + margin) - 1  # from 0
    return ordered[max(low, 0)], ordered[min(high, len(values) - 1)]
