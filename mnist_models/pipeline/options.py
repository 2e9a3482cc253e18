"""The choices that people make about a training, in the sidebar or on the command line."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from mnist_models.data.dataset import DATASETS
from mnist_models.learning.approaches import APPROACHES, PAIR, Approach
from mnist_models.learning.augmentation import Distortion
from mnist_models.learning.recipes import RECIPES, STRONGEST, Recipe
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.pipeline.request import Request
from mnist_models.settings import SettingsError, limits
from mnist_models.text import Text, t

Choice = Approach | Literal["both", "all"]
CHOICES: tuple[Choice, ...] = ("both", *APPROACHES, "all")


def chosen_approaches(choice: Choice) -> tuple[Approach, ...]:
    """What is trained by a choice: one approach, "both" of the pair, or "all"."""
    if choice == "both":
        return PAIR
    return tuple(APPROACHES) if choice == "all" else (choice,)


@dataclass(frozen=True)
class TrainingOptions:
    """The choices; None keeps what the recipe says. The fields are the options of `train`.

    Attributes:
        recipe: a name in `RECIPES`.
        approach: a name in `approaches.APPROACHES`, "both" for the pair, or "all".
        dataset: a name in `data.dataset.DATASETS`.
        epochs: passes over the training rows.
        hidden: units of every hidden layer, of the single model and of each binary one.
        dropout: share of hidden units silenced in each training step, after every hidden layer.
        sampling: which rows the binary models see, a name in `sampling.STRATEGIES`.
        distortions: from 0, the pictures as they are, to 1, as far as the recipe strong goes.
        seed: decides everything random.
        name: of the new run; chosen from the recipe's name if empty.
        again: train even if the same was trained before.
        scores_only: approaches whose weights are not kept.
    """

    recipe: str = "reference"
    approach: Choice = "both"
    dataset: str | None = None
    epochs: int | None = None
    hidden: int | None = None
    dropout: float | None = None
    sampling: str | None = None
    distortions: float | None = None
    seed: int = 0
    name: str = ""
    again: bool = False
    scores_only: tuple[Approach, ...] = ()

    def request(self) -> Request:
        """What to train.

        Raises:
            SettingsError: a choice is not offered, or is beyond the limits.
        """
        self._check_names()
        if self.seed not in limits().seed:
            raise SettingsError(t("The seed must be {bounds}.", bounds=str(limits().seed)))
        recipe = _changed(RECIPES[self.recipe], self)
        check(recipe)
        return Request(
            recipe=recipe,
            approaches=chosen_approaches(self.approach),
            dataset=self.dataset or recipe.dataset,
            seed=self.seed,
            name=self.name,
            again=self.again,
            scores_only=self.scores_only,
        )

    def within_limits(self) -> Self:
        """The same, with the recipe's own values lowered to the limits of this machine.

        One width is chosen for all layers, at most that of the narrowest.

        Raises:
            SettingsError: the limits of this machine are not numbers.
        """
        recipe, allowed = RECIPES[self.recipe], limits()
        lowered: dict[str, Any] = {}
        if self.epochs is None and recipe.epochs not in allowed.epochs:
            lowered["epochs"] = int(allowed.epochs.high)
        widths = [
            units
            for approach in chosen_approaches(self.approach)
            for units in recipe.units(approach)
        ]
        if self.hidden is None and any(units not in allowed.hidden for units in widths):
            lowered["hidden"] = int(min(allowed.hidden.high, *widths))
        return replace(self, **lowered)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it: how the options travel to the worker."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` wrote; `request` checks it.

        Raises:
            TypeError: there is no such option.
        """
        return cls(**values | {"scores_only": tuple(values.get("scores_only", ()))})

    def _check_names(self) -> None:
        offered: list[tuple[Text, str | None, Iterable[str]]] = [
            (t("recipe"), self.recipe, RECIPES),
            (t("approach"), self.approach, CHOICES),
            (t("dataset"), self.dataset, DATASETS),
            (t("sampling"), self.sampling, STRATEGIES),
        ]
        for choice, name, names in offered:
            if name is not None and name not in names:
                raise SettingsError(
                    t("The {choice} must be one of {names}.", choice=choice, names=", ".join(names))
                )
        if self.name in RECIPES and self.name != self.recipe:
            raise SettingsError(
                t(
                    "{name} is the name of another recipe's shipped run. Choose another name.",
                    name=self.name,
                )
            )


def usual(recipe: Recipe) -> dict[str, Any]:
    """A recipe's own value for each choice that can change it: where the widgets begin."""
    return {
        "epochs": recipe.epochs,
        "hidden": recipe.hidden[0],
        "dropout": recipe.dropouts[0],
        "sampling": recipe.sampling,
        "distortions": 1.0 if recipe.distortion else 0.0,
    }


def _changed(recipe: Recipe, options: TrainingOptions) -> Recipe:
    recipe = with_settings(
        recipe, epochs=options.epochs, dropout=options.dropout, sampling=options.sampling
    )
    if options.hidden is not None:
        recipe = replace(recipe, hidden=(options.hidden,) * len(recipe.hidden), member_hidden=None)
    if options.distortions is not None:
        recipe = replace(recipe, distortion=_distortion(options.distortions))
    return recipe


def _distortion(strength: float) -> Distortion | None:
    """The distortion of the recipe strong, each of its numbers scaled by the strength."""
    if strength not in limits().distortions:
        bounds = str(limits().distortions)
        raise SettingsError(t("The distortions must be {bounds}.", bounds=bounds))
    return STRONGEST.scaled(strength) if strength else None


def with_settings(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with other settings; those that are None stay.

    Raises:
        TypeError: there is no such setting.
    """
    return replace(recipe, **{name: v for name, v in changes.items() if v is not None})


def check(recipe: Recipe) -> None:
    """Refuse a recipe that is beyond the limits, whether registered or changed by a visitor.

    Raises:
        SettingsError: with the setting and its bounds.
    """
    allowed = limits()
    settings = [
        (t("epochs"), allowed.epochs, (recipe.epochs,)),
        (t("hidden units"), allowed.hidden, (*recipe.hidden, *(recipe.member_hidden or ()))),
        (t("dropout"), allowed.dropout, recipe.dropouts),
    ]
    for setting, bounds, values in settings:
        for value in values:
            if value not in bounds:
                raise SettingsError(
                    t(
                        "The {setting} must be {bounds} here, not {value:,}.",
                        setting=setting,
                        bounds=str(bounds),
                        value=value,
                    )
                )
