"""What people read of a run in place of the name of its folder."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.pipeline.options import CHOICES, TrainingOptions
from mnist_models.runs.label import differences, run_title
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

FINGERPRINT = "cd9d98" + "0" * 58


def manifest_of(options: TrainingOptions) -> dict[str, Any]:
    """As much of the manifest of what these options train as a label needs."""
    request = options.request()
    return {
        "made_here": True,
        "fingerprint": FINGERPRINT,
        "recipe": request.recipe.to_json(),
        "seed": request.seed,
        "dataset": {"name": request.dataset},
        "approaches": {a: {} for a in request.approaches},
    }


def title_of(options: TrainingOptions, ending: str = "") -> str:
    name = options.request().default_name(FINGERPRINT) + ending
    return run_title(name, manifest_of(options))


@pytest.mark.parametrize(
    ("options", "ending", "title"),
    [
        (TrainingOptions(sampling="all", epochs=1), "", "reference, sampling all, 1 epoch"),
        (TrainingOptions(), "", "reference"),
        (TrainingOptions(), "-2", "reference, training 2"),
        (TrainingOptions(epochs=3, seed=4), "-2", "reference, 3 epochs, seed 4, training 2"),
        (TrainingOptions(hidden=64, dropout=0.5), "", "reference, 64 hidden units, dropout 0.5"),
        (TrainingOptions(distortions=0.25), "", "reference, distortions 0.25"),
        (TrainingOptions("strong", distortions=0), "", "strong, no distortions"),
        (TrainingOptions("strong", hidden=64), "", "strong, 64 hidden units"),
        (TrainingOptions(approach="multi"), "", "reference, multi-model only"),
        (TrainingOptions(dataset="sample", epochs=1), "", "reference, 1 epoch"),
        (TrainingOptions(dataset="pens"), "", "reference, on MNIST and pen digits"),
        (TrainingOptions("pens", dataset="mnist"), "", "pens, on MNIST"),
    ],
)
def test_a_run_is_called_after_what_differs_from_its_recipe(
    options: TrainingOptions, ending: str, title: str
) -> None:
    assert title_of(options, ending) == title


@pytest.mark.parametrize("name", ["mine", "reference-of-monday", "reference-abcdef", "pens", "2"])
def test_a_name_that_somebody_chose_stays(name: str) -> None:
    assert run_title(name, manifest_of(TrainingOptions(epochs=1))) == name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("reference-pens", TrainingOptions()),
        ("reference-2024", TrainingOptions()),
        ("reference-multi", TrainingOptions()),
        ("reference-1", TrainingOptions()),
        ("reference", TrainingOptions(epochs=1)),
        ("reference-2", TrainingOptions(epochs=1)),
        ("reference-cd9d98-2024", TrainingOptions(epochs=1)),
        ("reference-sample-cd9d98", TrainingOptions(epochs=1)),
    ],
)
def test_a_name_like_those_that_nobody_chose_stays_where_another_would_have_been_given(
    name: str, options: TrainingOptions
) -> None:
    assert run_title(name, manifest_of(options)) == name


def test_a_shipped_run_keeps_its_name() -> None:
    manifest = {**manifest_of(TrainingOptions(epochs=1)), "made_here": False}
    assert run_title("reference-cd9d98", manifest) == "reference-cd9d98"


_RECIPES = st.sampled_from(["reference", "strong", "slides-b", "pens"])
_CHOICES = st.builds(
    TrainingOptions,
    recipe=_RECIPES,
    approach=st.sampled_from(CHOICES),
    dataset=st.sampled_from([None, "sample"]),
    epochs=st.none() | st.integers(1, 100),
    hidden=st.none() | st.integers(1, 2048),
    dropout=st.none() | st.sampled_from([0.0, 0.15, 0.5]),
    sampling=st.none() | st.sampled_from(list(STRATEGIES)),
    distortions=st.none() | st.sampled_from([0.0, 0.25, 0.75, 1.0]),
    seed=st.integers(0, 9999),
)


@given(_CHOICES, st.sampled_from(["", "-2", "-17"]))
def test_a_name_that_somebody_chose_stays_even_if_it_would_have_been_given(
    options: TrainingOptions, ending: str
) -> None:
    name = options.request().default_name(FINGERPRINT) + ending
    manifest = manifest_of(options)
    assert run_title(name, {**manifest, "named": True}) == name
    assert run_title(name, {**manifest, "named": False}) == run_title(name, manifest)


@given(_CHOICES, _CHOICES)
def test_every_choice_has_its_words_and_other_choices_other_words(
    first: TrainingOptions, second: TrainingOptions
) -> None:
    def decides(options: TrainingOptions) -> tuple[Any, ...]:
        request = options.request()
        return request.recipe.name, request.recipe.settings(), request.seed, request.approaches

    assert "other settings" not in title_of(first)
    assert (title_of(first) == title_of(second)) == (decides(first) == decides(second))


@pytest.mark.parametrize(
    "changes",
    [
        {"sampling": "*bold*"},
        {"epochs": "many"},
        {"dropout": [0.1]},
        {"hidden": [64, 32]},
        {"member_hidden": [1]},
        {"distortion": {"shift": 0.5}},
        {"distortion": 3},
        {"learning_rate": 0.1},
    ],
)
def test_what_nobody_can_choose_is_said_to_be_other_settings(changes: dict[str, Any]) -> None:
    recipe = {**RECIPES["reference"].to_json(), **changes}
    assert differences(recipe, "seed", PAIR) == ["other settings"]


def test_a_recipe_of_another_version_is_named_alone() -> None:
    assert differences({"name": "gone", "hidden": [3]}, 0, PAIR) == []


def test_a_published_run_says_what_it_was_trained_on(
    trained: Path, tiny_contents: dict[str, Any], tiny_run: Run
) -> None:
    contents = copy.deepcopy(tiny_contents)
    recipe = replace(RECIPES["reference"], epochs=1)
    contents["manifest"]["recipe"] |= recipe.settings()
    label = publish("reference-sample-000000", **contents).label
    assert label == "reference, 1 epoch (trained on the sample)"
    assert tiny_run.label == "reference (trained on the sample)"  # as shipped
