"""What may be said of an answer whose truth nobody knows: that both agree is no proof.

Both read a dot as a 0. So what was drawn comes first, then whether anyone takes it for a digit,
then whether they agree, and how sure each of them is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from numpy.typing import NDArray

from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.metrics.scores import YES

# An answer whose lead is smaller is unsure. Chosen by `python -m experiments.unsure`: the largest
# at which at most one in a hundred right answers, to people who were left out of the training, is
# called so. A test holds them to its file.
LEAST_LEAD: dict[Approach, float] = {"single": 0.66, "multi": 0.5}
ALIKE = 0.8  # of the area of two boxes together: if both cover so much, they show the same digit

Box = tuple[int, ...]  # top, left, bottom and right
_Where = tuple[int, Box]  # a line of writing, and where in the picture
Finding = Literal["dot", "several", "none", "disagreement", "agreement", "alone"]


@dataclass(frozen=True)
class Judgement:
    """What is to be said of one picture.

    Attributes:
        finding: "dot" and "several" are about the picture, "none" that no binary model says yes,
            "alone" that only one approach could be asked.
        unsure: the approaches whose answer is not to be relied on.
        shapes: how many separate ones the picture holds.
    """

    finding: Finding
    unsure: tuple[Approach, ...] = ()
    shapes: int = 1

    def doubts(self, approach: Approach) -> bool:
        """Whether the answer of this approach is no more than a guess."""
        return self.finding in ("dot", "several") or approach in self.unsure

    @property
    def is_plain(self) -> bool:
        """Whether there is an answer and nothing to say against it."""
        return self.finding in ("agreement", "alone") and not self.unsure


class Digits(Protocol):
    """The digits that an approach has cut out of a picture, see `drawings.number`."""

    @property
    def boxes(self) -> NDArray:
        """(n, 4) top, left, bottom and right."""

    @property
    def lines(self) -> NDArray:
        """(n,) the line of writing that each stands in."""

    @property
    def dots(self) -> NDArray:
        """(n,) whether it is too little ink, see `preprocessing.shapes`."""

    @property
    def proba(self) -> NDArray:
        """(n, K) probabilities."""


@dataclass(frozen=True)
class Place:
    """Where one approach or both see a digit of a number.

    Attributes:
        line: of writing, from 0.
        box: top, left, bottom and right in the picture, of the first who sees it there.
        digits: which digit it is to each approach that cuts it out so, from 0.
        judgement: what is to be said of it.
    """

    line: int
    box: Box
    digits: dict[Approach, int]
    judgement: Judgement


def judge(
    probas: Mapping[Approach, NDArray],
    *,
    is_dot: bool = False,
    shapes: int = 1,
    least_lead: Mapping[Approach, float] = LEAST_LEAD,
) -> Judgement:
    """What may be said of these answers.

    Args:
        probas: (K,) for each approach that was asked.
        is_dot: the picture holds too little ink, see `preprocessing.shapes`.
        shapes: how many separate shapes it holds.
        least_lead: an answer with a smaller one is unsure; never that of another approach.
    """
    unsure = tuple(a for a, proba in probas.items() if lead(proba) < least_lead.get(a, 0))
    return Judgement(_finding(probas, is_dot, shapes), unsure, shapes)


def judge_number(numbers: Mapping[Approach, Digits]) -> list[Place]:
    """The places of all digits in reading order, and what may be said of each.

    Each approach has chosen for itself where touching digits are cut. Cuts a few pixels apart make
    the same digit; a place that only one of two knows is one at which they disagree.

    Args:
        numbers: what each approach that was asked has found and reads.
    """
    digits: dict[_Where, dict[Approach, int]] = {}
    for approach, number in numbers.items():
        lines, boxes = number.lines.tolist(), number.boxes.tolist()
        own = [(line, tuple(box)) for line, box in zip(lines, boxes, strict=True)]
        for k, where in enumerate(_matched(own, [*digits])):
            digits.setdefault(where, {})[approach] = k
    # By the middle: a digit that one approach cuts in two comes between its halves.
    in_order = sorted(digits, key=lambda place: (place[0], place[1][1] + place[1][3]))
    return [Place(*place, digits[place], _judge(digits[place], numbers)) for place in in_order]


def _matched(own: Sequence[_Where], known: Sequence[_Where]) -> list[_Where]:
    """Each of its own places, or the known one that is nearly the same; no two the same one."""
    free = [place for place in known if place not in own]
    matched = []
    for where in own:
        alike = None if where in known else next((p for p in free if _are_alike(p, where)), None)
        if alike:
            free.remove(alike)
        matched.append(alike or where)
    return matched


def _are_alike(one: _Where, other: _Where) -> bool:
    """Whether they are in one line, and their intersection over union is at least ALIKE."""
    (line, box), (other_line, other_box) = one, other
    common = _area((*map(max, box[:2], other_box[:2]), *map(min, box[2:], other_box[2:])))
    return line == other_line and common >= ALIKE * (_area(box) + _area(other_box) - common)


def _area(box: Box) -> int:
    top, left, bottom, right = box
    return max(bottom - top, 0) * max(right - left, 0)


def _judge(digits: Mapping[Approach, int], numbers: Mapping[Approach, Digits]) -> Judgement:
    probas = {approach: numbers[approach].proba[k] for approach, k in digits.items()}
    is_dot = any(numbers[approach].dots[k] for approach, k in digits.items())
    judgement = judge(probas, is_dot=is_dot)
    if len(digits) < len(numbers) and not is_dot:
        return Judgement("disagreement", judgement.unsure)
    return judgement


def _finding(probas: Mapping[Approach, NDArray], is_dot: bool, shapes: int) -> Finding:
    if is_dot:
        return "dot"
    if shapes > 1:
        return "several"
    if "multi" in probas and probas["multi"].max() < YES:
        return "none"
    if not probas.keys() >= set(PAIR):
        return "alone"
    single, multi = (probas[a].argmax() for a in PAIR)
    return "agreement" if single == multi else "disagreement"


def lead(proba: NDArray) -> NDArray:
    """How far the most probable class is ahead of the next: (K,) → a number, (n, K) → (n,).

    The margin of Scheffer, Decomain and Wrobel 2001. Unlike the largest probability it also tells
    when two of the independent binary models say yes.
    """
    ordered = proba.copy()
    ordered.partition(-2, axis=-1)
    return ordered[..., -1] - ordered[..., -2]
