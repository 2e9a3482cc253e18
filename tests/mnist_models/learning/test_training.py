import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_models.data.dataset import Dataset
from mnist_models.learning import augmentation, program, training
from mnist_models.learning import batches as member_rows
from mnist_models.learning.approaches import APPROACHES, PAIR, Approach
from mnist_models.learning.augmentation import Distortion, distort
from mnist_models.learning.program import Program
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import Fit, TrainingError, fit
from mnist_models.pictures import PIXELS
from mnist_models.runs.keras_export import export_keras, to_keras

TINY = Recipe(
    name="tiny",
    summary="for the tests",
    hidden=(8,),
    negative_slope=0.1,
    batch_size=32,
    epochs=2,
)

Rows = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def three(tiny_dataset: Dataset) -> Rows:
    """The pictures of 0, 1 and 2 alone: 96 rows."""
    kept = tiny_dataset.y_train < 3
    return tiny_dataset.x_train[kept], tiny_dataset.y_train[kept]


def _arrays(stack: Stack) -> tuple[np.ndarray, ...]:
    return (*stack.weights, *stack.biases)


def _digest(stack: Stack) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in _arrays(stack))).hexdigest()


def _train_with_keras(
    start: Stack, recipe: Recipe, members: list[Any], batches: np.ndarray, x: np.ndarray
) -> list[keras.Sequential]:
    """Each network on its own: Keras' layers, losses and optimizers, one batch after another."""
    optimizer = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    losses = keras.losses
    loss = losses.BinaryCrossentropy if len(members) > 1 else losses.SparseCategoricalCrossentropy
    models = [keras.Sequential(model.layers[:-1]) for model in to_keras(start)]
    for k, (model, member) in enumerate(zip(models, members, strict=True)):
        model.compile(
            optimizer[recipe.optimizer](recipe.learning_rate),
            loss(from_logits=True),
            run_eagerly=True,
        )
        for rows in batches[:, k]:
            targets = member.targets[rows, np.newaxis]
            weights = np.array(member.class_weights)[(targets[:, 0] > 0).astype(int)]
            model.train_on_batch(x[rows] / np.float32(255), targets, sample_weight=weights)
    return models


@pytest.mark.parametrize(
    ("approach", "optimizer", "sampling"),
    [
        ("single", "adam", "undersample"),
        ("single", "rmsprop", "undersample"),
        ("multi", "adam", "undersample"),
        ("multi", "rmsprop", "undersample"),
        ("multi", "adam", "weighted"),
        ("multi", "adam", "oversample"),
    ],
)
def test_training_equals_plain_keras_step_by_step(
    approach: Approach, optimizer: Any, sampling: str, three: Rows
) -> None:
    x, y = three
    recipe = replace(TINY, hidden=(8, 6), optimizer=optimizer, learning_rate=0.003)
    recipe = replace(recipe, sampling=sampling)
    trained = fit(recipe, approach, x, y, seed=3)
    members = member_rows.make_members(recipe, approach, y, np.arange(3), 3)
    steps = member_rows.steps_per_epoch(members, recipe.batch_size)
    epochs = [member_rows.epoch_batches(members, steps, 32) for _ in range(2)]
    start = training.initial_stack(recipe, approach, np.arange(3), 3)
    models = _train_with_keras(start, recipe, members, np.concatenate(epochs), x)
    assert steps >= 2
    for k, model in enumerate(models):
        expected = model.get_weights()
        for depth in range(3):
            moved = np.abs(trained.stack.weights[depth][k] - start.weights[depth][k]).max()
            assert moved > 0.003  # or equality would say nothing
            np.testing.assert_allclose(
                trained.stack.weights[depth][k], expected[2 * depth], atol=1e-5
            )
            np.testing.assert_allclose(
                trained.stack.biases[depth][k], expected[2 * depth + 1], atol=1e-5
            )


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_member_of_a_stack_learns_as_it_would_beside_others(
    dropout: float, tiny_dataset: Dataset
) -> None:
    x, y = tiny_dataset.x_train, tiny_dataset.y_train
    # One batch holds all rows, so that every member takes one step an epoch in both stacks.
    recipe = replace(TINY, batch_size=len(y), epochs=4, dropout=dropout)
    ten = fit(recipe, "multi", x, y, seed=1)
    two = fit(recipe, "multi", x, np.where(y == 2, 2, 7), seed=1)
    assert two.stack.classes_.tolist() == [2, 7]
    np.testing.assert_array_equal(ten.seen[2], two.seen[0])
    for among_ten, among_two in zip(_arrays(ten.stack), _arrays(two.stack), strict=True):
        np.testing.assert_allclose(among_ten[2], among_two[0], atol=1e-6)
        assert not np.allclose(among_ten[7], among_two[1], atol=1e-4)  # it learned something else


