"""How the cost of training everything grows with the number of classes."""

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, linear_regression
from typing import Any

from mnist_models.evidence.characters.trainings import CONTENDERS, Key, key_of
from mnist_models.evidence.experiments import Evidence

FARTHEST = 10_000  # classes that the cost is extrapolated to
LAW_FROM = 30  # classes: with fewer, compiling takes longer than training
# Of Student's t the 97.5 % quantiles, by degrees of freedom.
_QUANTILES = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(frozen=True)
class Law:
    """A power law of processor seconds, fitted to logarithms by least squares.

    Attributes:
        exponent: with `low` and `high`, its 95 % interval; NaN where two points tell nothing of it.
        points: how many trainings it was fitted to.
    """

    exponent: float
    low: float
    high: float
    points: int
    _centre: tuple[float, float]  # means of the logarithms
    _spread: float  # of the logarithms of the classes, the sum of squares
    _noise: float  # standard deviation about the law
    _quantile: float

    def seconds(self, classes: float) -> tuple[float, float, float]:
        """What it says of a number of classes, and the 95 % interval of that."""
        away = log(classes) - self._centre[0]
        middle = self._centre[1] + self.exponent * away
        error = self._noise * sqrt(1 / self.points + away * away / self._spread)
        reach = self._quantile * error
        return exp(middle), exp(middle - reach), exp(middle + reach)


def law_of(found: Evidence, key: Key) -> Law | None:
    """How the cost of training everything grows with the classes; None with too few.

    Three points leave one to say how far they lie off, which may mean anything.
    """
    points = [
        (log(e["classes"]), log(e["cpu_seconds"]))
        for e in found["trainings"]
        if key_of(e) == key and e["classes"] >= LAW_FROM
    ]
    if len(points) < 4:
        return None
    n = len(points)
    xs, ys = zip(*points, strict=True)
    exponent, x0, y0 = linear_regression(xs, ys).slope, fmean(xs), fmean(ys)
    spread = sum((x - x0) ** 2 for x in xs)
    rest = sum((y - y0 - exponent * (x - x0)) ** 2 for x, y in points)
    noise = sqrt(rest / (n - 2))
    quantile = _QUANTILES[min(n - 2, len(_QUANTILES)) - 1]
    reach = quantile * noise / sqrt(spread)
    return Law(exponent, exponent - reach, exponent + reach, n, (x0, y0), spread, noise, quantile)


def law_rows(found: Evidence) -> list[dict[str, Any]]:
    """Per contender that there is a law of: its `exponent` with `low` and `high`, and `far`, the
    processor seconds that it says of `FARTHEST` classes, from `far_low` to `far_high`."""
    rows = []
    for key, name in CONTENDERS.items():
        if law := law_of(found, key):
            far, far_low, far_high = law.seconds(FARTHEST)
            rows.append(
                {
                    "contender": name,
                    "exponent": law.exponent,
                    "low": law.low,
                    "high": law.high,
                    "far": far,
                    "far_low": far_low,
                    "far_high": far_high,
                }
            )
    return rows
