"""The visitor's own examples of a new class, and how the models read them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import streamlit as st

from mnist_models.learning.approaches import Approach
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import YES
from mnist_models.pictures import SIDE, Grey, Images
from mnist_models.text import t

MOST = 100  # per visitor, who draws them one by one
_EXAMPLES = "_examples"
_BEFORE = "_examples_before"  # the examples before each deletion, the latest last
_SURE = 0.9


@dataclass(frozen=True, eq=False)
class Example:
    """A picture to learn from.

    Attributes:
        image: (28, 28) uint8, as the models see it.
        digest: equal for equal pictures.
    """

    image: Grey
    digest: str

    @classmethod
    def of(cls, image: Grey) -> Self:
        """An example with this picture."""
        return cls(image, hashlib.sha256(image.tobytes()).hexdigest())


def examples() -> list[Example]:
    """This visitor's examples, in the order in which they were added."""
    return st.session_state.setdefault(_EXAMPLES, [])


def example_images() -> Images:
    """(n, 28, 28) uint8."""
    return np.stack([e.image for e in examples()]) if examples() else no_images()


def no_images() -> Images:
    """(0, 28, 28) uint8."""
    return np.zeros((0, SIDE, SIDE), np.uint8)


def add_example(image: Grey) -> str:
    """Add a picture to the examples; returns why it was not added, or an empty string."""
    example, mine = Example.of(image), examples()
    if not image.any():
        return t("Nothing is drawn yet: draw an example in the black square.")
    if len(mine) >= MOST:
        return t("You can add at most {most} examples. Delete some first.", most=MOST)
    if any(example.digest == other.digest for other in mine):
        return t(
            "This drawing is already among your examples. Clear it and draw another: nothing is "
            "learned from a copy."
        )
    mine.append(example)
    st.session_state.pop(_BEFORE, None)
    return ""


def delete_examples(*digests: str) -> None:
    """Remove the examples with these digests; `bring_back` brings them back."""
    before = examples()
    kept = [e for e in before if e.digest not in digests]
    if len(kept) < len(before):  # or else it was the second click on the same
        st.session_state.setdefault(_BEFORE, []).append(before)
        st.session_state[_EXAMPLES] = kept


def replace_examples(images: Images) -> None:
    """Have these pictures, (n, 28, 28), as the only examples; `bring_back` brings back the others.

    Those that are alike are one.
    """
    before = examples()
    mine = {example.digest: example for example in map(Example.of, images)}
    st.session_state[_EXAMPLES] = list(mine.values())
    st.session_state.pop(_BEFORE, None)
    if any(example.digest not in mine for example in before):
        st.session_state[_BEFORE] = [before]


def deleted_count() -> int:
    """How many examples went with the last deletion, as long as none has been added since."""
    before = st.session_state.get(_BEFORE)
    kept = {example.digest for example in examples()}
    return sum(example.digest not in kept for example in before[-1]) if before else 0


def bring_back() -> None:
    """Undo the last deletion."""
    if before := st.session_state.get(_BEFORE):
        st.session_state[_EXAMPLES] = before.pop()


def look_alike(images: Images, stacks: Mapping[Approach, Stack]) -> tuple[str, int] | None:
    """The class that every approach confidently takes most of the pictures for, and how many.

    Args:
        images: (n, 28, 28) uint8, at least one.
        stacks: one per approach, at least one, with the same classes.
    """
    probas = [stack.predict_proba(images) for stack in stacks.values()]  # (n, K) each
    answers = probas[0].argmax(axis=1)
    sure = np.ones(len(images), bool)
    for stack, proba in zip(stacks.values(), probas, strict=True):
        needed = YES if stack.output == "sigmoid" else _SURE
        sure &= (proba.argmax(axis=1) == answers) & (proba.max(axis=1) >= needed)
    counts = np.bincount(answers[sure], minlength=probas[0].shape[1])
    most = int(counts.argmax())
    if counts[most] <= len(images) / 2:
        return None
    return str(next(iter(stacks.values())).classes_[most]), int(counts[most])
