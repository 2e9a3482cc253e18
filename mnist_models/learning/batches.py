"""What each member of a stack learns from, epoch by epoch: row numbers, batch by batch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.approaches import Approach, Role, scheme_of
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.sampling import STRATEGIES, Rows, Strategy, balanced_weights, stream


@dataclass
class Member:
    """One network's share of the training rows.

    Attributes:
        name: names its random streams, see `approaches.Role`.
        targets: (n,) 1 where the answer is yes; with an output per class the class' position.
        strategy: how its rows are chosen.
        seed: of the training.
        among: the rows that it may see at all, ascending.
        negatives: how many times as many negative rows as positive ones an undersample has.
        rows: the rows of this epoch.
        seen: (n,) true where a row was ever among them.
        class_weights: of a row with target 0, and of any other.
    """

    name: str
    targets: NDArray[np.float32]
    strategy: Strategy
    seed: int
    among: Rows
    negatives: int = 1

    def __post_init__(self) -> None:
        self._draws = stream(self.seed, self.name, "rows")
        self._shuffles = stream(self.seed, self.name, "shuffle")
        drawn = self.strategy.draw(self._positive, self._draws, self.negatives)
        self.rows = self.among[drawn]
        self.seen = np.zeros(len(self.targets), dtype=bool)
        self.seen[self.rows] = True
        weighted = self.strategy.weighted
        self.class_weights = balanced_weights(self._positive) if weighted else (1.0, 1.0)

    @property
    def _positive(self) -> NDArray[np.bool_]:
        return self.targets[self.among] > 0

    def begin_epoch(self, proba: NDArray | None) -> None:
        """Choose the rows of another epoch.

        Args:
            proba: (n,) what the member answers now, for strategies with `redraw`.
        """
        if not self.strategy.each_epoch:
            return
        if self.strategy.redraw and proba is not None:
            chosen = self.strategy.redraw(
                self._positive, self._draws, proba[self.among], self.negatives
            )
        else:
            chosen = self.strategy.draw(self._positive, self._draws, self.negatives)
        self.rows = self.among[chosen]
        self.seen[self.rows] = True

    def order(self, size: int) -> Rows:
        """This epoch's rows in a new order, (size,): begun again, or cut off, to fit."""
        passes = -(-size // len(self.rows))
        order = [self._shuffles.permutation(self.rows) for _ in range(passes)]
        return np.concatenate(order)[:size]


def make_members(
    recipe: Recipe, approach: Approach, y: NDArray, classes: NDArray, seed: int
) -> list[Member]:
    """The members of an approach, for (n,) labels and the (K,) classes that are told apart.

    Raises:
        ApproachError: it is not for so many classes.
        ValueError: a member has no rows, or none of one kind where it needs both.
    """
    scheme = scheme_of(approach)
    scheme.check(len(classes))
    strategy = STRATEGIES[recipe.sampling if scheme.is_sampled else "all"]
    negatives = recipe.negatives or 1
    return [_member(role, y, classes, strategy, seed, negatives) for role in scheme.roles(classes)]


def _member(
    role: Role, y: NDArray, classes: NDArray, strategy: Strategy, seed: int, negatives: int
) -> Member:
    if role.yes is None:
        targets = (y[:, np.newaxis] == classes).argmax(axis=1)
    else:
        targets = np.isin(y, role.yes)
    among = np.arange(len(y)) if role.among is None else np.flatnonzero(np.isin(y, role.among))
    if not len(among):
        raise ValueError(f"The member {role.name!r} has no rows to learn from.")
    return Member(role.name, targets.astype(np.float32), strategy, seed, among, negatives)


def steps_per_epoch(members: list[Member], batch_size: int, passes: int = 1) -> int:
    """As many steps as the average member needs to see each of its rows `passes` times.

    Every member takes this number of steps: one with fewer rows begins a second pass over
    them, one with more leaves some out of an epoch.
    """
    rows = np.mean([len(member.rows) for member in members])
    return max(1, round(passes * rows / batch_size))


def epoch_batches(members: list[Member], steps: int, batch_size: int) -> NDArray[np.int32]:
    """Row numbers of an epoch, (steps, M, batch_size)."""
    orders = [m.order(steps * batch_size).reshape(steps, batch_size) for m in members]
    return np.stack(orders, axis=1).astype(np.int32)