_FIT_AND_PRINT_DIGEST = """
import hashlib, sys
import numpy as np
from mnist_models.learning.program import Program
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.training import fit
data = np.load(sys.argv[1])
recipe = Recipe("tiny", "", hidden=(8,), dropout=0.5, batch_size=32, epochs=2)
stack = fit(recipe, "multi", data["x"], data["y"], seed=5).stack
print(hashlib.sha256(b"".join(a.tobytes() for a in (*stack.weights, *stack.biases))).hexdigest())
"""


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    tiny_dataset: Dataset, tmp_path: Path
) -> None:
    x, y = tiny_dataset.x_train, tiny_dataset.y_train
    np.savez(tmp_path / "data.npz", x=x, y=y)
    other_process = subprocess.Popen(
        [sys.executable, "-c", _FIT_AND_PRINT_DIGEST, str(tmp_path / "data.npz")],
        stdout=subprocess.PIPE,
        cwd=Path(training.__file__).parents[2],
    )
    recipe = replace(TINY, negative_slope=0.0, dropout=0.5)
    first, again, other = (fit(recipe, "multi", x, y, seed=seed).stack for seed in (5, 5, 6))
    assert _digest(first) == _digest(again)
    assert _digest(first) != _digest(other)
    output, _ = other_process.communicate(timeout=300)
    assert output.decode().strip() == _digest(first)


def test_initial_weights_are_glorot_uniform_and_biases_zero() -> None:
    stack = training.initial_stack(replace(TINY, hidden=(500,)), "multi", np.arange(3), 0)
    limit = np.sqrt(6 / (PIXELS + 500))
    assert np.abs(stack.weights[0]).max() <= limit
    assert stack.weights[0].std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert not np.any(stack.biases[0])
    assert not np.allclose(stack.weights[0][0], stack.weights[0][1])


def _program(recipe: Recipe, rows: Rows) -> Program:
    members = member_rows.make_members(recipe, "multi", rows[1], np.arange(3), 0)
    start = training.initial_stack(recipe, "multi", np.arange(3), 0)
    return Program(recipe, members, rows[0], start=start, seed=0)


def test_dropout_silences_its_share_and_keeps_the_mean(three: Rows) -> None:
    program = _program(replace(TINY, dropout=0.25), three)
    ones = tf.ones((3, 100, 100))
    dropped = np.asarray(program._dropout(ones, 0))
    np.testing.assert_allclose(np.unique(dropped), [0, 1 / 0.75], rtol=1e-6)
    for member in dropped:
        assert (member == 0).mean() == pytest.approx(0.25, abs=0.02)
        assert member.mean() == pytest.approx(1, abs=0.03)


def test_dropout_differs_between_members_layers_and_steps(three: Rows) -> None:
    program = _program(replace(TINY, dropout=0.5, hidden=(8, 8)), three)
    ones = tf.ones((3, 40, 8))
    masks = []
    for _ in range(2):
        masks += [mask for depth in (0, 1) for mask in np.asarray(program._dropout(ones, depth))]
        program._step.assign_add(1)
    assert len({mask.tobytes() for mask in masks}) == 12


def test_dropout_acts_while_training(three: Rows) -> None:
    losses = [
        fit(replace(TINY, dropout=rate), "single", *three, seed=0).history["loss"][0]
        for rate in (0.0, 0.5)
    ]
    assert abs(losses[0] - losses[1]) > 1e-3


@pytest.fixture(scope="module")
def unequal() -> Rows:
    """240, 50 and 10 pictures of classes named by words."""
    rng = np.random.default_rng(0)
    labels = np.repeat(["many", "some", "few"], [240, 50, 10])
    return rng.integers(0, 256, (300, 28, 28)).astype(np.uint8), labels


@pytest.fixture(scope="module")
def unequal_fit(unequal: Rows) -> Fit:
    return fit(TINY, "multi", *unequal, seed=0)


