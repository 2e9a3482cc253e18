"""A stack of small dense networks as arrays: forward pass, save, load. NumPy only.

Both approaches are one `Stack` of M networks of the same shape that differ in two numbers:

    single model   M = 1 network  with K outputs, read by a softmax: the K numbers sum to 1
    multi-model    M = K networks with 1 output,  read by a sigmoid: K independent numbers

Layer l holds weights (M, in, out) and biases (M, out). Between the layers stands a LeakyReLU
(with a negative slope of 0 it is a plain ReLU). Dropout acts only while training, so it does
not appear here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_models.pictures import PIXELS, SIDE

# Hidden activations of one block of rows stay below this many numbers (64 MB as float32).
_BLOCK = 16_000_000
_NOTHING = 1e-30  # a scale below this is none: its unit's weights are 0

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Stack:
    """M dense networks of one shape, which together answer for K classes.

    Attributes:
        weights: per layer an array (M, in, out) float32.
        biases: per layer an array (M, out) float32.
        classes_: (K,) the class labels, in the order of the outputs.
        negative_slope: slope of the hidden LeakyReLU below zero.
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    classes_: NDArray
    negative_slope: float

    def __post_init__(self) -> None:
        _check_shapes(self)

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
        """How the last layer is read: "softmax" over K outputs, or one "sigmoid" a member."""
        return "sigmoid" if self.layers[-1] == 1 else "softmax"

    @property
    def parameters(self) -> int:
        """Weights and biases of all members."""
        return sum(array.size for array in (*self.weights, *self.biases))

    def logits(self, images: ArrayLike) -> Floats:
        """What the last layer says before the softmax or sigmoid: (n, 28, 28) → (n, K).

        Raises:
            ValueError: the images have another shape, type or range than `predict_proba` takes.
        """
        rows = as_rows(images)
        blocks = [self._logits(block) for block in _blocks(rows, self.members * max(self.layers))]
        return np.concatenate(blocks)

    def _logits(self, rows: Floats) -> Floats:
        hidden = rows[np.newaxis]  # (1, n, 784), shared by all members
        for depth, (weights, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            if depth:
                hidden = np.where(hidden > 0, hidden, np.float32(self.negative_slope) * hidden)
            hidden = hidden @ weights + biases[:, np.newaxis]  # (M, n, out)
        return hidden.transpose(1, 0, 2).reshape(len(rows), len(self.classes_))  # K is M × out

    def predict_proba(self, images: ArrayLike) -> Floats:
        """One probability per class: (n, 28, 28) uint8 0-255 or float in [0, 1] → (n, K).

        A single model's rows sum to 1. A multi-model's K numbers are independent answers to
        "is it mine?", so its rows sum to anything; 0.5 and more is a yes.

        Raises:
            ValueError: the images have another shape, type or range.
        """
        return self.read(self.logits(images))

    def read(self, logits: Floats) -> Floats:
        """The probabilities that logits stand for, (n, K) both."""
        return softmax(logits) if self.output == "softmax" else sigmoid(logits)

    def predict(self, images: ArrayLike) -> NDArray:
        """The most probable class of each image, (n,); ties go to the first class."""
        return self.classes_[self.predict_proba(images).argmax(axis=1)]

    def with_members(self, other: Self) -> Self:
        """These members and then the other stack's, each as it was, with the classes of both.

        Raises:
            ValueError: the stacks do not fit together, or are single models.
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
            ValueError: there is no such class, or it is a single model.
        """
        own = self.classes_.tolist()
        places = [own.index(label) for label in labels]
        if self.output != "sigmoid":
            raise ValueError("A single model is one network for all its classes.")
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
                )
        # zipfile, zlib and NumPy's header parser fail on damaged bytes in a dozen different ways.
        except Exception as error:
            raise ValueError(f"{file} holds no readable stack of networks: {error}") from error


def as_rows(images: ArrayLike) -> Floats:
    """Pictures as rows of numbers: (n, 28, 28) uint8 or float in [0, 1] → (n, 784) float32.

    Raises:
        ValueError: the images have another shape, type or range.
    """
    array = np.asarray(images)
    if array.ndim != 3 or array.shape[1:] != (SIDE, SIDE):
        raise ValueError(
            f"Images must have the shape (n, {SIDE}, {SIDE}), not {array.shape}; "
            "for one image pass image[np.newaxis]."
        )
    rows = array.reshape(len(array), PIXELS)
    if array.dtype == np.uint8:
        return rows.astype(np.float32) / np.float32(255)
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"Images must be uint8 (0-255) or float (0-1), not {array.dtype}.")
    if rows.size and not (rows.min() >= 0 and rows.max() <= 1):  # false for NaN too
        raise ValueError("Images of floats must lie in [0, 1]; divide grey levels by 255.")
    return rows.astype(np.float32)


def softmax(logits: Floats) -> Floats:
    """Rows (n, K) that sum to 1; the row's largest is subtracted first, so nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), written so that nothing overflows and the smallest stay apart."""
    return np.exp(-np.logaddexp(np.float32(0), -logits))


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
    """The weights of a layer as a file has them: with scales, or as numbers of their own."""
    weights, scales = arrays[f"weights_{depth}"], f"scales_{depth}"
    return _from_bytes(weights, arrays[scales]) if scales in arrays else weights.astype(np.float32)


def _check_shapes(stack: Stack) -> None:
    shapes = [w.shape for w in stack.weights]
    if not shapes or len(shapes) != len(stack.biases) or any(len(s) != 3 for s in shapes):
        raise ValueError(f"A stack needs weights (M, in, out) and biases per layer, not {shapes}.")
    members, inputs, _ = shapes[0]
    if inputs != PIXELS:
        raise ValueError(f"A stack's networks see {PIXELS} pixels, not {inputs}.")
    for shape, biases in zip(shapes, stack.biases, strict=True):
        if shape[:2] != (members, inputs) or biases.shape != (members, shape[2]):
            raise ValueError(f"The layers do not fit together: weights {shapes}.")
        inputs = shape[2]
    if members * inputs != len(stack.classes_):
        raise ValueError(f"{members} × {inputs} outputs do not fit {len(stack.classes_)} classes.")
    if members > 1 and inputs != 1:
        raise ValueError("Several members must have one output each.")
