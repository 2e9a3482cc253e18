"""A stack of small dense networks as arrays: forward pass, save, load. NumPy only.

All approaches (see there) are one `Stack` of M networks of the same shape, with other numbers:

    single model   M = 1 network  with K outputs, read by a softmax: the K numbers sum to 1
    multi-model    M = K networks with 1 output,  read by a sigmoid: K independent numbers

Layer l holds weights (M, in, out) and biases (M, out). Between the layers stands a LeakyReLU
(with a negative slope of 0 it is a plain ReLU). Dropout acts only while training, so it does
not appear here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.learning.approaches import PAIR, Approach, Code, Floats, Scheme, scheme_of
from mnist_models.learning.inputs import View, as_rows, rows_by_view
from mnist_models.pictures import PIXELS

# Hidden activations of one block of rows stay below this many numbers (16 MB as float32): with more
# of them each pass goes through memory.
_BLOCK = 4_000_000
_NOTHING = 1e-30  # a scale below this is none: its unit's weights are 0


@dataclass(frozen=True, eq=False)
class Stack:
    """M dense networks of one shape, which together answer for K classes.

    Attributes:
        weights: per layer an array (M, in, out) float32.
        biases: per layer an array (M, out) float32.
        classes_: (K,) the class labels, in the order of the outputs.
        negative_slope: slope of the hidden LeakyReLU below zero, 1 at most.
        approach: says how the outputs are read; if it is not given, members with one output are a
            multi-model, and others a single model.
        code: (K, M) what members are asked, where they are read by it; the usual one if not given.
        views: how each of the M members sees pictures; empty if all see them as they are.
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    classes_: NDArray
    negative_slope: float
    approach: Approach = ""  # type: ignore[assignment]  # told by the shape
    code: Code | None = None
    views: tuple[View, ...] = ()

    def __post_init__(self) -> None:
        if not self.approach:
            outputs = self.weights[-1].shape[-1] if self.weights else 0
            object.__setattr__(self, "approach", "multi" if outputs == 1 else "single")
        if self.scheme.code and self.scheme.is_decoded and self.code is None:
            object.__setattr__(self, "code", self.scheme.code(len(self.classes_)))
        _check_shapes(self)

    @property
    def scheme(self) -> Scheme:
        """What the approach is."""
        return scheme_of(self.approach)

    @property
    def members(self) -> int:
        """M, the number of networks."""
        return self.weights[0].shape[0]

    @property
    def layers(self) -> tuple[int, ...]:
        """Units per layer, from the input to the output: (784, 128, 10), say."""
        return (self.weights[0].shape[1], *(w.shape[2] for w in self.weights))

    @property
    def output(self) -> str:
        """How a member's last layer is read: by a "softmax" over K outputs, or a "sigmoid" each."""
        return self.scheme.output

    @property
    def parameters(self) -> int:
        """Weights and biases of all members."""
        return sum(array.size for array in (*self.weights, *self.biases))

    def logits(self, images: ArrayLike) -> Floats:
        """What the last layers say before a softmax or sigmoid: (n, 28, 28) → (n, M × outputs).

        Raises:
            ValueError: the images have another shape, type or range than `predict_proba` takes.
        """
        return np.concatenate([self._logits(block) for block in self._blocks(images)])

    def hidden(self, rows: Floats) -> Floats:
        """The last hidden layer after its LeakyReLU: (n, 784) → (M, n, units).

        A stack without hidden layers has the pixels in their place, (M or 1, n, 784).
        """
        hidden = rows_by_view(rows, self.views)  # (1, n, 784) where all members share it
        slope = np.float32(self.negative_slope)
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = hidden @ weights
            hidden += biases[:, np.newaxis]
            np.maximum(hidden, slope * hidden, out=hidden)  # as the slope is 1 at most
        return hidden

    def _logits(self, rows: Floats) -> Floats:
        answers = self.hidden(rows) @ self.weights[-1] + self.biases[-1][:, np.newaxis]
        return answers.transpose(1, 0, 2).reshape(len(rows), self.members * self.layers[-1])

    def _blocks(self, images: ArrayLike) -> Iterator[Floats]:
        return _blocks(as_rows(images), self.members * max(self.layers))

    def predict_proba(self, images: ArrayLike) -> Floats:
        """One probability per class: (n, 28, 28) uint8 0-255 or float in [0, 1] → (n, K).

        Rows sum to 1, but for the multi-model and for sigmoids: their K numbers are independent
        answers to "is it mine?", whose sum is anything; 0.5 and more is a yes.

        Raises:
            ValueError: the images have another shape, type or range.
        """
        return np.concatenate([self.read(self._logits(block)) for block in self._blocks(images)])

    def read(self, logits: Floats) -> Floats:
        """The probabilities that logits stand for: (n, M × outputs) → (n, K)."""
        by_member = logits.reshape(len(logits), self.members, self.layers[-1])
        return self.scheme.combine(by_member, self.code)

    def predict(self, images: ArrayLike) -> NDArray:
        """The most probable class of each image, (n,); ties go to the first class."""
        return self.classes_[self.predict_proba(images).argmax(axis=1)]

    def with_members(self, other: Self) -> Self:
        """These members and then the other stack's, each as it was, with the classes of both.

        Raises:
            ValueError: the stacks do not fit together, or are no multi-models.
        """
        # A file keeps it as float32.
        if np.float32(self.negative_slope) != np.float32(other.negative_slope):
            raise ValueError("Members of one stack have the same negative slope.")
        return replace(
            self,
            weights=tuple(map(np.concatenate, zip(self.weights, other.weights, strict=True))),
            biases=tuple(map(np.concatenate, zip(self.biases, other.biases, strict=True))),
            classes_=np.concatenate([self.classes_, other.classes_]),
        )

    def of(self, labels: Iterable[Any]) -> Self:
        """The members of these classes alone, in this order.

        Raises:
            ValueError: there is no such class, or it is no multi-model.
        """
        own = self.classes_.tolist()
        places = [own.index(label) for label in labels]
        if self.approach != "multi":
            raise ValueError("Only a multi-model has a network of its own for each class.")
        return replace(
            self,
            weights=tuple(w[places] for w in self.weights),
            biases=tuple(b[places] for b in self.biases),
            classes_=self.classes_[places],
        )

    def replacing(self, other: Self) -> Self:
        """These members, but those of the other stack's classes by the other's.

        Raises:
            ValueError: the other stack has a class that is not here, or does not fit.
        """
        theirs = other.classes_.tolist()
        both = self.with_members(replace(other, classes_=np.arange(len(theirs))))
        own = self.classes_.tolist()
        places = list(range(len(own)))
        for position, label in enumerate(theirs):
            places[own.index(label)] = len(own) + position
        return replace(
            self,
            weights=tuple(w[places] for w in both.weights),
            biases=tuple(b[places] for b in both.biases),
        )

    def rounded(self) -> Self:
        """The same stack with each weight as a byte times its unit's scale, as `save` stores it.

        This is the one rounding: what is scored, served and computed in a browser is what it
        gives, and what it has given it leaves as it is. Biases stay as they are.

        Raises:
            ValueError: a number is not finite.
        """
        for depth, arrays in enumerate(zip(self.weights, self.biases, strict=True)):
            if not all(np.isfinite(array).all() for array in arrays):
                raise ValueError(f"Layer {depth} has numbers that are not finite.")
        return replace(self, weights=tuple(_from_bytes(*_to_bytes(w)) for w in self.weights))

    def save(self, path: Path) -> None:
        """Write the stack as an .npz that `load` reads as the very same numbers.

        Weights take a byte each where they were `rounded`, and four where they were not.

        Raises:
            ValueError: a number is not finite; nothing is written.
        """
        arrays: dict[str, NDArray] = {
            "classes": self.classes_,
            "negative_slope": np.array(self.negative_slope, dtype=np.float32),
        }
        layers = zip(self.weights, self.biases, self.rounded().weights, strict=True)
        if self.approach not in PAIR:  # which the shape tells, as in files of before
            arrays["approach"] = np.array(self.approach)
        if self.code is not None:
            arrays["code"] = self.code
        if self.views:
            arrays["views"] = np.array([(view.width, view.upright) for view in self.views])
        for depth, (weights, biases, rounded) in enumerate(layers):
            if np.array_equal(weights, rounded):
                arrays[f"weights_{depth}"], arrays[f"scales_{depth}"] = _to_bytes(weights)
            else:
                arrays[f"weights_{depth}"] = weights
            arrays[f"biases_{depth}"] = biases
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, file: Path | BinaryIO) -> Self:
        """Read what `save` wrote, today or when weights were stored as float16.

        Raises:
            ValueError: it is not such a file; the message names it.
        """
        try:
            with np.load(file, allow_pickle=False) as arrays:
                depths = range(sum(name.startswith("weights_") for name in arrays.files))
                return cls(
                    weights=tuple(_weights(arrays, d) for d in depths),
                    biases=tuple(arrays[f"biases_{d}"].astype(np.float32) for d in depths),
                    classes_=arrays["classes"],
                    negative_slope=float(arrays["negative_slope"]),
                    approach=cast(Approach, str(arrays.get("approach", ""))),
                    code=arrays.get("code"),
                    views=tuple(View(int(w), bool(up)) for w, up in arrays.get("views", ())),
                )
        # zipfile, zlib and NumPy's header parser fail on damaged bytes in a dozen different ways.
        except Exception as error:
            raise ValueError(f"{file} holds no readable stack of networks: {error}") from error


