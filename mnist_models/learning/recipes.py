"""The named recipes: how a pair of approaches is built and trained, and what was published.

A recipe says everything that training needs except the data and the seed. Pages, the
sidebar and the command line offer what is registered in `RECIPES`, and nothing else.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Literal, Self

from mnist_models.errors import ExpectedError
from mnist_models.learning.approaches import Approach, scheme_of
from mnist_models.learning.augmentation import Distortion
from mnist_models.text import Texts, t

# What people read, within a sentence.
DATASET_TITLES = Texts(
    {
        "mnist": t("MNIST"),
        "pens": t("MNIST and pen digits"),
        "sample": t("the offline sample"),
    }
)


class TrainingError(ExpectedError):
    """The settings of a recipe made the training diverge; the message says what to change."""


@dataclass(frozen=True)
class Published:
    """Figures that a reference published for a recipe.

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
        name: on the command line and of the run's folder.
        summary: one sentence for people.
        hidden: units of each hidden layer.
        member_hidden: the same for the members of approaches that have several; None gives them
            `hidden` too.
        negative_slope: of the hidden LeakyReLU; 0 makes it a ReLU.
        dropout: share of hidden units silenced in each training step; one number for all hidden
            layers, or one for each.
        optimizer: "adam" or "rmsprop", with Keras' defaults but for the learning rate.
        learning_rate: of the optimizer.
        batch_size: rows per step and member.
        epochs: passes over a member's rows.
        sampling: which rows the multi-model's members see, a name in `sampling.STRATEGIES`.
        validation_split: share of the training rows held out, before any sampling.
        refit: after the fit that the validation rows judge, train anew on all rows, the
            held-out ones among them, and keep that: nothing is chosen by its scores.
        schedule: "cosine" lowers the learning rate to zero over the epochs; None keeps it.
        patience: keep the weights of the epoch with the best validation accuracy, and stop when
            that many epochs have brought no better ones; 0 keeps the best and never stops early,
            None keeps the last.
        distortion: how far the pictures are distorted, anew for each epoch; None leaves them.
        initial_sd: standard deviation of normal initial weights; None takes Glorot's uniform ones.
        rescore: epochs between two looks at what the members answer, where `sampling` chooses rows
            by that; None looks before every epoch.
        passes: over a member's rows in an epoch, before which they are drawn and distorted anew;
            None is one. Few rows are less than a batch, and to draw them takes longer than a step.
        negatives: how many times as many negative rows as positive ones an undersample has; None
            is as many.
        dataset: what it learns from unless another is asked for.
        published: what the reference published, if there is one.
    """

    name: str
    summary: str
    hidden: tuple[int, ...] = (128,)
    negative_slope: float = 0.0
    dropout: float | tuple[float, ...] = 0.0
    optimizer: Literal["adam", "rmsprop"] = "adam"
    learning_rate: float = 0.001
    batch_size: int = 128
    epochs: int = 10
    sampling: str = "undersample"
    validation_split: float = 0.1
    refit: bool = False
    schedule: Literal["cosine"] | None = None
    patience: int | None = None
    distortion: Distortion | None = None
    initial_sd: float | None = None
    rescore: int | None = None
    passes: int | None = None
    negatives: int | None = None
    member_hidden: tuple[int, ...] | None = None
    dataset: str = "mnist"
    published: Published | None = field(default=None, hash=False)

    def units(self, approach: Approach) -> tuple[int, ...]:
        """Units of each hidden layer of one network."""
        scheme = scheme_of(approach)
        is_one = scheme.code is None and scheme.networks == 1
        return self.hidden if is_one else self.member_hidden or self.hidden

    @property
    def dropouts(self) -> tuple[float, ...]:
        """The dropout after each hidden layer."""
        if isinstance(self.dropout, tuple):
            return self.dropout
        return (self.dropout,) * len(self.hidden)

    def settings(self) -> dict[str, Any]:
        """What determines the weights, as JSON: no names, no data, no published figures.

        An option that is off (None) is left out, so that a new option does not change the
        fingerprint of recipes without it.
        """
        return json.loads(_settings_text(self))  # tuples become the lists that are read back

    def to_json(self) -> dict[str, Any]:
        """What a manifest says of it: its name and its settings."""
        return {"name": self.name, **self.settings()}

    @classmethod
    def from_settings(cls, name: str, settings: dict[str, Any]) -> Self:
        """The recipe with these `settings`, without what a run's manifest adds.

        Raises:
            TypeError: the distortion has other settings, as in a run of another version.
        """
        known = {field.name for field in fields(cls)} - {"name", "summary"}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in settings.items()
            if name in known
        }
        if distortion := values.get("distortion"):
            values["distortion"] = Distortion(**distortion)
        return cls(name, t(""), **values)


@lru_cache  # a page names dozens of runs, each by what differs from its recipe
def _settings_text(recipe: Recipe) -> str:
    values = {name: value for name, value in asdict(recipe).items() if value is not None}
    for name in ("name", "summary", "dataset", "published"):
        values.pop(name, None)
    return json.dumps(values)


_KERAS_NORMAL = 0.05  # Keras' initializer "normal"

# What people can choose a share of.
STRONGEST = Distortion(
    shift=1.0, rotation=10, shear=0.15, scale=0.1, elastic=2.5, smoothness=4, pen=0.3
)

# Our choices in all recipes but the first: ReLU where the source says so, validation rows drawn at
# random where Keras takes the last ones, and the multi-model, which no tutorial has.
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="reference",
            summary=t(
                "Two fully connected layers with LeakyReLU and dropout; each of the ten binary "
                "models learns from all pictures of its digit and as many of the others."
            ),
            # Width, dropout rate, slope, optimizer, batch and epochs are our choices: the
            # reference publishes its layers, its sampling and its accuracies only.
            hidden=(128,),
            negative_slope=0.1,
            dropout=0.2,
            epochs=10,
            refit=True,
            published=Published(
                source=t("the reference project's README"),
                train={"single": 0.9562, "multi": 0.8889},
                test={"single": 0.9525, "multi": 0.8952},
                binary_test=(
                    0.97245, 0.99119, 0.93508, 0.92574, 0.95010,
                    0.93946, 0.96190, 0.95768, 0.89322, 0.91031,
                ),
            ),
        ),
        Recipe(
            name="slides-a",
            summary=t(
                "784-256-10 with ReLU and Adam; a fifth of the training rows is held out and "
                "never learned from."
            ),
            hidden=(256,),
            validation_split=0.2,
            initial_sd=_KERAS_NORMAL,
            published=Published(
                source=t("slides on Keras and MNIST, confusion matrix"), test={"single": 0.9787}
            ),
        ),
        Recipe(
            name="slides-b",
            summary=t("784-256-256-10 with a dropout of one half between the hidden layers."),
            # The slides print the layers only; the rest is that of slides-a.
            hidden=(256, 256),
            dropout=(0.5, 0.0),
            validation_split=0.2,
            initial_sd=_KERAS_NORMAL,
            published=Published(source=t("slides on Keras and MNIST, layers only")),
        ),
        Recipe(
            name="slides-c",
            summary=t("784-800-10 with a dropout of one half."),
            # The slides print 800 units, the dropout and 10 epochs only; the rest is slides-a's.
            hidden=(800,),
            dropout=0.5,
            validation_split=0.2,
            initial_sd=_KERAS_NORMAL,
            published=Published(source=t("slides on Keras and MNIST, layers only")),
        ),
        Recipe(
            name="article",
            summary=t("784-512-10 with ReLU and RMSprop, 10 epochs in batches of 256."),
            hidden=(512,),
            optimizer="rmsprop",
            batch_size=256,
            refit=True,
            published=Published(
                source=t("the article"), train={"single": 0.9966}, test={"single": 0.9810}
            ),
        ),
        Recipe(
            name="term-project",
            summary=t("784-512-10 with ReLU and RMSprop, 20 epochs in batches of 128."),
            # The source watches the test set while it trains; here held-out rows are watched.
            hidden=(512,),
            optimizer="rmsprop",
            epochs=20,
            refit=True,
            published=Published(
                source=t("the term project, by evaluate"),
                train={"single": 0.9998},
                test={"single": 0.9829},
            ),
        ),
        Recipe(
            name="strong",
            summary=t(
                "One hidden layer each, as accurate as we could make it: distorted pictures, a "
                "falling learning rate, and negatives that the ten models get wrong."
            ),
            # Chosen on held-out training rows; experiments/strong.json has the candidates.
            hidden=(2048,),
            member_hidden=(512,),
            batch_size=64,
            epochs=80,
            sampling="hard",
            rescore=4,
            schedule="cosine",
            distortion=STRONGEST,
            refit=True,
        ),
    )
}  # fmt: skip

# All rows are learned from: a digit's copies would be on both sides of a random split, so what
# people who were never seen get is measured by leaving writers out (experiments/writers.py).
RECIPES["pens"] = replace(
    RECIPES["strong"],
    name="pens",
    summary=t("The strong recipe, trained on MNIST and on what 30 people drew with a pen."),
    dataset="pens",
    epochs=20,
    validation_split=0.0,
    refit=False,
)
