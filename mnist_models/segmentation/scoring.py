"""Which cuts of a group of ink are the right ones: the chain of digits that is likeliest.

Over-segmentation and dynamic programming, as the field reads numbers on cheques: every span between
two cuts that may be a digit gets a score, and the best chain of spans from the left edge to the
right one is found. Neighbours may share ink, since where strokes lie on each other it is of both.

The same rule and the same weights serve every judge: those of a conditional random field, fitted to
both approaches together (experiments/cut_weights.json).
"""

import numpy as np
from numpy.typing import NDArray

from mnist_models.segmentation.cuts import Cuttable

# Log-odds beyond which a judge is not believed: of the likeliest digit, and against the next.
SURE, OTHER = (-6.0, 14.0), (-6.0, 5.0)
SHARED = 1.2  # straight lines of a digit's height: neighbours share no more ink

# What is measured of a span, and what it counts, in nats: `features` has them in this order.
WEIGHTS = {
    "sure": 0.29,  # log-odds of the likeliest digit
    "other": 0.29,  # and against the next
    "low": 2.75,  # heights by which it is lower than 0.85
    "digit": -4.09,  # one more digit
    "through": 1.75,  # pen widths of ink that its cuts go through, half of each
    "heavy": 2.91,  # ink beyond that of 2.2 straight lines of a digit's height
    "light": 1.59,  # ink less than that of one
    "valley": 2.13,  # pen widths less than 1.5 of a cut that would leave two tall parts
    "whole": 1.45,  # all of the group, not cut: most are one digit
}
SHARING = 4.77  # per straight line of shared ink


def scores_of(group: Cuttable, proba: NDArray[np.floating]) -> NDArray[np.floating]:
    """How likely each span is a digit, (n,), in nats; proba: what a judge says of it, (n, K)."""
    scores: NDArray[np.floating] = features(group, proba) @ np.array(list(WEIGHTS.values()))
    return scores


def features(group: Cuttable, proba: NDArray[np.floating]) -> NDArray[np.floating]:
    """What is measured of each span, (n, len(WEIGHTS)); proba: (n, K)."""
    odds = np.pad(_log_odds(proba), ((0, 0), (1, 0)), constant_values=-OTHER[1])  # K may be 1
    second, first = np.sort(odds, axis=1)[:, -2:].T
    height = np.array(group.sizes)[:, 0]
    left, right = np.array(group.spans).T
    ink = group.between[left, right]
    return np.stack(
        [
            np.clip(first, *SURE),
            np.clip(-second, *OTHER),
            -np.maximum(0.85 - height, 0),
            np.ones(len(proba)),
            -(group.through[left] + group.through[right]) / 2,
            -np.maximum(ink - 2.2, 0),
            -np.maximum(1 - ink, 0),
            -_valleys(group),
            (left == 0) & (right == len(group.cuts) - 1),
        ],
        axis=1,
    )


def _log_odds(proba: NDArray[np.floating]) -> NDArray[np.floating]:
    clipped = np.clip(proba.astype(float), 1e-7, 1 - 1e-7)
    return np.log(clipped / (1 - clipped))


def _valleys(group: Cuttable) -> NDArray[np.floating]:
    """How easily each span falls into two tall parts, (n,): pen widths below 1.5."""
    height_of = dict(zip(group.spans, (height for height, _ in group.sizes), strict=True))
    found = []
    for (left, right), height in height_of.items():
        parts = [
            group.through[cut]
            for cut in range(left + 1, right)
            if min(height_of.get((left, cut), 0), height_of.get((cut, right), 0)) >= 0.75 * height
        ]
        found.append(max(1.5 - min(parts, default=1.5), 0))
    return np.array(found)


def in_order(group: Cuttable) -> list[tuple[int, tuple[int, int]]]:
    """The spans with their numbers, so that what may stand before one comes before it."""
    return sorted(enumerate(group.spans), key=lambda item: (item[1][1], -item[1][0]))


def best_chain(
    group: Cuttable, scores: NDArray[np.floating], sharing: float = SHARING
) -> list[tuple[int, int]]:
    """The spans of the chain with the largest sum of scores, from left to right.

    scores: (n,), of each span. sharing: what it costs to share a straight line of ink.
    """
    cuts = len(group.cuts)
    best = np.full(cuts, -np.inf)  # of the chains that end at each cut
    how: dict[int, tuple[tuple[int, int], int]] = {}
    for k, (left, right) in in_order(group):
        so_far, end = 0.0, 0
        if left > 0:
            # The chain before ends where this span begins, or a little later.
            shared = group.between[left, left:right] + group.between[left:right, left]
            before = best[left:right] - sharing * shared
            before[shared > SHARED] = -np.inf
            end = left + int(before.argmax())
            so_far = float(before[end - left])
        if so_far + scores[k] > best[right]:
            best[right] = so_far + scores[k]
            how[right] = (left, right), end
    chain, end = [], cuts - 1
    while end > 0:
        span, end = how[end]
        chain.append(span)
    return chain[::-1]