def _blocks(rows: Floats, numbers_per_row: int) -> Iterator[Floats]:
    size = max(1, _BLOCK // numbers_per_row)
    for start in range(0, max(len(rows), 1), size):
        yield rows[start : start + size]


def _to_bytes(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Weights (M, in, out) as whole numbers from -127 to 127, and each unit's scale (M, out).

    Scales have 16 binary digits and the numbers 7, so a float32 holds their products exactly, and
    what was rounded before gives the same numbers and scales.
    """
    largest = np.abs(weights).max(axis=1).astype(np.float64) / 127
    mantissa, exponent = np.frexp(largest)
    scales = np.ldexp(np.ceil(np.ldexp(mantissa, 16)), exponent - 16)
    scales = np.where(largest > _NOTHING, scales, 1).astype(np.float32)
    return np.rint(weights / scales[:, np.newaxis]).astype(np.int8, order="C"), scales


def _from_bytes(numbers: NDArray[np.int8], scales: Floats) -> Floats:
    return numbers.astype(np.float32) * scales[:, np.newaxis]


def _weights(arrays: Mapping[str, NDArray], depth: int) -> Floats:
    weights, scales = arrays[f"weights_{depth}"], f"scales_{depth}"
    return _from_bytes(weights, arrays[scales]) if scales in arrays else weights.astype(np.float32)


def _check_shapes(stack: Stack) -> None:
    shapes = [w.shape for w in stack.weights]
    if not shapes or len(shapes) != len(stack.biases) or any(len(s) != 3 for s in shapes):
        raise ValueError(f"A stack needs weights (M, in, out) and biases per layer, not {shapes}.")
    members, inputs, _ = shapes[0]
    if stack.views and len(stack.views) != members:
        raise ValueError(f"{len(stack.views)} views do not fit {members} members.")
    if inputs != PIXELS:
        raise ValueError(f"A stack's networks see {PIXELS} pixels, not {inputs}.")
    for shape, biases in zip(shapes, stack.biases, strict=True):
        if shape[:2] != (members, inputs) or biases.shape != (members, shape[2]):
            raise ValueError(f"The layers do not fit together: weights {shapes}.")
        inputs = shape[2]
    if not stack.negative_slope <= 1:
        raise ValueError(f"The negative slope is 1 at most, not {stack.negative_slope}.")
    classes, code = len(stack.classes_), stack.code
    expected = stack.scheme.size(classes) if code is None else (code.shape[1], 1)
    expected = (members, classes) if stack.approach == "committee" else expected  # of any size
    if (members, inputs) != expected or (code is not None and len(code) != classes):
        raise ValueError(f"{members} × {inputs} outputs do not fit {classes} classes.")
