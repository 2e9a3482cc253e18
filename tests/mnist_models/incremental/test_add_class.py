"""A class more in one call, as other programs ask for it."""

import numpy as np
import pytest

from mnist_models import ExpectedError, add_class, load_run
from mnist_models.data.dataset import Dataset
from mnist_models.incremental import add_class as module
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.learning.approaches import Approach
from mnist_models.runs.run import Run


@pytest.fixture
def examples(tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Ten pictures of a new class: those of a 3, mirrored."""
    monkeypatch.setattr(module, "load_dataset", lambda name: {"sample": tiny_dataset}[name])
    return tiny_dataset.x_train[tiny_dataset.y_train == 3][:10, :, ::-1]


def test_a_new_member_joins_the_others_which_stay_bit_for_bit(
    tiny_run: Run, examples: np.ndarray
) -> None:
    taught = add_class(load_run(), "★", examples, dataset="sample")
    assert taught.stack.classes_.tolist() == [*map(str, range(10)), "★"]
    old, new = tiny_run.multi, taught.stack.of(list("0123456789"))
    for before, after in zip((*old.weights, *old.biases), (*new.weights, *new.biases), strict=True):
        np.testing.assert_array_equal(before, after)
    assert taught.changed == ["★"]
    assert taught.rows > 0
    assert taught.seconds > 0
    assert taught.stack.predict_proba(examples).shape == (10, 11)


def test_the_single_model_gets_an_output_more(tiny_run: Run, examples: np.ndarray) -> None:
    taught = add_class(
        tiny_run, "42", examples, approach="single", method="alone", dataset="sample"
    )
    assert taught.stack.classes_.tolist() == [*range(10), 42]
    assert (taught.stack.predict(examples) == 42).mean() > 0.5


@pytest.mark.parametrize(("approach", "method"), [("multi", "together"), ("single", "member")])
def test_a_method_of_the_other_approach_is_refused(
    approach: str, method: Way, tiny_run: Run, examples: np.ndarray
) -> None:
    own = next(name for name, way in WAYS.items() if way.approach == approach)
    with pytest.raises(ValueError, match=rf"methods for {approach} are {own}, .* not '{method}'"):
        add_class(tiny_run, "★", examples, approach=approach, method=method)  # type: ignore[arg-type]


@pytest.mark.parametrize("approach", ["sigmoids", "committee", "pairs", "codes"])
def test_an_approach_that_learns_everything_anew_says_so(
    approach: Approach, tiny_run: Run, examples: np.ndarray
) -> None:
    with pytest.raises(ExpectedError, match="with all others, from the beginning"):
        add_class(tiny_run, "★", examples, approach=approach)


@pytest.mark.parametrize(
    ("label", "many", "message"),
    [("7", 10, "knows 7 already"), ("", 10, "Give the new class a name"), ("★", 0, "no example")],
)
def test_what_cannot_be_learned_is_said(
    label: str, many: int, message: str, tiny_run: Run, examples: np.ndarray
) -> None:
    with pytest.raises(ExpectedError, match=message):
        add_class(tiny_run, label, examples[:many])
