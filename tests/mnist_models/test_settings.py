from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.pipeline.options import check
from mnist_models.settings import Bounds, SettingsError, keeps_drawings, limits, who_sees_drawings

WHOLE, SHARE = Bounds(1, 10_000), Bounds(0, 0.9, whole=False)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda r: r.name)
def test_every_registered_recipe_is_within_the_usual_limits(recipe: Recipe) -> None:
    check(recipe)


def test_bounds_read_what_is_within_them_and_say_what_they_are_otherwise() -> None:
    assert (WHOLE.parse("1"), WHOLE.parse("10000")) == (1, 10_000)
    assert (SHARE.parse("0"), SHARE.parse("0.25"), SHARE.parse("9e-1")) == (0, 0.25, 0.9)
    assert isinstance(WHOLE.parse("7"), int)
    assert isinstance(SHARE.parse("0"), float)
    assert str(WHOLE) == "a whole number between 1 and 10,000"
    assert str(SHARE) == "a number between 0 and 0.9"
    with pytest.raises(ValueError, match=r"^0$"):
        WHOLE.parse("0")
    with pytest.raises(ValueError, match=r"^1$"):
        SHARE.parse("1")


@given(st.text(max_size=15))
def test_whatever_is_typed_a_number_within_the_bounds_or_a_value_error_comes_of_it(
    text: str,
) -> None:
    for bounds in (WHOLE, SHARE):
        try:
            number = bounds.parse(text)
        except ValueError:
            continue
        assert bounds.low <= number <= bounds.high


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number between 1 and 10,000 here, not 0"),
        ({"epochs": 1.5}, "epochs must be a whole number"),
        ({"hidden": (2049,)}, "hidden units must be a whole number between 1 and 2,048 here"),
        ({"hidden": (64, 0)}, "hidden units must be"),
        ({"member_hidden": (4096,)}, "hidden units must be"),
        ({"dropout": 0.95}, r"dropout must be a number between 0 and 0\.9 here, not 0\.95"),
        ({"dropout": (-0.1,)}, "dropout must be"),
        ({"dropout": float("nan")}, "dropout must be"),
    ],
)
def test_a_recipe_beyond_the_limits_is_refused_with_the_setting_and_its_bounds(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        check(replace(RECIPES["reference"], **change))  # type: ignore[arg-type]


def test_a_deployment_sets_its_own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in (
        ("MNIST_MAX_EPOCHS", "5"),
        ("MNIST_MAX_HIDDEN", "64"),
        ("MNIST_MAX_MINUTES", "3"),
        ("MNIST_MAX_RUNS", "2"),
        ("MNIST_MAX_RUNS_MB", "10"),
    ):
        monkeypatch.setenv(variable, value)
    allowed = limits()
    assert (allowed.epochs.high, allowed.hidden.high) == (5, 64)
    assert (allowed.minutes, allowed.runs, allowed.megabytes) == (3, 2, 10)
    with pytest.raises(SettingsError, match="between 1 and 5 here, not 10"):
        check(RECIPES["reference"])


@pytest.mark.parametrize("value", ["many", "0", "-1", "1.5", " ", "9" * 20])
def test_a_limit_that_is_no_number_is_an_error_and_no_limit_less(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_MINUTES", value)
    with pytest.raises(SettingsError, match="MNIST_MAX_MINUTES must be a whole number"):
        limits()


@pytest.mark.parametrize(
    ("setting", "who"),
    [
        (None, "session"), ("", "session"), ("session", "session"), (" Shared ", "everyone"),
        ("off", "nobody"), ("0", "nobody"), ("shraed", "nobody"),
    ],
)  # fmt: skip
def test_the_setting_says_who_sees_drawings_and_a_slip_publishes_nothing(
    setting: str | None, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MNIST_CORRECTIONS", raising=False)
    if setting is not None:
        monkeypatch.setenv("MNIST_CORRECTIONS", setting)
    assert who_sees_drawings() == who
    assert keeps_drawings() == (who != "nobody")
