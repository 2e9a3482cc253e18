import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mnist_models.data.dataset import Dataset
from mnist_models.jobs.progress import FINAL_STAGES, Event
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.pipeline import train_run as train_run_module
from mnist_models.pipeline.options import with_settings
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.train_approaches import held_out_rows
from mnist_models.pipeline.train_run import train_run
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run, RunError

ROOT = Path(__file__).resolve().parents[3]
TINY = Recipe(name="tiny", summary="", hidden=(8,), batch_size=32, epochs=2)
DRAWN = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)


ROUNDING = 1e-6  # TensorFlow's products, by which is scored, and NumPy's differ by as much


def assert_figures(found: Any, expected: Any) -> None:
    """They are equal but for rounding, however deep they lie."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert_figures(found[name], value)
    elif isinstance(expected, list):
        np.testing.assert_allclose(found, expected, atol=ROUNDING)
    else:
        assert found == pytest.approx(expected, abs=ROUNDING)


def ignore(_: Event) -> None:
    pass


def _loader(dataset: Dataset) -> Callable[..., Dataset]:
    def load(name: str, *, progress: Callable[[int, int], None]) -> Dataset:
        progress(1, 2)
        return replace(dataset, name=name)

    return load


# A real training, looked at from all sides


@pytest.fixture(scope="module")
def real(
    tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Run, list[Event]]]:
    """Both approaches trained by TensorFlow, a tenth of the rows held out, and what was told."""
    events: list[Event] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_TRAINED", str(tmp_path_factory.mktemp("trained")))
        patch.setattr(train_run_module, "load_dataset", _loader(tiny_dataset))
        yield train_run(Request(TINY, dataset="sample", seed=4), events.append), events


def test_the_stages_come_in_order_and_end_with_the_run(real: tuple[Run, list[Event]]) -> None:
    run, events = real
    stages = [e.stage for e in events]
    order = list(dict.fromkeys(stages))
    assert order == ["loading", "importing", "training", "scoring", "publishing", "done"]
    assert stages == sorted(stages, key=order.index)
    assert events[-1].run == run.name
    assert run.label in events[-1].message
    assert events[1] == Event("loading", 0.5)


def test_progress_grows_to_one_with_each_approach(real: tuple[Run, list[Event]]) -> None:
    told = [e for e in real[1] if e.stage == "training" and not e.news]
    # Told before the first step, too, and at the end that it is over.
    assert [e.share for e in told] == pytest.approx([0, 0.5, 1, 1] * 2)
    assert [e.part for e in told] == ["single"] * 4 + ["multi"] * 4
    epochs = [(e.part, e.news["epoch"]) for e in real[1] if e.news]
    assert epochs == [("single", 1), ("single", 2), ("multi", 1), ("multi", 2)]
    assert [e.share for e in real[1] if e.news] == pytest.approx([0.5, 1] * 2)


def test_other_approaches_are_trained_scored_and_kept(
    trained: Path, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_run_module, "load_dataset", _loader(tiny_dataset))
    events: list[Event] = []
    more: tuple[Approach, ...] = ("sigmoids", "committee", "pairs", "codes")
    recipe = replace(TINY, epochs=1)
    request = Request(recipe, more, dataset="sample", scores_only=("pairs",))
    run = train_run(request, events.append)
    assert (run.approaches, run.pair) == (more, ())
    assert run.with_weights == ("sigmoids", "committee", "codes")
    assert run.name.startswith("tiny-sigmoids-committee-pairs-codes-sample")
    for approach in run.with_weights:
        proba = run.approach(approach).predict_proba(tiny_dataset.x_test)
        np.testing.assert_allclose(run.test_scores[approach], proba, atol=ROUNDING)
    assert not run.embeddings
    assert run.curves("sigmoids") is not None
    assert all("member_loss" not in event.news for event in events if event.news)
    assert [len(run.rows_seen(a)) for a in more] == [1, 10, 45, 15]


def test_stored_metrics_equal_a_recomputation_from_the_stored_stack(
    real: tuple[Run, list[Event]], tiny_dataset: Dataset
) -> None:
    run, data = real[0], tiny_dataset
    proba = {}
    for approach in PAIR:
        stack = run.stack(approach)
        for rows, x, y in (
            ("train", data.x_train, data.y_train),
            ("test", data.x_test, data.y_test),
        ):
            proba[approach] = stack.predict_proba(x)
            metrics = evaluate(proba[approach], y, stack.classes_, one_vs_rest=approach == "multi")
            assert_figures(run.metrics(approach, rows).to_json(), metrics.to_json())
        np.testing.assert_allclose(run.test_scores[approach], proba[approach], atol=ROUNDING)
    np.testing.assert_array_equal(run.test_scores["labels"], data.y_test)


def test_the_manifest_says_what_was_trained_on_what(
    real: tuple[Run, list[Event]], tiny_dataset: Dataset
) -> None:
    import tensorflow as tf

    run = real[0]
    assert run.manifest["recipe"] == {"name": "tiny", **TINY.settings()}
    assert run.manifest["seed"] == 4
    assert run.manifest["dataset"] == {
        "name": "sample",
        "fingerprint": tiny_dataset.fingerprint,
        "train_rows": 320,
        "test_rows": 100,
    }
    assert run.manifest["versions"]["tensorflow"] == tf.__version__
    assert run.classes == list(range(10))
    assert run.label.endswith("(trained on the sample)")
    entries = run.manifest["approaches"]
    assert entries["single"]["parameters"] == 784 * 8 + 8 + 8 * 10 + 10
    assert (entries["multi"]["layers"], entries["multi"]["members"]) == ([784, 8, 1], 10)
    assert all(len(run.history[a]["val_accuracy"]) == 2 for a in PAIR)


def test_rows_held_out_for_validation_are_never_learned_from(
    real: tuple[Run, list[Event]], tiny_dataset: Dataset
) -> None:
    (single,), multi = real[0].rows_seen("single"), real[0].rows_seen("multi")
    assert single.sum() == 288
    assert not (multi & ~single).any()
    for label, rows in enumerate(multi):
        positive = tiny_dataset.y_train == label
        np.testing.assert_array_equal(rows & positive, single & positive)  # all that were left
        assert (rows & ~positive).sum() == (rows & positive).sum()
    entry = real[0].manifest["approaches"]["multi"]
    assert entry["rows"] == multi.sum(axis=1).tolist()
    assert entry["distinct_rows"] == multi.any(axis=0).sum()


def _keys(value: Any) -> Any:
    return {k: _keys(v) for k, v in value.items()} if isinstance(value, dict) else None


def test_the_tiny_run_of_the_tests_has_the_fields_of_a_real_one(
    real: tuple[Run, list[Event]], tiny_contents: dict[str, Any]
) -> None:
    added = ("format", "name", "files", "made_here")  # by `publish`
    manifest = {k: v for k, v in real[0].manifest.items() if k not in added}
    assert _keys(json.loads(json.dumps(tiny_contents["manifest"]))) == _keys(manifest)
    for name, arrays in tiny_contents["arrays"].items():
        stored = real[0]._arrays(name)
        assert _shapes(arrays) == _shapes(stored)


def _shapes(arrays: dict[str, np.ndarray]) -> dict[str, tuple[int, ...]]:
    """Of curves only how many there are: each has as many points as it needs."""
    return {k: v.shape[:1] if k.endswith("_points") else v.shape for k, v in arrays.items()}


def test_a_real_run_has_its_test_pictures_as_points(
    real: tuple[Run, list[Event]], tiny_dataset: Dataset
) -> None:
    run, _ = real
    assert set(run.embeddings) == set(PAIR)
    for approach, made in run.embeddings.items():
        places = made.place(
            run.stack("single" if approach == "single" else "multi"), tiny_dataset.x_test
        )
        np.testing.assert_array_equal(made.points, np.rint(places / made.steps))


def test_the_curves_of_a_real_run_are_those_of_its_stored_scores(
    real: tuple[Run, list[Event]],
) -> None:
    run = real[0]
    curves, scores = run.curves("multi"), run.test_scores
    assert curves is not None
    assert run.curves("single") is None
    for k, (label, roc) in enumerate(zip(run.classes, curves["roc"], strict=True)):
        assert roc is not None
        own = scores["labels"] == label
        assert roc.area == pytest.approx(roc_auc_score(own, scores["multi"][:, k]))


# Everything else with a stand-in for the training


class FakeFit:
    """Stands in for `training.fit`: remembers what it was given, returns random weights."""

    def __init__(self, make_stack: Callable[..., Stack]) -> None:
        self.calls: list[dict[str, Any]] = []
        self._make_stack = make_stack

    def __call__(
        self,
        recipe: Recipe,
        approach: Approach,
        x: np.ndarray,
        y: np.ndarray,
        *,
        seed: int,
        validation: tuple[np.ndarray, np.ndarray] | None = None,
        program: Any = None,
        on_progress: Callable[[float], None],
        on_epoch: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> Any:
        from mnist_models.learning.training import Fit

        self.calls.append({"approach": approach, "x": x, "y": y, "validation": validation})
        on_progress(0.5)
        on_epoch({"epoch": 1, "loss": 0.5, "accuracy": 0.5})
        on_progress(1.0)
        number = len(self.calls)
        stack = self._make_stack(approach, hidden=recipe.hidden, seed=number)
        return Fit(
            stack=stack,
            epochs=recipe.epochs,
            history={"loss": [float(number)]},
            rows=[len(y)] * stack.members,
            seen=[np.arange(len(y))] * stack.members,
            seconds=number,
            program=cast(Any, FakeProgram()),
        )


class FakeProgram:
    """Answers as the networks that it has become."""

    def become(self, stack: Stack) -> None:
        self.predict_proba = stack.predict_proba


@pytest.fixture
def fake_fit(
    trained: Path,
    tiny_dataset: Dataset,
    make_stack: Callable[..., Stack],
    monkeypatch: pytest.MonkeyPatch,
) -> FakeFit:
    from mnist_models.learning import training

    fake = FakeFit(make_stack)
    monkeypatch.setattr(training, "fit", fake)
    monkeypatch.setattr(train_run_module, "load_dataset", _loader(tiny_dataset))
    return fake


def test_without_refit_each_approach_is_fitted_once_on_the_rows_not_held_out(
    fake_fit: FakeFit, tiny_dataset: Dataset
) -> None:
    run = train_run(Request(TINY), ignore)
    assert [c["approach"] for c in fake_fit.calls] == ["single", "multi"]
    for call in fake_fit.calls:
        x_held_out, y_held_out = call["validation"]
        assert (len(call["x"]), len(x_held_out)) == (288, 32)
        learned = {picture.tobytes() for picture in call["x"]}
        held_out = {picture.tobytes() for picture in x_held_out}
        assert not learned & held_out
        assert learned | held_out == {picture.tobytes() for picture in tiny_dataset.x_train}
        (single,) = run.rows_seen("single")
        np.testing.assert_array_equal(tiny_dataset.x_train[single], call["x"])
        np.testing.assert_array_equal(tiny_dataset.y_train[single], call["y"])
        np.testing.assert_array_equal(tiny_dataset.y_train[~single], y_held_out)


def test_a_refit_sees_all_rows_and_its_weights_are_kept(
    fake_fit: FakeFit, make_stack: Callable[..., Stack], tiny_dataset: Dataset
) -> None:
    events: list[Event] = []
    run = train_run(Request(replace(TINY, refit=True), approaches=("multi",)), events.append)
    judged, refitted = fake_fit.calls
    assert (len(judged["x"]), len(refitted["x"])) == (288, 320)
    assert refitted["validation"] is None
    np.testing.assert_array_equal(refitted["y"], tiny_dataset.y_train)
    assert run.rows_seen("multi").all()
    kept = make_stack("multi", seed=2).rounded()
    np.testing.assert_array_equal(run.multi.predict_proba(DRAWN), kept.predict_proba(DRAWN))
    # The curves are those of the fit that the validation rows judge.
    assert run.history == {"multi": {"loss": [1.0]}}
    assert run.manifest["approaches"]["multi"]["seconds"] == 2
    fitting = [e for e in events if e.part and not e.news]
    assert [e.share for e in fitting] == [0, 0.25, 0.5, 0.5, 0.75, 1, 1]  # and that it is over
    assert [e.stage for e in fitting] == ["training"] * 3 + ["refitting"] * 4
    # Who watches sees both fits learn.
    epochs = [(e.stage, e.share, e.news["epoch"]) for e in events if e.news]
    assert epochs == [("training", 0.25, 1), ("refitting", 0.75, 1)]


def test_both_approaches_at_once_learn_what_they_do_one_after_the_other(
    real: tuple[Run, list[Event]],
    tiny_dataset: Dataset,
    trained: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNIST_JOB_CORES", "2")
    monkeypatch.setattr(train_run_module, "load_dataset", _loader(tiny_dataset))
    events: list[Event] = []
    run = train_run(Request(TINY, dataset="sample", seed=4), events.append)
    for approach in PAIR:
        pairs = zip(run.stack(approach).weights, real[0].stack(approach).weights, strict=True)
        for ours, theirs in pairs:
            np.testing.assert_array_equal(ours, theirs)
        told = [e for e in events if e.part == approach]
        assert [e for e in told if e.news] == [e for e in real[1] if e.part == approach and e.news]
        assert told[-1].share == 1


def test_scores_are_those_of_the_rounded_weights_that_are_stored(
    fake_fit: FakeFit, make_stack: Callable[..., Stack], tiny_dataset: Dataset
) -> None:
    run = train_run(Request(TINY, approaches=("single",)), ignore)
    exact = make_stack("single", seed=1).predict_proba(tiny_dataset.x_test)
    stored = run.test_scores["single"]
    np.testing.assert_array_equal(stored, run.single.predict_proba(tiny_dataset.x_test))
    assert not np.array_equal(stored, exact)


def test_without_a_validation_split_nothing_is_held_out(fake_fit: FakeFit) -> None:
    train_run(Request(replace(TINY, validation_split=0.0), approaches=("single",)), ignore)
    assert fake_fit.calls[0]["validation"] is None
    assert len(fake_fit.calls[0]["x"]) == 320


def test_the_same_rows_are_held_out_for_both_approaches_and_others_for_another_seed() -> None:
    masks = [held_out_rows(1000, 0.1, seed) for seed in (0, 0, 1)]
    assert [mask.sum() for mask in masks] == [100, 100, 100]
    np.testing.assert_array_equal(masks[0], masks[1])
    assert not np.array_equal(masks[0], masks[2])


def test_the_same_training_is_found_and_not_done_again(fake_fit: FakeFit) -> None:
    first = train_run(Request(TINY), ignore)
    events: list[Event] = []
    renamed = replace(TINY, summary="other words")
    for request in (Request(TINY), Request(renamed), Request(TINY, approaches=("multi",))):
        assert train_run(request, events.append) == first
    assert len(fake_fit.calls) == 2
    assert events[-1].stage == "found"
    assert events[-1].run == first.name
    assert "change the seed" in events[-1].message
    assert run_names() == [first.name]


@pytest.mark.parametrize(
    "other",
    [
        Request(TINY, seed=1),
        Request(replace(TINY, epochs=3)),
        Request(replace(TINY, hidden=(8, 8))),
        Request(replace(TINY, sampling="all")),
        Request(TINY, again=True),
    ],
)
def test_another_training_is_done(other: Request, fake_fit: FakeFit) -> None:
    first = train_run(Request(TINY), ignore)
    second = train_run(other, ignore)
    assert len(fake_fit.calls) == 4
    assert second.name != first.name
    assert set(run_names()) == {first.name, second.name}


def test_training_again_gives_the_next_free_name(fake_fit: FakeFit) -> None:
    request = Request(RECIPES["reference"], approaches=("single",), again=True)
    assert [train_run(request, ignore).name for _ in range(3)] == [
        "reference-single",
        "reference-single-2",
        "reference-single-3",
    ]


def test_a_run_with_one_approach_does_not_stand_for_both(fake_fit: FakeFit) -> None:
    half = train_run(Request(TINY, approaches=("single",)), ignore)
    assert half.approaches == ("single",)
    assert train_run(Request(TINY), ignore).approaches == PAIR


def test_a_damaged_run_is_trained_again_beside_it(fake_fit: FakeFit) -> None:
    first = train_run(Request(TINY), ignore)
    (first.path / "multi.npz").unlink()
    second = train_run(Request(TINY), ignore)
    assert second.name != first.name
    second.verify()


def test_a_run_on_the_sample_is_another_one_and_says_so(
    fake_fit: FakeFit, tiny_dataset: Dataset
) -> None:
    run = train_run(Request(TINY, dataset="sample"), ignore)
    assert run.dataset == "sample"
    assert run.label == f"{run.name} (trained on the sample)"
    assert "sample" in run.name


def test_a_name_that_is_taken_is_refused_before_anything_is_done(
    fake_fit: FakeFit, tiny_run: Run
) -> None:
    events: list[Event] = []
    for name in ("reference", "Not a name"):
        with pytest.raises(RunError):
            train_run(Request(TINY, name=name), events.append)
    assert events == []
    assert fake_fit.calls == []


def test_a_name_of_ones_own_is_used(fake_fit: FakeFit) -> None:
    assert train_run(Request(TINY, name="mine"), ignore).name == "mine"


class Cancelled(BaseException):
    pass


@pytest.mark.parametrize(
    "stage",
    ["loading", "importing", "training", "epoch", "refitting", "scoring", "publishing"],
)
@pytest.mark.parametrize("error", [Cancelled, RuntimeError])
def test_an_exception_at_any_stage_publishes_nothing(
    error: type[BaseException], stage: str, fake_fit: FakeFit, trained: Path, tiny_run: Run
) -> None:
    before = sorted(trained.rglob("*"))

    def cancel(event: Event) -> None:
        if ("epoch" if event.news else event.stage) == stage:
            raise error

    with pytest.raises(error):
        train_run(Request(replace(TINY, refit=True)), cancel)
    assert sorted(trained.rglob("*")) == before


# Requests


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (Request(RECIPES["reference"]), "reference"),
        (Request(RECIPES["reference"], approaches=("single",)), "reference-single"),
        (Request(RECIPES["reference"], dataset="sample"), "reference-sample"),
        (Request(RECIPES["reference"], seed=1), "reference-abcdef"),
        (Request(with_settings(RECIPES["reference"], epochs=1)), "reference-abcdef"),
        (
            Request(RECIPES["reference"], approaches=("multi",), dataset="sample", seed=1),
            "reference-multi-sample-abcdef",
        ),
    ],
)
def test_the_default_name_says_what_is_unusual(request_: Request, name: str) -> None:
    assert request_.default_name("abcdef" + "0" * 58) == name


def test_the_fingerprint_is_of_what_decides_the_weights(tiny_dataset: Dataset) -> None:
    request = Request(TINY)
    fingerprint = request.fingerprint(tiny_dataset)
    for same in (
        replace(request, name="x"),
        replace(request, again=True),
        replace(request, recipe=replace(TINY, name="other", summary="x")),
    ):
        assert same.fingerprint(tiny_dataset) == fingerprint
    others = {replace(request, seed=1).fingerprint(tiny_dataset)}
    for change in (
        {"hidden": (9,)},
        {"negative_slope": 0.2},
        {"dropout": 0.1},
        {"optimizer": "rmsprop"},
        {"learning_rate": 0.002},
        {"batch_size": 64},
        {"epochs": 3},
        {"sampling": "all"},
        {"validation_split": 0.2},
        {"refit": True},
    ):
        changed = replace(request, recipe=replace(TINY, **change))
        others.add(changed.fingerprint(tiny_dataset))
    other_data = replace(tiny_dataset, x_test=tiny_dataset.x_test[::-1])
    others.add(request.fingerprint(other_data))
    assert len(others) == 12
    assert fingerprint not in others


def test_settings_that_are_none_stay() -> None:
    changed = with_settings(TINY, epochs=None, dropout=0.0, hidden=(3,))
    assert (changed.epochs, changed.dropout, changed.hidden) == (2, 0.0, (3,))
    with pytest.raises(TypeError):
        with_settings(TINY, colour="blue")


def test_the_stages_that_end_a_training_are_those_with_a_message() -> None:
    assert set(FINAL_STAGES) == {"found", "done", "cancelled", "failed"}


# What is asked before TensorFlow is


def test_without_room_for_a_further_run_nothing_is_trained(
    fake_fit: FakeFit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_RUNS", "1")
    train_run(Request(TINY), ignore)
    many = len(fake_fit.calls)
    with pytest.raises(RunError, match="Delete one first"):
        train_run(Request(TINY, seed=1), ignore)
    assert len(fake_fit.calls) == many
    train_run(Request(TINY), ignore)  # it is there already, and takes no further room
