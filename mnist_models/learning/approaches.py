"""The approaches: ways in which networks, together, tell K classes apart.

Each is a `Stack` of members, trained in one loop. An approach says how many members it has, what
each of them learns and how it is read, and how their answers become one score per class:

    single      one network, an output per class, a softmax
    multi       K networks, each asked one question: "is it mine?"
    sigmoids    one network, an output per class, each asked that question
    committee   ten networks like the single model, from ten seeds; the mean of what they say
    pairs       K (K - 1) / 2 networks, each of which tells two classes apart
    codes       1.5 K networks, each asked for one bit of a class' code word

What members that say yes or no are asked stands in a code (Allwein, Schapire and Singer, 2000,
https://www.jmlr.org/papers/v1/allwein00a.html): a row per class and a column per member, 1 for yes,
-1 for no, 0 for a class that the member never sees. To add an approach, register it below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.text import Texts, t

Approach = Literal["single", "multi", "sigmoids", "committee", "pairs", "codes"]
Floats = NDArray[np.float32]
Code = NDArray[np.int8]  # (K, M)

_MOST_CLASSES = 30  # with 31, pairs would be 465 networks
_CODES_TRIED = 2000
_CERTAIN = np.float32(60)  # logits beyond say nothing more, and their powers of e stay finite


class ApproachError(ExpectedError):
    """There is no such approach, or it is not for so many classes."""


@dataclass(frozen=True)
class Role:
    """What one member learns.

    Attributes:
        name: names its random streams, so that it comes out the same whoever learns beside it.
        yes: the classes that it says yes to; None if it has an output for each class.
        among: the classes whose rows it learns from; None for all rows.
    """

    name: str
    yes: NDArray | None = None
    among: NDArray | None = None


# What members say, and the code, as scores: (n, M, outputs), (K, M) → (n, K).
Combine = Callable[[Floats, Code | None], Floats]


@dataclass(frozen=True)
class Scheme:
    """One approach.

    Attributes:
        title: what people call it.
        said: the same within a sentence.
        summary: what it is, in a sentence.
        output: how a member's last layer is read, which also decides its loss: "softmax" with the
            cross-entropy of the class, "sigmoid" with that of each yes or no.
        combine: the members' logits as one score per class.
        networks: how many members, where each has an output for every class.
        code: for K classes what members of one output are asked; None if they have K outputs.
        is_sampled: whether a recipe's `sampling` chooses the members' rows.
    """

    title: str
    said: str
    summary: str
    output: Literal["softmax", "sigmoid"]
    combine: Combine
    networks: int = 1
    code: Callable[[int], Code] | None = None
    is_sampled: bool = False

    @property
    def is_independent(self) -> bool:
        """Whether the scores are K answers of yes or no; else they sum to 1."""
        return self.combine is separately

    @property
    def is_decoded(self) -> bool:
        """Whether scores are read by the code, so that the classes cannot be any number."""
        return self.code is not None and not self.is_independent

    def roles(self, classes: NDArray) -> list[Role]:
        """What each member learns, for (K,) classes.

        Networks with an output for each class begin alike in all approaches: the first of a
        committee is the single model, and one with sigmoids differs from it by its loss alone.
        """
        if self.code is None:
            return [Role(f"single {n}" if n > 1 else "single") for n in range(1, self.networks + 1)]
        return [_role(classes, column) for column in self.code(len(classes)).T]

    def size(self, classes: int) -> tuple[int, int]:
        """How many members it has for so many classes, and how many outputs each of them."""
        return (self.code(classes).shape[1], 1) if self.code else (self.networks, classes)

    def check(self, classes: int) -> None:
        """Refuse more classes than it can be trained for.

        Raises:
            ApproachError: with how many it can.
        """
        if self.is_decoded and not 2 <= classes <= _MOST_CLASSES:
            raise ApproachError(
                t(
                    "The {name} is for 2 to {most} classes, and these are {count}. Choose another "
                    "approach.",
                    name=self.said,
                    most=_MOST_CLASSES,
                    count=classes,
                )
            )


def _role(classes: NDArray, asked: NDArray[np.int8]) -> Role:
    yes, no = classes[asked > 0], classes[asked < 0]
    name = " ".join(map(str, yes))
    if (asked != 0).all():
        return Role(name, yes)
    return Role(f"{name} or {' '.join(map(str, no))}", yes, classes[asked != 0])


def one_vs_rest(classes: int) -> Code:
    """Each class against all others: (K, K)."""
    return 2 * np.eye(classes, dtype=np.int8) - 1


def one_vs_one(classes: int) -> Code:
    """Each class against each other: (K, K (K - 1) / 2)."""
    pairs = np.array(list(combinations(range(classes), 2)))
    code = np.zeros((classes, len(pairs)), np.int8)
    code[pairs[:, 0], range(len(pairs))] = 1
    code[pairs[:, 1], range(len(pairs))] = -1
    return code


@lru_cache
def error_correcting(classes: int) -> Code:
    """A code word of about 1.5 K bits for each class, far apart, so that wrong bits are mended.

    The best of many random ones, always the same: its words differ in as many bits as possible,
    then its bits in as many classes, so that members are wrong about different pictures (Dietterich
    and Bakiri, 1995, https://arxiv.org/abs/cs/9501101). Of the 15 bits for ten classes any two
    words differ in at least five: two wrong ones are always mended.
    """
    rng = np.random.default_rng(0)
    different = 2 ** (classes - 1) - 1  # bits that are neither constant nor another turned round
    bits = min(-(-3 * classes // 2), different)
    best = max((_random_code(classes, bits, different, rng) for _ in range(_CODES_TRIED)), key=_gap)
    best.flags.writeable = False  # it is kept
    return best


def _random_code(classes: int, bits: int, different: int, rng: np.random.Generator) -> Code:
    numbers = 1 + rng.choice(different, size=bits, replace=False)
    return (2 * (numbers >> np.arange(classes)[:, np.newaxis] & 1) - 1).astype(np.int8)


def _gap(code: Code) -> tuple[int, int]:
    """In how many bits the two most similar words differ, and in how many classes two bits."""
    wide = code.astype(int)
    words, columns = wide @ wide.T, abs(wide.T @ wide)
    np.fill_diagonal(words, -code.shape[1])
    np.fill_diagonal(columns, 0)
    return (code.shape[1] - words.max()) // 2, (code.shape[0] - columns.max()) // 2


def softmax(logits: Floats) -> Floats:
    """Rows that sum to 1; the row's largest is subtracted first, so nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), written so that nothing overflows and the smallest stay apart."""
    return np.exp(-np.logaddexp(np.float32(0), -logits))


def mean(logits: Floats, _: Code | None) -> Floats:
    """The mean of the members' softmaxes; of one member its own."""
    return softmax(logits).mean(axis=1)


def separately(logits: Floats, _: Code | None) -> Floats:
    """Each answer as it is: K independent probabilities, whose sum is anything."""
    return sigmoid(logits.reshape(len(logits), prod(logits.shape[1:])))


def couple(logits: Floats, code: Code | None) -> Floats:
    """The probabilities that explain how each class fares against each other.

    If i wins against j with p(i) / (p(i) + p(j)), the odds against i in all its duels add up to
    (1 - p(i)) / p(i): so p(i) = 1 / (1 + their sum), scaled for rows that sum to 1 (Price, Knerr,
    Personnaz and Dreyfus, 1994). Exact where members agree, and one step, where the coupling of
    Hastie and Tibshirani (1998) takes many; a mean of votes is at most 2 / K, however sure it is.
    """
    assert code is not None
    said = logits[..., 0].clip(-_CERTAIN, _CERTAIN)
    first, second = ((code == says).T.astype(np.float32) for says in (1, -1))
    against = np.exp(-said) @ first + np.exp(said) @ second  # (n, K) sums of odds
    scores = 1 / (1 + against)
    return scores / scores.sum(axis=1, keepdims=True)


def decode(logits: Floats, code: Code | None) -> Floats:
    """How probable it is that the members say just a class' code word, scaled to sum to 1.

    Its logarithm is the sum of the logits of the bits that are yes, and what all classes share. So
    bits count by how sure the members are; counting wrong ones (Hamming) would make ties.
    """
    assert code is not None
    return softmax(logits[..., 0] @ (code > 0).T.astype(np.float32))


APPROACHES: dict[Approach, Scheme] = {
    "single": Scheme(
        t("Single model"),
        t("single model"),
        t("One network with an output for each class; the outputs share 100 %."),
        "softmax",
        mean,
    ),
    "multi": Scheme(
        t("Multi-model"),
        t("multi-model"),
        t("One network for each class, which is asked: is it yours?"),
        "sigmoid",
        separately,
        code=one_vs_rest,
        is_sampled=True,
    ),
    "sigmoids": Scheme(
        t("Sigmoids"),
        t("network of sigmoids"),
        t("One network with an output for each class; each output is asked: is it yours?"),
        "sigmoid",
        separately,
    ),
    "committee": Scheme(
        t("Committee"),
        t("committee"),
        t("Ten networks like the single model, which began differently; their mean counts."),
        "softmax",
        mean,
        networks=10,
    ),
    "pairs": Scheme(
        t("Pairs"),
        t("model of pairs"),
        t("One network for each two classes, which tells these two apart; all are weighed up."),
        "sigmoid",
        couple,
        code=one_vs_one,
    ),
    "codes": Scheme(
        t("Codes"),
        t("model of codes"),
        t("Each class has a code word, of which each network says a bit; the best fit wins."),
        "sigmoid",
        decode,
        code=error_correcting,
    ),
}
# The two that pages show beside each other.
PAIR: tuple[Approach, ...] = ("single", "multi")

# What people read: as a title, and within a sentence.
TITLES: Texts[Approach] = Texts({name: scheme.title for name, scheme in APPROACHES.items()})
NAMES: Texts[Approach] = Texts({name: scheme.said for name, scheme in APPROACHES.items()})


def scheme_of(approach: str) -> Scheme:
    """The approach of this name.

    Raises:
        ApproachError: there is none; the message names those that there are.
    """
    for name, scheme in APPROACHES.items():
        if name == approach:
            return scheme
    names = ", ".join(APPROACHES)
    raise ApproachError(
        t("There is no approach called {name}. Choose one of: {names}.", name=approach, names=names)
    )
