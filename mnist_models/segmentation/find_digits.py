"""A picture of a number, or of rows of numbers → MNIST's 28 × 28 of each digit."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mnist_models.foreground.morphology import Size, bounding_box
from mnist_models.pictures import Images, Ink
from mnist_models.preprocessing.decoding import shrink_factor
from mnist_models.preprocessing.to_mnist import Steps, ink_of, steps_of
from mnist_models.segmentation.cuts import Cuttable, cuttable
from mnist_models.segmentation.found import MAX_DIGITS, Found, Judge, TooManyDigits
from mnist_models.segmentation.lines import cut_off, group
from mnist_models.segmentation.pieces import boxes_around, find_pieces, height_of
from mnist_models.segmentation.scoring import best_chain, scores_of
from mnist_models.text import t

MAX_SPANS = 700  # that a judge is asked about, of the widest groups of ink; the first may have more
AT_ONCE = 500  # so many in a call, or the networks need much memory
MAX_WIDTH = 12  # heights: what is wider is no number


@dataclass(frozen=True, eq=False)
class _Part:
    """A digit's ink, (h, w), where it begins in the picture's ink, and its line."""

    ink: Ink
    top: int
    left: int
    line: int

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        rows, columns = bounding_box(self.ink)
        return (
            self.top + rows.start,
            self.left + columns.start,
            self.top + rows.stop,
            self.left + columns.stop,
        )

    @cached_property
    def steps(self) -> Steps:
        return steps_of(self.ink)


@dataclass(frozen=True, eq=False)
class Uncut:
    """A picture before anybody has cut what touches in it: this is the same for every judge.

    Attributes:
        shape: of the picture, (H, W).
        ink_shape: of its ink, which is shrunk if it is large.
        parts: what hangs together or is near, in reading order.
    """

    shape: Size
    ink_shape: Size
    parts: list[_Part]

    @cached_property
    def groups(self) -> dict[int, Cuttable]:
        """The parts that a judge is asked to cut, by their numbers, in reading order."""
        return _cuttable(self.parts)

    @cached_property
    def spans(self) -> Images:
        """(n, 28, 28) uint8: all that a judge is asked about, group by group; there are some."""
        return np.concatenate([group.images() for group in self.groups.values()])

    def digits(self, judge: Judge | None = None) -> Found:
        """What `find_digits` finds in it; raises TooManyDigits."""
        parts = self._cut(judge) if judge and self.groups else self.parts
        if len(parts) > MAX_DIGITS:
            raise _too_many()
        boxes = np.array([part.box for part in parts], dtype=np.intp)
        factor = shrink_factor(self.shape[1], self.shape[0])
        return Found(
            steps=tuple(part.steps for part in parts),
            boxes=np.minimum(boxes * factor, np.tile(self.shape, 2)),
            lines=np.array([part.line for part in parts], dtype=np.intp),
            cut_off=cut_off(boxes, self.ink_shape),
        )

    def _cut(self, judge: Judge) -> list[_Part]:
        """The parts, some of them cut where the judge finds more digits."""
        starts = range(0, len(self.spans), AT_ONCE)
        proba = np.concatenate([judge(self.spans[start : start + AT_ONCE]) for start in starts])
        ends = np.cumsum([len(group.spans) for group in self.groups.values()])
        own = dict(zip(self.groups, np.split(proba, ends[:-1]), strict=True))
        cut: list[_Part] = []
        for number, part in enumerate(self.parts):
            in_groups = number in own
            cut += _cut_one(part, self.groups[number], own[number]) if in_groups else [part]
        return cut


def find_digits(picture: NDArray[np.uint8], judge: Judge | None = None) -> Found:
    """Every digit of a picture. A digit alone gives the same 28 × 28 as `to_mnist`.

    picture: as for `to_mnist`. judge: how likely pictures are each digit, to choose where digits
    that touch are cut; without one they stay together. Where nothing might be cut it is not asked.

    Raises BlankDrawing for a picture without ink, TooManyDigits for more than MAX_DIGITS, and
    TypeError and ValueError as `to_mnist`.
    """
    return look_at(picture).digits(judge)


def look_at(picture: NDArray[np.uint8]) -> Uncut:
    """What is the same for every judge, so that several look once; as `find_digits`."""
    ink = ink_of(picture)
    return Uncut((picture.shape[0], picture.shape[1]), (ink.shape[0], ink.shape[1]), _parts(ink))


def groups_of(picture: NDArray[np.uint8]) -> list[Cuttable]:
    """What a judge is asked to cut, in reading order; takes and raises what `find_digits` does."""
    return list(look_at(picture).groups.values())


def _too_many() -> TooManyDigits:
    return TooManyDigits(
        t(
            "More than {limit} digits were found: take a picture of a part of the page.",
            limit=MAX_DIGITS,
        )
    )


def _parts(ink: Ink) -> list[_Part]:
    """What hangs together or is near, in reading order."""
    labels, pieces = find_pieces(ink)
    grouped = group(pieces, ink.shape)
    if grouped is None:
        raise _too_many()
    digit_of, lines = grouped
    if lines.size == 1:  # then to_mnist's picture of all there is
        digit_of[:] = 0
    of_pixel = np.append(digit_of, -1)[labels - 1]
    parts = []
    for digit, (top, left, bottom, right) in enumerate(boxes_around(pieces, digit_of)):
        where = slice(top, bottom), slice(left, right)
        part: Ink = ink[where] * (of_pixel[where] == digit)
        parts.append(_Part(part, int(top), int(left), int(lines[digit])))
    return parts


def _cut_one(part: _Part, group: Cuttable, proba: NDArray[np.floating]) -> list[_Part]:
    chain = best_chain(group, scores_of(group, proba))
    if len(chain) == 1:
        return [part]
    inks = [group.part(part.ink, *span) for span in chain]
    return [replace(part, ink=ink) for ink in inks if ink.any()]


def _cuttable(parts: list[_Part]) -> dict[int, Cuttable]:
    """The widest parts, in their order, as far as a judge can be asked about them."""
    boxes = np.array([part.box for part in parts])
    line = np.array([part.line for part in parts])
    heights = np.array([height_of(boxes[line == number]) for number in range(line[-1] + 1)])[line]
    wide = (boxes[:, 3] - boxes[:, 1]) / heights
    groups: dict[int, Cuttable] = {}
    spans = 0
    for number in np.argsort(-wide, kind="stable"):
        if wide[number] > MAX_WIDTH:
            continue
        group = cuttable(parts[number].ink, heights[number])
        spans += len(group.spans)
        if spans > MAX_SPANS and groups:
            break
        groups[int(number)] = group
    return dict(sorted(groups.items()))
