"""How much does each sign of a good cut count? python -m experiments.cut_weights

Numbers are composed as in `experiments.numbers`, of the digits of the 12 writers of two folds, and
judged by the networks of `experiments.folds` that have not seen them. Each approach judges all
spans between possible cuts. Of all chains of spans those that read as the number truly is should be
likely: the weights are those of a conditional random field over segmentations (Sarawagi and Cohen
2004), fitted to both approaches together by gradient ascent on the likelihood of the right reading.
Only "one more digit" may count against. What is written belongs into
`mnist_models.segmentation.scoring`.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from experiments import write
from experiments.folds import fingerprint, folds
from experiments.numbers import FITTED, SPACINGS, Number, numbers_of
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import load_pen_digits
from mnist_models.learning.approaches import Approach
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack
from mnist_models.segmentation.cuts import Cuttable
from mnist_models.segmentation.find_digits import groups_of
from mnist_models.segmentation.scoring import SHARED, WEIGHTS, features, in_order

NUMBERS = 60  # of each fold and spacing
EPOCHS, BATCH, RATE, SLOWER, DECAY = 20, 16, 0.2, 0.85, 0.001
_SEED = 0

Chains = tuple[float, NDArray[np.floating]]  # log of the sum over chains, expected features


@dataclass(frozen=True, eq=False)
class Judged:
    """A group of ink as an approach judges it: each span's label and what is measured of it."""

    group: Cuttable
    labels: list[str]
    measured: NDArray[np.floating]


def judged(numbers: Sequence[Number], stacks: dict[Approach, Stack]) -> list[tuple]:
    """(label, its groups of ink as judged), of each number and approach."""
    items = []
    for number in numbers:
        groups = groups_of(number.picture)
        for stack in stacks.values():
            own = []
            for group in groups:
                proba = stack.predict_proba(group.images())
                labels = list(map(str, stack.classes_[proba.argmax(axis=1)]))
                own.append(Judged(group, labels, features(group, proba)))
            items.append((number.label, own))
    return items


def chains(
    groups: Sequence[Judged], weights: NDArray[np.floating], label: str | None = None
) -> Chains | None:
    """The sum over all chains, or over those that read as the label; None if there are none."""
    wanted = label or ""
    starts: dict[int, Chains] = {0: (0.0, np.zeros(len(weights)))}
    for judged_group in groups:
        ends: dict[tuple[int, int], list[Chains]] = {}
        sums: dict[tuple[int, int], Chains] = {}
        for k, (left, right) in in_order(judged_group.group):
            for read in range(max(len(wanted), 1)):
                if label and judged_group.labels[k] != wanted[read]:
                    continue
                before = list(_before(judged_group.group, left, right, read, starts, sums, weights))
                if before:
                    total, expected = _sum(before)
                    gain = np.append(judged_group.measured[k], 0)
                    state = right, read + 1 if label else 0
                    ends.setdefault(state, []).append(
                        (total + float(gain @ weights), expected + gain)
                    )
                    sums[state] = _sum(ends[state])
        last = len(judged_group.group.cuts) - 1
        starts = {read: chain for (cut, read), chain in sums.items() if cut == last}
    return starts.get(len(wanted))


def _before(
    group: Cuttable,
    left: int,
    right: int,
    read: int,
    starts: dict[int, Chains],
    sums: dict[tuple[int, int], Chains],
    weights: NDArray[np.floating],
) -> Iterator[Chains]:
    """The chains that a span between two cuts may follow."""
    if left == 0:
        if read in starts:
            yield starts[read]
        return
    for end in range(left, right):
        shared = float(group.between[left, end] + group.between[end, left])
        if (end, read) in sums and shared <= SHARED:
            total, expected = sums[end, read]
            cost = np.zeros(len(weights))
            cost[-1] = -shared
            yield total + float(cost @ weights), expected + cost


def _sum(found: Sequence[Chains]) -> Chains:
    totals = np.array([total for total, _ in found])
    total = float(np.logaddexp.reduce(totals))
    return total, np.exp(totals - total) @ np.array([expected for _, expected in found])


def fit(items: Sequence[tuple[str, list[Judged]]]) -> NDArray[np.floating]:
    """The weights and the cost of sharing, by Adam."""
    weights = np.zeros(len(WEIGHTS) + 1)
    positive = np.array([*(name != "digit" for name in WEIGHTS), True])
    rng, rate, step = stream(_SEED, "cuts", "weights"), RATE, 0
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for epoch in range(EPOCHS):
        gains = []
        order = rng.permutation(len(items))
        for start, end in pairwise([*range(0, len(items), BATCH), len(items)]):
            gradients = []
            for label, groups in (items[k] for k in order[start:end]):
                right, every = chains(groups, weights, label), chains(groups, weights)
                if right and every:  # else it cannot be read, whatever the weights
                    gradients.append(right[1] - every[1])
                    gains.append(right[0] - every[0])
            if not gradients:
                continue
            step += 1
            gradient = np.mean(gradients, axis=0) - DECAY * weights
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.99 * square + 0.01 * gradient**2
            move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
            weights = weights + rate * move
            weights[positive] = np.maximum(weights[positive], 0)
        rate *= SLOWER
        print(f"epoch {epoch + 1}: log-likelihood {np.mean(gains):.3f}", flush=True)
    return weights


def main() -> None:
    """Compose numbers, have them judged, fit, and write the JSON."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    mnist, digits = load_mnist(), load_pen_digits()
    items = []
    for fold in folds(mnist, digits, FITTED):
        for spacing in SPACINGS:
            name = f"cut weights {fold.number}"
            items += judged(numbers_of(fold.digits, spacing, NUMBERS, name), fold.stacks)
    weights = dict(zip([*WEIGHTS, "sharing"], np.round(fit(items), 2).tolist(), strict=True))
    print(weights)
    about = {"networks": fingerprint(mnist, digits), "folds": list(FITTED), "numbers": NUMBERS}
    write("cut_weights", None, {**about, "weights": weights})


if __name__ == "__main__":
    main()