def test_classes_of_unequal_sizes_are_undersampled_one_by_one(
    unequal_fit: Fit, unequal: Rows
) -> None:
    assert unequal_fit.stack.classes_.tolist() == ["few", "many", "some"]
    assert [len(rows) for rows in unequal_fit.seen] == [20, 300, 100]
    for label, rows in zip(unequal_fit.stack.classes_, unequal_fit.seen, strict=True):
        assert set(np.flatnonzero(unequal[1] == label)) <= set(rows)
    assert all(np.isfinite(array).all() for array in _arrays(unequal_fit.stack))


def test_the_history_has_an_entry_per_epoch_and_a_number_per_member(unequal_fit: Fit) -> None:
    history = unequal_fit.history
    assert set(history) == {"loss", "accuracy", "member_loss", "member_accuracy"}
    assert all(len(values) == 2 for values in history.values())
    for of_all, of_each in (("loss", "member_loss"), ("accuracy", "member_accuracy")):
        assert [len(numbers) for numbers in history[of_each]] == [3, 3]
        np.testing.assert_allclose(history[of_all], np.mean(history[of_each], axis=1), atol=1e-5)
    assert unequal_fit.seconds > 0


def test_every_member_goes_through_its_own_rows(unequal: Rows) -> None:
    members = member_rows.make_members(TINY, "multi", unequal[1], np.unique(unequal[1]), 0)
    steps = member_rows.steps_per_epoch(members, TINY.batch_size)
    assert steps == 4  # 140 rows on average, 32 a step
    first, second = (member_rows.epoch_batches(members, steps, 32) for _ in range(2))
    assert first.shape == (4, 3, 32)
    for k, (rows, most_often) in enumerate([(20, 7), (300, 1), (100, 2)]):
        seen, counts = np.unique(first[:, k], return_counts=True)
        assert set(seen) <= set(members[k].rows)
        assert len(seen) == min(rows, 128)
        assert counts.max() == most_often
        assert not np.array_equal(first[:, k], second[:, k])  # shuffled anew


def test_training_learns(tiny_dataset: Dataset) -> None:
    recipe = replace(TINY, epochs=12, learning_rate=0.01, hidden=(16,))
    for approach in PAIR:
        result = fit(recipe, approach, tiny_dataset.x_train, tiny_dataset.y_train, seed=0)
        history = result.history
        assert history["loss"][-1] < 0.5 * history["loss"][0]
        accuracy = (result.stack.predict(tiny_dataset.x_test) == tiny_dataset.y_test).mean()
        assert accuracy > 0.8


def test_the_reported_accuracy_is_that_of_the_batches(three: Rows) -> None:
    still = replace(TINY, learning_rate=1e-12, epochs=1)  # the weights stay what they were
    for approach in PAIR:
        result = fit(still, approach, *three, seed=0)
        proba = result.stack.predict_proba(three[0])
        members = member_rows.make_members(still, approach, three[1], np.arange(3), 0)
        steps = member_rows.steps_per_epoch(members, still.batch_size)
        batches = member_rows.epoch_batches(members, steps, 32)
        for k, member in enumerate(members):
            rows = batches[:, k].ravel()
            said = proba.argmax(axis=1) if approach == "single" else proba[:, k] >= 0.5
            expected = (said[rows] == member.targets[rows]).mean()
            assert result.history["member_accuracy"][0][k] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_a_training_that_blows_up_says_so(optimizer: Any, three: Rows) -> None:
    recipe = replace(TINY, learning_rate=1e30, optimizer=optimizer, epochs=5)
    with pytest.raises(TrainingError, match="smaller learning rate"):
        fit(recipe, "multi", *three, seed=0)


class StopError(Exception):
    pass


def test_progress_runs_from_above_zero_to_one(three: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_STEPS_PER_BLOCK", 1)
    shares: list[float] = []
    fit(TINY, "single", *three, seed=0, on_progress=shares.append)
    assert shares == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])


