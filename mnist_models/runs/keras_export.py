"""A run's networks as models for plain Keras."""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's hints on its own build

import keras

from mnist_models.errors import ExpectedError
from mnist_models.learning.approaches import NAMES
from mnist_models.learning.stack import Stack
from mnist_models.text import t


def to_keras(stack: Stack) -> list[keras.Model]:
    """Each member as a Keras model: (n, 28, 28) floats in [0, 1] → (n, K) or (n, 1) probabilities.

    Source of the equality with `Stack.predict_proba`: the same arrays, layer by layer.
    """
    return [_keras_member(stack, member) for member in range(stack.members)]


def _keras_member(stack: Stack, member: int) -> keras.Model:
    layers: list[keras.layers.Layer] = [keras.Input((28, 28)), keras.layers.Flatten()]
    dense = []
    for depth, units in enumerate(stack.layers[1:]):
        if depth:
            layers.append(keras.layers.LeakyReLU(negative_slope=stack.negative_slope))
        dense.append(keras.layers.Dense(units))
        layers.append(dense[-1])
    layers.append(keras.layers.Activation(stack.output))
    model = keras.Sequential(layers)
    for layer, weights, biases in zip(dense, stack.weights, stack.biases, strict=True):
        layer.set_weights([weights[member], biases[member]])
    return model


def export_keras(stack: Stack, stem: Path) -> list[Path]:
    """Write `<stem>.keras`, or one for each member of several: `<stem>_<class>.keras` of a
    multi-model, numbered of others.

    Raises:
        ExpectedError: its members have views of their own, which a Keras model would leave out.
        OSError: the folder cannot be written.
    """
    if stack.views:
        raise ExpectedError(
            t(
                "The members of this {name} see pictures upright or of another width, and Keras "
                "models would not. Use run.stack({approach!r}) in Python instead.",
                name=NAMES[stack.approach],
                approach=stack.approach,
            )
        )
    named = stack.classes_ if stack.approach == "multi" else range(1, stack.members + 1)
    names = [""] if stack.members == 1 else [f"_{name}" for name in named]
    paths = [stem.with_name(f"{stem.name}{name}.keras") for name in names]
    for path, model in zip(paths, to_keras(stack), strict=True):
        model.save(path)
    return paths
