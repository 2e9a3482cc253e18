"""The named recipes: how a pair of approaches is built and trained, and what was published.

A recipe says everything that training needs except the data and the seed. Pages, the
sidebar and the command line offer what is registered in `RECIPES`, and nothing else.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Approach = Literal["single", "multi"]
APPROACHES: tuple[Approach, ...] = ("single", "multi")

# How the two approaches are called wherever a person reads about them.
TITLES: dict[Approach, str] = {"single": "Single model", "multi": "Multi-model"}


class TrainingError(Exception):
    """The settings of a recipe made the training blow up; the message says what to change."""


@dataclass(frozen=True)
class Published:
    """Figures that a reference published for a recipe, with what they measure.

    `binary_test[k]` is the accuracy of the binary model for digit k on a balanced 1:1 test set.
    """

    source: str
    train: dict[Approach, float] = field(default_factory=dict)
    test: dict[Approach, float] = field(default_factory=dict)
    binary_test: tuple[float, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How both approaches are built and trained.

    Attributes:
        name: what the command line and the run's folder call it.
        summary: one sentence for people.
        hidden: units of each hidden layer, for every member.
        negative_slope: of the hidden LeakyReLU; 0 makes it a ReLU.
        dropout: share of hidden units silenced in each training step.
        optimizer: "adam" or "rmsprop", with Keras' defaults but for the learning rate.
        learning_rate: of the optimizer.
        batch_size: rows per step and member.
        epochs: passes over a member's rows.
        sampling: which rows the multi-model's members see, a name in `sampling.STRATEGIES`.
        validation_split: share of the training rows held out, before any sampling.
        refit: after the fit that the validation rows judge, train anew on all rows, the
            held-out ones among them, and keep that: nothing is chosen by its scores.
        published: what the reference published, if this is one.
    """

    name: str
    summary: str
    hidden: tuple[int, ...] = (128,)
    negative_slope: float = 0.0
    dropout: float = 0.0
    optimizer: Literal["adam", "rmsprop"] = "adam"
    learning_rate: float = 0.001
    batch_size: int = 128
    epochs: int = 10
    sampling: str = "undersample"
    validation_split: float = 0.1
    refit: bool = False
    published: Published | None = None

    def settings(self) -> dict[str, Any]:
        """What decides the weights, as JSON can hold it: no names, no published figures."""
        values = asdict(self)
        for name in ("name", "summary", "published"):
            del values[name]
        return {**values, "hidden": list(self.hidden)}


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="reference",
            summary="Two fully connected layers with LeakyReLU and dropout; each of the ten "
            "binary models learns from a 1:1 undersampled set.",
            # Width, dropout rate, slope, optimizer, batch and epochs are our choices: the
            # reference publishes its layers, its sampling and its accuracies only.
            hidden=(128,),
            negative_slope=0.1,
            dropout=0.2,
            epochs=10,
            refit=True,
            published=Published(
                source="the reference project's README",
                train={"single": 0.9562, "multi": 0.8889},
                test={"single": 0.9525, "multi": 0.8952},
                binary_test=(
                    0.97245, 0.99119, 0.93508, 0.92574, 0.95010,
                    0.93946, 0.96190, 0.95768, 0.89322, 0.91031,
                ),
            ),
        ),
    )
}  # fmt: skip