def test_an_exception_from_on_progress_ends_the_training(
    three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_STEPS_PER_BLOCK", 1)
    epochs: list[int] = []

    def stop_in_the_second_epoch(share: float) -> None:
        if share > 0.5:
            raise StopError

    with pytest.raises(StopError):
        fit(
            TINY,
            "single",
            *three,
            seed=0,
            on_progress=stop_in_the_second_epoch,
            on_epoch=lambda entry: epochs.append(entry["epoch"]),
        )
    assert epochs == [1]


@pytest.mark.parametrize("approach", PAIR)
def test_validation_rows_never_influence_the_weights(approach: Approach, three: Rows) -> None:
    x, y = three
    learned, held_out = (x[:64], y[:64]), (x[64:], y[64:])
    entries: list[dict[str, Any]] = []
    without = fit(TINY, approach, *learned, seed=0)
    result = fit(TINY, approach, *learned, seed=0, validation=held_out, on_epoch=entries.append)
    assert _digest(result.stack) == _digest(without.stack)
    assert "val_loss" not in without.history
    expected = (result.stack.predict(held_out[0]) == held_out[1]).mean()
    assert result.history["val_accuracy"][-1] == pytest.approx(expected)
    assert [entry["epoch"] for entry in entries] == [1, 2]
    assert [entry["val_loss"] for entry in entries] == result.history["val_loss"]


def test_validation_loss_is_the_cross_entropy_that_keras_computes(
    make_stack: Callable[..., Stack], three: Rows
) -> None:
    x, y = three
    single, multi = (make_stack(approach, classes=[0, 1, 2]) for approach in PAIR)
    expected = keras.losses.SparseCategoricalCrossentropy()(y, single.predict_proba(x))
    found = training._judge(single, single.predict_proba(x), y)
    assert found["val_loss"] == pytest.approx(np.asarray(expected), abs=1e-5)
    one_hot = (y[:, np.newaxis] == np.arange(3)).astype(np.float32)
    expected = keras.losses.BinaryCrossentropy()(one_hot, multi.predict_proba(x))
    found = training._judge(multi, multi.predict_proba(x), y)
    assert found["val_loss"] == pytest.approx(np.asarray(expected), abs=1e-5)


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("few", [32, 0])
def test_a_program_answers_as_the_networks_that_it_has_become(
    approach: Approach, few: int, three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one product for each member, or one for all; in blocks; without dropout."""
    monkeypatch.setattr(program, "_FEW", few)
    monkeypatch.setattr(program, "_BLOCK", 1000)
    recipe = replace(TINY, dropout=0.5, negative_slope=0.1)
    result = fit(recipe, approach, *three, seed=0)
    for stack in (result.stack, result.rounded()):
        result.program.become(stack)
        found = result.program.predict_proba(three[0])
        np.testing.assert_allclose(found, stack.predict_proba(three[0]), atol=1e-6)


@pytest.mark.parametrize("approach", PAIR)
def test_exported_models_load_in_keras_and_predict_the_same(
    approach: Approach, make_stack: Callable[..., Stack], three: Rows, tmp_path: Path
) -> None:
    stack = make_stack(approach, classes=[0, 1, 2])
    paths = export_keras(stack, tmp_path / approach)
    names = ["single.keras"] if approach == "single" else [f"multi_{k}.keras" for k in range(3)]
    assert [path.name for path in paths] == names
    models: list[Any] = [keras.models.load_model(path) for path in paths]
    images = three[0][:20]
    proba = np.concatenate([np.asarray(model(images / 255.0)) for model in models], axis=1)
    np.testing.assert_allclose(proba, stack.predict_proba(images), atol=1e-5)


# Options of a recipe


def test_fresh_rows_are_other_rows_each_epoch(unequal: Rows) -> None:
    x, y = unequal
    fixed, fresh = (
        fit(replace(TINY, sampling=name, epochs=4), "multi", x, y, seed=0)
        for name in ("undersample", "fresh")
    )
    assert fixed.rows == fresh.rows
    assert [len(seen) for seen in fixed.seen] == fixed.rows
    assert len(fresh.seen[0]) > len(fixed.seen[0])


def test_hard_rows_are_chosen_by_what_the_network_answers(
    three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[np.ndarray] = []
    hard = STRATEGIES["hard"]

    def redraw(
        positive: np.ndarray, rng: np.random.Generator, proba: np.ndarray, negatives: int
    ) -> np.ndarray:
        asked.append(proba)
        assert hard.redraw is not None
        return hard.redraw(positive, rng, proba, negatives)

    monkeypatch.setitem(STRATEGIES, "hard", replace(hard, redraw=redraw))
    first = fit(replace(TINY, sampling="hard", epochs=1), "multi", *three, seed=0)
    assert asked == []
    fit(replace(TINY, sampling="hard", epochs=2), "multi", *three, seed=0)
    np.testing.assert_allclose(
        np.stack(asked, axis=1), first.stack.predict_proba(three[0]), atol=1e-6
    )


def test_patience_keeps_the_best_epoch_and_stops_after_it(three: Rows) -> None:
    """With a learning rate that ruins the network, no epoch is better than an early one."""
    x, y = three
    recipe = replace(TINY, epochs=40, learning_rate=0.5, patience=3)
    result = fit(recipe, "single", x[:64], y[:64], seed=0, validation=(x[64:], y[64:]))
    accuracy = result.history["val_accuracy"]
    assert len(accuracy) == result.epochs + 3 < 40
    assert result.epochs == 1 + int(np.argmax(accuracy))
    kept = (result.stack.predict(x[64:]) == y[64:]).mean()
    assert kept == pytest.approx(max(accuracy))


def test_patience_of_zero_keeps_the_best_and_never_stops_early(three: Rows) -> None:
    x, y = three
    recipe = replace(TINY, epochs=12, learning_rate=0.5, patience=0)
    result = fit(recipe, "single", x[:64], y[:64], seed=0, validation=(x[64:], y[64:]))
    accuracy = result.history["val_accuracy"]
    assert len(accuracy) == 12
    assert result.epochs == 1 + int(np.argmax(accuracy))


def test_the_cosine_schedule_falls_from_the_learning_rate_to_zero() -> None:
    recipe = replace(TINY, schedule="cosine", epochs=3, learning_rate=0.01)
    rates = np.concatenate([training._learning_rates(recipe, epoch, 50) for epoch in range(3)])
    assert rates[0] == np.float32(0.01)
    assert (np.diff(rates) < 0).all()
    assert rates[75] == pytest.approx(0.005, rel=1e-6)
    assert rates[-1] < 1e-5
    constant = training._learning_rates(replace(recipe, schedule=None), 1, 50)
    np.testing.assert_array_equal(constant, np.float32(0.01))


def test_distorted_pictures_are_learned_from_anew_each_epoch(
    three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bytes] = []

    def remember(x: np.ndarray, *_: object) -> np.ndarray:
        shown.append(distort(x, Distortion(shift=2), np.random.default_rng(len(shown))).tobytes())
        return np.frombuffer(shown[-1], dtype=np.uint8).reshape(x.shape)

    recipe = replace(TINY, distortion=Distortion(shift=2), epochs=3)
    plain = fit(replace(recipe, distortion=None), "single", *three, seed=0)
    again = [_digest(fit(recipe, "single", *three, seed=0).stack) for _ in range(2)]
    assert again[0] == again[1] != _digest(plain.stack)
    monkeypatch.setattr(augmentation, "distort", remember)
    fit(recipe, "single", *three, seed=0)
    assert len(set(shown)) == 3


def test_normal_initial_weights_have_the_standard_deviation_asked_for() -> None:
    recipe = replace(TINY, hidden=(64,), initial_sd=0.05)
    first = training.initial_stack(recipe, "single", np.arange(3), 0).weights[0]
    assert first.std() == pytest.approx(0.05, rel=0.02)
    assert np.abs(first).max() > 0.15  # a uniform distribution would end at 0.087


def test_dropout_can_be_given_layer_by_layer() -> None:
    recipe = replace(TINY, hidden=(8, 8), dropout=(0.5, 0.0))
    assert recipe.dropouts == (0.5, 0.0)
    assert replace(recipe, dropout=0.25).dropouts == (0.25, 0.25)
    assert recipe.settings()["dropout"] == [0.5, 0.0]


def test_members_can_have_a_width_of_their_own(three: Rows) -> None:
    recipe = replace(TINY, hidden=(16,), member_hidden=(8,))
    assert fit(recipe, "single", *three, seed=0).stack.layers == (784, 16, 3)
    assert fit(recipe, "multi", *three, seed=0).stack.layers == (784, 8, 1)


def test_one_member_can_be_trained_alone_and_join_the_others(three: Rows) -> None:
    x, y = three
    known = y < 2
    old = fit(TINY, "multi", x[known], y[known], seed=0).stack
    new = fit(TINY, "multi", x, y, seed=0, labels=[2]).stack
    assert new.classes_.tolist() == [2]
    joined = old.with_members(new)
    assert joined.classes_.tolist() == [0, 1, 2]
    both = np.hstack([old.predict_proba(x), new.predict_proba(x)])
    np.testing.assert_allclose(joined.predict_proba(x), both, rtol=1e-5)
    for ours, theirs in zip(joined.weights, old.weights, strict=True):
        np.testing.assert_array_equal(ours[:2], theirs)


def test_members_that_do_not_fit_do_not_join(three: Rows) -> None:
    members = fit(TINY, "multi", *three, seed=0).stack
    sloped = fit(replace(TINY, negative_slope=0.3), "multi", *three, seed=0, labels=[2]).stack
    wider = fit(replace(TINY, hidden=(24,)), "multi", *three, seed=0, labels=[2]).stack
    single = fit(TINY, "single", *three, seed=0).stack
    for other in (sloped, wider, single):
        with pytest.raises(ValueError, match=r"same|shape|dimension"):
            members.with_members(other)


def test_answers_are_looked_at_as_often_as_the_recipe_says(
    three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    answers = training._answers

    def counted(*arguments: Any) -> Any:
        looks.append(1)
        return answers(*arguments)

    monkeypatch.setattr(training, "_answers", counted)
    fit(replace(TINY, sampling="hard", epochs=7, rescore=3), "multi", *three, seed=0)
    assert len(looks) == 2  # before the second epoch and before the fifth


@pytest.mark.parametrize("approach", PAIR)
@pytest.mark.parametrize("few", [0, 32])
def test_members_on_their_own_learn_what_they_do_in_one_product(
    approach: Approach, few: int, three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(TINY, dropout=0.3, hidden=(8, 5))
    expected = fit(recipe, approach, *three, seed=0)
    monkeypatch.setattr(program, "_FEW", few)
    ours = fit(recipe, approach, *three, seed=0).stack
    # To rounding: on some processors products of other shapes are added up in another order.
    for array, other in zip(_arrays(ours), _arrays(expected.stack), strict=True):
        np.testing.assert_allclose(array, other, rtol=0, atol=1e-6)


@pytest.mark.parametrize("sampling", ["undersample", "weighted"])
@pytest.mark.parametrize("approach", PAIR)
def test_a_compiled_program_fits_again_as_a_new_one_does(
    approach: Approach, sampling: str, three: Rows
) -> None:
    recipe = replace(TINY, dropout=0.3, sampling=sampling)
    x, y = three
    first = fit(recipe, approach, x[:60], y[:60], seed=0)
    longer = replace(recipe, epochs=3)
    again = fit(longer, approach, x, y, seed=0, program=first.program)
    assert again.program is first.program
    assert _digest(again.stack) == _digest(fit(longer, approach, x, y, seed=0).stack)


def test_a_program_of_other_settings_is_compiled_anew(three: Rows) -> None:
    first = fit(TINY, "multi", *three, seed=0)
    for recipe, seed in ((replace(TINY, batch_size=16), 0), (TINY, 1)):
        other = fit(recipe, "multi", *three, seed=seed, program=first.program)
        assert other.program is not first.program


def test_passes_are_steps_between_which_nothing_is_drawn(three: Rows) -> None:
    recipe = replace(TINY, sampling="fresh", passes=4)
    often = fit(recipe, "multi", *three, seed=0)
    once = fit(replace(recipe, passes=None), "multi", *three, seed=0)
    assert often.rows == once.rows
    assert [len(seen) for seen in often.seen] == [len(seen) for seen in once.seen]
    assert _digest(often.stack) != _digest(once.stack)


def test_an_undersample_has_as_many_negatives_as_the_recipe_says(unequal: Rows) -> None:
    x, y = unequal
    for sampling in ("undersample", "fresh", "hard"):
        recipe = replace(TINY, sampling=sampling, negatives=2)
        for label, rows in zip(np.unique(y), fit(recipe, "multi", x, y, seed=0).rows, strict=True):
            positives = int((y == label).sum())
            assert rows == positives + min(2 * positives, len(y) - positives)


def test_of_few_rows_only_those_that_are_used_are_distorted(
    three: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(images: np.ndarray, *others: Any) -> np.ndarray:
        sizes.append(len(images))
        return distort(images, *others)

    monkeypatch.setattr(augmentation, "distort", counted)
    x, y = three
    kept = np.concatenate([np.flatnonzero(y == 0)[:10], np.flatnonzero(y != 0)])
    recipe = replace(TINY, sampling="fresh", distortion=Distortion(shift=2), passes=2)
    result = fit(recipe, "multi", x[kept], y[kept], seed=0, labels=[0])
    assert sizes == [20, 20]
    assert result.rows == [20]
    sizes.clear()
    fit(replace(recipe, passes=None), "multi", x[kept], y[kept], seed=0, labels=[0])
    assert sizes == [len(kept)] * 2
