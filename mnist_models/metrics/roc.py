"""ROC and precision-recall curves of yes-or-no models.

scikit-learn computes them where a run is made; a run stores them, and pages only read and draw.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.metrics.scores import YES

CurveKind = Literal["roc", "precision_recall"]


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """What a yes-or-no model does at every threshold, from the strictest to the laxest.

    Attributes:
        x: (t,) float32, ascending: false alarms for a ROC curve, recall for a precision-recall
            curve.
        y: (t,) float32: recall, or precision.
        thresholds: (t,) float32, descending: from this probability on it says yes; infinite at
            first, where it never does.
        area: under the ROC curve; of a precision-recall curve the average precision.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    area: float

    def at(self, threshold: float = YES) -> tuple[float, float]:
        """The point (x, y) of the model that says yes from this probability on.

        Exact for one half and where the curve has a corner; else the last point before.
        """
        last = int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1
        return float(self.x[last]), float(self.y[last])

    def thinned(self, limit: int = 200) -> Self:
        """At most this many of its points, evenly along its length, including both ends.

        Charts need no more; `area` stays that of the whole curve.
        """
        steps = np.abs(np.diff(self.x)) + np.abs(np.diff(self.y))
        length = np.concatenate([[0.0], np.cumsum(steps)])
        wanted = np.linspace(0, length[-1], limit)
        kept = np.unique(np.append(np.searchsorted(length, wanted[:-1]), len(length) - 1))
        return type(self)(self.x[kept], self.y[kept], self.thresholds[kept], self.area)


# Per kind one curve for each of the K classes; None if a class has no pictures, or all of them.
Curves = dict[CurveKind, list[ThresholdCurve | None]]


def threshold_curves(proba: NDArray, y: NDArray, classes: ArrayLike) -> Curves:
    """The curves of each of the K yes-or-no questions, with a point at every corner.

    ROC: recall over false alarms, from (0, 0) to (1, 1). The area is the chance that a picture of
    the class gets a higher probability than one of another class (Hanley and McNeil 1982); equal
    ones count half. Precision-recall: from (0, 1), where the model says nothing and so nothing
    wrong. The area is the average precision, a sum of steps.

    Args:
        proba: (n, K) probabilities of yes, taken as float32.
        y: (n,) labels out of `classes`.
        classes: (K,).
    """
    said, own = proba.astype(np.float32).T, y == np.asarray(classes)[:, np.newaxis]
    pairs = [_both(*question) for question in zip(own, said, strict=True)]
    return {"roc": [roc for roc, _ in pairs], "precision_recall": [pr for _, pr in pairs]}


def _both(
    own: NDArray[np.bool_], said: NDArray[np.float32]
) -> tuple[ThresholdCurve | None, ThresholdCurve | None]:
    """The ROC and the precision-recall curve of one model: (n,) where yes is right, and (n,)."""
    from sklearn.metrics import (  # takes a second, and the web process has no use for it
        average_precision_score,
        precision_recall_curve,
        roc_auc_score,
        roc_curve,
    )

    if own.all() or not own.any():
        return None, None
    yes = said >= YES
    recall, alarms = yes[own].mean(), yes[~own].mean()
    precision = own[yes].mean() if yes.any() else 1.0
    x, y, limits = roc_curve(own, said, drop_intermediate=True)
    roc = _curve((x, y, limits), (alarms, recall), roc_auc_score(own, said))
    y, x, limits = precision_recall_curve(own, said, drop_intermediate=True)  # the laxest first
    points = x[::-1], y[::-1], np.append(np.inf, limits[::-1])
    return roc, _curve(points, (recall, precision), average_precision_score(own, said))


def _curve(
    points: tuple[NDArray, NDArray, NDArray], at_half: tuple[float, float], area: float
) -> ThresholdCurve:
    """The curve with a point where the model stands at one half, which may not be a corner."""
    place = np.searchsorted(-points[2], -YES, side="right")
    x, y, thresholds = (
        np.insert(values, place, at).astype(np.float32)
        for values, at in zip(points, (*at_half, YES), strict=True)
    )
    return ThresholdCurve(x, y, thresholds, float(area))


def curve_arrays(curves: Mapping[str, Curves]) -> dict[str, NDArray]:
    """The curves of some approaches as arrays for one .npz file; `curves_in` reads them.

    Returns:
        For each approach and kind the points of all K curves in a row, (3, T) float32, how many
        are each curve's, (K,), 0 where there is none, and the areas, (K,) float64.
    """
    arrays: dict[str, NDArray] = {}
    for approach, kinds in curves.items():
        for kind, of_kind in kinds.items():
            drawn = [curve for curve in of_kind if curve]
            name = f"{approach}_{kind}"
            arrays[f"{name}_points"] = np.concatenate(
                [np.zeros((3, 0), np.float32), *([c.x, c.y, c.thresholds] for c in drawn)], axis=1
            )
            arrays[f"{name}_lengths"] = np.array([len(c.x) if c else 0 for c in of_kind])
            arrays[f"{name}_areas"] = np.array([c.area if c else np.nan for c in of_kind])
    return arrays


def curves_in(arrays: Mapping[str, NDArray], approach: str) -> Curves | None:
    """The curves of an approach among the arrays of a file; None where it has none there."""
    if f"{approach}_roc_points" not in arrays:
        return None
    return {
        kind: list(_curves_of_kind(arrays, f"{approach}_{kind}")) for kind in get_args(CurveKind)
    }


def _curves_of_kind(arrays: Mapping[str, NDArray], name: str) -> Iterable[ThresholdCurve | None]:
    ends = np.cumsum(arrays[f"{name}_lengths"])[:-1]
    points = np.split(arrays[f"{name}_points"], ends, axis=1)
    for (x, y, thresholds), area in zip(points, arrays[f"{name}_areas"], strict=True):
        yield ThresholdCurve(x, y, thresholds, float(area)) if len(x) else None
