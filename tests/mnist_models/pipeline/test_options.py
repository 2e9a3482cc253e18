import json
from typing import Any

import pytest

from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import APPROACHES, PAIR
from mnist_models.learning.augmentation import Distortion
from mnist_models.learning.recipes import RECIPES
from mnist_models.pipeline.options import TrainingOptions, usual
from mnist_models.pipeline.request import Request
from mnist_models.settings import SettingsError


@pytest.mark.parametrize("name", RECIPES)
def test_without_any_choice_a_recipe_is_trained_as_it_is_registered(name: str) -> None:
    recipe = RECIPES[name]
    assert TrainingOptions(recipe=name).request() == Request(recipe, PAIR, recipe.dataset)


@pytest.mark.parametrize("name", RECIPES)
def test_what_the_widgets_begin_with_is_what_the_recipe_says(name: str) -> None:
    """Chosen once more, it changes nothing, but where a recipe gives its layers units apart."""
    recipe, offered = RECIPES[name], usual(RECIPES[name])
    for choice in ("epochs", "sampling", "distortions"):
        chosen = TrainingOptions(recipe=name, **{choice: offered[choice]}).request()
        assert chosen.recipe == recipe
    alike = {offered["hidden"]} == {*recipe.units("single"), *recipe.units("multi")}
    chosen = TrainingOptions(recipe=name, hidden=offered["hidden"]).request()
    assert (chosen.recipe.settings() == recipe.settings()) is alike


def test_each_choice_changes_what_it_is_called_by() -> None:
    def changed(recipe: str = "reference", **choice: Any) -> dict[str, Any]:
        before = RECIPES[recipe].settings()
        after = TrainingOptions(recipe=recipe, **choice).request().recipe.settings()
        return {k: after.get(k) for k in before | after if before.get(k) != after.get(k)}

    assert changed(epochs=3) == {"epochs": 3}
    assert changed(hidden=64) == {"hidden": [64]}
    assert changed("slides-b", hidden=64) == {"hidden": [64, 64]}
    assert changed("strong", hidden=64) == {"hidden": [64], "member_hidden": None}
    assert changed(dropout=0.0) == {"dropout": 0.0}
    assert changed("slides-b", dropout=0.25) == {"dropout": 0.25}
    assert changed(sampling="all") == {"sampling": "all"}
    assert changed("strong", distortions=0.0) == {"distortion": None}
    assert changed(seed=5, name="mine", again=True) == {}


def test_a_distortion_is_a_share_of_the_strongest() -> None:
    strongest = RECIPES["strong"].distortion
    assert strongest is not None
    assert TrainingOptions(distortions=1).request().recipe.distortion == strongest
    assert TrainingOptions(recipe="strong", distortions=0).request().recipe.distortion is None
    half = TrainingOptions(distortions=0.5).request().recipe.distortion
    assert half == Distortion(
        shift=strongest.shift / 2,
        rotation=strongest.rotation / 2,
        shear=strongest.shear / 2,
        scale=strongest.scale / 2,
        elastic=strongest.elastic / 2,
        smoothness=strongest.smoothness,
        pen=strongest.pen / 2,
    )


def test_one_approach_or_both_are_trained() -> None:
    assert TrainingOptions(approach="multi").request().approaches == ("multi",)
    assert TrainingOptions(approach="both").request().approaches == PAIR
    assert TrainingOptions(approach="all").request().approaches == tuple(APPROACHES)
    assert TrainingOptions(approach="codes").request().approaches == ("codes",)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"recipe": "cake"}, "recipe must be one of reference, slides-a"),
        ({"approach": "neither"}, "approach must be one of both, single, multi"),
        ({"dataset": "letters"}, "dataset must be one of mnist"),
        ({"sampling": "none"}, "sampling must be one of undersample"),
        ({"epochs": 0}, "epochs must be a whole number"),
        ({"hidden": 5000}, "hidden units must be a whole number"),
        ({"hidden": -1}, "hidden units must be a whole number"),
        ({"dropout": 1.0}, "dropout must be a number"),
        ({"distortions": 1.5}, "distortions must be a number between 0 and 1"),
        ({"distortions": float("nan")}, "distortions must be a number"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 0.5}, "seed must be a whole number"),
        ({"name": "strong"}, "strong is the name of another recipe's shipped run"),
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        TrainingOptions(**choice).request()


@pytest.mark.parametrize("most", [64, 300, 1024, 2048])
@pytest.mark.parametrize("name", list(RECIPES))
def test_no_layer_grows_by_what_this_machine_allows(
    most: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_HIDDEN", str(most))
    changed, meant = TrainingOptions(name).within_limits().request().recipe, RECIPES[name]
    for approach in PAIR:
        for units, usual_units in zip(changed.units(approach), meant.units(approach), strict=True):
            assert units <= min(most, usual_units)


def test_options_travel_as_json_and_come_out_the_same() -> None:
    options = TrainingOptions(recipe="strong", hidden=64, name="mine", scores_only=("multi",))
    assert TrainingOptions.from_json(json.loads(json.dumps(options.to_json()))) == options


def test_a_run_may_have_the_name_of_its_own_recipe() -> None:
    assert TrainingOptions(recipe="strong", name="strong").request().name == "strong"


def test_settings_that_differ_give_runs_of_different_names(tiny_dataset: Dataset) -> None:
    """Of any two trainings that differ in what decides the weights, neither hides the other."""
    others: list[dict[str, Any]] = [
        {"epochs": 3}, {"hidden": 64}, {"dropout": 0.5}, {"sampling": "fresh"},
        {"distortions": 0.5}, {"distortions": 1}, {"seed": 1},
    ]  # fmt: skip
    names = set()
    for choices in ({}, *others):
        request = TrainingOptions(**choices).request()
        names.add(request.default_name(request.fingerprint(tiny_dataset)))
    assert len(names) == 1 + len(others)
    assert "reference" in names
